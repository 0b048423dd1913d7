"""The weeks of a round as a dashboard sees them on a day: how they were reported, and what had been kept by then."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from issues.models import Round
from rectify.dispatch.frozen_figures import counted
from rectify.dispatch.models import Dispatch, FrozenFigures, Line
from rectify.dispatch.weeks import CHINA, Week
from rectify.web.moments import Moment


@dataclass(frozen=True)
class Reported:
    """How a week was reported.

    Args:
        counts: lines: owed, reported, late, unconfirmed, missing, returned, exempt.
    """

    week: Week
    dispatch_id: int
    is_open: bool
    counts: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return {"week": str(self.week), "dispatch": self.dispatch_id, "open": self.is_open, **self.counts}


def frozen_by(round_: Round, moment: Moment) -> Any:
    """The figures kept with the weeks that were frozen on or before a day, the newest first."""
    kept = FrozenFigures.objects.filter(round=round_, on__lte=moment.on).select_related("dispatch")
    if moment.known_at is not None:
        kept = kept.filter(dispatch__frozen_at__lte=moment.known_at)
    return kept.order_by("-on", "-dispatch__monday")


def newest_week(round_: Round, moment: Moment, frozen: FrozenFigures | None) -> Reported | None:
    """The open week, or the newest that is frozen; on a past day always the latter: two statements, one for a past day.

    Args:
        frozen: the newest of those frozen by the day.
    """
    if not moment.is_past:
        week = Dispatch.objects.filter(round=round_).open().first()
        if week is not None:
            states = Line.objects.filter(dispatch=week).with_state().order_by().values_list("state", flat=True)
            return Reported(week.iso_week, week.pk, True, counted(states))
    if frozen is None:
        return None
    return Reported(frozen.dispatch.iso_week, frozen.dispatch_id, False, frozen.figures["reported"])


def frozen_days(round_: Round) -> list[tuple[Week, Any]]:
    """Each frozen week with the day of its freezing, the oldest first: the stops of the slider over time."""
    weeks = Dispatch.objects.filter(round=round_, frozen_at__isnull=False).order_by("monday")
    rows = weeks.values_list("year", "week", "frozen_at")
    return [(Week(year, week), timezone.localdate(at, CHINA)) for year, week, at in rows]
