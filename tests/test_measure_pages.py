"""The pages of measures and sub-issues: the whole way to closed, reporting in place, two people on one row."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from measures.models import Evidence, Measure

from .building import Ledger, build_ledger
from .driving import attach, do, drive, drive_sub_issue
from .forms_sent import act_on, act_on_sub_issue, at, report_on, rows_of, statements, text_file

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
HTMX = {"HTTP_HX_REQUEST": "true"}


def test_the_whole_way_to_closed(ledger: Ledger) -> None:
    measure, people = ledger.measure, ledger.people
    liaison = at(people["liaison-road"])
    assert report_on(liaison, measure).status_code == 302
    assert act_on(liaison, measure, "complete", note="措施已落实").status_code == 302
    page = liaison.get(reverse("measure", args=[measure.pk]) + "?act=request_closure")
    assert "尚无佐证材料，请至少上传一份。" in page.content.decode()
    url = reverse("add-evidence", args=[measure.pk])
    assert liaison.post(url, {"title": "会议纪要", "kind": "minutes", "file": text_file()}).status_code == 302
    assert act_on(liaison, measure, "request_closure", note="申请销号", **{"outcome-rules": "2"}).status_code == 302
    assert measure.status == "in_review"
    for key in ("head-road", "office", "leader-vp_road"):
        answer = act_on(at(people[key]), measure, "sign", comment="同意")
        assert answer.status_code == 302
    assert measure.status == "closed"
    text = liaison.get(reverse("measure", args=[measure.pk])).content.decode()
    for words in ("填报进展，完成40%。", "签批同意（第3步，共3步），予以销号。", "会议纪要", "建章立制（项）"):
        assert words in text


def test_the_original_deadline_stands_beside_the_present_one(ledger: Ledger) -> None:
    measure, liaison = ledger.measure, at(ledger.people["liaison-road"])
    address = reverse("measure", args=[measure.pk])
    page = liaison.get(address).content.decode()
    assert "与原定时限一致" in page and "原定时限</dt>" not in page
    original = measure.original_due_on
    assert original is not None
    Measure.objects.filter(pk=measure.pk).update(due_on=original + timedelta(days=30))
    page = liaison.get(address).content.decode()
    assert "与原定时限一致" not in page
    assert f'<dt>原定时限</dt><dd><span class="verbatim">{original}</span>' in page


def test_beside_an_open_form_stands_what_is_known_so_far(ledger: Ledger) -> None:
    measure, liaison = drive(ledger.measure, "in_progress"), at(ledger.people["liaison-road"])
    address = reverse("measure", args=[measure.pk])
    for path in (address, f"{address}?act=report_progress", reverse("report-row", args=[measure.pk])):
        page = liaison.get(path).content.decode()
        assert ('class="beside"' in page) == (path != address)
        assert page.count('id="latest"') == page.count('id="evidence"') == 1


def test_files_come_with_the_act_or_nothing_does(ledger: Ledger) -> None:
    measure, liaison = ledger.measure, at(ledger.people["liaison-road"])
    before = rows_of(measure)
    refused = report_on(liaison, measure, file=[text_file(), text_file("a.exe", b"MZ")])
    assert refused.status_code == 400
    assert "a.exe" in refused.content.decode()
    assert rows_of(measure) == before
    assert Evidence.objects.count() == 0
    assert report_on(liaison, measure, file=[text_file(), text_file("清单.csv", b"a,b")]).status_code == 302
    assert [e.kind for e in Evidence.objects.order_by("pk")] == ["document", "ledger"]
    do(measure, "complete", "liaison", note="完成")
    assert act_on(liaison, measure, "request_closure", note="申请", file=text_file("照片.txt")).status_code == 302
    assert measure.status == "in_review"


def test_returned_mended_and_recalled(ledger: Ledger) -> None:
    measure, people = drive(ledger.measure, "in_review"), ledger.people
    head, liaison = at(people["head-road"]), at(people["liaison-road"])
    assert act_on(head, measure, "return", reason="").status_code == 400
    answer = act_on(head, measure, "return", stock=["佐证材料不足，请补充。"], reason="缺会议纪要")
    assert answer.status_code == 302
    assert measure.status == "in_progress"
    page = liaison.get(reverse("todo") + "?tab=returned").content.decode()
    assert "佐证材料不足，请补充。" in page
    assert "缺会议纪要" in page
    assert act_on(liaison, measure, "request_closure", note="已补充").status_code == 302
    assert "已补充" not in liaison.get(reverse("todo") + "?tab=returned").content.decode()
    assert act_on(liaison, measure, "recall").status_code == 302
    assert measure.status == "in_progress"


def test_office_reopens_and_the_sub_issue_is_rectified_again(ledger: Ledger) -> None:
    sub_issue, office = ledger.sub_issue, at(ledger.people["office"])
    drive_sub_issue(sub_issue, "closed")
    measure = Measure.objects.filter(sub_issue=sub_issue).earliest("pk")
    assert act_on(office, measure, "reopen", reason="问题反弹").status_code == 302
    page = office.get(reverse("sub-issue", args=[sub_issue.pk])).content.decode()
    assert "重新整改" in page
    assert "问题反弹" in page


def test_a_sub_issue_is_accepted(ledger: Ledger) -> None:
    sub_issue, people = ledger.sub_issue, ledger.people
    liaison = at(people["liaison-road"])
    page = liaison.get(reverse("sub-issue", args=[sub_issue.pk]) + "?act=request_acceptance").content.decode()
    assert "2条措施中还有2条未办结。" in page
    early = act_on_sub_issue(liaison, sub_issue, "request_acceptance", note="验收", result="closed")
    assert early.status_code == 409
    assert "验收" in early.content.decode()
    for measure in Measure.objects.filter(sub_issue=sub_issue):
        drive(measure, "closed")
    sent = act_on_sub_issue(liaison, sub_issue, "request_acceptance", note="验收", result="closed")
    assert sent.status_code == 302
    told = liaison.get(reverse("home")).content.decode()
    assert f"已申请问题{sub_issue.number}验收。" in told
    assert act_on_sub_issue(at(people["office"]), sub_issue, "sign").status_code == 302
    assert act_on_sub_issue(at(people["leader-vp_road"]), sub_issue, "return", reason="再核").status_code == 302
    assert sub_issue.status == "rectifying"
    assert "再核" in liaison.get(reverse("todo") + "?tab=returned").content.decode()


def test_a_correction_strikes_the_report_that_it_replaces(ledger: Ledger) -> None:
    measure, liaison = drive(ledger.measure, "in_progress"), at(ledger.people["liaison-road"])
    row = measure.history.get(action="report_progress")
    page = liaison.get(reverse("measure", args=[measure.pk]) + f"?act=correct&replaces={row.sequence}")
    assert 'value="40"' in page.content.decode()
    fields = {"replaces": row.sequence, "progress": 30, "done": "更正", "reason": "数字有误"}
    assert act_on(liaison, measure, "correct", **fields).status_code == 302
    page_text = liaison.get(reverse("measure", args=[measure.pk])).content.decode()
    assert "timeline-struck" in page_text
    assert f"更正第{row.sequence}条记录。" in page_text
    assert measure.progress == 30


def test_a_conflict_keeps_both_values(ledger: Ledger) -> None:
    measure, people = ledger.measure, ledger.people
    seen = measure.version
    liaison = at(people["liaison-road"], **HTMX)
    do(measure, "report_progress", "head", progress=55, done="负责人填写的内容")
    before = rows_of(measure)
    conflict = liaison.post(
        reverse("report-row", args=[measure.pk]) + "?as=ledger",
        {"version": seen, "progress": 60, "done": "联络人填写的内容"},
    )
    text = conflict.content.decode()
    assert conflict.status_code == 409
    assert "负责人填写的内容" in text
    assert text.count("联络人填写的内容") == 2
    assert text.count('name="version"') == 1
    assert f'name="version" value="{measure.version}"' in text
    assert rows_of(measure) == before
    theirs = report_on(liaison, measure, "?as=ledger", resolve="theirs", done="")
    assert theirs.status_code == 200
    assert rows_of(measure) == before
    mine = report_on(liaison, measure, "?as=ledger", resolve="mine", progress=60, done="联络人填写的内容")
    assert mine.status_code == 200
    measure.refresh_from_db()
    assert (measure.progress, measure.work_done) == (60, "联络人填写的内容")


def test_what_was_typed_survives_a_change_of_state(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    liaison = at(ledger.people["liaison-road"])
    seen = measure.version
    drive_on = do(measure, "complete", "head", note="已完成")
    assert drive_on.status == "completed"
    late = liaison.post(
        reverse("report-row", args=[measure.pk]), {"version": seen, "progress": 70, "done": "未丢失的文字"}
    )
    assert late.status_code == 409
    assert "未丢失的文字" in late.content.decode()
    again = liaison.post(
        reverse("measure-act", args=[measure.pk, "complete"]), {"version": seen, "note": "未丢失的说明"}
    )
    assert again.status_code == 409
    assert "未丢失的说明" in again.content.decode()


@pytest.mark.parametrize("shape", ["ledger", "row"])
def test_report_as_a_row_of_a_table(ledger: Ledger, shape: str) -> None:
    measure, liaison = ledger.measure, at(ledger.people["liaison-road"], **HTMX)
    form = liaison.get(reverse("report-row", args=[measure.pk]) + f"?as={shape}")
    text = form.content.decode().strip()
    assert text.startswith("<tr") and text.endswith("</tr>")
    wrong = report_on(liaison, measure, f"?as={shape}", progress=140, done="")
    assert wrong.status_code == 400
    assert wrong.content.decode().strip().startswith("<tr")
    assert wrong.content.decode().count('class="field-error"') >= 2
    saved = report_on(liaison, measure, f"?as={shape}", progress=45)
    assert saved.status_code == 200
    assert json.loads(saved["HX-Trigger"]) == {"measure-changed": {"pk": measure.pk}}
    assert "已保存" in saved.content.decode()
    refused = report_on(at(ledger.people["liaison-plan"], **HTMX), measure, f"?as={shape}")
    assert refused.status_code == 403
    assert "data-problem" in refused.content.decode()


def test_a_long_term_measure_has_no_percentage(place: Any) -> None:
    ledger = build_ledger(place, measures=[{"kind": "long_term", "stage_goal": "每季度调度一次"}])
    liaison = at(ledger.people["liaison-road"])
    page = liaison.get(reverse("report-row", args=[ledger.measure.pk])).content.decode()
    assert 'name="progress"' not in page
    assert report_on(liaison, ledger.measure, progress="").status_code == 302
    assert "每季度调度一次" in liaison.get(reverse("measure", args=[ledger.measure.pk])).content.decode()


def test_a_past_day_shows_how_it_stood(ledger: Ledger) -> None:
    measure, auditor = drive(ledger.measure, "in_review"), at(ledger.people["auditor"])
    then = auditor.get(reverse("measure", args=[measure.pk]) + "?as_of=2021-03-30").content.decode()
    assert "未启动" in then
    assert "申请销号，附" not in then
    assert auditor.get(reverse("sub-issue", args=[ledger.sub_issue.pk]) + "?as_of=2021-03-30").status_code == 200
    assert auditor.get(reverse("measure", args=[measure.pk]) + "?as_of=2021-02-24").status_code == 404
    assert auditor.get(reverse("measure", args=[measure.pk]) + "?as_of=2031-02-30").status_code == 400


def many_reports(measure: Measure, count: int) -> None:
    for number in range(count):
        do(measure, "report_progress", "liaison", progress=min(90, number), done=f"第{number}次")


@pytest.mark.long
@pytest.mark.parametrize("key", ["liaison-road", "office", "auditor"])
def test_statements_do_not_grow_with_history(ledger: Ledger, key: str) -> None:
    client, few, many = at(ledger.people[key]), ledger.measures[0], ledger.measures[1]
    many_reports(few, 1)
    many_reports(many, 12)
    attach(few)
    for _ in range(4):
        attach(many)
    few_count = statements(client, reverse("measure", args=[few.pk]))
    assert statements(client, reverse("measure", args=[many.pk])) == few_count
    assert few_count <= 19


@pytest.mark.parametrize(
    ("state", "language"),
    [
        ("not_started", "en"),
        ("in_progress", "zh-hans"),
        ("completed", "en"),
        ("in_review", "zh-hans"),
        ("closed", "en"),
    ],
)
@pytest.mark.soak
def test_every_form_of_every_state_opens(ledger: Ledger, state: str, language: str) -> None:
    measure = drive(ledger.measure, state)
    acts = ("report_progress", "complete", "request_closure", "sign", "return", "recall", "reopen", "correct")
    page = reverse("measure", args=[measure.pk])
    for key in (
        "liaison-road",
        "head-road",
        "liaison-plan",
        "office",
        "leader-vp_road",
        "assistant-vp_road",
        "auditor",
    ):
        client = at(ledger.people[key])
        client.cookies["django_language"] = language
        shown = client.get(page)
        offered = [act for act in (*acts, "add_evidence") if f"?act={act}#" in shown.content.decode()]
        for address in (*(f"{page}?act={act}" for act in offered), reverse("todo")):
            assert client.get(address).status_code == 200
        assert client.get(reverse("sub-issue", args=[ledger.sub_issue.pk])).status_code == 200
    assert client.get(reverse("measure-act", args=[measure.pk, "sign"]))["Location"] == f"{page}?act=sign"
