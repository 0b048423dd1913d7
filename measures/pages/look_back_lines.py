"""Sampled measures and remarks as pages show them: what was found, what may be done about it, and its forms."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from rectify.organization.posts import Posts
from rectify.web import field_names

from ..look_back.parties import acts_on_item, acts_on_remark
from ..look_back.reading import shown_remarks
from ..look_back.representation import is_overdue, signed_in_short
from ..look_back.states import ItemState, state_of
from ..look_back.waiting import waiting_rows
from ..models import LookBackItem, Measure, Remark
from .filled import Filled

Line = dict[str, Any]

# Which symbol and hue of the states of measures stands for a state of a sampled measure, and for that of a remark.
ITEM_LOOKS = {
    ItemState.PENDING: "not_started",
    ItemState.REOPENED_BEFORE: "in_progress",
    ItemState.HOLDS: "closed",
    ItemState.PROPOSED: "returned",
    ItemState.REOPENED: "in_progress",
    ItemState.DECLINED: "cancelled",
}
FIELDS = {
    **field_names.FIELD_NAMES,
    "result": pgettext_lazy("look-back", "What was found"),
    "note": pgettext_lazy("look-back", "What was found"),
}
# What was found is said by a button; its words stand beside it.
INPUT_OF = {"result": "note"}
REMARK_LOOKS = {"open": "not_started", "answered": "in_review", "accepted": "closed"}


def sent(filled: Filled, form: str) -> Line:
    """What one of several forms of a page shows: what was typed into it and what was wrong, if it is the one sent.

    Args:
        form: its name on the page.
    """
    mine = filled if filled.act == form else Filled()
    return {
        "name": form,
        "values": mine.values if mine.refusal else {},
        "errors": mine.errors,
        "error_lines": [
            {
                "label": FIELDS.get(name, name),
                "url": f"#{form}-{INPUT_OF.get(name, name)}",
                "text": "；".join(map(str, texts)),
            }
            for name, texts in mine.errors.items()
            if name != "version"
        ],
        "problem": mine.problem,
        "refusal": mine.refusal,
        "kept": mine.typed_words,
        "open": mine.refusal is not None,
    }


def item_line(item: LookBackItem, posts: Posts, filled: Filled) -> Line:
    """A sampled measure that `shown_items` read."""
    measure, state = item.measure, state_of(item, item.measure)
    took_part: bool = item.took_part  # type: ignore[attr-defined]
    acts = acts_on_item(item, posts, took_part)
    return {
        "item": item,
        "measure": measure,
        "url": reverse("measure", args=[measure.pk]),
        "state": state,
        "look": ITEM_LOOKS[state],
        "signed": signed_in_short(item),
        "acts": acts,
        "why_not": why_not_check(item, state, posts, took_part, acts),
        "check": sent(filled, f"check-{item.pk}"),
        "decline": sent(filled, f"decline-{item.pk}"),
        "remark": sent(filled, f"remark-{item.pk}"),
    }


def why_not_check(item: LookBackItem, state: str, posts: Posts, took_part: bool, acts: Iterable[str]) -> str:
    """Why an auditor cannot check a sampled measure, where they cannot."""
    if "auditor" not in posts.roles or acts:
        return ""
    if state == ItemState.REOPENED_BEFORE:
        return _("The measure was reopened before it was checked; there is nothing to check until it is closed again.")
    if state == ItemState.PENDING and took_part:
        return _("You took part in closing this measure; somebody else has to check it.")
    return ""


def remark_line(remark: Remark, posts: Posts, on: date, filled: Filled) -> Line:
    """A remark that `shown_remarks` read."""
    return {
        "remark": remark,
        "anchor": f"remark-{remark.pk}",
        "look": REMARK_LOOKS[remark.state],
        "overdue": is_overdue(remark, on),
        "days": (remark.answer_due_on - on).days if remark.state == "open" else None,
        "acts": acts_on_remark(remark, posts),
        "answer": sent(filled, f"answer-{remark.pk}"),
        "settle": sent(filled, f"settle-{remark.pk}"),
        "send_back": sent(filled, f"send_back-{remark.pk}"),
    }


def remark_lines(remarks: Any, posts: Posts, on: date, filled: Filled) -> list[Line]:
    """Remarks in the order in which they were made: one statement."""
    return [remark_line(remark, posts, on, filled) for remark in shown_remarks(remarks).order_by("pk")]


def of_measure(measure: Measure, posts: Posts, on: date, filled: Filled) -> Line:
    """What the page of a measure says of second looks: two statements."""
    items = list(measure.look_back_items.select_related("look_back").order_by("-pk"))
    for item in items:
        item.measure = measure
    may_remark = "auditor" in posts.roles
    lines = remark_lines(measure.remarks.all(), posts, on, filled)
    return {
        "items": [
            {"item": item, "state": (state := state_of(item, measure)), "look": ITEM_LOOKS[state]} for item in items
        ],
        "remarks": lines,
        "may_remark": may_remark,
        "new": sent(filled, f"remark-measure-{measure.pk}"),
        "shown": bool(items or lines or may_remark),
    }


def waiting_lines(posts: Posts, on: date) -> list[Line]:
    """What waits for a person because somebody looked back: three statements at most."""
    return lines_of_waiting(waiting_rows(posts), on)


def lines_of_waiting(rows: Iterable[tuple[str, Any]], on: date) -> list[Line]:
    """Lines about what waits, each with what it is."""
    made: dict[str, Any] = {
        "remark": lambda remark: _waiting_remark(remark, on),
        "relapse": _waiting_relapse,
        "answer": _waiting_answer,
    }
    return [made[kind](row) for kind, row in rows]


def _about(row: Remark | LookBackItem) -> Line:
    measure = row.measure
    return {
        "number": measure.number,
        "title": measure.content,
        "department": measure.lead_department.name,
        "department_id": measure.lead_department_id,
        "round": measure.sub_issue.round,
    }


def _waiting_remark(remark: Remark, on: date) -> Line:
    page = reverse("measure", args=[remark.measure_id])
    return _about(remark) | {
        "kind": "remark",
        "what": _("Remark to answer"),
        "words": remark.text,
        "lacking": remark.sent_back_why,
        "who": remark.made_by_name,
        "day": remark.made_on,
        "due_on": remark.answer_due_on,
        "days": (remark.answer_due_on - on).days,
        "url": f"{page}#remark-{remark.pk}",
        "act": _("Answer"),
    }


def _waiting_answer(remark: Remark) -> Line:
    page = reverse("measure", args=[remark.measure_id])
    return _about(remark) | {
        "kind": "answer",
        "what": _("Answer to read"),
        "words": remark.answer,
        "who": remark.answered_by_name,
        "day": remark.answered_on,
        "url": f"{page}#remark-{remark.pk}",
        "act": _("Look"),
    }


def _waiting_relapse(item: LookBackItem) -> Line:
    return _about(item) | {
        "kind": "relapse",
        "what": _("Relapsed, reopening proposed"),
        "words": item.note,
        "who": item.checked_by_name,
        "day": item.checked_on,
        "url": f"{reverse('look-back', args=[item.look_back_id])}#item-{item.pk}",
        "act": _("Decide"),
    }
