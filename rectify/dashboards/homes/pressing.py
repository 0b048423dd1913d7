"""What stands under the week on a home, a sentence each with its link: papers to answer, a milestone, the brief."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from issues.models import Milestone
from rectify.dispatch.models import Notice, NoticeKind, SupervisionOrder
from rectify.dispatch.notices.links import page_of
from rectify.dispatch.pages.shared import week_in_words
from rectify.dispatch.weeks import Week
from rectify.organization.models import Department

from .desk import Desk

Sentence = dict[str, Any]


def for_department(desk: Desk, department: Department) -> list[Sentence]:
    """The papers that a department has to answer. One statement."""
    return _unless_past(desk, _orders(desk, department=department))


def for_office(desk: Desk) -> list[Sentence]:
    """The papers of the round that are not answered, and its next milestone. Two statements."""
    return _unless_past(desk, _orders(desk), _milestone(desk))


def for_leadership(desk: Desk) -> list[Sentence]:
    """The newest weekly brief that was sent to this person, and the next milestone. Two statements."""
    return _unless_past(desk, _brief(desk), _milestone(desk))


def _unless_past(desk: Desk, *sentences: Sentence) -> list[Sentence]:
    return [] if desk.is_past else [sentence for sentence in sentences if sentence]


def _orders(desk: Desk, **whose: Any) -> Sentence:
    waiting = SupervisionOrder.objects.awaiting_answer().filter(round=desk.round, **whose)
    due = list(waiting.order_by("due_on").values_list("due_on", flat=True))
    if not due:
        return {}
    words = ngettext("%(count)d supervision paper to answer", "%(count)d supervision papers to answer", len(due))
    words = words % {"count": len(due)}
    late = sum(day < desk.on for day in due)
    if late:
        overdue = ngettext("%(count)d of them overdue", "%(count)d of them overdue", late) % {"count": late}
        words += pgettext("between clauses", ", ") + overdue
    else:
        words += pgettext("between clauses", ", ") + _("the first until %(day)s") % {"day": due[0].isoformat()}
    url = f"{reverse('supervision-list')}?round={desk.round.pk}"
    return {"words": words, "url": url, "action": _("Supervision papers"), "tone": "overdue" if late else ""}


def _milestone(desk: Desk) -> Sentence:
    found = Milestone.objects.ahead().filter(round=desk.round).order_by("due_on", "position").first()
    if found is None:
        return {}
    left = (found.due_on - desk.on).days
    facts = {"title": found.title, "day": found.due_on.isoformat(), "count": abs(left)}
    if left < 0:
        words = ngettext(
            "Milestone “%(title)s” was due on %(day)s, %(count)d day ago",
            "Milestone “%(title)s” was due on %(day)s, %(count)d days ago",
            -left,
        )
    else:
        words = ngettext(
            "%(count)d day to the milestone “%(title)s” (%(day)s)",
            "%(count)d days to the milestone “%(title)s” (%(day)s)",
            left,
        )
    url = f"{reverse('milestones')}?round={desk.round.pk}"
    return {"words": words % facts, "url": url, "action": _("Milestones"), "tone": "overdue" if left < 0 else ""}


def _brief(desk: Desk) -> Sentence:
    told = Notice.objects.visible_to(desk.frame.request.user, desk.on)
    newest = told.filter(kind=NoticeKind.BRIEF, round=desk.round).first()
    if newest is None:
        return {}
    week = week_in_words(Week(newest.facts["year"], newest.facts["week"]))
    words = _("The weekly brief of %(week)s is out") % {"week": week}
    return {"words": words, "url": page_of(newest), "action": _("Read it"), "tone": ""}
