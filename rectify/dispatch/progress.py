"""Which lines of a week stand still or lag behind even progress (序时进度)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from measures.progress import lags

from .models import Dispatch, FrozenLine
from .states import LineState

# From so many weeks in a row without progress a measure has stood still.
STILL = 2


def moved(progress: int | None, before: int | None, same: int) -> bool:
    """Whether a report brought a measure on: its percentage rose; without percentages, it said something new.

    Args:
        before: the progress before the week; same: see `Line.same`.
    """
    if progress is None and before is None:
        return not same
    return (progress or 0) > (before or 0)


def line_moved(line: FrozenLine) -> bool:
    """Whether what was reported in a frozen week brought a measure on."""
    return line.reported_at is not None and moved(line.progress, line.progress_before, line.facts.get("same", 0))


def moves_before(week: Dispatch) -> Mapping[int, Sequence[bool]]:
    """Measure -> whether each of the weeks before brought it on, the newest first: two statements."""
    earlier = Dispatch.objects.filter(round=week.round_id, monday__lt=week.monday, frozen_at__isnull=False)
    weeks = list(earlier.order_by("-monday").values_list("pk", flat=True)[:STILL])
    found: dict[int, list[bool]] = defaultdict(list)
    lines = FrozenLine.objects.filter(line__dispatch__in=weeks).select_related("line")
    for line in lines.order_by("-line__dispatch__monday"):
        # Who owed nothing did not stand still.
        found[line.line.measure_id].append(line.state == LineState.EXEMPT or line_moved(line))
    return found


def stands_still(this_week: bool | None, before: Sequence[bool]) -> bool:
    """Whether a measure stood still for two weeks.

    Args:
        this_week: whether the week brought it on; None where it is open and nothing was reported yet.
        before: the weeks before, the newest first.
    """
    weeks = [*before] if this_week is None else [this_week, *before]
    return len(weeks) >= STILL and not any(weeks[:STILL])


def behind(row: Mapping[str, Any], on: date) -> bool:
    """Whether a line's measure lags behind even progress."""
    progress = row["progress"] if row["progress"] is not None else row["before"]["progress"]
    return lags(progress, row["starts_on"], row["due_on"], on)
