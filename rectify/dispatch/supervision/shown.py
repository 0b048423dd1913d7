"""Papers as pages show them: a line in a list, the letter itself, where it stands, what happened to it."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from issues.models import Round, RoundHistory
from issues.states import UNDER_WAY
from measures.standing import in_words
from rectify.organization.posts import UNITS, Posts

from ..models import OrderKind, OrderStatus, SupervisionOrder
from .acting import acts_on, concern_of
from .drafting import may_draft
from .matters import shown_text, shown_title
from .wording import day_in_words

# Each state's symbol and hue, by the states of measures that look so.
LOOKS: Mapping[str, str] = {
    OrderStatus.DRAFT: "not_started",
    OrderStatus.ISSUED: "in_progress",
    OrderStatus.ANSWERED: "in_review",
    OrderStatus.CLOSED: "closed",
    OrderStatus.CANCELLED: "cancelled",
}
# What a reader would look for in a state: the act with which it goes on.
EXPECTED: Mapping[str, str] = {
    OrderStatus.DRAFT: "issue",
    OrderStatus.ISSUED: "answer",
    OrderStatus.ANSWERED: "conclude",
}


def line_of(order: SupervisionOrder, on: date) -> dict[str, Any]:
    """A paper as a line of a list."""
    return {
        "order": order,
        "url": reverse("supervision-order", args=[order.pk]),
        "name": order.number or order.get_kind_display(),
        "title": shown_title(order, on),
        "look": LOOKS[order.status],
        "days": (order.due_on - on).days if order.due_on else None,
        "waits": order.status == OrderStatus.ISSUED,
        "overdue": order.is_overdue(on),
        "about": about_in_words(order),
    }


def about_in_words(order: SupervisionOrder) -> str:
    """What a paper is about, in one line."""
    if order.measure is not None:
        return f"{order.measure.number} {order.measure.content}"
    if order.sub_issue is not None:
        return f"{order.sub_issue.number} {order.sub_issue.title}"
    return _("the whole round")


def on_board(round_: Round, posts: Posts, on: date) -> dict[str, Any]:
    """What the board shows of a round's papers: the open ones, and to those who write them their drafts."""
    visible = SupervisionOrder.objects.visible_to(posts.user, on).filter(round=round_)
    shown = visible.filter(status__in=[OrderStatus.DRAFT, *EXPECTED]).for_display().pressing_first()
    return {
        "lines": [line_of(order, on) for order in shown],
        "kinds": may_draft(posts, round_.organization_id) if round_.status in UNDER_WAY else frozenset(),
        "office": OrderKind.ORDER in may_draft(posts, round_.organization_id),
        "any": visible.exists(),
    }


def to_answer(round_: Round | None, posts: Posts, on: date) -> list[dict[str, Any]]:
    """The papers that a person's departments have to answer, the most urgent first."""
    if round_ is None:
        return []
    waiting = SupervisionOrder.objects.awaiting_answer().filter(round=round_, department__in=posts.department_ids())
    return [line_of(order, on) for order in waiting.for_display().order_by("due_on", "pk")]


def letter_of(order: SupervisionOrder, on: date, due_on: date | None = None) -> dict[str, Any]:
    """A paper laid out like an official letter: as it was issued, or as it would be issued on a day.

    Args:
        due_on: until when a draft is to be answered that does not say so.
    """
    if order.issued_on is None and order.due_on is None:
        order = copy(order)
        order.due_on = due_on
    return {
        **letter(shown_title(order, on), shown_text(order, on)),
        "number": order.number,
        "instruction": order.instruction,
        "leader": order.leader_name,
        "signed": f"{order.round.organization.name}{UNITS['office']}",
        "day": day_in_words(order.issued_on) if order.issued_on else "",
        "draft": order.issued_on is None,
    }


