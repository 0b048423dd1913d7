"""Every act from every state, generated from the transition tables: legal pairs act, illegal ones change nothing."""

from typing import Any

import pytest

from issues.models import SubIssue, SubIssueHistory
from issues.states import SUB_ISSUE_TRANSITIONS, SubIssueStatus
from measures.models import ClosureRequest, ClosureSignature, Evidence, Measure, MeasureHistory
from measures.states import MEASURE_TRANSITIONS, MeasureStatus
from rectify.organization.models import Role, User

from .building import REASON, TODAY, Ledger
from .driving import do, drive, drive_sub_issue, person_of
from .sending import api, sheet, upload_of, url

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

EVIDENCE_ACTS = ("add_evidence", "replace_evidence", "withdraw_evidence")
KEEPING_STATE = ("correct", *EVIDENCE_ACTS, "request_extension", "request_long_term")
# What leaves the measure's own fields as they are.
KEEPING_VERSION = ("add_evidence", "request_extension", "request_long_term")
MEASURE_PAIRS = [
    (act, str(source), str(target))
    for act, transition in MEASURE_TRANSITIONS.transitions.items()
    for source in sorted(transition.sources)
    for target in sorted(transition.targets)
    if act not in KEEPING_STATE or source == target
]
SUB_ISSUE_PAIRS = [
    (act, str(source), str(target))
    for act, transition in SUB_ISSUE_TRANSITIONS.transitions.items()
    for source in sorted(transition.sources)
    for target in sorted(transition.targets)
    if act != "record_superior_finding" or source == target
]
# Nothing leads there yet.
WITHOUT_A_WAY = ("cancelled", "merged")


def measure_input(act: str, measure: Measure, target: str = "") -> dict[str, Any]:
    """What an act on a measure takes beside the version."""
    report = {"progress": 60, "done": "已印发文件"}
    return {
        "report_progress": report,
        "correct": {**report, "replaces": first_report(measure), "reason": "数字有误"},
        "complete": {"note": "已完成"},
        "request_closure": {"note": "申请销号"},
        "sign": {"comment": "同意"},
        "return": {"reason": REASON},
        "recall": {},
        "reopen": {"reason": REASON},
        "register_signature": {},
        "request_extension": {"due_on": "2021-05-20", "reason": "审批尚未完成"},
        "request_long_term": {"stage_goal": "每季度排查", "review_on": "2021-06-30", "reason": "须长期坚持"},
        "add_evidence": {},
        "replace_evidence": {},
        "withdraw_evidence": {"reason": REASON},
        "report_stage": {"done": "按季度排查"},
        "review_stage": {"met": target != "in_progress", "note": "已复核", "review_on": "2021-09-30"},
    }[act]


def first_report(measure: Measure) -> int:
    return measure.history.filter(action="report_progress").values_list("sequence", flat=True).first() or 1


def bring(measure: Measure, state: str) -> Measure:
    """Brings a measure to any state; those without a way by hand."""
    if state not in WITHOUT_A_WAY:
        return drive(measure, state)
    Measure.objects.filter(pk=measure.pk).update(status=state)
    measure.refresh_from_db()
    return measure


def ready_for(act: str, measure: Measure, source: str, target: str) -> Measure:
    """A measure in the state from which the act leads to just this target."""
    if act == "recall":
        drive(measure, target)
        upload_of(person_of(measure, "liaison"), measure)
        do(measure, "request_closure", "liaison", note="申请销号")
        return measure
    if act in EVIDENCE_ACTS:
        upload_of(person_of(measure, "liaison"), measure)
    bring(measure, source)
    if act == "request_closure":
        upload_of(person_of(measure, "liaison"), measure)
    if act == "review_stage":
        do(measure, "report_stage", "liaison", done="按季度排查")
        Measure.objects.filter(pk=measure.pk).update(review_on=TODAY)
        measure.refresh_from_db()
    if (act, target) in (("sign", "closed"), ("register_signature", "closed")):
        do(measure, "sign", "head")
        do(measure, "sign", "office")
    return measure


def allowed_person(act: str, row: Any) -> User:
    """Somebody whose act it is."""
    roles = {"return": "head", "sign": "head"} | dict.fromkeys(
        ("reopen", "register_signature", "review_stage"), "office"
    )
    if isinstance(row, SubIssue):
        offices = ("reopen", "return", "sign", "register_signature", "record_superior_finding")
        roles = dict.fromkeys(offices, "office")
    return person_of(row, roles.get(act, "liaison"))


