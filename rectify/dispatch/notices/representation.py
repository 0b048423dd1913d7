"""Notices as the inbox and the API tell them: inside the house, so with what they are about in its own words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from rest_framework import serializers

from issues.models import Milestone, SubIssue
from measures.models import Measure
from measures.requests import KINDS

from ..models import Notice, NoticeKind, SupervisionOrder
from .links import page_of
from .words import OF_WEEKS, lines_in, owed_and_waiting, told_apart, week_in_short

# Each kind's symbol and hue, by the states of measures that look so.
LOOKS: dict[str, str] = {
    NoticeKind.OVERDUE: "overdue",
    NoticeKind.MISSED: "overdue",
    NoticeKind.URGED: "due_soon",
    NoticeKind.DUE: "due_soon",
    NoticeKind.CUTOFF: "due_soon",
    NoticeKind.ORDER: "due_soon",
    NoticeKind.ORDER_DUE: "due_soon",
    NoticeKind.RETURNED: "returned",
    NoticeKind.REMARK: "returned",
    NoticeKind.RELAPSE: "returned",
    NoticeKind.REMARK_ANSWERED: "in_review",
    NoticeKind.TO_SIGN: "in_review",
    NoticeKind.TO_CONFIRM: "in_review",
    NoticeKind.REVIEW: "sustained",
    NoticeKind.ORDER_ANSWERED: "closed",
    NoticeKind.BRIEF: "closed",
}
OF_ORDERS = (NoticeKind.ORDER, NoticeKind.ORDER_DUE, NoticeKind.ORDER_ANSWERED, NoticeKind.INSTRUCTION)
OF_MEASURES = (NoticeKind.DUE, NoticeKind.OVERDUE, NoticeKind.REVIEW)


class NoticeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=NoticeKind.choices)
    kind_label = serializers.CharField()
    round = serializers.IntegerField()
    subject = serializers.IntegerField(help_text="the id of what it is about; of what table, follows from the kind")
    period = serializers.CharField(allow_blank=True)
    about = serializers.CharField(allow_blank=True, help_text="number and title of what it is about")
    detail = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(help_text="how many things it is about")
    made_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(help_text="the page on which it is done")


def notice_rows(notices: Sequence[Notice], on: date) -> list[dict[str, Any]]:
    """Notices as told to their recipient: a constant number of statements.

    Args:
        on: the day from which days left are counted.
    """
    measures = Measure.objects.in_bulk({pk for notice in notices if (pk := _measure_of(notice))})
    sub_issues = SubIssue.objects.in_bulk({pk for notice in notices if (pk := _sub_issue_of(notice))})
    named = _named(notices, [NoticeKind.MILESTONE], Milestone) | _named(notices, OF_ORDERS, SupervisionOrder)
    return [
        {
            "id": notice.pk,
            "kind": notice.kind,
            "kind_label": str(NoticeKind(notice.kind).label),
            "round": notice.round_id,
            "subject": notice.subject_id,
            "period": notice.period,
            "about": str(
                measures.get(_measure_of(notice))
                or sub_issues.get(_sub_issue_of(notice))
                or named.get((notice.kind, notice.subject_id), "")
            ),
            "detail": detail_of(notice, on),
            "count": lines_in(notice),
            "made_at": notice.made_at,
            "read_at": notice.read_at,
            "url": page_of(notice),
        }
        for notice in notices
    ]


def _kind_of_request(notice: Notice) -> Any:
    return next((kind for kind in KINDS if kind.name == notice.facts.get("request")), None)


def _measure_of(notice: Notice) -> int | None:
    if notice.kind in OF_MEASURES:
        return notice.subject_id
    kind = _kind_of_request(notice)
    return notice.facts.get("about") if kind is not None and kind.is_measure else notice.facts.get("measure")


def _sub_issue_of(notice: Notice) -> int | None:
    kind = _kind_of_request(notice)
    return notice.facts.get("about") if kind is not None and not kind.is_measure else None


def _named(notices: Sequence[Notice], kinds: Any, model: Any) -> dict[tuple[str, int], Any]:
    """What notices of some kinds are about, by kind and id."""
    mine = [notice for notice in notices if notice.kind in kinds]
    rows = model.objects.in_bulk({notice.subject_id for notice in mine})
    return {(notice.kind, notice.subject_id): _title(rows.get(notice.subject_id)) for notice in mine}


def _title(row: Any) -> str:
    """Number and title of an order, title of a milestone."""
    return " ".join(filter(None, (getattr(row, "number", ""), row.title))) if row is not None else ""


def detail_of(notice: Notice, on: date) -> str:
    """What there is to say beside what it is about: days left, the week, what was asked for."""
    facts = notice.facts
    if notice.kind in (NoticeKind.DUE, NoticeKind.OVERDUE):
        return _days(date.fromisoformat(facts["due_on"]), facts["colour"], on)
    if notice.kind in (NoticeKind.ORDER_DUE, NoticeKind.MILESTONE):
        return days_until(date.fromisoformat(facts["due_on"]), on)
    if notice.kind in OF_WEEKS:
        return week_in_short(facts) + pgettext("between clauses", ", ") + _lines(notice)
    if notice.kind == NoticeKind.BRIEF and "year" in facts:
        return _("week %(week)d of %(year)d") % {"week": facts["week"], "year": facts["year"]}
    if (kind := _kind_of_request(notice)) is not None:
        return str(kind.label)
    return str(facts.get("detail", ""))


def _lines(notice: Notice) -> str:
    """How many lines of a week, and what is to be done about them where the kind does not say it by itself."""
    if told_apart([notice]):
        return owed_and_waiting([notice])
    count = lines_in(notice)
    return ngettext("%(count)d line", "%(count)d lines", count) % {"count": count}


def _days(due_on: date, colour: str, on: date) -> str:
    """How long until a deadline, or since it; with the colour of the warning in words."""
    named = {"blue": _("blue warning"), "yellow": _("yellow warning"), "red": _("red warning")}[colour]
    return days_until(due_on, on) + pgettext("between clauses", ", ") + named


def days_until(due_on: date, on: date) -> str:
    """A day, and how long until it or since it; the day itself needs no date."""
    left = (due_on - on).days
    if left == 0:
        return _("due today")
    if left < 0:
        words = ngettext("%(count)d day overdue", "%(count)d days overdue", -left) % {"count": -left}
    else:
        words = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    due = _("due %(day)s") % {"day": due_on.isoformat()}
    return due + pgettext("between clauses", ", ") + words
