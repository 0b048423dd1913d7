"""Moving to long term: what can be asked for, and what comes back for review."""

from datetime import date, timedelta
from typing import Any

import pytest

from measures.models import Measure
from measures.states import MeasureStatus

from .building import DUE_ON, TODAY, Ledger
from .driving import ask_long_term, decide, do, drive, drive_sub_issue, sustain
from .sending import upload_of
from .test_deadlines import LONG_TERM, last_row, post, proven, state

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"review_on": TODAY.isoformat()}, "review_on"),
        ({"review_on": "2021-03-01"}, "review_on"),
        ({"review_on": "2051-03-01"}, "review_on"),
        ({"final_on": "2021-06-29"}, "final_on"),
        ({"final_on": "2099-06-29"}, "final_on"),
        ({"stage_goal": ""}, "stage_goal"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_long_term_request_that_cannot_be(ledger: Ledger, data: dict[str, Any], field: str) -> None:
    before = state()
    refused = post(ledger.people["liaison-road"], ledger.measure, "request_long_term", **(LONG_TERM | data))
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == [field]
    assert state() == before


def test_a_measure_moves_to_long_term_and_counts_as_settled(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    request = ask_long_term(measure, final_on="2022-12-31")
    decide(request, "sign", "office")
    answer = post(ledger.people["leader-vp_road"], request, "sign")
    assert (answer.json()["outcome"], answer.json()["final_on"]) == ("passed", "2022-12-31")
    version = measure.version
    measure.refresh_from_db()
    assert measure.status == MeasureStatus.SUSTAINED and measure.is_settled and measure.version == version + 1
    assert (measure.review_on, measure.due_on) == (date(2021, 6, 30), date(2022, 12, 31))
    row = last_row(measure)
    assert (row.action, row.from_status, row.to_status) == ("sustain", "in_progress", "sustained")
    assert row.payload["old"]["due_on"] == DUE_ON.isoformat()
    proven()


def reviewable(ledger: Ledger, **fields: Any) -> Measure:
    """A long-term measure whose review day is today, and on which the department has reported."""
    measure = sustain(ledger.measure, TODAY.isoformat(), TODAY - timedelta(days=10), **fields)
    do(measure, "report_stage", "liaison", done="已完成两次排查", next_step="继续排查")
    return measure


def test_a_stage_that_is_met_goes_on_under_a_closed_sub_issue(ledger: Ledger) -> None:
    sub_issue, measure = ledger.sub_issue, reviewable(ledger)
    drive_sub_issue(sub_issue, "closed")
    office = ledger.people["office"]
    refused = post(office, measure, "review_stage", met=True, note="已达到")
    assert list(refused.json()["errors"]) == ["review_on"]
    done = post(office, measure, "review_stage", met=True, note="已达到", review_on="2021-09-30", stage_goal="再巩固")
    assert done.status_code == 200, done.json()
    assert (done.json()["status"], done.json()["stage_goal"]) == ("sustained", "再巩固")
    sub_issue.refresh_from_db()
    assert sub_issue.status == "closed"
    assert (last_row(measure).action, last_row(measure).reason) == ("review_stage", "已达到")
    proven()


def test_a_stage_is_reported_by_the_department_and_judged_by_the_office(ledger: Ledger) -> None:
    measure = sustain(ledger.measure, TODAY.isoformat(), TODAY - timedelta(days=10))
    verdict = {"met": True, "note": "达到", "review_on": "2021-09-30"}
    unreported = post(ledger.people["office"], measure, "review_stage", **verdict)
    assert (unreported.status_code, list(unreported.json()["errors"])) == (400, ["met"])
    for person in ("liaison-road", "head-road", "leader-vp_road"):
        assert post(ledger.people[person], measure, "review_stage", **verdict).status_code == 403
    assert post(ledger.people["office"], measure, "report_stage", done="x").status_code == 403
    reported = post(ledger.people["liaison-road"], measure, "report_stage", done="已完成两次排查")
    assert (reported.status_code, reported.json()["status"]) == (200, "sustained")
    measure.refresh_from_db()
    assert (measure.work_done, measure.reported_on) == ("已完成两次排查", TODAY)
    assert upload_of(ledger.people["liaison-road"], measure).status_code == 201
    assert post(ledger.people["office"], measure, "review_stage", **verdict).status_code == 200
    measure.refresh_from_db()
    # The next stage has begun: it is reviewed on its own day, upon what is reported in it.
    again = post(ledger.people["office"], measure, "review_stage", met=True, note="达到", review_on="2021-12-31")
    assert "2021-09-30" in again.json()["errors"]["met"][0]
    proven()


def test_a_stage_that_is_not_met_reopens_the_measure_and_its_sub_issue(ledger: Ledger) -> None:
    sub_issue, measure = ledger.sub_issue, sustain(ledger.measure)
    drive_sub_issue(sub_issue, "closed")
    assert measure.due_on is None
    done = post(ledger.people["office"], measure, "review_stage", met=False, note="问题反弹")
    assert (done.status_code, done.json()["status"]) == (200, "in_progress")
    assert done.json()["due_on"] == DUE_ON.isoformat()
    stage = Measure.objects.get(pk=measure.pk)
    assert (stage.stage_goal, stage.review_on) == ("", None)
    sub_issue.refresh_from_db()
    assert (sub_issue.status, sub_issue.reopened) == ("rectifying", True)
    rows = [last_row(measure), sub_issue.history.order_by("sequence").last()]
    assert rows[0].act_id == rows[1].act_id and rows[1].action == "reopen"
    back = {"progress": 50, "done": "整改", "happened_on": (TODAY - timedelta(days=1)).isoformat()}
    measure.refresh_from_db()
    assert post(ledger.people["liaison-road"], measure, "report_progress", **back).status_code == 400
    proven()


def test_after_the_final_day_no_review_is_needed(ledger: Ledger) -> None:
    measure = reviewable(ledger, final_on="2021-07-31")
    beyond = post(ledger.people["office"], measure, "review_stage", met=True, note="达到", review_on="2021-08-01")
    assert "behind the final day" in beyond.json()["errors"]["review_on"][0]
    do(measure, "review_stage", "office", date(2021, 7, 31), met=True, note="全部达到")
    assert (measure.status, measure.review_on) == ("sustained", None)
    proven()
