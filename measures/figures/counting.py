"""Counts rows: by state, by what presses, by whose they are. Pure; the same rows and day give the same figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from issues.filters import NO_FINDING
from issues.states import SubIssueStatus, SuperiorFinding

from ..states import DONE, OMITTED, MeasureStatus
from .rows import Row

SUB_ISSUE_FIGURES = tuple(status.value for status in SubIssueStatus)
MEASURE_FIGURES = tuple(status.value for status in MeasureStatus if status not in OMITTED)
SUPERIOR_FIGURES = (*(finding.value for finding in SuperiorFinding), NO_FINDING)
SOON, LATER = 10, 20


def tally(rows: Iterable[Row], statuses: Iterable[str]) -> dict[str, int]:
    """How many there are, and how many in each state."""
    counts = dict.fromkeys(statuses, 0)
    total = 0
    for row in rows:
        counts[row.status] += 1
        total += 1
    return {"total": total, **counts}


def found_by_superior(sub_issues: Iterable[Row]) -> dict[str, int]:
    """How many sub-issues the superior accepted, how many it sent back, and of how many it said nothing yet."""
    counts = dict.fromkeys(SUPERIOR_FIGURES, 0)
    for row in sub_issues:
        counts[row.superior_finding or NO_FINDING] += 1
    return counts


def pressing(measures: Sequence[Row], on: date, started_on: date | None) -> dict[str, int]:
    """What is done, late, due or behind among measures.

    Args:
        started_on: the day on which the plan was approved; even progress counts from there.
    """
    return {
        "done": sum(row.status in DONE for row in measures),
        "overdue": sum(row.is_overdue(on) for row in measures),
        "overdue_original": sum(row.was_overdue(on) for row in measures),
        "due_in_10_days": sum(row.is_due_within(on, SOON) for row in measures),
        "due_in_20_days": sum(row.is_due_within(on, LATER) for row in measures),
        "behind": sum(row.lags(started_on, on) for row in measures),
    }


def grouped(
    measures: Iterable[Row],
    on: date,
    started_on: date | None,
    key: Callable[[Row], Any],
    groups: Iterable[Mapping[str, Any]],
    name: str = "key",
) -> list[dict[str, Any]]:
    """The figures of each group that has measures, in the groups' own order.

    Args:
        key: what of a row says to which group it belongs.
        name: what of a group the rows name.
    """
    members: dict[Any, list[Row]] = {}
    for row in measures:
        members.setdefault(key(row), []).append(row)
    found = []
    for group in groups:
        if (mine := members.get(group[name])) is not None:
            figures = pressing(mine, on, started_on)
            found.append({**group, **tally(mine, MEASURE_FIGURES), **figures})
    return found
