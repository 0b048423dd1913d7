"""More acts for test_crashes.py: milestones, the calendar of working days, a person's feed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from issues import milestones
from rectify.dispatch import calendar_acts, feeds
from rectify.dispatch.models import CalendarDay

from .building import REASON, TODAY, Ledger, act_by

MILESTONE = {"title": "验收会", "due_on": "2021-04-16"}


def adding(ledger: Ledger) -> Callable[[], Any]:
    act = act_by(ledger.people["office"])
    return lambda: milestones.add_milestone(act, ledger.round.pk, MILESTONE)


def on_milestone(function: Any, **data: Any) -> Callable[[Ledger], Callable[[], Any]]:
    """An act on a milestone that is ahead."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        milestone, act = adding(ledger)(), act_by(ledger.people["office"])
        return lambda: function(act, milestone.pk, {"version": 1, **data})

    return prepare


def by_administrator(function: Any, *arguments: Any) -> Callable[[Ledger], Callable[[], Any]]:
    """An act on the calendar, from which a published day was taken."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        CalendarDay.objects.filter(day=date(2026, 10, 1)).delete()
        act = act_by(ledger.people["system-admin"])
        return lambda: function(act, *arguments)

    return prepare


def on_feed(off: bool) -> Callable[[Ledger], Callable[[], Any]]:
    """Making a new address in place of one, or taking that back."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        act = act_by(ledger.people["liaison-road"])
        feeds.make_address(act)
        return lambda: feeds.switch_off(act) if off else feeds.make_address(act)

    return prepare


CALENDAR_CASES: dict[str, Any] = {
    "milestones.add_milestone": adding,
    "milestones.set_milestone": on_milestone(milestones.set_milestone, title="集中验收"),
    "milestones.meet_milestone": on_milestone(milestones.meet_milestone, met_on=TODAY.isoformat()),
    "milestones.drop_milestone": on_milestone(milestones.drop_milestone, reason=REASON),
    "calendar_acts.set_day": by_administrator(calendar_acts.set_day, {"day": "2021-05-08", "kind": "weekday"}),
    "calendar_acts.import_calendar": by_administrator(
        calendar_acts.import_calendar, {"year": 2026}, "2026-01-01,休,元旦".encode()
    ),
    "calendar_acts.seed_again": by_administrator(calendar_acts.seed_again),
    "feeds.make_address": on_feed(off=False),
    "feeds.switch_off": on_feed(off=True),
}
