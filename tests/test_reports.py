"""Reports that are dated back, and corrections: what counts for which day, and as known when."""

from datetime import date, datetime
from typing import Any

import pytest

from measures.checking import rebuild_differences, verify_history
from measures.models import Measure
from measures.services import correct, report_progress
from rectify.workflow.refusals import Invalid

from .building import APPROVED_ON, CHINA, DRAFTED_ON, FEEDBACK_ON, TODAY, Ledger, act_by
from .driving import attach, do
from .sending import api, url

MONDAY, FRIDAY = date(2021, 3, 8), date(2021, 3, 12)


def report(measure: Measure, progress: int, on: date = TODAY, happened_on: date | None = None) -> int:
    """A report entered on a day about the same or an earlier day. Returns its row's sequence."""
    data: dict[str, Any] = {"progress": progress, "done": f"进展 {progress}"}
    if happened_on:
        data["happened_on"] = happened_on.isoformat()
    do(measure, "report_progress", "liaison", on, **data)
    return measure.history.order_by("-sequence").first().sequence


def mend(measure: Measure, row: int, progress: int, on: date = TODAY, happened_on: date | None = None) -> int:
    """A correction of a row. Returns its own row's sequence."""
    data: dict[str, Any] = {"progress": progress, "done": "更正", "replaces": row, "reason": "数字有误"}
    if happened_on:
        data["happened_on"] = happened_on.isoformat()
    do(measure, "correct", "liaison", on, **data)
    return measure.history.order_by("-sequence").first().sequence


def progress_on(ledger: Ledger, measure: Measure, as_of: date, known_at: date | None = None) -> Any:
    query = {"round": ledger.round.pk, "as_of": as_of.isoformat()}
    if known_at:
        query["known_at"] = known_at.isoformat()
    rows = api(ledger.people["auditor"]).get(url("measures"), query).json()["results"]
    return next(row["progress"] for row in rows if row["id"] == measure.pk)


@pytest.fixture(autouse=True)
def sound(ledger: Ledger) -> Any:
    """Whatever a test does, the present stays what history makes it."""
    yield
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


def test_a_report_dated_back_counts_for_its_day_and_leaves_the_present(ledger: Ledger) -> None:
    measure = ledger.measure
    report(measure, 60, on=FRIDAY)
    report(measure, 20, on=TODAY, happened_on=MONDAY)
    assert (measure.progress, measure.work_done, measure.reported_on) == (60, "进展 60", FRIDAY)
    assert measure.started_on == MONDAY
    assert progress_on(ledger, measure, MONDAY) == 20
    assert progress_on(ledger, measure, FRIDAY) == 60
    assert progress_on(ledger, measure, MONDAY, known_at=FRIDAY) is None


def test_of_two_reports_for_one_day_the_later_entered_counts(ledger: Ledger) -> None:
    report(ledger.measure, 60, on=FRIDAY)
    report(ledger.measure, 50, on=FRIDAY)
    assert ledger.measure.progress == 50
    assert progress_on(ledger, ledger.measure, FRIDAY) == 50


def test_a_correction_counts_in_the_place_of_its_row(ledger: Ledger) -> None:
    measure = ledger.measure
    first = report(measure, 20, on=MONDAY)
    report(measure, 60, on=FRIDAY)
    mend(measure, first, 30, on=TODAY)
    assert measure.progress == 60
    assert progress_on(ledger, measure, MONDAY) == 30
    assert progress_on(ledger, measure, MONDAY, known_at=FRIDAY) == 20
    assert progress_on(ledger, measure, FRIDAY) == 60


def test_a_correction_of_the_newest_report_changes_the_present(ledger: Ledger) -> None:
    measure = ledger.measure
    newest = report(measure, 60, on=FRIDAY)
    mend(measure, newest, 40)
    assert (measure.progress, measure.work_done, measure.reported_on) == (40, "更正", FRIDAY)
    assert measure.started_on == FRIDAY


def test_a_correction_may_move_the_day(ledger: Ledger) -> None:
    measure = ledger.measure
    first = report(measure, 20, on=FRIDAY)
    mend(measure, first, 20, happened_on=MONDAY)
    assert (measure.reported_on, measure.started_on) == (MONDAY, MONDAY)
    assert progress_on(ledger, measure, MONDAY) == 20


def test_a_row_is_corrected_once_and_a_correction_can_be_corrected(ledger: Ledger) -> None:
    measure = ledger.measure
    first = report(measure, 20, on=MONDAY)
    second = mend(measure, first, 30)
    with pytest.raises(Invalid) as refused:
        mend(measure, first, 40)
    assert list(refused.value.errors) == ["replaces"]
    mend(measure, second, 50)
    assert measure.progress == 50
    assert progress_on(ledger, measure, MONDAY) == 50


def test_from_its_entering_on_the_replaced_row_counts_no_more(ledger: Ledger) -> None:
    measure = ledger.measure
    first = report(measure, 20, on=MONDAY)
    noon = datetime(2021, 3, 12, 12, tzinfo=CHINA)
    measure.refresh_from_db()
    data = {"version": measure.version, "progress": 30, "done": "更正", "replaces": first, "reason": "数字有误"}
    correct(act_by(ledger.people["liaison-road"], FRIDAY, noon), measure.pk, data)

    def counts(at: datetime) -> list[int]:
        rows = measure.history.counting(TODAY, at).filter(action__in=("report_progress", "correct"))
        return [row.payload["new"]["progress"] for row in rows]

    assert counts(noon.replace(hour=11)) == [20]
    assert counts(noon) == [30]
    assert measure.history.count() == 3