def call(act: str, row: Any, by: User, data: dict[str, Any], version: int | None = None) -> Any:
    """The act over the API."""
    if act in EVIDENCE_ACTS:
        return call_on_evidence(act, row, by, data)
    collection = "measures" if isinstance(row, Measure) else "sub-issues"
    body = {"version": version or row.version, **data}
    if act == "register_signature":
        return api(by).post(url(collection, row, act), sheet(**body), format="multipart")
    return api(by).post(url(collection, row, act), body, format="json")


def call_on_evidence(act: str, measure: Measure, by: User, data: dict[str, Any]) -> Any:
    """An act on a measure's evidence: on the first that stands, or on one that there is not."""
    if act == "add_evidence":
        return upload_of(by, measure)
    standing = measure.evidence.standing().first()
    if act == "replace_evidence":
        return upload_of(by, measure, replaces=standing.pk if standing else 999)
    return api(by).post(url("evidence", standing, "withdraw"), data, format="json")


def everything() -> dict[str, Any]:
    """All that an act on a measure or sub-issue may change."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in (Measure, SubIssue, MeasureHistory, SubIssueHistory, ClosureRequest, ClosureSignature, Evidence)
    }


@pytest.mark.long
@pytest.mark.parametrize(("act", "source", "target"), MEASURE_PAIRS)
def test_a_legal_act_on_a_measure(ledger: Ledger, act: str, source: str, target: str) -> None:
    measure = ready_for(act, ledger.measure, source, target)
    by = allowed_person(act, measure)
    if (act, target) == ("sign", "closed"):
        by = person_of(measure, "leader")
    assert measure.status == source
    assert act in api(by).get(url("measures", measure)).json()["available_acts"]
    rows, version = measure.history.count(), measure.version

    answer = call(act, measure, by, measure_input(act, measure, target))

    assert answer.status_code in (200, 201), answer.json()
    measure.refresh_from_db()
    assert measure.status == target
    row = measure.history.order_by("-sequence").first()
    assert measure.history.count() == rows + 1
    assert (row.action, row.from_status, row.to_status) == (act, source, target)
    assert row.actor == by
    assert measure.version == version + (act not in KEEPING_VERSION)
    if act not in EVIDENCE_ACTS:
        assert answer.json()["status"] == target
        assert answer.json()["version"] == measure.version


@pytest.mark.long
@pytest.mark.parametrize("state", [str(status) for status in MeasureStatus])
def test_illegal_acts_on_a_measure_change_nothing(ledger: Ledger, state: str) -> None:
    upload_of(ledger.people["liaison-road"], ledger.measure)
    measure = bring(ledger.measure, state)
    before = everything()
    for act, transition in MEASURE_TRANSITIONS.transitions.items():
        if state in transition.sources:
            continue
        by = allowed_person(act, measure)
        data = measure_input(act, measure)
        answer = call(act, measure, by, data)
        assert answer.status_code == 409, (act, answer.json())
        assert answer.json()["type"] == "/problems/wrong-state"
        assert act in EVIDENCE_ACTS or answer.json()["current"]["status"] == state
        assert act not in api(by).get(url("measures", measure)).json()["available_acts"]
    assert everything() == before


@pytest.mark.long
@pytest.mark.parametrize("state", [str(status) for status in MeasureStatus])
def test_nobody_acts_on_a_measure_beyond_their_role(ledger: Ledger, state: str) -> None:
    upload_of(ledger.people["liaison-road"], ledger.measure)
    measure = bring(ledger.measure, state)
    before = everything()
    for key in ("auditor", "liaison-party", "head-party", "leader-secretary", "assistant-vp_road"):
        by = ledger.people[key]
        assert api(by).get(url("measures", measure)).json()["available_acts"] == []
        for act in MEASURE_TRANSITIONS.transitions:
            answer = call(act, measure, by, measure_input(act, measure))
            assert answer.status_code == 403, (key, act, answer.json())
    assert everything() == before


def sub_issue_input(act: str) -> dict[str, Any]:
    return {
        "request_acceptance": {"note": "申请验收", "result": "sustained"},
        "sign": {},
        "return": {"reason": REASON},
        "recall": {},
        "reopen": {"reason": REASON},
        "register_signature": {},
        "record_superior_finding": {"finding": "sent_back", "found_on": "2021-03-30", "paper": "巡视办〔2021〕12号"},
    }[act]


def ready_sub_issue(act: str, sub_issue: SubIssue, source: str, target: str) -> SubIssue:
    """A sub-issue in the state from which the act leads to just this target."""
    if act in ("recall", "return"):
        drive_sub_issue(sub_issue, target)
        do(sub_issue, "request_acceptance", "liaison", note="申请验收", result="sustained")
    elif act in ("sign", "register_signature"):
        drive_sub_issue(sub_issue, "in_review", result="closed" if target == "closed" else "sustained")
        if target != "in_review":
            do(sub_issue, "sign", "office")
    else:
        drive_sub_issue(sub_issue, source)
    return sub_issue


@pytest.mark.long
@pytest.mark.parametrize(("act", "source", "target"), SUB_ISSUE_PAIRS)
def test_a_legal_act_on_a_sub_issue(ledger: Ledger, act: str, source: str, target: str) -> None:
    sub_issue = ready_sub_issue(act, ledger.sub_issue, source, target)
    by = allowed_person(act, sub_issue)
    if act == "sign" and target != "in_review":
        by = person_of(sub_issue, "leader")
    assert sub_issue.status == source
    assert act in api(by).get(url("sub-issues", sub_issue)).json()["available_acts"]
    rows, version = sub_issue.history.count(), sub_issue.version

    data = sub_issue_input(act)
    if (act, target) == ("register_signature", "in_review"):
        # Whoever registers does not sign: the office's own step is another of its people's.
        data["signer"] = ledger.place.add_person("office-two", Role.OFFICE).pk

    answer = call(act, sub_issue, by, data)

    assert answer.status_code == 200, answer.json()
    sub_issue.refresh_from_db()
    row = sub_issue.history.order_by("-sequence").first()
    assert sub_issue.history.count() == rows + 1
    assert (row.action, row.from_status, row.to_status) == (act, source, target)
    assert (sub_issue.status, sub_issue.version) == (target, version + 1)
    assert (answer.json()["status"], answer.json()["version"]) == (target, version + 1)


@pytest.mark.long
@pytest.mark.parametrize("state", [str(status) for status in SubIssueStatus])
def test_illegal_acts_on_a_sub_issue_change_nothing(ledger: Ledger, state: str) -> None:
    sub_issue = drive_sub_issue(ledger.sub_issue, state)
    before = everything()
    for act, transition in SUB_ISSUE_TRANSITIONS.transitions.items():
        by = allowed_person(act, sub_issue)
        if state not in transition.sources:
            answer = call(act, sub_issue, by, sub_issue_input(act))
            assert answer.status_code == 409, (act, answer.json())
            assert answer.json()["current"]["status"] == state
            assert act not in api(by).get(url("sub-issues", sub_issue)).json()["available_acts"]
        for key in ("auditor", "liaison-plan", "leader-secretary", "assistant-vp_road"):
            answer = call(act, sub_issue, ledger.people[key], sub_issue_input(act))
            assert answer.status_code == 403, (key, act, answer.json())
    assert everything() == before


@pytest.mark.parametrize(("act", "source"), [("approve_plan", "draft"), ("publish_notice", "active")])
def test_a_round_is_approved_and_noticed_once_by_its_office(ledger: Ledger, act: str, source: str) -> None:
    round_ = ledger.round
    round_.status = source
    round_.save(update_fields=["status"])
    data = {"meeting": "党组会议", "approved_on": "2021-03-01", "notice_on": "2021-03-30"}
    address = url("rounds", round_, act)
    refused = api(ledger.people["auditor"]).post(address, {"version": round_.version, **data}, format="json")
    assert refused.status_code == 403
    done = api(ledger.people["office"]).post(address, {"version": round_.version, **data}, format="json")
    assert done.status_code == 200, done.json()
    again = api(ledger.people["office"]).post(address, {"version": round_.version + 1, **data}, format="json")
    assert again.status_code == 409
    round_.refresh_from_db()
    assert round_.history.filter(action=act).count() == 1 + (act == "approve_plan")


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_nothing_is_acted_in_a_round_that_is_not_under_way(ledger: Ledger, status: str) -> None:
    ledger.round.status = status
    ledger.round.save(update_fields=["status"])
    before = everything()
    reported = call("report_progress", ledger.measure, ledger.people["liaison-road"], {"progress": 5, "done": "已部署"})
    asked = call(
        "request_acceptance",
        ledger.sub_issue,
        ledger.people["liaison-road"],
        {"note": "申请验收", "result": "sustained"},
    )
    assert (reported.status_code, asked.status_code) == (409, 409)
    assert everything() == before
