"""The figures that are kept with a frozen week."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils import timezone

from measures.figures.round import round_figures
from rectify.web.moments import Moment

from .going_on import go_on
from .models import Dispatch, FrozenFigures, FrozenLine
from .states import LineState
from .weeks import CHINA

# How lines are counted once their week is over: what is owed is the sum of all but the exempt ones.
COLUMNS = {
    LineState.REPORTED: "reported",
    LineState.LATE: "late",
    LineState.TO_CONFIRM: "unconfirmed",
    LineState.TO_REPORT: "missing",
    LineState.SAVED: "missing",
    LineState.RETURNED: "returned",
    LineState.EXEMPT: "exempt",
}
COUNTS = ("owed", *dict.fromkeys(COLUMNS.values()))
# So many weeks that were frozen by an earlier release get their figures at one look of the scheduler.
AT_ONCE = 20


@dataclass(frozen=True)
class FrozenMoment(Moment):
    """The day of a freezing, as it was known at its very moment.

    Args:
        at: the moment, aware.
    """

    at: datetime

    @classmethod
    def of(cls, week: Dispatch) -> "FrozenMoment":
        assert week.frozen_at is not None  # noqa: S101 -- only frozen weeks have one
        day = timezone.localdate(week.frozen_at, CHINA)
        return cls(day, day, day, week.frozen_at)

    @property
    def known_at(self) -> datetime:
        return self.at


def counted(states: Iterable[str]) -> dict[str, int]:
    """How lines in these states were reported: owed, reported, late, unconfirmed, missing, returned, exempt."""
    found: Counter[str] = Counter()
    for state in states:
        found[COLUMNS[LineState(state)]] += 1
        found["owed"] += state != LineState.EXEMPT
    return {name: found[name] for name in COUNTS}


def keep_figures(week: Dispatch, moment: Moment, states: Iterable[str]) -> FrozenFigures:
    """Keeps the figures of a week's round with the week, in the caller's transaction.

    Args:
        week: frozen, with its round at hand.
        states: those in which its lines were frozen.
    """
    figures = round_figures(week.round, moment).as_json() | {"reported": counted(states)}
    kept = FrozenFigures(dispatch=week, round=week.round, on=moment.on, figures=figures)
    kept.save()
    return kept


def catch_up() -> int:
    """Gives figures to weeks that were frozen before figures were kept; returns to how many.

    They are read from history as it was known at the freezing, so they are those that would have been kept then.
    """
    lacking = Dispatch.objects.filter(frozen_at__isnull=False, figures__isnull=True).select_related("round")
    weeks = list(lacking.order_by("pk")[:AT_ONCE])
    for week in weeks:
        states = FrozenLine.objects.filter(line__dispatch=week).values_list("state", flat=True)
        go_on(f"figures of week {week.pk}", partial(keep_figures, week, FrozenMoment.of(week), list(states)))
    return len(weeks)
