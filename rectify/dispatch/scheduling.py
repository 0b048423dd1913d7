"""What the scheduler does: it asks what should have happened by now and has not, never whether it is time.

So it may run seldom or often, twice at once, or after days of standing still: what is due happens once, and what is no
longer worth while is left out.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cached_property, partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from issues.states import UNDER_WAY
from rectify.organization.models import User
from rectify.workflow.acts import Act
from rectify.workflow.refusals import Refusal

from .calendar import working_days
from .freezing import freeze_week
from .frozen_figures import catch_up
from .going_on import go_on
from .models import Dispatch, Schedule
from .notices.bundling import bundle
from .notices.planning import plan
from .opening import open_week
from .schedules import span
from .weeks import CHINA, Week, moments_of

logger = logging.getLogger(__name__)


def tick(clock: Callable[[], datetime]) -> list[str]:
    """Does all that should have happened by now: freezes and opens weeks, writes down who is to be told what.

    Weeks freeze whose grace is over, those opened by hand too; they open where their time has come, of every round with
    a schedule.

    Args:
        clock: gives the present moment, aware.

    Returns:
        What was done, a line each: for the log and for whoever calls it by hand.
    """
    due = Schedule.objects.select_related("round__organization").filter(round__status__in=UNDER_WAY)
    weeks = _Weeks(timezone.localtime(clock(), CHINA))
    done: list[str] = []
    for week in weeks.to_freeze():
        go_on(f"freezing of week {week.pk}", partial(done.extend, _freeze(week, clock)))
    for schedule in due.order_by("pk"):
        go_on(f"weeks of round {schedule.pk}", partial(done.extend, _open(schedule, weeks, clock)))
    if caught_up := go_on("figures of frozen weeks", catch_up, 0):
        done.append(f"{caught_up} frozen weeks given their figures")
    done += [f"{count} told: {what}" for what, count in plan(clock()).items()]
    if messages := bundle(clock()):
        done.append(f"{messages} messages made")
    return done


class _Weeks:
    """The open and present weeks of all rounds, read once for a look; the services look again under their locks."""

    def __init__(self, now: datetime) -> None:
        self.now, self.week = now, Week.of(now.date())
        # A later one stands there where the clock was set back.
        present, self.open, self.present = Q(monday__gte=self.week.monday), {}, set()
        found = Dispatch.objects.filter(present | Q(frozen_at__isnull=True, skipped=""))
        for week in found.filter(round__status__in=UNDER_WAY).select_related("round"):
            if week.is_open:
                self.open[week.round_id] = week
            if week.monday >= self.week.monday:
                self.present.add(week.round_id)

    @cached_property
    def working(self) -> set[date]:
        """The working days of the present week."""
        return working_days(*span(self.week))

    def to_freeze(self) -> list[Dispatch]:
        """The weeks that are open and whose grace is over."""
        return [week for week in self.open.values() if self.now >= week.freezes_at]

    def to_open(self, schedule: Schedule) -> bool:
        """Whether the present week of a round should be open by now and was never opened.

        A week that was slept through is not opened when it would freeze at once.
        """
        today = self.now.date()
        if schedule.paused or (schedule.runs_from and today < schedule.runs_from):
            return False
        if (schedule.runs_until and today > schedule.runs_until) or schedule.round_id in self.present:
            return False
        moments = moments_of(self.week, schedule.rhythm, self.working)
        return moments is None or moments.opens_at <= self.now < moments.freezes_at


def _freeze(week: Dispatch, clock: Callable[[], datetime]) -> Iterator[str]:
    yield from _done(f"{week} frozen", lambda: freeze_week(_act(clock), week.pk, {"version": week.version}))


def _open(schedule: Schedule, weeks: _Weeks, clock: Callable[[], datetime]) -> Iterator[str]:
    week = weeks.open.get(schedule.round_id)
    if (week is None or weeks.now >= week.freezes_at) and weeks.to_open(schedule):
        yield from _done(f"{schedule.round} {weeks.week} opened", lambda: open_week(_act(clock), schedule.round_id, {}))


def _act(clock: Callable[[], datetime]) -> Act:
    return Act(User.objects.system(), timezone.localtime(clock(), CHINA).date(), clock)


def _done(what: str, service: Callable[[], object]) -> Iterator[str]:
    """Does one thing by itself; what somebody else did in the meantime is no failure."""
    try:
        with transaction.atomic():
            service()
    except Refusal as refusal:
        logger.info("left out: %s: %s", what, refusal.detail)
        return
    logger.info("%s", what)
    yield what
