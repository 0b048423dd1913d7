"""What a signer reads beside the button: note, outcomes, ticks, evidence, and what made earlier signatures void."""

import pytest
from django.urls import reverse

from measures.evidence import withdraw_evidence
from rectify.organization.models import Role

from .building import Ledger, act_by, build_ledger
from .driving import attach, do, drive
from .forms_sent import at, statements
from .looking import page

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

VOID = "佐证材料已变更，此前签批失效，请重新审核。"
CHANGED = "申请销号后，佐证材料有变更。"


def test_note_and_outcomes_stand_beside_the_button(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "completed")
    attach(measure)
    do(measure, "request_closure", "liaison", note="办法已印发，问题销号", outcomes={"rules": 3})
    for key in ("head-road", "auditor"):
        html = page(ledger.people[key], reverse("measure", args=[measure.pk]))
        beside = html[: html.index('id="minutes"')]
        assert "申请说明" in beside and "办法已印发，问题销号" in beside and "建章立制" in beside


def test_result_note_and_ticks_stand_beside_the_acceptance(ledger: Ledger) -> None:
    for measure in ledger.measures[:2]:
        drive(measure, "closed")
    criteria = ["solved", "cause"]
    data = {"note": "集中整改任务完成", "result": "sustained", "criteria": criteria}
    do(ledger.sub_issue, "request_acceptance", "liaison", **data)
    own = reverse("sub-issue", args=[ledger.sub_issue.pk])
    folder = reverse("todo-item", args=["sub-issue", ledger.sub_issue.pk])
    for address in (own, folder):
        html = page(ledger.people["office"], address)
        beside = html.split('id="minutes"')[0]
        assert "集中整改任务完成" in beside and "申请结论" in beside and "申请人确认" in beside
        assert beside.count("未确认") == 2


@pytest.mark.long
def test_signing_again_is_told_why(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    extra = attach(measure, text="第二份")
    do(measure, "sign", "head")
    withdraw_evidence(act_by(ledger.people["liaison-road"]), extra.pk, {"reason": "传错了"})
    head = ledger.people["head-road"]
    addresses = (reverse("todo"), reverse("todo-item", args=["measure", measure.pk]))
    for address in (*addresses, reverse("measure", args=[measure.pk])):
        html = page(head, address)
        assert VOID in html and "传错了" in html, address
    office, leader = ledger.people["office"], ledger.people["leader-vp_road"]
    for reader in (office, leader, ledger.people["auditor"], ledger.people["liaison-road"]):
        html = page(reader, reverse("measure", args=[measure.pk]))
        assert VOID not in html and CHANGED in html, reader
    do(measure, "sign", "head")
    # The head has signed again; the office signs for the first time.
    for reader in (head, office):
        html = page(reader, reverse("measure", args=[measure.pk]))
        assert VOID not in html and CHANGED in html, reader
    assert VOID not in page(office, addresses[0]) + page(office, addresses[1])
    do(measure, "sign", "office")
    do(measure, "sign", "leader")
    assert VOID not in page(head, addresses[0] + "?tab=asked") + page(head, reverse("measure", args=[measure.pk]))


def test_who_signs_the_step_of_a_void_signature_is_told(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    extra = attach(measure, text="第二份")
    for role in ("head", "office"):
        do(measure, "sign", role)
    withdraw_evidence(act_by(ledger.people["liaison-road"]), extra.pk, {"reason": "传错了"})
    other = ledger.place.add_person("office-two", Role.OFFICE)
    address = reverse("measure", args=[measure.pk])
    # The office has signed before, its colleague has not and it is not yet the office's turn.
    assert VOID in page(ledger.people["office"], address) and VOID not in page(other, address)
    do(measure, "sign", "head")
    assert VOID in page(other, address) and VOID in page(other, reverse("todo"))


def test_agreeing_is_not_offered_where_evidence_lacks(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    withdraw_evidence(act_by(ledger.people["liaison-road"]), measure.evidence.get().pk, {"reason": "传错了"})
    head = ledger.people["head-road"]
    for address in (reverse("todo-item", args=["measure", measure.pk]), reverse("measure", args=[measure.pk])):
        html = page(head, address)
        assert "尚无佐证材料" in html and 'disabled aria-disabled="true" aria-describedby="act-missing"' in html
        assert "退回补充<" in html
    attach(measure)
    html = page(head, reverse("todo-item", args=["measure", measure.pk]))
    assert "act-missing" not in html


def test_the_chain_names_who_returned(ledger: Ledger) -> None:
    measure, place = drive(ledger.measure, "in_review"), ledger.place
    do(measure, "sign", "head")
    colleague = place.add_person("office-two", Role.OFFICE)
    do(measure, "return", colleague, reason="材料不全，请补充。")
    html = page(ledger.people["auditor"], reverse("measure", args=[measure.pk]))
    step = html.split('class="chain-returned"')[1].split("</li>")[0]
    assert f"<div>{colleague.name}</div>" in step and "材料不全，请补充。" in step


@pytest.mark.long
def test_the_folder_of_a_sub_issue_has_the_evidence_of_its_measures(place: object) -> None:
    ledger = build_ledger(place, sub_issues=1, measures=3)  # type: ignore[arg-type]
    drive(ledger.measures[0], "closed")
    do(ledger.sub_issue, "request_acceptance", "liaison", note="申请", result="sustained")
    address = reverse("todo-item", args=["sub-issue", ledger.sub_issue.pk])
    office = at(ledger.people["office"])
    html = page(ledger.people["office"], address)
    file = ledger.measures[0].evidence.get()
    assert reverse("evidence-view", args=[file.pk]) in html and "1份材料" in html
    before = statements(office, address)
    for measure in ledger.measures[1:]:
        for number in range(3):
            attach(measure, text=f"{measure.pk} {number}")
    assert statements(office, address) == before


def test_a_thumb_reaches_both_decisions_without_script(ledger: Ledger) -> None:
    drive(ledger.measure, "in_review")
    address = reverse("todo-item", args=["measure", ledger.measure.pk])
    html = page(ledger.people["head-road"], address)
    assert 'href="#act"' in html and 'href="?act=return#return"' in html
    assert 'id="return" open' not in html
    assert 'id="return" open' in page(ledger.people["head-road"], f"{address}?act=return")


def test_a_long_name_is_whole_in_its_title(ledger: Ledger) -> None:
    person = ledger.people["auditor"]
    html = page(person)
    assert f'<span class="person-name" title="{person.name}">{person.name}</span>' in html
