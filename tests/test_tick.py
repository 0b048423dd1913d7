"""The scheduler: weeks open and freeze on their own, once, whatever happened to the machine in between."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.models import RoundHistory
from measures.checking import check_history
from rectify.dispatch.models import Dispatch, Schedule
from rectify.dispatch.scheduling import tick
from rectify.web import clock

from .building import CHINA, NOW, Ledger
from .test_dispatch import opened, submitted

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
MONDAY = datetime(2021, 4, 12, 8, 30, tzinfo=CHINA)


def at(moment: datetime) -> list[str]:
    """What a look of the scheduler at a moment does to weeks; twice, since two may look at once."""
    with clock.stopped_at(moment):
        done = tick(lambda: moment)
        assert tick(lambda: moment) == []
        return [line.split()[-1] for line in done if line.endswith(("opened", "frozen"))]


@pytest.fixture
def scheduled(ledger: Ledger) -> Iterator[Schedule]:
    yield Schedule.objects.create(round=ledger.round)


def test_nothing_opens_without_a_schedule_and_what_was_opened_by_hand_freezes(ledger: Ledger) -> None:
    assert at(MONDAY) == []
    with clock.stopped_at(MONDAY):
        opened(ledger)
    friday = MONDAY + timedelta(days=4)
    assert at(friday.replace(hour=17, minute=59)) == []
    assert at(friday.replace(hour=18, minute=0)) == ["frozen"]


@pytest.mark.long
def test_a_week_opens_and_freezes_when_its_time_has_come(scheduled: Schedule, ledger: Ledger) -> None:
    assert at(MONDAY - timedelta(minutes=1)) == []
    assert at(MONDAY) == ["opened"]
    week = Dispatch.objects.get()
    assert (week.opened_by.username, week.opened_at) == ("system", MONDAY)
    friday = MONDAY + timedelta(days=4)
    with clock.stopped_at(friday):
        assert submitted(ledger).status_code == 200
    assert at(friday.replace(hour=17, minute=59)) == []
    assert at(friday.replace(hour=18, minute=0)) == ["frozen"]
    assert at(friday + timedelta(days=2)) == []
    assert at(MONDAY + timedelta(days=7)) == ["opened"]
    assert [row.actor_name for row in RoundHistory.objects.filter(action__endswith="_dispatch")] == ["系统"] * 3
    assert not check_history(clock.now, print).flaws


def test_after_three_days_of_standing_still_it_goes_on(scheduled: Schedule) -> None:
    assert at(MONDAY) == ["opened"]
    # From Friday noon until Tuesday nobody looked: last week freezes late, this one opens late.
    assert at(MONDAY + timedelta(days=8, hours=3)) == ["frozen", "opened"]
    assert Dispatch.objects.latest("monday").opened_at == MONDAY + timedelta(days=7)


def test_a_week_that_was_slept_through_is_left_out(scheduled: Schedule) -> None:
    assert at(MONDAY + timedelta(days=5)) == []
    assert at(MONDAY + timedelta(days=7)) == ["opened"]


@pytest.mark.long
def test_a_clock_set_back_doubles_nothing(scheduled: Schedule) -> None:
    assert at(MONDAY) == ["opened"]
    assert at(MONDAY - timedelta(hours=1)) == []
    assert at(MONDAY + timedelta(minutes=5)) == []


def test_a_week_without_working_days_is_left_out_visibly_and_once(scheduled: Schedule) -> None:
    spring = datetime(2026, 2, 16, 0, 5, tzinfo=CHINA)
    assert at(spring) == ["opened"]
    assert Dispatch.objects.get().skipped == "本周无工作日"
    assert at(spring + timedelta(days=3)) == []


@pytest.mark.parametrize(
    "fields",
    [{"paused": True}, {"runs_from": date(2021, 4, 13)}, {"runs_until": date(2021, 4, 11)}],
)
def test_paused_or_outside_its_days_nothing_opens(ledger: Ledger, fields: dict[str, object]) -> None:
    Schedule.objects.create(round=ledger.round, **fields)
    assert at(MONDAY) == []


def test_what_the_office_opened_by_hand_freezes_by_itself(scheduled: Schedule, ledger: Ledger) -> None:
    opened(ledger)
    assert at(NOW + timedelta(days=5)) == ["frozen"]


def test_a_look_with_nothing_due_asks_little_however_many_rounds_there_are(scheduled: Schedule, other: Ledger) -> None:
    def statements() -> int:
        at(MONDAY)
        with CaptureQueriesContext(connection) as captured:
            assert tick(lambda: MONDAY + timedelta(hours=2)) == []
        return len(captured)

    one = statements()
    Schedule.objects.create(round=other.round)
    assert statements() == one <= 8


def test_by_hand(scheduled: Schedule) -> None:
    told = io.StringIO()
    call_command("tick", at="2021-04-12T08:30", stdout=told)
    assert "opened" in told.getvalue()
    with pytest.raises(CommandError):
        call_command("tick", at="yesterday")
