"""The OpenAPI document is valid, names every route, and the API keeps to it whatever is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from knox.models import get_token_model
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from measures.look_back.services import make_remark
from rectify.dispatch.models import SupervisionOrder
from rectify.dispatch.supervision.drafting import draft_order

from .building import Ledger, act_by
from .driving import ask_extension, ask_long_term, attach, drive, drive_sub_issue
from .sending import api
from .soaking import soaked

pytestmark = pytest.mark.once

SCHEMA = "/api/v1/schema/?format=json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("liaison-road", "office", "auditor", "system-admin")
# What an address names by number, and which row of the ledger that is.
NUMBERED = ("organizations", "departments", "rounds", "headings", "findings", "sub-issues", "measures", "evidence")
NUMBERED += ("look-backs", "look-back-items", "remarks")
DEADLINES = ("extensions", "long-term-requests")
ACTS = {
    "rounds": "approve_plan history",
    "sub-issues": "request_acceptance sign return recall reopen record_superior_finding history",
    "measures": "report_progress complete request_closure sign return recall reopen correct history request_extension "
    "request_long_term report_stage review_stage",
    "extensions": "sign return recall register_signature",
    "long-term-requests": "sign return recall register_signature",
    "look-back-items": "check decline",
    "remarks": "answer settle send_back",
    "supervision-orders": "edit issue answer return_answer conclude cancel",
}


@pytest.fixture
def told(ledger: Ledger, evidence_root: Any) -> Ledger:
    drive(ledger.measures[0], "in_progress")
    attach(ledger.measures[0])
    drive(ledger.measures[2], "in_review")
    drive_sub_issue(ledger.sub_issues[1], "in_review", result="sustained")
    ask_extension(ledger.measures[1])
    ask_long_term(ledger.measures[3])
    make_remark(act_by(ledger.people["auditor"]), ledger.measures[0].pk, {"text": "请补充"})
    draft_order(act_by(ledger.people["office"]), ledger.round.pk, {"kind": "order"})
    return ledger


@pytest.fixture
def server(db: None) -> Iterator[Any]:
    """The application as a server calls it, but on the test's own connection, which a server would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document, made once: it is the same for everybody, and needs no row."""
    return api().get(SCHEMA).json()


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    assert document["openapi"].startswith("3.")
    assert len(document["paths"]) > 30


def test_the_document_names_the_contract(document: dict[str, Any]) -> None:
    paths = {path.removeprefix("/api/v1") for path in document["paths"]}
    for collection in (*NUMBERED, *DEADLINES):
        assert {f"/{collection}/", f"/{collection}/{{id}}/"} <= paths, collection
    for collection, acts in ACTS.items():
        assert {f"/{collection}/{{id}}/{act}/" for act in acts.split()} <= paths
    assert {"/todo/", "/measures/{id}/standing/", "/sub-issues/{id}/standing/"} <= paths
    assert {"/history/", "/me/", "/dashboards/round/", "/evidence/{id}/file/"} <= paths


def test_every_operation_says_what_it_refuses_with(document: dict[str, Any]) -> None:
    lacking = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method == "post" and not {"400", "403", "404", "409"} <= set(operation["responses"])
    ]
    assert lacking == []


