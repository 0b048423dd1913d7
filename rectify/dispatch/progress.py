"""Even progress (序时进度): where a measure should be by now if it went on evenly from its start to its deadline."""

from collections.abc import Mapping
from datetime import date
from typing import Any

# Shorter ones are not measured so: their last days do most of the work.
LONG_ENOUGH = 60
# From so many weeks in a row 'as last week' a measure has stood still.
STILL = 2


def expected(started_on: date, due_on: date, on: date) -> int:
    """The percentage that even progress would have reached on a day."""
    whole = (due_on - started_on).days
    return 100 if on >= due_on or whole <= 0 else max(0, round(100 * (on - started_on).days / whole))


def behind(row: Mapping[str, Any], on: date) -> bool:
    """Whether a line's measure lags behind even progress; only dated measures that run longer than 60 days."""
    started_on, due_on, progress = row["starts_on"], row["due_on"], row["progress"]
    known = progress if progress is not None else row["before"]["progress"]
    if started_on is None or due_on is None or known is None or (due_on - started_on).days <= LONG_ENOUGH:
        return False
    return known < expected(started_on, due_on, on)
