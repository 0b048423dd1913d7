"""What the rows do not say by themselves: since when closures wait, and what came of those that were passed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from issues.models import SubIssueHistory
from issues.states import SubIssueStatus
from rectify.web.moments import Moment
from rectify.workflow.prepared import Prepared

from ..inputs import OUTCOME_UNITS
from ..models import MeasureHistory
from ..states import MeasureStatus
from .rows import MEASURE, Row

# Longer than so many days a closure should not wait anywhere.
LONG_WAIT = 7


@dataclass(frozen=True)
class Waiting:
    """What is asked to be closed or accepted and not decided yet.

    Args:
        measures, sub_issues: for how many days each has waited, the longest first.
    """

    measures: list[int]
    sub_issues: list[int]

    def as_json(self) -> dict[str, int | None]:
        days = self.measures + self.sub_issues
        return {
            "measures": len(self.measures),
            "sub_issues": len(self.sub_issues),
            "longest_days": max(days, default=None),
            "over_7_days": sum(each > LONG_WAIT for each in days),
        }


def waiting(rows: Iterable[Row], moment: Moment) -> Waiting:
    """For how many days each has waited that is under review: two statements, none where nothing is."""
    under_review: dict[bool, list[int]] = {True: [], False: []}
    for row in rows:
        if row.status == MeasureStatus.IN_REVIEW:
            under_review[row.what == MEASURE].append(row.pk)
    return Waiting(
        _days("measure", under_review[True], moment),
        _days("sub_issue", under_review[False], moment),
    )


def _days(subject: str, keys: list[int], moment: Moment) -> list[int]:
    if not keys:
        return []
    asked = ASKED[subject](keys=keys, on=moment.on, known_at=moment.known_at)
    return sorted(((moment.on - day).days for _subject, day in asked), reverse=True)


def _asked(model: Any, subject: str, status: str) -> Prepared:
    """On which day each of some objects came under review."""

    def build(keys: list[int], on: date, known_at: datetime | None) -> Any:
        rows = model.objects.filter(**{f"{subject}__in": keys}, to_status=status).exclude(from_status=status)
        return (
            rows.counting(on, known_at)
            .order_by()
            .values(subject)
            .annotate(day=Max("happened_on"))
            .values_list(subject, "day")
        )

    return Prepared(build)


ASKED = {
    "measure": _asked(MeasureHistory, "measure", MeasureStatus.IN_REVIEW),
    "sub_issue": _asked(SubIssueHistory, "sub_issue", SubIssueStatus.IN_REVIEW),
}


def outcomes(rows: Iterable[Row], moment: Moment) -> dict[str, Decimal]:
    """What came of the measures that are closed on the day, added up: one statement.

    Returns:
        The quantity of each outcome in its own unit, those in OUTCOME_UNITS; outcomes nobody named are zero.
    """
    closed = [row.pk for row in rows if row.what == MEASURE and row.status == MeasureStatus.CLOSED]
    newest: dict[int, Mapping[str, Any]] = {}
    for measure, told in _told(keys=closed, on=moment.on, known_at=moment.known_at) if closed else ():
        newest[measure] = told or {}
    sums = dict.fromkeys(OUTCOME_UNITS, Decimal(0))
    for told in newest.values():
        for name, quantity in told.items():
            sums[name] = sums.get(name, Decimal(0)) + Decimal(quantity)
    return sums


@Prepared
def _told(keys: list[int], on: date, known_at: datetime | None) -> Any:
    """What the requests to close some measures name, the newest last."""
    asked = MeasureHistory.objects.filter(measure__in=keys, action="request_closure").counting(on, known_at)
    return asked.order_by("happened_on", "place").values_list("measure", "payload__outcomes")