FIELDS = {
    "Round": "id version title source organization feedback_on notice_on intensive_from intensive_until declared "
    "status",
    "Heading": "id number title parent round",
    "Finding": "id number title heading round",
    "SubIssue": "id version number title finding round kind status due_on disclosed responsible_leader "
    "superior_finding superior_found_on superior_paper available_acts",
    "Measure": "id version number content sub_issue round kind status done progress due_on original_due_on started_on "
    "closed_on responsible_leader lead_department responsible_departments overdue available_acts",
    "Department": "id key name organization",
    "Extension": "id version measure reason due_on old_due_on overdue beyond_intensive asked_by_name asked_on outcome "
    "ended_on chain next_signer available_acts",
    "LongTerm": "id version measure reason stage_goal review_on final_on asked_by_name asked_on outcome ended_on chain "
    "next_signer available_acts",
    "WholeLookBack": "id round title drawn_on drawn_by_name seed size population drawn checked relapsed drawn_again",
    "LookBackItem": "id version look_back round measure position closed_on result note checked_by_name checked_on "
    "reopening reopened_on declined_why evidence closing available_acts",
    "Remark": "id version measure item text answer_due_on made_by_name made_on state overdue answer answered_by_name "
    "answered_on settled_on available_acts",
    "Order": "id version round kind status number measure sub_issue department parent title question text instruction "
    "due_on overdue turn issued_on answer answered_on return_reason conclusion available_acts",
    "History": "act_id action from_status to_status reason payload actor_name department_name happened_on recorded_at "
    "sequence hash",
    "Todo": "count count_exact next previous results counts",
    "TodoRow": "list kind id number title department asked_by asked_on waits_for days digest version url",
    "MeasureStanding": "turn waits_for since days missing why_nots extensions extensions_overdue approved_deadlines",
    "RoundDashboard": "as_of known_at sub_issues measures overdue due_in_10_days due_in_20_days superior by_department "
    "by_leader by_kind declared digest",
}


def test_the_document_names_the_filters(document: dict[str, Any]) -> None:
    common = {"organization", "round", "status", "done", "kind", "lead_department", "responsible_department"}
    common |= {"responsible_leader", "due_before", "due_after", "overdue", "search", "ordering", "as_of", "known_at"}
    for collection in ("measures", "sub-issues"):
        parameters = document["paths"][f"/api/v1/{collection}/"]["get"]["parameters"]
        assert common <= {parameter["name"] for parameter in parameters}, collection
        assert all("type" in parameter["schema"] for parameter in parameters)


def test_the_fixed_fields_are_there(told: Ledger, document: dict[str, Any]) -> None:
    for name, fields in FIELDS.items():
        assert set(fields.split()) <= set(document["components"]["schemas"][name]["properties"]), name
    client = api(told.people["auditor"])
    for collection, name in (("rounds", "Round"), ("sub-issues", "SubIssue"), ("measures", "Measure")):
        row = client.get(f"/api/v1/{collection}/").json()["results"][0]
        assert set(row) == set(document["components"]["schemas"][name]["properties"])


def send_at_random(told: Ledger, server: Any, examples: int) -> None:
    """Sends made-up requests to every operation as one role or another; every other one to a row that exists."""
    schema = schemathesis.openapi.from_wsgi(SCHEMA, server)
    tokens = [get_token_model().objects.create(told.people[role])[1] for role in ROLES]
    rows = {"measures": told.measures[0].pk, "sub-issues": told.sub_issues[0].pk, "rounds": told.round.pk}
    rows["supervision-orders"] = SupervisionOrder.objects.get().pk
    rows["remarks"] = told.measures[0].remarks.get().pk
    for result in schema.get_all_operations():
        operation = result.ok()
        known = next((pk for name, pk in rows.items() if f"/{name}/" in operation.path), 1)
        trial(operation, known, tokens, examples)()


def trial(operation: Any, known: int, tokens: list[str], examples: int) -> Any:
    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(), st.sampled_from(tokens))
    def holds(case: Any, token: str) -> None:
        if "id" in (case.path_parameters or {}) and int(case.path_parameters["id"]) % 2 == 0:
            case.path_parameters["id"] = known
        with transaction.atomic():
            response = case.call(headers={"Authorization": f"Token {token}"})
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    return holds


@pytest.mark.soak
def test_whatever_is_sent_is_answered_as_the_document_says(told: Ledger, server: Any) -> None:
    send_at_random(told, server, 5)


@pytest.mark.soak
def test_whatever_is_sent_in_number_is_answered_as_the_document_says(told: Ledger, server: Any) -> None:
    send_at_random(told, server, soaked(60))
