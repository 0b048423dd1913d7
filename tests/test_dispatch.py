"""The weekly dispatch by API: a week is opened, reported, confirmed, returned, recalled, and frozen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from issues.models import RoundHistory
from measures.checking import check_history
from measures.models import Measure
from rectify.dispatch.models import Dispatch, FrozenLine, Line
from rectify.organization.models import User
from rectify.web import clock

from .building import CHINA, NOW, REASON, TODAY, Ledger
from .driving import do, drive, sustain
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
FRIDAY_NOON = datetime(2021, 4, 2, 12, 0, tzinfo=CHINA)
REPORT = {"progress": 60, "done": "已印发管理办法", "next_step": "组织培训"}


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with clock.stopped_at(moment):
        yield


def opened(ledger: Ledger, **fields: Any) -> dict[str, Any]:
    answer = api(ledger.people["office"]).post(url("dispatches"), {"round": ledger.round.pk, **fields}, "json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def line_of(ledger: Ledger, number: int = 0, by: str = "liaison-road") -> dict[str, Any]:
    rows = api(ledger.people[by]).get(url("progress-reports"), {"measure": ledger.measures[number].pk}).json()
    return rows["results"][0]


def post(user: User, line: dict[str, Any], act: str, **data: Any) -> Any:
    return api(user).post(url("progress-reports", line["id"], act), {"version": line["version"], **data}, "json")


def submitted(ledger: Ledger, number: int = 0, **fields: Any) -> Any:
    return post(ledger.people["liaison-road"], line_of(ledger, number), "submit", **{**REPORT, **fields})


def frozen(ledger: Ledger) -> dict[str, Any]:
    week = Dispatch.objects.open().get(round=ledger.round)
    answer = api(ledger.people["office"]).post(url("dispatches", week.pk, "freeze"), {"version": week.version}, "json")
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestOpening:
    def test_one_line_for_each_measure(self, ledger: Ledger) -> None:
        drive(ledger.measures[1], "closed")
        sustain(ledger.measures[2])
        week = opened(ledger)
        assert (week["year"], week["week"], week["status"]) == (2021, 13, "open")
        assert week["cutoff_at"] == "2021-04-02T04:00:00Z"
        assert week["counts"]["to_report"] == 2 and week["counts"]["exempt"] == 2
        assert [line_of(ledger, number)["exempt"] for number in range(4)] == ["", "done", "settled", ""]
        row = RoundHistory.objects.order_by("-sequence")[0]
        assert (row.action, row.payload["week"], row.payload["owed"]) == ("open_dispatch", "2021-W13", 2)
        assert not check_history(clock.now, print).flaws

    def test_once_a_week_and_not_before_the_last_is_frozen(self, ledger: Ledger) -> None:
        week = opened(ledger)
        body = {"round": ledger.round.pk}
        twice = api(ledger.people["office"]).post(url("dispatches"), body, "json")
        problem(twice, 409)
        assert twice.json()["current"]["id"] == week["id"]
        with at(NOW + timedelta(days=7)):
            answer = api(ledger.people["office"]).post(url("dispatches"), body, "json")
            problem(answer, 409)
            assert "2021-W13" in answer.json()["detail"]
        assert Dispatch.objects.get().pk == week["id"]

    def test_a_week_without_working_days_stands_as_left_out(self, ledger: Ledger) -> None:
        with at(datetime(2026, 2, 18, 9, tzinfo=CHINA)):
            week = opened(ledger)
            assert week["status"] == "skipped" and week["skipped"] and sum(week["counts"].values()) == 0
        assert RoundHistory.objects.order_by("-sequence")[0].action == "skip_dispatch"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"year": 2021}, "week"),
            ({"year": 2021, "week": 53}, "week"),
            ({"year": 2021, "week": 14}, "week"),
            ({"year": 2021, "week": 0}, "week"),
            ({"round": "x"}, "round"),
        ],
    )
    def test_a_week_that_cannot_be(self, ledger: Ledger, fields: dict[str, Any], field: str) -> None:
        body = {"round": ledger.round.pk, **fields}
        problem(api(ledger.people["office"]).post(url("dispatches"), body, "json"), 400, field)
        assert not Dispatch.objects.exists()

    def test_only_the_office_opens_it(self, ledger: Ledger, other: Ledger) -> None:
        body = {"round": ledger.round.pk}
        for key, status in (("liaison-road", 403), ("auditor", 403), ("system-admin", 404)):
            assert api(ledger.people[key]).post(url("dispatches"), body, "json").status_code == status
        assert api(other.people["office"]).post(url("dispatches"), body, "json").status_code == 404


class TestReporting:
    def test_a_report_on_the_measure_fills_the_line(self, ledger: Ledger) -> None:
        """The contract of the API: whoever knows only measures fills the week, too."""
        opened(ledger)
        do(ledger.measure, "report_progress", "liaison", **REPORT)
        line = line_of(ledger)
        assert (line["state"], line["done"], line["progress"]) == ("to_confirm", "已印发管理办法", 60)
        head = ledger.people["head-road"]
        assert post(head, line, "confirm").json()["state"] == "reported"
        row = ledger.measure.history.order_by("-sequence")[0]
        assert (row.action, row.payload["week"]) == ("confirm_report", "2021-W13")
        assert not check_history(clock.now, print).flaws

    def test_drafts_are_kept_for_the_department_alone(self, ledger: Ledger) -> None:
        opened(ledger)
        saved = post(ledger.people["liaison-road"], line_of(ledger), "save", done="写了一半", progress="")
        assert (saved.json()["state"], saved.json()["draft"]["done"]) == ("saved", "写了一半")
        for key in ("auditor", "office", "leader-vp_road"):
            seen = line_of(ledger, by=key)
            assert (seen["state"], seen["draft"]) == ("saved", None), key
        ledger.measure.refresh_from_db()
        assert ledger.measure.work_done == ""
        # What is missing is said at its field; the rest is taken from the draft.
        lacking = post(ledger.people["liaison-road"], line_of(ledger), "submit")
        problem(lacking, 400, "progress")
        sent = post(ledger.people["liaison-road"], line_of(ledger), "submit", progress=30)
        assert (sent.json()["state"], sent.json()["done"], sent.json()["draft"]) == ("to_confirm", "写了一半", None)

    def test_the_heads_own_report_needs_no_confirming(self, ledger: Ledger) -> None:
        opened(ledger)
        answer = post(ledger.people["head-road"], line_of(ledger), "submit", **REPORT)
        assert answer.json()["state"] == "reported"

    def test_where_the_round_does_not_ask_for_confirming(self, ledger: Ledger) -> None:
        address = f"/api/v1/rounds/{ledger.round.pk}/schedule/"
        office = api(ledger.people["office"])
        body = {"version": office.get(address).json()["version"], "confirms": False}
        assert office.post(address, body, "json").json()["confirms"] is False
        opened(ledger)
        assert submitted(ledger).json()["state"] == "reported"

    def test_after_the_cut_off_it_is_late(self, ledger: Ledger) -> None:
        opened(ledger)
        with at(FRIDAY_NOON + timedelta(minutes=1)):
            late = submitted(ledger)
            assert post(ledger.people["head-road"], late.json(), "confirm").json()["state"] == "late"

    @pytest.mark.long
    def test_as_last_week_in_one_press_and_a_reason_from_the_third_time_on(self, ledger: Ledger) -> None:
        liaison, office = ledger.people["liaison-road"], ledger.people["office"]
        nothing = opened(ledger)
        problem(post(liaison, line_of(ledger), "submit", same=True), 400, "same")
        submitted(ledger)
        weeks = [nothing["id"]]
        for count in range(1, 4):
            with at(NOW + timedelta(days=7 * count)):
                week = Dispatch.objects.get(pk=weeks[-1])
                api(office).post(url("dispatches", week, "freeze"), {"version": week.version}, "json")
                weeks.append(opened(ledger)["id"])
                line = line_of(ledger)
                sent = post(liaison, line, "submit", same=True)
                if count < 3:
                    assert (sent.status_code, sent.json()["same"]) == (200, count)
                    continue
                problem(sent, 400, "reason")
                # Typing the same by hand is the same.
                problem(post(liaison, line, "submit", **REPORT), 400, "reason")
                assert post(liaison, line, "submit", same=True, reason="等待财政批复").json()["same"] == 3

    def test_recall_before_the_cut_off_makes_it_a_draft_again(self, ledger: Ledger) -> None:
        opened(ledger)
        sent = submitted(ledger).json()
        problem(post(ledger.people["head-road"], sent, "recall"), 403)
        back = post(ledger.people["liaison-road"], sent, "recall").json()
        assert (back["state"], back["draft"]["done"]) == ("saved", "已印发管理办法")
        again = post(ledger.people["liaison-road"], back, "submit").json()
        assert again["state"] == "to_confirm"
        with at(FRIDAY_NOON + timedelta(minutes=1)):
            problem(post(ledger.people["liaison-road"], again, "recall"), 409)
        confirmed = post(ledger.people["head-road"], again, "confirm").json()
        problem(post(ledger.people["liaison-road"], confirmed, "recall"), 409)
        # From then on the office returns it.
        problem(post(ledger.people["head-road"], confirmed, "return", reason=REASON), 403)
        assert post(ledger.people["office"], confirmed, "return", reason=REASON).json()["state"] == "returned"

    def test_who_may_not(self, ledger: Ledger, other: Ledger) -> None:
        opened(ledger)
        line = line_of(ledger)
        for key, status in (("liaison-plan", 403), ("office", 403), ("auditor", 403), ("system-admin", 404)):
            assert post(ledger.people[key], line, "submit", **REPORT).status_code == status, key
        assert post(other.people["liaison-road"], line, "submit", **REPORT).status_code == 404
        problem(post(ledger.people["liaison-road"], {**line, "version": 9}, "submit", **REPORT), 409)
        assert line_of(ledger)["state"] == "to_report"

    def test_long_items_tell_how_their_stage_goes(self, ledger: Ledger) -> None:
        measure = sustain(ledger.measure)
        ledger.round.intensive_until = TODAY - timedelta(days=20)
        ledger.round.save(update_fields=["intensive_until"])
        with at(datetime(2021, 4, 5, 10, tzinfo=CHINA)):
            opened(ledger)
            line = line_of(ledger)
            assert line["exempt"] == ""
            sent = post(ledger.people["liaison-road"], line, "submit", done="按季度排查")
            assert sent.status_code == 200 and sent.json()["state"] == "to_confirm"
        measure.refresh_from_db()
        assert (measure.status, measure.work_done) == ("sustained", "按季度排查")

    def test_responsible_departments_contribute_where_asked(self, ledger: Ledger) -> None:
        opened(ledger)
        plan, liaison = ledger.place.departments["plan"], ledger.people["liaison-plan"]
        ledger.measure.responsible_departments.add(plan)
        line = line_of(ledger)
        problem(post(liaison, line, "contribute", text="已报送计划"), 403)
        strange = ledger.place.departments["party"].pk
        problem(post(ledger.people["liaison-road"], line, "ask", department=strange), 400, "department")
        asked = post(ledger.people["liaison-road"], line, "ask", department=plan.pk, question="请补充计划").json()
        done = post(liaison, asked, "contribute", text="已报送计划").json()
        assert done["contributions"][0] | {"department_name": "x"} == {
            "department": plan.pk,
            "department_name": "x",
            "question": "请补充计划",
            "text": "已报送计划",
            "by_name": liaison.name,
        }
        assert ledger.measure.progress in (None, 0)


class TestFreezing:
    def freeze(self, ledger: Ledger, by: str = "office") -> Any:
        week = Dispatch.objects.get()
        return api(ledger.people[by]).post(url("dispatches", week, "freeze"), {"version": week.version}, "json")

    @pytest.mark.long
    def test_frozen_lines_stay_as_they_are(self, ledger: Ledger) -> None:
        opened(ledger)
        submitted(ledger)
        frozen = self.freeze(ledger).json()
        assert frozen["status"] == "frozen" and len(frozen["digest"]) == 64
        assert frozen["counts"]["to_confirm"] == 1 and frozen["counts"]["to_report"] == 3
        line = line_of(ledger)
        assert line["available_acts"] == []
        problem(post(ledger.people["head-road"], line, "confirm"), 409)
        problem(submitted(ledger, 1), 409)
        # The measure goes on; the week does not.
        do(ledger.measure, "report_progress", "liaison", progress=80, done="之后的进展")
        assert (line_of(ledger)["progress"], line_of(ledger)["done"]) == (60, "已印发管理办法")
        problem(self.freeze(ledger), 409)
        row = RoundHistory.objects.order_by("-sequence")[0]
        assert row.action == "freeze_dispatch" and row.payload["digest"] == frozen["digest"]

    def test_what_a_frozen_line_tells_does_not_follow_the_measure(self, ledger: Ledger) -> None:
        opened(ledger)
        post(ledger.people["head-road"], submitted(ledger).json(), "confirm")
        self.freeze(ledger)
        frozen = line_of(ledger)
        assert frozen["confirmed_by_name"] == ledger.people["head-road"].name
        assert (frozen["before"]["progress"], frozen["progress"]) == (None, 60)
        do(ledger.measure, "report_progress", "liaison", progress=80, done="之后的进展")
        Measure.objects.filter(pk=ledger.measure.pk).update(due_on=TODAY - timedelta(days=1), content="改了措施")
        assert line_of(ledger) == frozen

    def test_the_database_refuses_to_change_them(self, ledger: Ledger) -> None:
        opened(ledger)
        self.freeze(ledger)
        for change in (lambda: FrozenLine.objects.update(state="reported"), lambda: FrozenLine.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_only_the_office(self, ledger: Ledger, other: Ledger) -> None:
        opened(ledger)
        for key, status in (("head-road", 403), ("auditor", 403), ("system-admin", 404)):
            assert self.freeze(ledger, key).status_code == status
        assert Dispatch.objects.get().is_open


def test_statements_do_not_grow_with_the_lines(ledger: Ledger, django_assert_max_num_queries: Any) -> None:
    opened(ledger)
    for number in range(2):
        submitted(ledger, number)
    with django_assert_max_num_queries(12) as caught:
        rows = api(ledger.people["office"]).get(url("progress-reports"), {"round": ledger.round.pk}).json()
    assert rows["count"] == len(ledger.measures) == Line.objects.count()
    assert len(caught) <= 12


class TestSchedule:
    def set(self, ledger: Ledger, by: str = "office", **fields: Any) -> Any:
        address = f"/api/v1/rounds/{ledger.round.pk}/schedule/"
        version = api(ledger.people["office"]).get(address).json()["version"]
        return api(ledger.people[by]).post(address, {"version": version, **fields}, "json")

    def test_a_change_is_an_act(self, ledger: Ledger) -> None:
        changed = self.set(ledger, cutoff_weekday=4, cutoff_time="17:00", grace_hours=2)
        assert changed.status_code == 200, changed.content
        row = RoundHistory.objects.order_by("-sequence")[0]
        assert row.payload["schedule"]["cutoff_weekday"] == {"old": 5, "new": 4}
        assert opened(ledger)["cutoff_at"] == "2021-04-01T09:00:00Z"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"opens_weekday": 5, "opens_time": "13:00"}, "cutoff_weekday"),
            ({"opens_weekday": 6, "cutoff_weekday": 7}, "opens_weekday"),
            ({"cutoff_weekday": 8}, "cutoff_weekday"),
            ({"grace_hours": 1000}, "grace_hours"),
            ({"runs_from": "2021-05-01", "runs_until": "2021-04-01"}, "runs_until"),
            ({"opens_time": "25:00"}, "opens_time"),
        ],
    )
    def test_one_that_cannot_be(self, ledger: Ledger, fields: dict[str, Any], field: str) -> None:
        problem(self.set(ledger, **fields), 400, field)

    def test_only_the_office_sets_it(self, ledger: Ledger) -> None:
        for key, status in (("liaison-road", 403), ("auditor", 403), ("system-admin", 404)):
            assert self.set(ledger, key, paused=True).status_code == status
