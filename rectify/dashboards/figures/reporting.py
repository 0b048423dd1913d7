"""The reporting map: how each department reported in each week."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from issues.models import Round
from rectify.dispatch.frozen_figures import COLUMNS, COUNTS
from rectify.dispatch.models import Dispatch, FrozenLine, Line
from rectify.dispatch.states import LineState
from rectify.dispatch.weeks import Week
from rectify.organization.models import Department
from rectify.web.moments import Moment

# A year at most; older weeks are reached by an earlier day.
MOST_WEEKS = 53
# What a cell is called by, the worst that is in it first.
WORST_FIRST = ("missing", "returned", "late", "unconfirmed", "reported", "exempt")


@dataclass(frozen=True)
class MapWeek:
    """A column of the map."""

    pk: int
    week: Week
    monday: date
    is_open: bool
    skipped: str


@dataclass
class MapRow:
    """A department's row.

    Args:
        weeks: week's dispatch -> lines by how they were reported: owed, reported, late, …; only weeks with lines.
    """

    pk: int
    key: str
    name: str
    weeks: dict[int, dict[str, int]] = field(default_factory=dict)

    def worst(self, dispatch_id: int) -> str:
        """What a cell is called by; empty where the department had no line."""
        counts = self.weeks.get(dispatch_id, {})
        return next((name for name in WORST_FIRST if counts.get(name)), "")


@dataclass(frozen=True)
class ReportingMap:
    """Weeks, the oldest first, and departments in the organisation's own order."""

    weeks: list[MapWeek]
    rows: list[MapRow]

    def totals(self, dispatch_id: int) -> dict[str, int]:
        """A week's lines of all departments."""
        return {name: sum(row.weeks.get(dispatch_id, {}).get(name, 0) for row in self.rows) for name in COUNTS}


def reporting_map(round_: Round, moment: Moment, department_id: int | None = None) -> ReportingMap:
    """How departments reported in the weeks up to a moment: four statements at most.

    On a past day only weeks count that were frozen by then, as they were frozen.
    """
    found = Dispatch.objects.filter(round=round_)
    if moment.is_past:
        frozen_by = Q(frozen_at__date__lte=moment.on)
        if moment.known_at is not None:
            frozen_by &= Q(frozen_at__lte=moment.known_at)
        found = found.filter(frozen_by | (~Q(skipped="") & Q(opened_at__date__lte=moment.on)))
    weeks = [*reversed(found.order_by("-monday")[:MOST_WEEKS])]
    rows = {row.pk: row for row in _departments(round_, department_id)}
    frozen = [week.pk for week in weeks if week.frozen_at is not None]
    _count(rows, FrozenLine.objects.filter(line__dispatch__in=frozen), "line__dispatch", "line__department")
    open_weeks = [week.pk for week in weeks if week.is_open]
    if open_weeks:
        _count(rows, Line.objects.filter(dispatch__in=open_weeks).with_state(), "dispatch", "department")
    return ReportingMap(
        [MapWeek(week.pk, week.iso_week, week.monday, week.is_open, week.skipped) for week in weeks],
        [row for row in rows.values() if row.weeks],
    )


def _departments(round_: Round, department_id: int | None) -> list[MapRow]:
    known = Department.objects.filter(organization=round_.organization_id)
    if department_id is not None:
        known = known.filter(pk=department_id)
    return [MapRow(*row) for row in known.order_by("position").values_list("pk", "key", "name")]


def _count(rows: dict[int, MapRow], lines: QuerySet, week: str, department: str) -> None:
    """Adds lines to the departments' cells: one statement."""
    cells: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    grouped: Any = lines.order_by().values_list(F(week), F(department), "state").annotate(number=Count("pk"))
    for dispatch_id, department_id, state, number in grouped:
        counts = cells[dispatch_id, department_id]
        counts[COLUMNS[LineState(state)]] += number
        counts["owed"] += number if state != LineState.EXEMPT else 0
    for (dispatch_id, department_id), counts in cells.items():
        if department_id in rows:
            rows[department_id].weeks[dispatch_id] = counts
