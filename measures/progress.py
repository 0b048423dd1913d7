"""Even progress (序时进度): where a measure should be by now if it went on evenly from its start to its deadline."""

from datetime import date

# Shorter ones are not measured so: their last days do most of the work.
LONG_ENOUGH = 60


def expected(started_on: date, due_on: date, on: date) -> int:
    """The percentage that even progress would have reached on a day, in whole per cents that are full."""
    whole = (due_on - started_on).days
    return 100 if on >= due_on or whole <= 0 else max(0, 100 * (on - started_on).days // whole)


def lags(progress: int | None, started_on: date | None, due_on: date | None, on: date) -> bool:
    """Whether something open lags behind even progress; only what has a deadline and runs longer than 60 days.

    Args:
        progress: None where nothing was reported yet, which counts as nothing done.
        started_on: the day on which the plan was approved.
    """
    if started_on is None or due_on is None or (due_on - started_on).days <= LONG_ENOUGH:
        return False
    return (progress or 0) < expected(started_on, due_on, on)
