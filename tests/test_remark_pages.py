"""A remark on the pages: what was refused is told at its form, nothing that was typed is lost, files keep their day."""

from datetime import date

import pytest
from django.urls import reverse

from measures.look_back import services
from measures.models import Remark

from .building import REASON, TODAY, Ledger, act_by
from .forms_sent import at, text_file
from .looking import page
from .sending import scan
from .test_look_back import check, item_of, remark_on

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def act_of(remark: Remark, act: str) -> str:
    return reverse("remark-act", args=[remark.pk, act])


def before_the_remark(html: str, remark: Remark) -> str:
    return html.split(f'id="remark-{remark.pk}"')[0]


def test_an_answer_that_came_second_is_shown_back(ledger: Ledger) -> None:
    item = item_of(ledger)
    remark = remark_on(ledger, item.measure, item=item.pk)
    services.answer_remark(act_by(ledger.people["head-road"]), remark.pk, {"version": 1, "answer": "先答复的。"})
    late = {"version": 1, "answer": "后写的答复，写了很久。"}
    for origin in ({}, {"from": "look-back"}):
        told = at(ledger.people["liaison-road"]).post(act_of(remark, "answer"), {**late, **origin})
        html = told.content.decode()
        assert told.status_code == 409
        assert "您填写的内容" in html.split(f'id="remark-{remark.pk}"')[1] and late["answer"] in html
        assert "您填写的内容" not in before_the_remark(html, remark)


def test_a_return_that_came_second_is_shown_back(ledger: Ledger) -> None:
    remark, auditor = remark_on(ledger, ledger.measure), ledger.people["auditor"]
    services.answer_remark(act_by(ledger.people["head-road"]), remark.pk, {"version": 1, "answer": "已补充。"})
    services.settle_remark(act_by(auditor), remark.pk, {"version": 2})
    told = at(auditor).post(act_of(remark, "send_back"), {"version": 2, "reason": "仍缺会议纪要原件。"})
    assert told.status_code == 409
    assert "您填写的内容" in told.content.decode() and "仍缺会议纪要原件。" in told.content.decode()


def test_what_was_found_is_shown_back(ledger: Ledger) -> None:
    item = item_of(ledger)
    check(item, ledger.people["auditor"])
    data = {"version": 1, "result": "holds", "note": "另一位核查人的记录。"}
    told = at(ledger.people["auditor"]).post(reverse("look-back-act", args=[item.pk, "check"]), data)
    assert told.status_code == 409 and data["note"] in told.content.decode()


def test_a_refused_answer_is_told_once_and_at_its_form(ledger: Ledger) -> None:
    remark = remark_on(ledger, ledger.measure)
    liaison = at(ledger.people["liaison-road"])
    empty = text_file("空.txt", b"")
    told = liaison.post(act_of(remark, "answer"), {"version": 1, "answer": "已补充签到表。", "file": empty})
    html = told.content.decode()
    assert told.status_code == 400 and "请核对填写内容" not in html
    assert 'role="alert"' not in before_the_remark(html, remark)
    assert f'action="{act_of(remark, "answer")}#remark-{remark.pk}"' in html
    refused = at(ledger.people["auditor"]).post(reverse("add-remark", args=[ledger.measure.pk]), {"text": ""})
    assert "请核对填写内容" not in refused.content.decode() and "error-summary" in refused.content.decode()


def test_who_has_no_form_on_the_page_is_told_at_its_top(ledger: Ledger) -> None:
    add = reverse("add-remark", args=[ledger.measure.pk])
    told = at(ledger.people["office"]).post(add, {"text": "代拟的意见。"})
    assert told.status_code == 403 and "代拟的意见。" in told.content.decode()


def test_files_of_answers_stand_with_their_day(ledger: Ledger) -> None:
    remark, head = remark_on(ledger, ledger.measure), ledger.people["head-road"]
    services.answer_remark(act_by(head), remark.pk, {"version": 1, "answer": "已补充。"}, scan("签到表.pdf"))
    services.send_back_remark(act_by(ledger.people["auditor"]), remark.pk, {"version": 2, "reason": REASON})
    later = act_by(head, date(2021, 4, 6))
    services.answer_remark(later, remark.pk, {"version": 3, "answer": "原件已补。"})
    html = page(head, reverse("measure", args=[ledger.measure.pk]))
    shown = html.split(f'id="remark-{remark.pk}"')[1].split("</li>")[0]
    answer, files = shown.split("历次答复附件")
    assert "原件已补。" in answer and "签到表" not in answer
    assert "签到表" in files and TODAY.isoformat() in files
