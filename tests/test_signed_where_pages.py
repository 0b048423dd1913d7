"""From a signature to where it was given: the scan that bears it, the meeting that decided."""

from typing import Any

import pytest
from django.urls import reverse

from issues.models import AcceptanceMeeting, Paper
from measures import papers
from measures.acceptance_meeting import hold_meeting
from rectify.organization.models import Role

from .building import TODAY, Ledger, act_by
from .driving import ask_extension, ask_long_term, attach, decide, do, drive, drive_sub_issue
from .forms_sent import at, statements
from .looking import page
from .sending import scan, sheet

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

ALL = ["solved", "cause", "mechanism", "evidence"]


def registered(ledger: Ledger, service: Any, row: Any, title: str) -> Paper:
    """A scan registered for the next step of something, by a second hand of the office."""
    registrar = ledger.place.people.get("office-two") or ledger.place.add_person("office-two", Role.OFFICE)
    row.refresh_from_db()
    data = {name: value for name, value in sheet(title=title, version=row.version).items() if name != "file"}
    service(act_by(registrar), row.pk, data, scan())
    return Paper.objects.latest("pk")


def looked_at(ledger: Ledger, address: str, paper: Paper, times: int) -> None:
    """The page leads to the scan so many times; an auditor sees it in place."""
    html = page(ledger.people["auditor"], address)
    assert html.count(f'href="{reverse("paper", args=[paper.pk])}"') >= times
    assert paper.title in html
    leaf = page(ledger.people["auditor"], reverse("paper", args=[paper.pk]))
    assert reverse("paper-picture", args=[paper.pk]) in leaf and reverse("paper-file", args=[paper.pk]) in leaf


def hold(ledger: Ledger, agreed: bool = True, opinion: str = "") -> AcceptanceMeeting:
    """A meeting on the first sub-issue, with office and leader there."""
    ledger.sub_issue.refresh_from_db()
    decision = {"sub_issue": ledger.sub_issue.pk, "version": ledger.sub_issue.version, "agreed": agreed}
    people = [ledger.people[key].pk for key in ("office", "leader-vp_road")]
    data = {"title": "第一次整改验收会", "held_on": TODAY.isoformat(), "chair": "书记", "participants": people}
    decisions = [{**decision, "criteria": ALL, "opinion": opinion}]
    return hold_meeting(act_by(ledger.people["office"]), ledger.round.pk, {**data, "decisions": decisions}, scan())


def test_the_scan_is_reached_from_the_closure(ledger: Ledger) -> None:
    drive(ledger.measure, "in_review")
    do(ledger.measure, "sign", "head")
    do(ledger.measure, "sign", "office")
    paper = registered(ledger, papers.register_on_measure, ledger.measure, "销号签批单")
    # Once in the chain, once in the minutes.
    looked_at(ledger, reverse("measure", args=[ledger.measure.pk]), paper, 2)


@pytest.mark.long
def test_the_scan_is_reached_from_the_acceptance(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
    do(ledger.sub_issue, "sign", "office")
    paper = registered(ledger, papers.register_on_sub_issue, ledger.sub_issue, "验收签批单")
    looked_at(ledger, reverse("sub-issue", args=[ledger.sub_issue.pk]), paper, 2)


@pytest.mark.long
def test_the_scan_is_reached_from_changes_of_deadlines(ledger: Ledger) -> None:
    asks = ((ask_extension, papers.register_on_extension), (ask_long_term, papers.register_on_long_term))
    for measure, (ask, service) in zip(ledger.measures, asks, strict=False):
        request = ask(drive(measure, "in_progress"))
        decide(request, "sign", "office")
        paper = registered(ledger, service, request, f"审批单{measure.number}")
        looked_at(ledger, reverse("measure", args=[measure.pk]), paper, 1)


@pytest.mark.long
def test_the_scan_lists_what_it_signs(ledger: Ledger) -> None:
    closing, extended, moved = (drive(measure, "in_progress") for measure in ledger.measures[:3])
    attach(closing)
    do(closing, "request_closure", "liaison", note="申请")
    do(closing, "sign", "head")
    extension, move = ask_extension(extended), ask_long_term(moved)
    drive_sub_issue(other := ledger.sub_issues[1], "in_review", result="sustained")
    registrar = ledger.place.add_person("office-two", Role.OFFICE)
    signer = ledger.people["office"].pk
    rows = {"measure": closing, "sub_issue": other, "extension": extension, "long_term": move}
    auditor, counts = at(ledger.people["auditor"]), []
    for chosen in (["measure"], ["sub_issue", "extension", "long_term"]):
        items = [{name: rows[name].pk, "version": rows[name].version, "signer": signer} for name in chosen]
        data = {name: value for name, value in sheet().items() if name not in ("file", "version", "signer")}
        paper = papers.register_signatures(act_by(registrar), ledger.round.pk, {**data, "items": items}, scan())
        counts.append(statements(auditor, reverse("paper", args=[paper.pk])))
        html = page(ledger.people["auditor"], reverse("paper", args=[paper.pk]))
        assert "签批事项" in html and html.count(f">{ledger.people['office'].name}</td>") == len(chosen)
        assert html.count(f">{TODAY.isoformat()}</td>") == len(chosen)
    assert reverse("sub-issue", args=[other.pk]) in html and "延期" in html and "转长期坚持" in html
    assert counts[0] == counts[1]


def test_another_organisation_does_not_see_the_scan(ledger: Ledger, other: Ledger) -> None:
    drive(ledger.measure, "in_review")
    do(ledger.measure, "sign", "head")
    do(ledger.measure, "sign", "office")
    paper = registered(ledger, papers.register_on_measure, ledger.measure, "销号签批单")
    assert at(other.people["office"]).get(reverse("paper", args=[paper.pk])).status_code == 404


@pytest.mark.long
def test_statements_do_not_grow_with_the_scans(ledger: Ledger) -> None:
    counts = []
    address = reverse("sub-issue", args=[ledger.sub_issue.pk])
    for measure in ledger.measures[:2]:
        drive(measure, "in_review")
        do(measure, "sign", "head")
        do(measure, "sign", "office")
        registered(ledger, papers.register_on_measure, measure, "销号签批单")
        counts.append(statements(at(ledger.people["auditor"]), address))
    assert counts[0] == counts[1]


def test_the_meeting_stands_in_chain_and_minutes(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    held = hold(ledger)
    html = page(ledger.people["auditor"], reverse("sub-issue", args=[ledger.sub_issue.pk]))
    # Two steps were signed in it, each told in chain and minutes.
    assert html.count(reverse("acceptance-record", args=[held.pk])) == 4
    assert "“第一次整改验收会”" in html


def test_what_a_meeting_returned_names_the_meeting(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
    held = hold(ledger, agreed=False, opinion="请补充制度")
    html = page(ledger.people["liaison-road"], reverse("sub-issue", args=[ledger.sub_issue.pk]))
    assert html.count(reverse("acceptance-record", args=[held.pk])) == 2


def test_what_was_signed_outside_a_meeting_names_none(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "closed")
    assert "acceptance/meetings" not in page(ledger.people["auditor"], reverse("sub-issue", args=[ledger.sub_issue.pk]))