def letter(title: str, text: str) -> dict[str, Any]:
    """A letter's title and paragraphs; the line that ends in a colon on top names whom it goes to."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    to = lines.pop(0) if lines and lines[0].endswith(("：", ":")) else ""
    return {"title": title, "to": to, "lines": lines}


def standing(order: SupervisionOrder, on: date) -> str:
    """Where a paper stands, in a sentence."""
    facts = {
        "name": order.ended_by_name or order.drafted_by_name,
        "department": order.department.name if order.department else "",
        "day": in_words(order.ended_on or order.answered_on or order.issued_on or order.drafted_on),
    }
    if order.status == OrderStatus.ISSUED and order.due_on is not None:
        return _("%(department)s has to answer until %(day)s.") % (facts | {"day": in_words(order.due_on)})
    if order.status == OrderStatus.DRAFT and order.kind == OrderKind.INSTRUCTION:
        return _("An instruction, entered by %(name)s on %(day)s; nobody was asked yet.") % facts
    sentences = {
        OrderStatus.DRAFT: _("A draft by %(name)s, %(day)s; nobody was asked yet."),
        OrderStatus.ANSWERED: _("%(department)s answered on %(day)s; the rectification office checks the answer."),
        OrderStatus.CLOSED: _("Concluded by %(name)s on %(day)s."),
        OrderStatus.CANCELLED: _("Cancelled by %(name)s on %(day)s."),
    }
    return sentences[OrderStatus(order.status)] % facts


def why_not(order: SupervisionOrder, posts: Posts) -> str:
    """Why the act with which a paper goes on is not open to a reader, in one line; empty where it is."""
    expected = EXPECTED.get(order.status)
    if expected is None:
        return _("It is concluded.") if order.status == OrderStatus.CLOSED else _("It was cancelled.")
    if order.round.status not in UNDER_WAY:
        return _("The round is not under way; no papers are written on it.")
    if expected in acts_on(order, posts):
        return ""
    if order.status == OrderStatus.DRAFT:
        return _("The rectification office assigns a department and a day, and issues it.")
    if order.status == OrderStatus.ISSUED:
        department = order.department.name if order.department else ""
        return _("Only the liaison or the head of %(department)s can answer it.") % {"department": department}
    if "office_itself" in posts.parties(concern_of(order)):
        return _("It goes to your own department: somebody else of the office has to conclude it.")
    return _("The rectification office concludes it, or returns the answer.")


def what_happened(order: SupervisionOrder) -> list[dict[str, Any]]:
    """A paper's rows in the round's history, newest first, for the `timeline` component. One statement."""
    rows = RoundHistory.objects.filter(round=order.round_id, action__in=SENTENCES, payload__order__id=order.pk)
    return [
        {
            "happened_on": row.happened_on,
            "recorded_on": timezone.localtime(row.recorded_at),
            "late": row.entered_late,
            "actor": row.actor_name,
            "department": row.department_name if row.department_name != row.actor_name else "",
            "sentence": SENTENCES[row.action](row.payload),
            "reason": row.reason or row.payload.get("answer") or row.payload.get("conclusion") or "",
            "hash": row.hash,
            "sequence": row.sequence,
        }
        for row in rows.order_by("-sequence")
    ]


def _drafted(payload: Mapping[str, Any]) -> str:
    if payload["order"]["kind"] == OrderKind.INSTRUCTION:
        return _("entered the instruction.")
    return _("drafted the paper.")


def _issued(payload: Mapping[str, Any]) -> str:
    words = _("issued it as %(number)s, to be answered until %(day)s.")
    return words % {"number": payload["order"]["number"], "day": _due(payload)}


def _answered(payload: Mapping[str, Any]) -> str:
    return _("answered after the day until which it was due.") if payload.get("late") else _("answered.")


def _returned(payload: Mapping[str, Any]) -> str:
    return _("returned the answer, to be answered anew until %(day)s.") % {"day": _due(payload)}


def _due(payload: Mapping[str, Any]) -> str:
    day = parse_date(payload["order"]["due_on"] or "")
    return in_words(day) if day else ""


SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "draft_order": _drafted,
    "edit_order": lambda payload: _("changed the draft."),
    "issue_order": _issued,
    "answer_order": _answered,
    "return_order_answer": _returned,
    "conclude_order": lambda payload: _("concluded it."),
    "cancel_order": lambda payload: _("cancelled the paper."),
}
