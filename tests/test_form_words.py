"""What forms and messages say when something lacks or was done: in the field's words, at the field."""

import re
from typing import Any

import pytest
from django.urls import reverse

from .building import TODAY, Ledger
from .driving import ask_extension, attach, do, drive, drive_sub_issue
from .forms_sent import act_on, act_on_sub_issue, at
from .looking import page

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def test_what_lacks_is_called_by_its_name(ledger: Ledger) -> None:
    """No key of a field and no sentence of a library reaches a reader."""
    people = ledger.people
    for measure in ledger.measures[:2]:
        drive(measure, "closed")
    ask = {"note": "已完成", "result": "closed", "criteria_shown": "1"}
    refused = act_on_sub_issue(at(people["liaison-road"]), ledger.sub_issue, "request_acceptance", **ask)
    lines = refused.content.decode().split("error-summary", 1)[1]
    assert "验收标准</a>" in lines and ">criteria<" not in lines
    measure = drive(ledger.measures[2], "in_review")
    returned = act_on(at(people["head-road"]), measure, "return", reason="").content.decode()
    assert "请选择或填写退回理由。" in returned and "该字段" not in returned
    do(measure, "sign", "head")
    do(measure, "sign", "office")
    sheet = {"title": "", "signed_on": TODAY.isoformat()}
    registered = act_on(at(people["office"]), measure, "register_signature", **sheet).content.decode()
    assert "请上传扫描件。" in registered and "请填写此项。" in registered and "该字段" not in registered


def test_a_meeting_without_people_says_so(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    form = {"title": "验收会", "held_on": TODAY.isoformat(), "chair": "书记"}
    html = at(ledger.people["office"]).post(reverse("acceptance-meeting"), form).content.decode()
    assert "请勾选参会人员。" in html and "该字段" not in html


def test_messages_tell_a_sub_issue_from_a_measure(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
    office = at(ledger.people["office"])
    done = act_on_sub_issue(office, ledger.sub_issue, "sign")
    assert "您已同意问题1。" in office.get(done["Location"]).content.decode()


def test_only_the_wrong_quantity_is_framed(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "completed")
    attach(measure)
    data = {"note": "已完成", "outcome-rules": "3", "outcome-loss_recovered": "-2"}
    html = act_on(at(ledger.people["liaison-road"]), measure, "request_closure", **data).content.decode()
    framed = re.findall(r'<input class="input" id="act-outcome-(\w+)"[^>]*aria-invalid', html)
    assert framed == ["loss_recovered"] and 'href="#act-outcome-loss_recovered"' in html


def test_signing_again_is_told(ledger: Ledger) -> None:
    drive(ledger.measure, "in_review")
    head, address = at(ledger.people["head-road"]), reverse("todo-item", args=["measure", ledger.measure.pk])
    form = {"act": "sign", "version": ledger.measure.version}
    head.post(address, form)
    again = head.post(address, form, follow=True)
    assert "本件已审签，未重复办理。" in again.content.decode()
    other = at(ledger.people["liaison-road"]).get(address, follow=True)
    assert "本件现不由您审签" in other.content.decode()


def test_one_word_for_reopening(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "closed")
    office = at(ledger.people["office"])
    done = act_on(office, ledger.measure, "reopen", reason="反弹")
    html = office.get(done["Location"]).content.decode()
    assert "已转入重新整改" in html and "要求本措施重新整改" in html
    assert "重新打开" not in html and "恢复" not in html


def test_the_office_sees_what_deadline_is_asked_for(ledger: Ledger) -> None:
    ask_extension(drive(ledger.measure, "in_progress"), due_on="2021-05-20")
    assert "2021-04-24 → 2021-05-20" in page(ledger.people["office"])


def test_minutes_show_no_empty_value_and_no_gap(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    row = measure.history.latest("sequence")
    words: dict[str, Any] = {"progress": 40, "done": "已部署", "next_step": "印发", "reason": "漏填"}
    do(measure, "correct", "liaison", replaces=row.sequence, **words)
    html = page(ledger.people["liaison-road"], reverse("measure", args=[measure.pk]))
    assert "印发" in html and "—</del>" not in html
    assert not re.search(r"</span>\s+：", html)


def test_days_are_told_alike_in_english(ledger: Ledger) -> None:
    drive(ledger.measure, "closed")
    client = at(ledger.people["office"])
    client.cookies["django_language"] = "en"
    html = client.get(reverse("measure", args=[ledger.measure.pk])).content.decode()
    assert "Closed on 31 March 2021." in html


def test_a_file_that_came_after_the_request_stays_told(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    attach(measure, text="后来的")
    do(measure, "return", "head", reason="请补充")
    html = page(ledger.people["head-road"], reverse("measure", args=[measure.pk]))
    assert html.count("申请后补充") == 1
