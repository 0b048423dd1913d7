"""How a round closes: set by its office, held by what is asked for from then on, told in the round's history."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues.models import Round, RoundHistory
from measures.models import ClosureRequest
from measures.rules import rules_of

from .building import Ledger
from .driving import attach, do, drive
from .looking import page
from .sending import api, upload_of, url
from .test_bad_input import problem
from .test_crashes import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def set_rules(ledger: Ledger, by: str = "office", **fields: Any) -> Any:
    round_ = Round.objects.get(pk=ledger.round.pk)
    body = {"version": round_.version, **fields}
    return api(ledger.people[by]).post(url("rounds", round_, "set_closing_rules"), body, format="json")


def test_a_chain_of_ones_own(ledger: Ledger) -> None:
    drive(ledger.measures[1], "in_review")
    answer = set_rules(ledger, chains={"closure": ["office", "chair"]})
    assert answer.status_code == 200, answer.content
    row = RoundHistory.objects.order_by("-sequence")[0]
    assert row.action == "set_closing_rules"
    assert row.payload["rules"]["chains"]["new"]["closure"] == ["office", "chair"]
    drive(ledger.measure, "in_progress")
    attach(ledger.measure)
    do(ledger.measure, "request_closure", "liaison", note="申请")
    assert ClosureRequest.objects.get(measure=ledger.measure).chain == ["office", "chair"]
    assert ClosureRequest.objects.get(measure=ledger.measures[1]).chain == ["head", "office", "leader"]


def test_the_evidence_that_is_wanted(ledger: Ledger) -> None:
    assert set_rules(ledger, wanted_evidence={"time_bound": ["document", "photo"]}).status_code == 200
    liaison, measure = ledger.people["liaison-road"], drive(ledger.measure, "in_progress")
    upload_of(liaison, measure, kind="document")
    measure.refresh_from_db()
    body = {"version": measure.version, "note": "申请"}
    answer = api(liaison).post(url("measures", measure, "request_closure"), body, format="json")
    problem(answer, 400, "evidence")
    assert "Photo" in str(answer.json()["errors"]["evidence"])
    assert "缺少“照片”类佐证材料" in page(liaison, f"/measures/{measure.pk}/?act=request_closure")
    upload_of(liaison, measure, kind="photo")
    assert api(liaison).post(url("measures", measure, "request_closure"), body, format="json").status_code == 200


@pytest.mark.long
@pytest.mark.parametrize(
    "fields",
    [
        {"chains": {"closure": []}},
        {"chains": {"closure": ["office", "office"]}},
        {"chains": {"extension": ["office"]}},
        {"chains": {"nonsense": ["office"]}},
        {"chains": {"closure": ["nobody"]}},
        {"chains": []},
        {"wanted_evidence": {"nonsense": []}},
        {"wanted_evidence": {"time_bound": ["nonsense"]}},
        {"criteria": []},
        {"criteria": [{"key": "a", "title": "甲"}, {"key": "a", "title": "乙"}]},
        {"return_reasons": ["x" * 201]},
        {"answer_within_days": 0},
    ],
)
def test_bad_rules_change_nothing(ledger: Ledger, fields: dict[str, Any]) -> None:
    before = everything()
    problem(set_rules(ledger, **fields), 400, *fields)
    assert everything() == before


def test_only_the_office_and_only_the_newest_version(ledger: Ledger) -> None:
    for person, status in (("liaison-road", 403), ("auditor", 403), ("system-admin", 404)):
        assert set_rules(ledger, person, answer_within_days=9).status_code == status
    problem(set_rules(ledger, version=99, answer_within_days=9), 409)


@pytest.mark.long
def test_the_page_sets_what_it_shows(ledger: Ledger) -> None:
    client = Client()
    client.force_login(ledger.people["office"])
    shown = client.get(reverse("rules"))
    assert shown.status_code == 200
    form = {
        "version": shown.context["round"].version,
        "closure-0": "head",
        "closure-1": "chair",
        "reasons": "请补充。\n\n请核实。",
        "days": "7",
        "evidence_shown": "1",
        "evidence-immediate": ["photo"],
        "criterion": ["solved", "own-1"],
        "criterion-title": ["问题已解决", "群众满意"],
        "criterion-required": ["solved"],
    }
    assert client.post(reverse("rules"), form).status_code == 302
    rules = rules_of(ledger.round)
    assert rules["chains"]["closure"] == ["head", "chair"]
    assert rules["chains"]["acceptance"] == ["office", "leader"]
    assert (rules["return_reasons"], rules["answer_within_days"]) == (["请补充。", "请核实。"], 7)
    assert rules["wanted_evidence"]["immediate"] == ["photo"]
    assert [(c["title"], c["required"]) for c in rules["criteria"]] == [("问题已解决", True), ("群众满意", False)]
    refused = client.post(reverse("rules"), {"version": form["version"], "days": "7"})
    assert refused.status_code == 409
