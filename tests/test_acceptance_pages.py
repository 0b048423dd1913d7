"""The pages of acceptance: the list, the form of a meeting, its record, the forms with criteria and on paper."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import AcceptanceMeeting, AcceptanceRequest

from .building import DUE_ON, TODAY, Ledger, Place, build_ledger
from .driving import attach, do, drive, drive_sub_issue
from .forms_sent import statements
from .looking import page
from .sending import scan

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

ALL = ["solved", "cause", "mechanism", "evidence"]


def client_of(ledger: Ledger, key: str) -> Client:
    client = Client()
    client.force_login(ledger.people[key])
    return client


def meeting_form(ledger: Ledger, **fields: Any) -> dict[str, Any]:
    pk, version = ledger.sub_issue.pk, ledger.sub_issue.version
    return {
        "title": "整改验收会",
        "held_on": TODAY.isoformat(),
        "chair": "厅党组书记",
        "participants": [ledger.people[key].pk for key in ("office", "leader-vp_road")],
        "sub_issue": [pk],
        f"version-{pk}": version,
        f"decision-{pk}": "agreed",
        f"criteria-{pk}": ALL,
        **fields,
    }


def test_the_list_tells_where_each_stands(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issues[0], "in_review", result="sustained")
    drive(ledger.measures[2], "in_review")
    html = page(ledger.people["office"], reverse("acceptance"))
    assert "1条具体问题正在验收" in html and "1项措施正在销号审核" in html
    assert "待整改办审核" in html and "待公路处负责人审核" in html
    assert reverse("acceptance-meeting") in html
    assert reverse("acceptance-meeting") not in page(ledger.people["head-road"], reverse("acceptance"))


def test_statements_do_not_grow_with_the_chains(ledger: Ledger) -> None:
    """The chains of a whole round cost as many statements as one."""
    counts = []
    for measures in (ledger.measures[:1], ledger.measures[1:]):
        for measure in measures:
            drive(measure, "in_review")
        client = client_of(ledger, "office")
        client.get(reverse("acceptance"))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse("acceptance")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.long
def test_a_meeting_is_recorded_and_printed(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    client = client_of(ledger, "office")
    html = client.get(reverse("acceptance-meeting")).content.decode()
    assert "问题已解决" in html and ledger.people["leader-vp_road"].name in html
    assert reverse("evidence", args=[ledger.measure.evidence.get().pk]) in html
    two = client.post(reverse("acceptance-meeting"), {**meeting_form(ledger), "file": [scan(), scan("纪要.pdf")]})
    assert two.status_code == 400 and "此处只能上传一个文件" in two.content.decode()
    answer = client.post(reverse("acceptance-meeting"), {**meeting_form(ledger), "file": scan("纪要.pdf")})
    held = AcceptanceMeeting.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("acceptance-record", args=[held.pk]))
    record = page(ledger.people["auditor"], answer["Location"])
    assert "已销号" in record and "问题已解决、根源已整治" in record and "纪要.pdf" in record
    ledger.sub_issue.refresh_from_db()
    assert ledger.sub_issue.status == "closed"


def test_what_was_typed_comes_back_with_what_is_wrong(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    form = meeting_form(ledger, chair="", place="三楼会议室")
    form[f"criteria-{ledger.sub_issue.pk}"] = ["solved"]
    client = client_of(ledger, "office")
    answer = client.post(reverse("acceptance-meeting"), form)
    html = answer.content.decode()
    assert answer.status_code == 400 and "三楼会议室" in html
    form["chair"] = "书记"
    answer = client.post(reverse("acceptance-meeting"), form)
    assert answer.status_code == 400 and "以下验收标准尚未确认" in answer.content.decode()
    assert not AcceptanceMeeting.objects.exists()


def test_criteria_are_ticked_by_hand(ledger: Ledger) -> None:
    for measure in ledger.measures[:2]:
        drive(measure, "closed")
    liaison = client_of(ledger, "liaison-road")
    address = reverse("sub-issue-act", args=[ledger.sub_issue.pk, "request_acceptance"])
    shown = page(
        ledger.people["liaison-road"], f"{reverse('sub-issue', args=[ledger.sub_issue.pk])}?act=request_acceptance"
    )
    assert "本条共2项整改措施，已销号2项" in shown
    assert not re.search(r'name="criteria"[^>]*checked', shown)
    form = {"version": ledger.sub_issue.version, "note": "已完成", "result": "closed", "criteria_shown": "1"}
    refused = liaison.post(address, form)
    assert refused.status_code == 400 and "以下验收标准尚未确认" in refused.content.decode()
    assert liaison.post(address, {**form, "criteria": ALL}).status_code == 302
    assert AcceptanceRequest.objects.get().criteria == ALL


@pytest.mark.long
def test_a_sheet_is_registered_from_the_page(ledger: Ledger) -> None:
    drive(ledger.measure, "in_review")
    do(ledger.measure, "sign", "head")
    do(ledger.measure, "sign", "office")
    ledger.place.add_person("office-two", "office")
    here = reverse("measure", args=[ledger.measure.pk])
    shown = page(ledger.people["office-two"], f"{here}?act=register_signature")
    assert "登记线下签批" in shown and ledger.people["leader-vp_road"].name in shown
    client = client_of(ledger, "office-two")
    address = reverse("measure-act", args=[ledger.measure.pk, "register_signature"])
    form = {"version": ledger.measure.version, "title": "签批单", "signed_on": TODAY.isoformat(), "kind": "sheet"}
    refused = client.post(address, form)
    assert refused.status_code == 400 and "请上传扫描件" in refused.content.decode()
    two = client.post(address, {**form, "file": [scan(), scan("另一份.pdf")]})
    assert two.status_code == 400 and "此处只能上传一个文件" in two.content.decode()
    assert client.post(address, {**form, "file": scan()}).status_code == 302
    html = page(ledger.people["liaison-road"], here)
    assert "线下签批" in html and "予以销号" in html


def test_another_rounds_sub_issue_is_not_decided_on(ledger: Ledger) -> None:
    second = build_ledger(ledger.place, title="另一轮")
    drive_sub_issue(second.sub_issue, "in_review", result="sustained")
    form = meeting_form(second)
    address = f"{reverse('acceptance-meeting')}?round={ledger.round.pk}"
    assert client_of(ledger, "office").post(address, form).status_code == 404


@pytest.mark.long
def test_the_folder_asks_for_the_criteria_and_binds_what_was_seen(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issues[1], "in_review", result="closed")
    address = reverse("todo-item", args=["sub-issue", ledger.sub_issues[1].pk])
    client = client_of(ledger, "office")
    assert "问题已解决" in client.get(address).content.decode()
    form = {"act": "sign", "version": ledger.sub_issues[1].version, "criteria_shown": "1"}
    assert client.post(address, form).status_code == 400
    assert client.post(address, {**form, "criteria": ALL}).status_code == 302
    drive(ledger.measure, "in_review")
    head = client_of(ledger, "head-road")
    address = reverse("todo-item", args=["measure", ledger.measure.pk])
    seen = re.search(r'name="digest" value="(\w{64})"', head.get(address).content.decode())
    assert seen is not None
    attach(ledger.measure, text="后来的")
    form = {"act": "sign", "version": ledger.measure.version, "digest": seen[1]}
    assert head.post(address, form).status_code == 409


def test_the_record_says_for_whom_it_waits(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    form = meeting_form(ledger, participants=[ledger.people["office"].pk], place="三楼会议室", guests="人事处 李四")
    form[f"opinion-{ledger.sub_issue.pk}"] = "同意验收"
    answer = client_of(ledger, "office").post(reverse("acceptance-meeting"), form)
    record = page(ledger.people["auditor"], answer["Location"])
    for words in ("三楼会议室", "厅党组书记", "人事处 李四", "2/2", "同意验收", "尚未办结，待分管公路副厅长签批"):
        assert words in record, words
    assert record.count('<td class="record-sign">') == 2
    do(ledger.sub_issue, "sign", "leader")
    assert "会后于2021年3月31日已通过" in page(ledger.people["auditor"], answer["Location"])


def test_statements_of_the_record_do_not_grow(place: Place) -> None:
    ledger, counts = build_ledger(place, sub_issues=3, measures=1), []
    for decided in (ledger.sub_issues[:1], ledger.sub_issues[1:]):
        form = meeting_form(ledger, sub_issue=[row.pk for row in decided])
        for row in decided:
            drive_sub_issue(row, "in_review", result="sustained")
            form |= {f"version-{row.pk}": row.version, f"decision-{row.pk}": "agreed", f"criteria-{row.pk}": ALL}
        client = client_of(ledger, "office")
        address = client.post(reverse("acceptance-meeting"), form)["Location"]
        counts.append(statements(client, address))
    assert counts[0] == counts[1]


def test_what_was_due_within_the_intensive_period_is_named(ledger: Ledger) -> None:
    ledger.round.intensive_until = DUE_ON
    ledger.round.save(update_fields=["intensive_until"])
    drive(ledger.measures[0], "closed")
    address = f"{reverse('sub-issue', args=[ledger.sub_issue.pk])}?act=request_acceptance"
    html = page(ledger.people["liaison-road"], address)
    assert f"集中整改期内应完成、尚未销号的措施：{ledger.measures[1].number}。" in html


def told_after(ledger: Ledger, **fields: Any) -> str:
    """What is said after a meeting on the first sub-issue was recorded."""
    office = client_of(ledger, "office")
    return office.post(reverse("acceptance-meeting"), meeting_form(ledger, **fields), follow=True).content.decode()


def test_what_waits_for_the_signed_record_is_said(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    html = told_after(ledger)
    assert "会议记录已保存。1项待上传签字记录后生效。" in html and "验收意见已生效" not in html


def test_what_waits_for_others_is_said(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    html = told_after(ledger, participants=[ledger.people["office"].pk], file=scan())
    assert "会议记录已保存。1项仍待后续审签。" in html and "上传签字记录后生效" not in html


@pytest.mark.long
def test_what_took_effect_is_said(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    assert "会议记录已保存，验收意见已生效。" in told_after(ledger, file=scan())
