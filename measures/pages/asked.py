"""What is asked: the finding in the inspectors' words, who answers for it, what with, and until when."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from issues.models import Heading, SubIssue
from issues.states import Kind

from ..models import Measure
from ..standing import stage_overdue

Item = dict[str, Any]


def path_of(sub_issue: SubIssue) -> list[str]:
    """The aspect and topics above a sub-issue's finding, the widest first."""
    words: list[str] = []
    heading: Heading | None = sub_issue.finding.heading
    while heading is not None:
        words.insert(0, heading.title)
        heading = heading.parent
    return words


def asked_of_measure(measure: Measure, on: date, approved: Sequence[Item] = ()) -> list[Item]:
    """Who, what and until when, for the `definitions` component.

    Args:
        approved: the deadlines that were approved one after the other, the original one first, where there are any.
    """
    sub_issue = measure.sub_issue
    departments = "、".join(department.name for department in measure.responsible_departments.all())
    items: list[Item] = [
        {"term": _("Finding"), "text": str(sub_issue.finding)},
        {"term": _("Sub-issue"), "text": str(sub_issue), "url": reverse("sub-issue", args=[sub_issue.pk])},
        {"term": _("Measure"), "text": str(measure)},
        {"term": _("Kind"), "text": measure.get_kind_display()},
        {"term": _("Responsible leader"), "text": measure.responsible_leader.title},
        {"term": _("Lead department"), "text": measure.lead_department.name},
        {"term": _("Responsible departments"), "text": departments} if departments else {},
        *due_items(measure, on, None if approved else measure.original_due_on, measure.is_settled),
        *approved,
    ]
    if measure.kind == Kind.LONG_TERM or measure.stage_goal or measure.review_on:
        items += [
            {"term": _("Stage goal"), "text": measure.stage_goal or None},
            {
                "term": _("Next review"),
                "text": measure.review_on.isoformat() if measure.review_on else None,
                "note": stage_overdue(measure, on),
            },
        ]
    if measure.document:
        items.append({"term": _("Institutional document"), "text": measure.document})
    return [item for item in items if item]


def asked_of_sub_issue(sub_issue: SubIssue, on: date) -> list[Item]:
    """The same for a sub-issue."""
    items: list[Item] = [
        {"term": _("Finding"), "text": str(sub_issue.finding)},
        {"term": _("Sub-issue"), "text": str(sub_issue)},
        {"term": _("Kind"), "text": sub_issue.get_kind_display()},
        {"term": _("Responsible leader"), "text": sub_issue.responsible_leader.title},
        {"term": _("Lead department"), "text": sub_issue.lead_department.name},
        *due_items(sub_issue, on, None, sub_issue.closed_on is not None),
    ]
    if sub_issue.special_plan:
        items.append({"term": _("Special plan"), "text": sub_issue.special_plan.title})
    if not sub_issue.disclosed:
        items.append({"term": _("Disclosure"), "text": _("Not public: left out of the public notice.")})
    return items


def due_items(subject: Measure | SubIssue, on: date, original: date | None, settled: bool) -> list[Item]:
    """The deadline with the days left and whether the source names it; before it the original one where it differs."""
    due_on = subject.due_on
    item: Item = {
        "term": _("Deadline"),
        "template": "measures/due_item.html",
        "due_on": due_on,
        "days": (due_on - on).days if due_on else None,
        "settled": settled,
        "same": original is not None and original == due_on,
    }
    if due_on and subject.due_assumed:
        item["note"] = _("The source names no deadline; this one is assumed.")
    if original is None or original == due_on:
        return [item]
    return [{"term": _("Original deadline"), "text": original.isoformat()}, item]
