"""What the scheduler does: it asks what should have happened by now and has not, never whether it is time.

So it may run seldom or often, twice at once, or after days of standing still: what is due happens once, and what is no
longer worth while is left out.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from issues.states import UNDER_WAY
from rectify.organization.models import User
from rectify.workflow.acts import Act
from rectify.workflow.refusals import Refusal

from .calendar import working_days
from .freezing import freeze_week
from .models import Dispatch, Schedule
from .notices.bundling import bundle
from .notices.planning import plan
from .opening import open_week
from .schedules import span
from .weeks import CHINA, Week, moments_of

logger = logging.getLogger(__name__)


def tick(clock: Callable[[], datetime]) -> list[str]:
    """Does all that should have happened by now: freezes and opens weeks, writes down who is to be told what.

    Weeks freeze whose grace is over, and open where their time has come, of every round with a schedule.

    Args:
        clock: gives the present moment, aware.

    Returns:
        What was done, a line each: for the log and for whoever calls it by hand.
    """
    due = Schedule.objects.select_related("round__organization").filter(round__status__in=UNDER_WAY)
    done = [line for schedule in due.order_by("pk") for line in _of_round(schedule, clock)]
    done += [f"{count} told: {what}" for what, count in plan(clock()).items()]
    if messages := bundle(clock()):
        done.append(f"{messages} messages made")
    return done


def _of_round(schedule: Schedule, clock: Callable[[], datetime]) -> Iterator[str]:
    now = timezone.localtime(clock(), CHINA)
    act = Act(User.objects.system(), now.date(), clock)
    week = Dispatch.objects.filter(round=schedule.round_id).open().first()
    if week is not None and now >= week.freezes_at:
        yield from _done(f"{week} frozen", partial(freeze_week, act, week.pk, {"version": week.version}))
        week = None
    if week is None and should_open(schedule, now):
        opened = f"{schedule.round} {Week.of(now.date())} opened"
        yield from _done(opened, partial(open_week, act, schedule.round_id, {}))


def should_open(schedule: Schedule, now: datetime) -> bool:
    """Whether the present week of a round should be open by now and is not.

    A week that was slept through is not opened when it would freeze at once.
    """
    today, week = now.date(), Week.of(now.date())
    if schedule.paused or (schedule.runs_from and today < schedule.runs_from):
        return False
    if schedule.runs_until and today > schedule.runs_until:
        return False
    if Dispatch.objects.filter(round=schedule.round_id, monday__gte=week.monday).exists():
        return False
    moments = moments_of(week, schedule.rhythm, working_days(*span(week)))
    return moments is None or moments.opens_at <= now < moments.freezes_at


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
