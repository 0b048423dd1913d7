"""The number of statements per request: written down here, and the same at 1, 50 and 1,000 rows."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import SubIssue, SubIssueHistory
from measures.models import Measure, MeasureHistory
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import birth

from .building import DRAFTED_ON, Ledger, Place, act_by, build_ledger
from .driving import attach, do, drive
from .sending import api, url

PAST = {"as_of": "2021-03-30"}
# What is asked -> statements, signing in not counted. A change here is a decision: say in the commit why.
PINNED = {
    "list": 3,
    "list of a round": 4,
    "list of a past day": 6,
    "list in review": 5,
    "csv": 3,
    "csv of a past day": 5,
    "detail": 2,
    "measure's history": 3,
    "sub-issues": 4,
    "sub-issues of a past day": 6,
    "history": 2,
    "round dashboard": 10,
    "round dashboard of a past day": 9,
    "trend": 7,
    "departments": 7,
    "reporting": 5,
    "overview page": 19,
    "page by leader": 15,
    "reporting page": 15,
    "report": 6,
}


def enlarge(ledger: Ledger, size: int) -> None:
    """Copies the first measure with its first row of history until the round holds so many, ten to a sub-issue."""
    act, who = act_by(ledger.people["office"], DRAFTED_ON), ("整改办", "")
    first, above = ledger.measure, ledger.sub_issue
    sub_issues = [copy_of(above, number) for number in range(1, size // 10)]
    chains = [Chain(MeasureHistory, row.pk) for row in (above, *sub_issues)]
    SubIssueHistory.objects.bulk_create(
        Chain(SubIssueHistory, row.pk).make(row.pk, act, who, birth(row, "draft")) for row in sub_issues
    )
    measures = Measure.objects.bulk_create(
        Measure(
            sub_issue_id=chains[number // 10 % len(chains)].chain_id,
            number=f"c{number}",
            position=number,
            content=first.content,
            kind=first.kind,
            due_on=first.due_on,
            original_due_on=first.original_due_on,
            responsible_leader=first.responsible_leader,
            lead_department=first.lead_department,
            entries=1,
        )
        for number in range(1, size)
    )
    through = Measure.responsible_departments.through
    plan = ledger.place.departments["plan"]
    through.objects.bulk_create(through(measure=measure, department=plan) for measure in measures)
    by_chain = {chain.chain_id: chain for chain in chains}
    state = birth(first, "draft").new | {"status": "not_started"}
    MeasureHistory.objects.bulk_create(
        by_chain[measure.sub_issue_id].make(measure.pk, act, who, Entry("draft", to_status="not_started", new=state))
        for measure in measures
    )


def copy_of(first: SubIssue, number: int) -> SubIssue:
    return SubIssue.objects.create(
        round=first.round,
        finding=first.finding,
        number=f"c{number}",
        position=number + 1,
        title=first.title,
        kind=first.kind,
        due_on=first.due_on,
        entries=1,
        lead_department=first.lead_department,
        responsible_leader=first.responsible_leader,
    )


def statements(user: Any, address: str, query: dict[str, Any] | None = None, body: Any = None) -> int:
    """How many statements a request takes, without those that open and close transactions."""
    client: Any = api(user)
    if not address.startswith("/api/"):
        client = Client()
        client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(address, body, format="json") if body else client.get(address, query or {})
        assert answer.status_code == 200, answer.content
        answer.getvalue()
    said = [entry["sql"] for entry in captured.captured_queries]
    return sum(not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")) for sql in said)


def count_all(ledger: Ledger) -> dict[str, int]:
    """The statements of every request that is pinned."""
    auditor, liaison, round_ = ledger.people["auditor"], ledger.people["liaison-road"], {"round": ledger.round.pk}
    measure = ledger.measure
    full = {"page_size": 500}
    reads = {
        "list": (url("measures"), full),
        "list of a round": (url("measures"), round_ | full),
        "list of a past day": (url("measures"), round_ | PAST | full),
        "csv": (url("measures"), round_ | {"format": "csv"}),
        "csv of a past day": (url("measures"), round_ | PAST | {"format": "csv"}),
        "detail": (url("measures", measure), {}),
        "measure's history": (url("measures", measure, "history"), {}),
        "sub-issues": (url("sub-issues"), round_ | full),
        "sub-issues of a past day": (url("sub-issues"), round_ | PAST | full),
        "history": (url("history"), round_ | full),
        "round dashboard": (url("dashboards/round"), round_),
        "round dashboard of a past day": (url("dashboards/round"), round_ | PAST),
        "trend": (url("dashboards/trend"), round_),
        "departments": (url("dashboards/departments"), round_),
        "reporting": (url("dashboards/reporting"), round_),
        "overview page": (reverse("round"), round_),
        "page by leader": (reverse("by-leader"), round_),
        "reporting page": (reverse("reporting"), round_),
    }
    counts = {name: statements(auditor, address, query) for name, (address, query) in reads.items()}
    body = {"version": measure.version, "progress": 50, "done": "已印发"}
    counts["report"] = statements(liaison, url("measures", measure, "report_progress"), body=body)
    attach(measure)
    do(measure, "request_closure", "liaison", note="申请销号")
    counts["list in review"] = statements(auditor, url("measures"), full)
    return counts


@pytest.mark.long
@pytest.mark.parametrize("size", [1, 50, 1000])
def test_statements_do_not_grow_with_the_rows(place: Place, evidence_root: Any, size: int) -> None:
    ledger = build_ledger(place, sub_issues=1, measures=1)
    drive(ledger.measure, "in_progress")
    enlarge(ledger, size)
    assert Measure.objects.count() == size
    found = count_all(ledger)
    assert {name: (count, PINNED[name]) for name, count in found.items() if count != PINNED[name]} == {}
