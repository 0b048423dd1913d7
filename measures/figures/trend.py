"""How many were done and closed on each day since the feedback, and how many should have been."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Value
from django.db.models.fields.json import KeyTextTransform

from issues.models import Round, SubIssueHistory
from issues.states import SubIssueStatus
from rectify.web.moments import Moment

from ..models import MeasureHistory
from ..states import DONE, OMITTED, MeasureStatus
from .rows import MEASURE, SUB_ISSUE, Row


@dataclass(frozen=True)
class Point:
    """The figures at the end of a day on which one of them changed.

    Args:
        total: measures that counted then; done, closed, sustained among them.
        sub_issues_closed, sub_issues_sustained: sub-issues in these states.
    """

    on: date
    total: int
    done: int
    closed: int
    sustained: int
    sub_issues_closed: int
    sub_issues_sustained: int


@dataclass(frozen=True)
class Trend:
    """A round's course up to a moment.

    Args:
        points: one for the feedback day, one for each day with a change, one for the moment; in their order.
        due: the plan's deadlines of the measures that count at the moment, in their order, later ones included.
    """

    points: list[Point]
    due: list[date]

    def planned(self, on: date) -> int:
        """How many measures the plan wants done by the end of a day."""
        return bisect_right(self.due, on)


def trend(round_: Round, moment: Moment, rows: Iterable[Row]) -> Trend:
    """A round's course from the feedback day to the moment: one statement.

    Args:
        rows: those of the moment, for the deadlines.
    """
    due = sorted(row.original_due_on for row in rows if row.what == MEASURE and row.original_due_on is not None)
    return Trend(_points(round_, moment, _words(round_, moment)), due)


def _words(round_: Round, moment: Moment) -> Sequence[tuple[date, int, str, int, str]]:
    """Each word on a status in the order in which it applies: day, place, kind of subject, subject, status."""

    def of(model: Any, what: str, subject: str, **where: Any) -> Any:
        status = KeyTextTransform("status", KeyTextTransform("new", "payload"))
        rows = model.objects.filter(payload__new__has_key="status", **where).counting(moment.on, moment.known_at)
        return rows.order_by().values_list("happened_on", "place", Value(what, CharField()), subject, status)

    both = of(MeasureHistory, MEASURE, "measure_id", sub_issue__round=round_).union(
        of(SubIssueHistory, SUB_ISSUE, "sub_issue_id", sub_issue__round=round_), all=True
    )
    return sorted(both)


def _points(round_: Round, moment: Moment, words: Sequence[tuple[date, int, str, int, str]]) -> list[Point]:
    status: dict[tuple[str, int], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    found: dict[date, Point] = {round_.feedback_on: _point(round_.feedback_on, counts)}
    for day, _place, what, subject, word in words:
        if (before := status.get((what, subject))) is not None:
            counts[what, before] -= 1
        status[what, subject] = word
        counts[what, word] += 1
        # What was set up before the feedback day was entered, stands there from that day on.
        shown = max(day, round_.feedback_on)
        found[shown] = _point(shown, counts)
    found[moment.on] = _point(moment.on, counts)
    return [found[day] for day in sorted(found)]


def _point(on: date, counts: Counter[tuple[str, str]]) -> Point:
    return Point(
        on,
        total=sum(counts[MEASURE, status] for status in MeasureStatus if status not in OMITTED),
        done=sum(counts[MEASURE, status] for status in DONE),
        closed=counts[MEASURE, MeasureStatus.CLOSED],
        sustained=counts[MEASURE, MeasureStatus.SUSTAINED],
        sub_issues_closed=counts[SUB_ISSUE, SubIssueStatus.CLOSED],
        sub_issues_sustained=counts[SUB_ISSUE, SubIssueStatus.SUSTAINED],
    )
