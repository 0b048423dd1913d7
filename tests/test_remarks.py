"""Remarks of auditors (核查意见): made on any measure, answered by its department, settled or sent back."""

from datetime import date

import pytest
from django.urls import reverse

from measures.checking import rebuild_differences
from measures.look_back import services
from measures.models import Remark

from .building import REASON, Ledger, Place, act_by, build_ledger
from .driving import drive
from .forms_sent import at
from .sending import api, scan, url
from .test_bad_input import problem
from .test_look_back import item_of, post, remark_on
from .test_transitions import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def test_from_remark_to_settled(ledger: Ledger) -> None:
    measure, people = ledger.measure, ledger.people
    answer = post(people["auditor"], url("remarks"), {"measure": measure.pk, "text": "未见印发文件。"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["state"], body["answer_due_on"], body["overdue"]) == ("open", "2021-04-15", False)
    address = f"{url('remarks')}{body['id']}/"
    assert api(people["liaison-road"]).get(address).json()["available_acts"] == ["answer"]
    assert api(people["liaison-plan"]).get(address).json()["available_acts"] == []
    said = post(people["liaison-road"], f"{address}answer/", {"version": 1, "answer": "已补充上传。"}).json()
    assert (said["state"], said["version"], said["available_acts"]) == ("answered", 2, [])
    data = {"version": 2, "reason": "仍缺会议纪要。", "answer_due_on": "2021-04-05"}
    back = post(people["auditor"], f"{address}send_back/", data).json()
    assert (back["state"], back["sent_back_why"], back["answer"]) == ("open", "仍缺会议纪要。", "已补充上传。")
    assert back["answer_due_on"] == "2021-04-05"
    post(people["head-road"], f"{address}answer/", {"version": 3, "answer": "会议纪要已补充。"})
    done = post(people["auditor"], f"{address}settle/", {"version": 4}).json()
    assert (done["state"], done["settled_by_name"], done["sent_back_why"]) == (
        "accepted",
        people["auditor"].name,
        "",
    )
    rows = list(measure.history.order_by("sequence").values_list("action", "reason"))[1:]
    assert rows == [
        ("remark", "未见印发文件。"),
        ("answer_remark", "已补充上传。"),
        ("send_back_remark", "仍缺会议纪要。"),
        ("answer_remark", "会议纪要已补充。"),
        ("settle_remark", ""),
    ]
    measure.refresh_from_db()
    assert measure.version == ledger.measures[0].version


def test_on_a_measure_in_any_state(place: Place) -> None:
    ledger = build_ledger(place, sub_issues=1, measures=5)
    states = ("not_started", "in_progress", "completed", "in_review", "closed")
    for measure, state in zip(ledger.measures, states, strict=True):
        drive(measure, state)
        assert remark_on(ledger, measure).state == "open"


@pytest.mark.parametrize("key", ["liaison-road", "head-road", "leader-vp_road", "office"])
def test_nobody_else_remarks(ledger: Ledger, key: str) -> None:
    problem(post(ledger.people[key], url("remarks"), {"measure": ledger.measure.pk, "text": "x"}), 403)
    assert not Remark.objects.exists()


def test_who_may_do_what(ledger: Ledger, other: Ledger) -> None:
    remark, people = remark_on(ledger, ledger.measure), ledger.people
    answer = {"version": 1, "answer": "已补充。"}
    for key in ("auditor", "office", "liaison-plan", "leader-vp_road"):
        problem(post(people[key], url("remarks", remark, "answer"), answer), 403)
    problem(post(other.people["liaison-road"], url("remarks", remark, "answer"), answer), 404)
    problem(post(people["auditor"], url("remarks", remark, "settle"), {"version": 1}), 409)
    post(people["head-road"], url("remarks", remark, "answer"), answer)
    for act, data in (("settle", {}), ("send_back", {"reason": REASON})):
        for key in ("head-road", "office", "leader-vp_road"):
            problem(post(people[key], url("remarks", remark, act), {"version": 2, **data}), 403)
    problem(post(people["head-road"], url("remarks", remark, "answer"), {**answer, "version": 2}), 409)
    problem(post(people["auditor"], url("remarks", remark, "settle"), {"version": 1}), 409)
    assert ledger.measure.history.count() == 3


def test_input(ledger: Ledger, other: Ledger) -> None:
    auditor, measure = ledger.people["auditor"], ledger.measure
    item = item_of(ledger)
    elsewhere = ledger.measures[1]
    for data, field in (
        ({"text": ""}, "text"),
        ({"text": 5}, "text"),
        ({"text": "长" * 5001}, "text"),
        ({"text": "x\x00"}, "text"),
        ({"text": "x", "answer_due_on": "2021-03-30"}, "answer_due_on"),
        ({"text": "x", "answer_due_on": "明天"}, "answer_due_on"),
        ({"text": "x", "answer_due_on": "9999-12-31"}, "answer_due_on"),
        ({"text": "x", "answer_due_on": "2041-04-01"}, "answer_due_on"),
        ({"text": "x", "item": "x"}, "item"),
        ({"text": "x", "item": 10**30}, "item"),
        ({"text": "x", "item": item.pk + 99}, "item"),
    ):
        problem(post(auditor, url("remarks"), {"measure": measure.pk, **data}), 400, field)
    problem(post(auditor, url("remarks"), {"measure": elsewhere.pk, "text": "x", "item": item.pk}), 400, "item")
    problem(post(auditor, url("remarks"), {"measure": other.measure.pk, "text": "x"}), 404)
    for value in (None, "", "x", [], -1):
        problem(post(auditor, url("remarks"), {"measure": value, "text": "x"}), 400, "measure")
    assert not Remark.objects.exists()
    remark = remark_on(ledger, measure, item=item.pk)
    assert remark.item == item
    for value in ("", None, 5, [], "长" * 5001):
        data = {"version": 1, "answer": value}
        problem(post(ledger.people["liaison-road"], url("remarks", remark, "answer"), data), 400, "answer")


def test_an_answer_read_late_gets_its_time_again(ledger: Ledger) -> None:
    remark = remark_on(ledger, ledger.measure)
    services.answer_remark(act_by(ledger.people["liaison-road"]), remark.pk, {"version": 1, "answer": "已补。"})
    later = act_by(ledger.people["auditor"], date(2021, 6, 1))
    sent = services.send_back_remark(later, remark.pk, {"version": 2, "reason": REASON})
    assert sent.answer_due_on == date(2021, 6, 16)


def test_what_is_late_is_told(ledger: Ledger) -> None:
    late, _soon = remark_on(ledger, ledger.measure), remark_on(ledger, ledger.measure)
    Remark.objects.filter(pk=late.pk).update(answer_due_on="2021-03-30")
    client = api(ledger.people["office"])
    found = client.get(url("remarks"), {"overdue": "true"}).json()["results"]
    assert [(row["id"], row["overdue"]) for row in found] == [(late.pk, True)]
    assert client.get(url("remarks"), {"overdue": "false"}).json()["count"] == 1


def test_an_archived_round_is_left_alone(ledger: Ledger) -> None:
    remark, item = remark_on(ledger, ledger.measures[1]), item_of(ledger)
    type(ledger.round).objects.filter(pk=ledger.round.pk).update(status="archived")
    people = ledger.people
    problem(post(people["auditor"], url("remarks"), {"measure": ledger.measure.pk, "text": "x"}), 409)
    problem(post(people["head-road"], url("remarks", remark, "answer"), {"version": 1, "answer": "x"}), 409)
    data = {"version": 1, "result": "holds", "note": "x"}
    problem(post(people["auditor"], url("look-back-items", item, "check"), data), 409)
    for name, row in (("remarks", remark), ("look-back-items", item)):
        assert api(people["auditor"]).get(url(name, row)).json()["available_acts"] == []


@pytest.mark.long
def test_an_answer_is_proved_by_a_file_though_the_measure_is_closed(ledger: Ledger) -> None:
    measure, people = drive(ledger.measure, "closed"), ledger.people
    remark = remark_on(ledger, measure)
    address = url("remarks", remark, "answer")
    form = {"version": 1, "answer": "已补印发文件。"}
    before = everything()
    problem(
        api(people["liaison-road"]).post(address, {**form, "file": scan("机密.pdf")}, format="multipart"), 400, "file"
    )
    problem(api(people["liaison-plan"]).post(address, {**form, "file": scan()}, format="multipart"), 403)
    assert everything() == before
    answered = api(people["liaison-road"]).post(address, {**form, "file": scan("印发文件.pdf")}, format="multipart")
    assert answered.status_code == 200, answered.content
    file = measure.evidence.get(pk=answered.json()["answer_files"][0])
    assert (file.title, file.answers_id) == ("印发文件", remark.pk)
    added, row = list(measure.history.order_by("sequence"))[-2:]
    assert (added.action, row.action, added.act_id) == ("add_evidence", "answer_remark", row.act_id)
    assert added.payload["evidence"]["sha256"] == file.sha256
    assert list(rebuild_differences()) == []
    shown = at(people["auditor"]).get(reverse("measure", args=[measure.pk])).content.decode()
    assert shown.count("印发文件") >= 2
    late = api(people["auditor"]).get(url("doubts"), {"round": ledger.round.pk, "kind": "late_evidence"}).json()
    assert late["count"] == 0


def test_an_answer_from_the_page_takes_a_file(ledger: Ledger) -> None:
    remark = remark_on(ledger, drive(ledger.measure, "closed"))
    form = {"version": 1, "answer": "已补。", "file": scan("补充.pdf")}
    sent = at(ledger.people["liaison-road"]).post(reverse("remark-act", args=[remark.pk, "answer"]), form)
    assert sent.status_code == 302 and remark.files.get().title == "补充"
