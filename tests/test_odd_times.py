"""Times out of the ordinary: odd weeks, what changes between being told and being sent, one part that is broken."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from measures.checking import rebuild_differences
from rectify.dispatch import scheduling
from rectify.dispatch.models import CalendarDay, Delivery, Dispatch, Notice, Outcome, Schedule, WarningRules
from rectify.dispatch.notices.bundling import bundle
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.notices.outbox import Wanted, post
from rectify.dispatch.scheduling import tick
from rectify.organization.models import RoleAssignment, User
from rectify.web import clock

from .building import CHINA, NOW, REASON, Ledger, build_ledger
from .driving import drive, sustain
from .sending import api, url
from .test_bad_input import problem
from .test_dispatch import opened

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
MONDAY = datetime(2021, 4, 12, 8, 30, tzinfo=CHINA)


def look(moment: datetime) -> list[str]:
    with clock.stopped_at(moment):
        return tick(lambda: moment)


def weeks_after(*later: timedelta) -> list[Dispatch]:
    """The weeks after a scheduler looked on Monday morning, and so much later."""
    for each in (timedelta(), *later):
        look(MONDAY + each)
    return list(Dispatch.objects.order_by("monday"))


def after(days: int, hours: int = 0, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


@pytest.fixture
def mailed(ledger: Ledger, settings: Any) -> Iterator[Ledger]:
    """Everybody has an address, and there is a mail server."""
    settings.EMAIL_HOST = "mail.example"
    for user in User.objects.all():
        user.email = f"{user.username}@example.com"
        user.save(update_fields=["email"])
    yield ledger


def wanted(ledger: Ledger, who: str, kind: str = "due", **facts: Any) -> None:
    told = {"colour": "blue", "due_on": ledger.measure.due_on.isoformat(), **facts}
    post([Wanted(kind, ledger.round.pk, ledger.measure.pk, "x", ledger.people[who].pk, facts=told)], NOW)


class TestOneBrokenPart:
    def test_a_round_that_cannot_be_opened_does_not_keep_the_others_from_it(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        second = build_ledger(ledger.place, title="另一轮", sub_issues=1, measures=1)
        for round_ in (ledger.round, second.round):
            Schedule.objects.create(round=round_)
        real = scheduling.open_week

        def breaking(act: Any, round_id: int, data: Any) -> Any:
            if round_id == ledger.round.pk:
                raise ZeroDivisionError("the first round is broken")
            return real(act, round_id, data)

        monkeypatch.setattr(scheduling, "open_week", breaking)
        assert any(line.endswith("opened") for line in look(MONDAY))
        assert [week.round_id for week in Dispatch.objects.all()] == [second.round.pk]
        assert "the first round is broken" in caplog.text

    def test_a_question_that_cannot_be_answered_does_not_keep_the_others_from_it(
        self, ledger: Ledger, caplog: pytest.LogCaptureFixture
    ) -> None:
        Schedule.objects.create(round=ledger.round)
        WarningRules.objects.create(round=ledger.round, yellow_to=5)
        told = look(datetime(2021, 4, 15, 13, tzinfo=CHINA))
        assert any("cut-offs near" in line for line in told)
        assert "deadlines" in caplog.text

    def test_a_notice_that_makes_no_sense_does_not_keep_the_others_in(self, mailed: Ledger) -> None:
        wanted(mailed, "liaison-road")
        wanted(mailed, "head-road")
        Notice.objects.filter(recipient=mailed.people["head-road"]).update(facts={})
        look(NOW)
        assert [message.person for message in Delivery.objects.all()] == [mailed.people["liaison-road"]]

    def test_a_message_that_breaks_its_sender_does_not_keep_the_others_in(
        self, mailed: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for who in ("liaison-road", "head-road"):
            wanted(mailed, who)
        bundle(NOW)
        sent = []

        def send(self: Any, delivery: Delivery, now: datetime) -> None:
            if delivery.person == mailed.people["liaison-road"]:
                raise ZeroDivisionError("this one is broken")
            sent.append(delivery.person)

        monkeypatch.setattr("rectify.dispatch.notices.ways.Mailer.send", send)
        ends = deliver(lambda: NOW)
        assert sent == [mailed.people["head-road"]] and ends == {"sent": 1, "pending": 1}
        broken = Delivery.objects.get(person=mailed.people["liaison-road"])
        assert broken.next_at > NOW and "ZeroDivisionError" in broken.error


class TestOddWeeks:
    @pytest.mark.long
    def test_grace_ends_when_the_next_week_opens(self, ledger: Ledger) -> None:
        """Else each week would be opened when the one before freezes: at its own cut-off."""
        Schedule.objects.create(round=ledger.round, grace_hours=168)
        weeks = weeks_after(after(4, 5), after(7), after(10), after(14))
        assert [week.opened_at for week in weeks] == [MONDAY + timedelta(days=7 * number) for number in range(3)]
        assert all(week.opened_at < week.cutoff_at <= week.freezes_at for week in weeks)

    def test_without_grace_whoever_missed_it_is_told_once(self, ledger: Ledger) -> None:
        Schedule.objects.create(round=ledger.round, grace_hours=0)
        weeks_after(after(3, 4), after(4, 3, 29), after(4, 3, 30), after(4, 4), after(5))
        assert Dispatch.objects.get().frozen_at is not None
        assert Notice.objects.filter(kind="missed", recipient=ledger.people["liaison-road"]).count() == 1

    def test_a_week_whose_only_working_day_is_a_saturday(self, ledger: Ledger) -> None:
        for day in range(12, 18):
            CalendarDay.objects.create(day=date(2021, 4, day), year=2021, working=day == 17, source="更正")
        Schedule.objects.create(round=ledger.round)
        week, *_more = weeks_after(after(3, 5), after(4, 5), after(4, 23, 59), after(5), after(5, 3), after(5, 12))
        assert week.opened_at == datetime(2021, 4, 17, 8, 30, tzinfo=CHINA)
        assert week.cutoff_at == datetime(2021, 4, 17, 12, tzinfo=CHINA)
        assert Notice.objects.filter(kind="cutoff", subject_id=week.pk).count() == 0

    @pytest.mark.parametrize("monday", [datetime(2026, 12, 28, 9), datetime(2020, 12, 28, 9), datetime(2027, 10, 4, 9)])
    def test_a_53rd_week_and_a_year_whose_calendar_is_missing(self, ledger: Ledger, monday: datetime) -> None:
        Schedule.objects.create(round=ledger.round)
        assert any(line.endswith("opened") for line in look(monday.replace(tzinfo=CHINA)))
        assert Dispatch.objects.get().iso_week.monday == monday.date()

    @pytest.mark.long
    def test_a_clock_that_goes_to_and_fro_over_a_week_tells_nobody_twice(self, ledger: Ledger) -> None:
        Schedule.objects.create(round=ledger.round)
        for days in (0, 4, -3, 7, 3, 8, -30, 11, 20, 1, 400, 12):
            look(MONDAY + timedelta(days=days, hours=5))
        weeks = list(Dispatch.objects.order_by("pk"))
        assert sorted(weeks, key=lambda week: week.monday) == weeks
        assert len({(n.kind, n.subject_id, n.recipient_id, n.period) for n in Notice.objects.all()}) == (
            Notice.objects.count()
        )

    def test_a_round_that_ends_with_a_week_open_tells_nobody_more(self, ledger: Ledger) -> None:
        Schedule.objects.create(round=ledger.round)
        look(MONDAY)
        ledger.round.__class__.objects.filter(pk=ledger.round.pk).update(status="archived")
        count = Notice.objects.count()
        look(MONDAY + timedelta(days=4, hours=5))
        assert Notice.objects.count() == count and Dispatch.objects.get().is_open


def test_a_clock_set_back_over_midnight_leaves_history_in_order(ledger: Ledger) -> None:
    """Else history told that the closure is asked for again: the later act would lie on the earlier day."""
    measure = drive(ledger.measure, "in_review")
    head = api(ledger.people["head-road"])
    with clock.stopped_at(NOW.replace(hour=0) - timedelta(minutes=10)):
        body = {"version": measure.version, "reason": REASON}
        assert head.post(url("measures", measure, "return"), body, "json").json()["status"] == "in_progress"
    assert [str(difference) for difference in rebuild_differences()] == []
    assert measure.history.latest("sequence").happened_on == NOW.date()


class TestBetweenTellingAndSending:
    def test_a_review_on_a_day_off_is_mailed_on_the_working_day_before(self, mailed: Ledger) -> None:
        measure = sustain(mailed.measure)
        type(measure).objects.filter(pk=measure.pk).update(review_on=date(2021, 4, 18))
        friday = datetime(2021, 4, 16, 9, tzinfo=CHINA)
        look(friday)
        row = Notice.objects.get(kind="review", recipient=mailed.people["office"])
        assert row.outcome == Outcome.BUNDLED

    def test_who_has_lost_the_role_gets_no_message_of_it(self, mailed: Ledger) -> None:
        wanted(mailed, "liaison-road")
        wanted(mailed, "head-road")
        RoleAssignment.objects.filter(user=mailed.people["liaison-road"]).update(
            valid_until=NOW.date() - timedelta(days=1)
        )
        bundle(NOW)
        assert [message.person for message in Delivery.objects.all()] == [mailed.people["head-road"]]

    def test_a_message_of_a_round_that_was_archived_is_dropped(self, mailed: Ledger) -> None:
        wanted(mailed, "liaison-road")
        type(mailed.round).objects.filter(pk=mailed.round.pk).update(status="archived")
        assert bundle(NOW) == 0
        assert Notice.objects.get().outcome == Outcome.DROPPED

    def test_the_day_on_which_a_deadline_ends_is_beijings(self, mailed: Ledger) -> None:
        """A reminder that a deadline is near is untrue from the first hour of the day after it, by this clock."""
        wanted(mailed, "liaison-road")
        api(mailed.people["liaison-road"]).post(
            url("me", "contact"),
            {"version": 1, "quiet_from": "00:00", "quiet_until": "00:00", "quiet_days": False},
            "json",
        )
        assert bundle(datetime(2021, 4, 24, 17, tzinfo=UTC)) == 0
        assert Notice.objects.get().outcome == Outcome.DROPPED


class TestUrgingNobody:
    def test_a_department_without_people_is_not_said_to_be_urged(self, ledger: Ledger) -> None:
        week = opened(ledger)
        RoleAssignment.objects.filter(department=ledger.place.departments["road"]).delete()
        for _each in range(2):
            answer = api(ledger.people["office"]).post(url("dispatches", week["id"], "urge"), {"version": 1}, "json")
            problem(answer, 409)
            assert ledger.place.departments["road"].name in answer.json()["detail"]
