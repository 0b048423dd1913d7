"""Where no button is, why: every reader of a measure or a sub-issue has an act or a reason, in every state."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from measures.models import Measure
from rectify.organization.models import Role

from .building import TODAY, Ledger, build_ledger
from .driving import ask_extension, do, drive, drive_sub_issue
from .looking import page
from .matrix import READERS

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
BUTTON = re.compile(r'<a class="button[^"]*" href="[^"]*\?act=|<button class="button')


def acts_block(html: str) -> str:
    """The part of a page that holds acts and the reasons for missing ones, with those on a deadline asked for."""
    of_deadline = html[html.find('id="deadline"') : html.index('id="act"')] if 'id="deadline"' in html else ""
    return of_deadline + html[html.index('id="act"') :].split("</section>")[0].split('<div class="beside">')[0]


def unexplained(ledger: Ledger, address: str) -> list[str]:
    """The readers who find neither an act nor a reason."""
    lacking = []
    for role, key in READERS.items():
        block = acts_block(page(ledger.people[key], address))
        if not BUTTON.search(block) and "why-not" not in block:
            lacking.append(role)
    return lacking


@pytest.mark.soak
def test_measures(place: object) -> None:
    ledger = build_ledger(place, sub_issues=1, measures=8)  # type: ignore[arg-type]
    ledger.place.add_person("chair", Role.CHAIR)
    states = ("not_started", "in_progress", "completed", "in_review", "closed", "sustained")
    for measure, state in zip(ledger.measures, states, strict=False):
        drive(measure, state)
    Measure.objects.filter(pk=ledger.measures[6].pk).update(status="cancelled")
    ask_extension(drive(ledger.measures[7], "in_progress"))
    lacking = {m.number: unexplained(ledger, reverse("measure", args=[m.pk])) for m in ledger.measures}
    assert {number: roles for number, roles in lacking.items() if roles} == {}


@pytest.mark.long
def test_sub_issues(place: object) -> None:
    ledger = build_ledger(place, sub_issues=4, measures=1)  # type: ignore[arg-type]
    for sub_issue, state in zip(ledger.sub_issues, ("rectifying", "in_review", "sustained", "closed"), strict=True):
        drive_sub_issue(sub_issue, state, result="closed" if state == "closed" else "sustained")
    lacking = {row.number: unexplained(ledger, reverse("sub-issue", args=[row.pk])) for row in ledger.sub_issues}
    assert {number: roles for number, roles in lacking.items() if roles} == {}


def test_the_words(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    address = reverse("measure", args=[measure.pk])
    assert "待公路处负责人审核" in acts_block(page(ledger.people["liaison-party"], address))
    assert "由分管公路副厅长负责" in acts_block(page(ledger.people["leader-secretary"], address))
    assert "巡视监督人员只查看" in acts_block(page(ledger.people["auditor"], address))
    going = reverse("measure", args=[drive(ledger.measures[1], "in_progress").pk])
    assert "由公路处整改，尚未申请销号。" in acts_block(page(ledger.people["office"], going))


def test_the_head_is_told_who_signed_in_their_place(ledger: Ledger) -> None:
    road, head = ledger.place.departments["road"], ledger.people["head-road"]
    deputy = ledger.place.add_person("deputy")
    ledger.place.assign(
        deputy, Role.HEAD, department=road, acting_for=head, valid_from=TODAY, valid_until=TODAY + timedelta(7)
    )
    do(drive(ledger.measure, "in_review"), "sign", deputy)
    block = acts_block(page(head, reverse("measure", args=[ledger.measure.pk])))
    assert f"{deputy.name}已代您审核，现待整改办审核" in block and "您已审核" not in block


def test_the_lead_sentence_tells_of_the_extension_under_review(ledger: Ledger) -> None:
    ask_extension(drive(ledger.measure, "in_progress"))
    html = page(ledger.people["liaison-road"], reverse("measure", args=[ledger.measure.pk]))
    assert "延期审批中，待整改办审核，今日送达。" in html
