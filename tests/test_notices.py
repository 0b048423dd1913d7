"""Who is told what, when: once, on time, only while it is true. What the scheduler would have told by a moment."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from measures.models import Measure
from rectify.dispatch.models import Delivery, Dispatch, Notice, NoticeKind, Schedule, WarningRules
from rectify.dispatch.notices import outbox
from rectify.dispatch.notices.bundling import bundle
from rectify.dispatch.notices.outbox import Wanted, post
from rectify.dispatch.notices.planning import plan
from rectify.dispatch.scheduling import tick
from rectify.organization.models import User
from rectify.web import clock

from .building import CHINA, REASON, Ledger, Place, build_ledger
from .driving import do, drive, sustain
from .sending import api, url
from .test_bad_input import problem
from .test_dispatch import at, line_of, opened, submitted
from .test_dispatch import post as act_on_line
from .test_look_back import check, drawn_from, remark_on

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def moment(day: int, hour: int = 9, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2021, month, day, hour, minute, tzinfo=CHINA)


def look(when: datetime) -> Counter[tuple[str, str]]:
    """What a look of the scheduler tells anew: kind and person. It looks twice, as two schedulers would."""
    known = set(Notice.objects.values_list("pk", flat=True))
    with clock.stopped_at(when):
        tick(lambda: when)
        told = Counter(
            (notice.kind, notice.recipient.username)
            for notice in Notice.objects.exclude(pk__in=known).select_related("recipient")
            if notice.recipient
        )
        count = Notice.objects.count()
        tick(lambda: when)
        assert Notice.objects.count() == count
    return told


def kinds(told: Counter[tuple[str, str]], kind: str) -> Counter[str]:
    return Counter({who: count for (what, who), count in told.items() if what == kind})


def more_measures(ledger: Ledger, count: int) -> None:
    """As many more of the same."""
    first = ledger.measure
    names = ("sub_issue_id", "content", "kind", "due_on", "responsible_leader_id", "lead_department_id")
    same = {name: getattr(first, name) for name in names}
    Measure.objects.bulk_create(Measure(**same, number=f"c{each}", position=each) for each in range(count))


@pytest.fixture
def mailed(ledger: Ledger, settings: Any) -> Iterator[Ledger]:
    """Everybody has an address, and there is a mail server."""
    settings.EMAIL_HOST = "mail.example"
    for user in User.objects.all():
        user.email = f"{user.username}@example.com"
        user.save(update_fields=["email"])
    yield ledger


class TestWeek:
    def test_who_owes_is_told_at_opening_before_and_after_the_cut_off(self, ledger: Ledger) -> None:
        week = opened(ledger)
        assert Counter(Notice.objects.values_list("kind", "recipient__username")) == {("opened", "liaison-road"): 1}
        facts = Notice.objects.get().facts
        assert list(facts["departments"].values()) == [4]
        # 2 April is a Friday; the working day before it is Thursday.
        assert look(moment(1, 11, 59)) == {}
        assert look(moment(1, 12)) == {("cutoff", "liaison-road"): 1}
        assert kinds(look(moment(2, 12)), "missed") == {"liaison-road": 1, "head-road": 1}
        assert week["id"] == Notice.objects.filter(kind="missed").first().subject_id

    @pytest.mark.long
    def test_who_has_reported_is_left_in_peace_and_the_head_is_told_once_all_is_in(self, ledger: Ledger) -> None:
        opened(ledger)
        for number in range(3):
            assert submitted(ledger, number).status_code == 200
        assert look(moment(31, 11, month=3)) == {}
        assert submitted(ledger, 3).status_code == 200
        assert look(moment(31, 11, month=3)) == {("to_confirm", "head-road"): 1}
        assert look(moment(1, 12)) == {("cutoff", "head-road"): 1}
        assert kinds(look(moment(2, 12)), "missed") == {"head-road": 1}

    def test_a_returned_report_is_told_and_the_head_when_it_comes_again(self, ledger: Ledger) -> None:
        opened(ledger)
        submitted(ledger)
        head = ledger.people["head-road"]
        act_on_line(head, line_of(ledger, by="head-road"), "return", reason=REASON)
        assert (
            Notice.objects.filter(kind="returned").values_list("recipient__username", flat=True).get() == "liaison-road"
        )
        submitted(ledger)
        assert Notice.objects.filter(kind="to_confirm", recipient=head).count() == 1

    def test_who_is_asked_to_contribute_is_told(self, ledger: Ledger) -> None:
        opened(ledger)
        plan = ledger.place.departments["plan"]
        act_on_line(ledger.people["liaison-road"], line_of(ledger), "ask", department=plan.pk)
        told = Notice.objects.filter(kind="asked").values_list("recipient__username", flat=True)
        assert set(told) == {"liaison-plan", "head-plan"}

    def test_after_three_days_of_standing_still_what_is_not_true_is_left_out(self, ledger: Ledger) -> None:
        Schedule.objects.create(round=ledger.round)
        opened(ledger)
        told = look(moment(6, 9))
        assert kinds(told, "cutoff") == {} and kinds(told, "missed") == {}
        assert kinds(told, "opened") == {"liaison-road": 1}


class TestUrging:
    def test_one_press_reaches_liaison_and_head_once_a_day(self, ledger: Ledger) -> None:
        week = opened(ledger)
        office = api(ledger.people["office"])
        address, data = url("dispatches", week["id"], "urge"), {"version": week["version"]}
        assert office.post(address, data, "json").status_code == 200
        told = Notice.objects.filter(kind="urged").values_list("recipient__username", flat=True)
        assert set(told) == {"liaison-road", "head-road"}
        answer = office.post(address, data, "json")
        assert problem(answer, 409) and Notice.objects.filter(kind="urged").count() == 2
        rows = ledger.round.history.filter(action="urge")
        assert rows.count() == 1 and list(rows.get().payload["departments"].values()) == [4]
        with at(moment(1)):
            assert office.post(address, data, "json").status_code == 200

    def test_only_what_is_owed_is_urged(self, ledger: Ledger) -> None:
        week = opened(ledger)
        plan, road = (ledger.place.departments[key].pk for key in ("plan", "road"))
        office = api(ledger.people["office"])
        address, data = url("dispatches", week["id"], "urge"), {"version": week["version"]}
        assert problem(office.post(address, data | {"department": plan}, "json"), 409)
        assert problem(office.post(address, data | {"department": 10**9}, "json"), 400)
        assert office.post(address, data | {"department": road}, "json").status_code == 200
        assert not Notice.objects.filter(kind="urged", recipient__username__endswith="plan").exists()


class TestDeadlines:
    """Approved on 26 February, due on Saturday 24 April: half of the term is over on 26 March."""

    @pytest.mark.long
    def test_three_colours_each_once_and_what_falls_into_holidays_before_them(self, ledger: Ledger) -> None:
        drive(ledger.measures[1], "closed")
        sustain(ledger.measures[2])
        assert look(moment(1)) == {}
        # 20 days before lies in the holidays of 3 to 5 April; Friday the 2nd is the last working day before them.
        assert look(moment(2, 8, 29)) == {}
        assert kinds(look(moment(2, 8, 30)), "due") == {"liaison-road": 2}
        assert look(moment(13)) == {}
        yellow = {"liaison-road": 2, "head-road": 2, "leader-vp_road": 2}
        assert kinds(look(moment(14)), "due") == yellow
        assert look(moment(24)) == {}
        # Sunday the 25th is a make-up working day.
        red = kinds(look(moment(25)), "overdue")
        assert red == yellow
        assert look(moment(26)) == {}

    def test_nobody_is_warned_before_half_of_the_term(self, place: Place) -> None:
        ledger = build_ledger(place, sub_issues=1, measures=[{"due_on": date(2021, 3, 22)}])
        # 24 days from plan to deadline: 10 of them left on 12 March, 12 on 10 March.
        assert look(moment(9, month=3)) == {}
        assert kinds(look(moment(10, month=3)), "due") == {"liaison-road": 1}
        assert Notice.objects.filter(subject_id=ledger.measure.pk).get().facts["colour"] == "blue"

    def test_after_days_of_standing_still_only_the_present_colour_is_told(self, ledger: Ledger) -> None:
        told = look(moment(20))
        assert kinds(told, "due")["liaison-road"] == 4
        assert set(Notice.objects.filter(kind="due").values_list("facts__colour", flat=True)) == {"yellow"}

    def test_a_new_deadline_is_told_of_anew(self, ledger: Ledger) -> None:
        look(moment(14))
        Measure.objects.filter(pk=ledger.measure.pk).update(due_on=date(2021, 5, 20))
        told = look(moment(30))
        assert kinds(told, "due") == {"liaison-road": 1}

    def test_thresholds_and_recipients_are_the_rounds_own(self, ledger: Ledger) -> None:
        data = {"version": ledger.round.version, "blue_days": 30, "yellow_days": 5, "blue_to": ["office"]}
        address = url("rounds", ledger.round.pk, "warnings")
        answer = api(ledger.people["office"]).post(address, data, "json")
        assert answer.status_code == 200 and answer.json()["blue_to"] == ["office"]
        assert ledger.round.history.filter(action="set_warnings").get().payload["warnings"]["blue_days"]["new"] == 30
        assert kinds(look(moment(31, month=3)), "due") == {"office": 4}

    @pytest.mark.parametrize(
        ("who", "fields", "status", "field"),
        [
            ("office", {"blue_days": 10}, 400, "yellow_days"),
            ("office", {"red_to": ["nobody"]}, 400, "red_to"),
            ("office", {"version": 99}, 409, ""),
            ("liaison-road", {"blue_days": 30}, 403, ""),
        ],
    )
    def test_what_cannot_be_changes_nothing(
        self, ledger: Ledger, who: str, fields: dict[str, Any], status: int, field: str
    ) -> None:
        data = {"version": ledger.round.version, **fields}
        answer = api(ledger.people[who]).post(url("rounds", ledger.round.pk, "warnings"), data, "json")
        assert field in problem(answer, status).get("errors", {"": 1})
        assert not WarningRules.objects.exists()

    def test_many_are_planned_page_by_page(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outbox, "BATCH", 150)
        more_measures(ledger, 396)
        with CaptureQueriesContext(connection) as small:
            assert plan(moment(2))["deadlines"] == 400
        # Six for each page (page, rules, people, their addresses and rules, savepoint aside), few besides.
        inserts = [query for query in small.captured_queries if query["sql"].startswith("INSERT")]
        assert len(small) - len(inserts) <= 3 * 8 + 4
        with CaptureQueriesContext(connection) as again:
            assert plan(moment(2)) == {}
        assert len(again) <= 3

    @pytest.mark.soak
    def test_the_memory_of_planning_does_not_grow_with_the_measures(self, ledger: Ledger) -> None:
        peaks = {}
        for count in (2_000, 10_000):
            with transaction.atomic():
                more_measures(ledger, count)
                gc.collect()
                tracemalloc.start()
                assert plan(moment(2))["deadlines"] == count + 4
                peaks[count] = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                transaction.set_rollback(True)
        print("peak of planning:", peaks)
        assert peaks[10_000] <= 1.3 * peaks[2_000], peaks


class TestRequests:
    def test_each_step_is_told_to_those_whose_turn_it_is(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        assert kinds(look(moment(31, 10, month=3)), "to_sign") == {"head-road": 1}
        do(ledger.measure, "sign", by="head")
        assert kinds(look(moment(31, 10, 1, month=3)), "to_sign") == {"office": 1}
        do(ledger.measure, "return", by="office", reason=REASON)
        assert kinds(look(moment(31, 10, 2, month=3)), "returned") == {"liaison-road": 1}

    def test_a_review_day_is_told_to_department_and_office(self, ledger: Ledger) -> None:
        sustain(ledger.measure)
        Measure.objects.filter(pk=ledger.measure.pk).update(review_on=date(2021, 4, 5))
        assert kinds(look(moment(1)), "review") == {}
        # The 5th is a holiday.
        assert kinds(look(moment(2)), "review") == {"liaison-road": 1, "office": 1}


class TestLookBack:
    def test_a_remark_its_answer_and_a_relapse_are_told_to_those_who_go_on(self, ledger: Ledger) -> None:
        remark, people = remark_on(ledger, ledger.measure), ledger.people
        told = look(moment(31, 10, month=3))
        assert kinds(told, "remark") == {"liaison-road": 1, "head-road": 1}
        address = url("remarks", remark.pk, "answer")
        api(people["liaison-road"]).post(address, {"version": 1, "answer": "已补充。"}, "json")
        assert kinds(look(moment(31, 11, month=3)), "remark_answered") == {"auditor": 1}
        send_back = {"version": 2, "reason": "仍缺纪要。"}
        api(people["auditor"]).post(url("remarks", remark.pk, "send_back"), send_back, "json")
        assert kinds(look(moment(31, 12, month=3)), "remark") == {"liaison-road": 1, "head-road": 1}

    def test_a_relapse(self, ledger: Ledger) -> None:
        drive(ledger.measure, "closed")
        check(drawn_from(ledger, 1).items.get(), ledger.people["auditor"])
        assert kinds(look(moment(31, 10, month=3)), "relapse") == {"office": 1}


class TestMessages:
    def test_one_bundle_for_a_person_and_none_without_a_word_of_a_finding(self, mailed: Ledger) -> None:
        opened(mailed)
        look(moment(14))
        mails = Delivery.objects.filter(person=mailed.people["liaison-road"])
        message = mails.get()
        assert (message.address, message.status) == ("liaison-road@example.com", "pending")
        assert "整改提醒：4项" in message.subject or "项" in message.subject
        for measure in mailed.measures:
            assert measure.content not in message.text + message.subject
        assert "http" in message.text

    def test_quiet_hours_hold_back_and_drop_what_is_no_longer_true(self, mailed: Ledger) -> None:
        evening = moment(1, 21)
        user = mailed.people["liaison-road"]
        with clock.stopped_at(evening):
            post(
                [
                    Wanted(NoticeKind.BRIEF, mailed.round.pk, 1, "", recipient_id=user.pk),
                    Wanted(
                        NoticeKind.OVERDUE,
                        mailed.round.pk,
                        mailed.measure.pk,
                        "x",
                        recipient_id=user.pk,
                        facts={"due_on": "2021-01-01", "colour": "red"},
                    ),
                ],
                evening,
            )
            assert bundle(evening) == 0
        assert bundle(moment(2, 7, 59)) == 0
        assert bundle(moment(2, 8)) == 1
        assert Counter(Notice.objects.values_list("outcome", flat=True)) == {"bundled": 1, "dropped": 1}
        assert "周报" in Delivery.objects.get().text

    def test_a_day_off_is_quiet_unless_one_wants_it_otherwise(self, mailed: Ledger) -> None:
        user, saturday = mailed.people["liaison-road"], moment(3, 10)
        post([Wanted(NoticeKind.BRIEF, mailed.round.pk, 1, "", recipient_id=user.pk)], saturday)
        assert bundle(saturday) == 0
        answer = api(user).post("/api/v1/me/contact/", {"version": 1, "quiet_days": False}, "json")
        assert answer.status_code == 200
        assert bundle(saturday) == 1

    def test_what_is_muted_is_not_mailed_and_overdue_cannot_be_hidden(self, mailed: Ledger) -> None:
        user = mailed.people["liaison-road"]
        answer = api(user).post("/api/v1/me/contact/", {"version": 1, "hidden": ["overdue"]}, "json")
        assert "hidden" in problem(answer, 400)["errors"]
        choice = {"version": 1, "muted": ["brief"], "hidden": ["opened"]}
        assert api(user).post("/api/v1/me/contact/", choice, "json").status_code == 200
        assert problem(api(user).post("/api/v1/me/contact/", choice, "json"), 409)
        for kind in ("brief", "opened"):
            post([Wanted(kind, mailed.round.pk, 1, "", recipient_id=user.pk)], moment(1))
        assert dict(Notice.objects.values_list("kind", "outcome")) == {"brief": "inbox", "opened": ""}
        inbox = api(user).get(url("notifications")).json()
        assert [row["kind"] for row in inbox["results"]] == ["brief"]

    def test_nobody_is_mailed_without_a_server_or_an_address(self, ledger: Ledger) -> None:
        opened(ledger)
        assert bundle(moment(31, 11, month=3)) == 0
        assert list(Notice.objects.values_list("outcome", flat=True)) == ["inbox"]


class TestInbox:
    def test_one_sees_ones_own_reads_it_and_is_led_to_it(self, ledger: Ledger) -> None:
        opened(ledger)
        liaison, other = api(ledger.people["liaison-road"]), api(ledger.people["liaison-plan"])
        (row,) = liaison.get(url("notifications")).json()["results"]
        assert (row["kind"], row["count"], row["read_at"]) == ("opened", 4, None)
        assert row["url"].startswith("/this-week/")
        assert liaison.get(url("notifications") + "count/").json() == {"unread": 1}
        assert other.get(url("notifications")).json()["count"] == 0
        assert other.get(url("notifications", row["id"])).status_code == 404
        assert other.post(url("notifications", row["id"], "read"), {}, "json").status_code == 404
        assert liaison.post(url("notifications", row["id"], "read"), {}, "json").json()["read_at"]
        assert liaison.get(url("notifications") + "?unread=true").json()["count"] == 0

    def test_all_that_was_seen_is_read_at_once(self, ledger: Ledger) -> None:
        user = ledger.people["liaison-road"]
        for number in (1, 2, 3):
            post([Wanted(NoticeKind.BRIEF, ledger.round.pk, number, "", recipient_id=user.pk)], moment(number))
        second = Notice.objects.order_by("pk")[1].pk
        answer = api(user).post(url("notifications") + "read_all/", {"until": second}, "json")
        assert answer.json() == {"marked": 2}
        assert problem(api(user).post(url("notifications") + "read_all/", {}, "json"), 400)

    def test_the_same_thing_is_told_once(self, ledger: Ledger) -> None:
        user = ledger.people["liaison-road"]
        wanted = Wanted(NoticeKind.BRIEF, ledger.round.pk, 1, "", recipient_id=user.pk)
        for _turn in range(2):
            post([wanted, wanted], moment(1))
        assert Notice.objects.count() == 1

    def test_a_person_who_left_is_told_nothing(self, ledger: Ledger) -> None:
        User.objects.filter(username="liaison-road").update(is_active=False)
        opened(ledger)
        assert not Notice.objects.exists()


def test_a_frozen_week_drops_what_waited_about_it(mailed: Ledger) -> None:
    late = moment(1, 21)
    with at(late):
        week = opened(mailed)
    assert bundle(late) == 0
    assert Notice.objects.filter(outcome="").exists()
    Dispatch.objects.filter(pk=week["id"]).update(frozen_at=late + timedelta(hours=1))
    assert bundle(moment(2, 8)) == 0
    assert set(Notice.objects.values_list("outcome", flat=True)) == {"dropped"}
