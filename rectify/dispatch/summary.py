"""A round's open week in a few figures, for the homes of those whom it concerns."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from issues.models import Round

from .models import Dispatch, Line
from .states import OWED, SENT, LineState


@dataclass(frozen=True)
class WeekSummary:
    """How far an open week has come.

    Args:
        counts: lines by state, of the departments that were asked for.
        owing: how many departments still owe something.
    """

    week: Dispatch
    counts: dict[str, int]
    owing: int

    @property
    def total(self) -> int:
        """What is owed this week; exempt lines are not."""
        return sum(number for state, number in self.counts.items() if state != LineState.EXEMPT)

    @property
    def sent(self) -> int:
        return sum(self.counts[state] for state in SENT)

    @property
    def to_confirm(self) -> int:
        return self.counts[LineState.TO_CONFIRM]


def open_week_of(round_: Round, **whose: Any) -> WeekSummary | None:
    """The open week of a round; None where none is open. Two statements.

    Args:
        whose: filters of the lines, as department=…
    """
    week = Dispatch.objects.filter(round=round_).open().first()
    if week is None:
        return None
    counts, owing = dict.fromkeys(LineState.values, 0), set()
    rows = Line.objects.filter(dispatch=week, **whose).with_state().order_by()
    for state, department, number in rows.values_list("state", "department").annotate(number=Count("pk")):
        counts[state] += number
        if state in OWED:
            owing.add(department)
    return WeekSummary(week, counts, len(owing))