def test_a_correction_keeps_the_old_values_and_the_state(ledger: Ledger) -> None:
    measure = ledger.measure
    first = report(measure, 20, on=MONDAY)
    do(measure, "complete", "liaison", FRIDAY, note="已完成")
    mend(measure, first, 30)
    row = measure.history.order_by("-sequence").first()
    assert (measure.status, measure.progress) == ("completed", 100)
    assert (row.from_status, row.to_status) == ("completed", "completed")
    assert (row.payload["old"]["progress"], row.payload["new"]["progress"]) == (20, 30)
    assert row.replaces.sequence == first and row.place == first
    assert row.entered_late


def refused_days(ledger: Ledger, on: date, days: list[date], act: Any = None, **more: Any) -> list[date]:
    """Which of the days a report or correction entered on a day may not name."""
    refused = []
    for day in days:
        ledger.measure.refresh_from_db()
        data = {
            "version": ledger.measure.version,
            "progress": 10,
            "done": "进展",
            "happened_on": day.isoformat(),
            **more,
        }
        try:
            (act or report_progress)(act_by(ledger.people["liaison-road"], on), ledger.measure.pk, data)
        except Invalid as refusal:
            assert list(refusal.errors) == ["happened_on"], refusal.errors
            refused.append(day)
    return refused


def test_reports_lie_between_the_plan_and_today(ledger: Ledger) -> None:
    days = [date(2021, 2, 23), FEEDBACK_ON, DRAFTED_ON, APPROVED_ON, TODAY, date(2021, 4, 1)]
    # Before it was drafted there was no measure: its first row would undo what a report said of an earlier day.
    assert refused_days(ledger, TODAY, days) == [date(2021, 2, 23), FEEDBACK_ON, date(2021, 4, 1)]


def test_a_report_is_not_dated_back_behind_a_return(ledger: Ledger, evidence_root: Any) -> None:
    measure = ledger.measure
    report(measure, 20, on=MONDAY)
    attach(measure, on=MONDAY)
    do(measure, "request_closure", "liaison", FRIDAY, note="申请销号")
    do(measure, "return", "head", FRIDAY, reason="请补充")
    assert refused_days(ledger, TODAY, [MONDAY, date(2021, 3, 11), FRIDAY, date(2021, 3, 13)]) == [
        MONDAY,
        date(2021, 3, 11),
    ]


def test_a_correction_does_not_carry_a_report_past_an_act(ledger: Ledger) -> None:
    measure = ledger.measure
    first = report(measure, 20, on=MONDAY)
    do(measure, "complete", "liaison", FRIDAY, note="已完成")
    days = [FRIDAY, date(2021, 3, 13), TODAY]
    more = {"replaces": first, "reason": "日期有误"}
    # To the day of the act itself it may go: it stands before the act there.
    assert refused_days(ledger, TODAY, days[1:], correct, **more) == days[1:]
    assert refused_days(ledger, TODAY, days[:1], correct, **more) == []
    measure.refresh_from_db()
    assert measure.status == "completed"


def test_long_term_measures_report_without_a_percentage(ledger: Ledger) -> None:
    Measure.objects.filter(pk=ledger.measures[1].pk).update(kind="long_term")
    measure = ledger.measures[1]
    data = {"version": 1, "done": "持续推进"}
    with pytest.raises(Invalid) as refused:
        report_progress(act_by(ledger.people["liaison-road"]), measure.pk, {**data, "progress": 20})
    assert list(refused.value.errors) == ["progress"]
    with pytest.raises(Invalid) as missed:
        report_progress(act_by(ledger.people["liaison-road"]), ledger.measure.pk, data)
    assert list(missed.value.errors) == ["progress"]
    assert report_progress(act_by(ledger.people["liaison-road"]), measure.pk, data).progress is None
    Measure.objects.filter(pk=measure.pk).update(kind="time_bound")


def test_a_past_day_shows_a_reopened_sub_issue_and_no_progress_as_they_were(ledger: Ledger) -> None:
    sub_issue = ledger.sub_issue
    client = api(ledger.people["auditor"])
    do(sub_issue, "request_acceptance", "liaison", MONDAY, note="申请验收", result="sustained")
    do(sub_issue, "sign", "office", MONDAY)
    do(sub_issue, "sign", "leader", MONDAY)
    do(sub_issue, "reopen", "office", FRIDAY, reason="问题反弹")

    def label_on(day: str) -> str:
        rows = client.get(url("sub-issues"), {"round": ledger.round.pk, "as_of": day}).json()["results"]
        return rows[0]["status_label"]

    labels = [label_on(day) for day in ("2021-03-07", "2021-03-08", "2021-03-12")]
    assert labels == ["Being rectified", "Intensive rectification completed, continuing", "Rectifying again"]
    assert progress_on(ledger, ledger.measure, FRIDAY) is None
