"""Several writers at once: one wins, the others learn of it, and nothing passes the lock of a sub-issue."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from issues.models import SubIssue
from measures.checking import rebuild_differences, verify_history
from measures.models import Measure, MeasureHistory
from rectify.organization.models import User
from rectify.workflow.triggers import missing

from .building import REASON, Ledger, build_ledger, build_organization
from .conftest import HISTORY_TABLES
from .driving import attach, do, drive, drive_sub_issue, person_of
from .sending import api, url

pytestmark = pytest.mark.database
# Whoever wins differs from one attempt to the next; the long run makes three of each.
ATTEMPTS = [0, *(pytest.param(number, marks=pytest.mark.soak) for number in (1, 2))]
BOTH = pytest.mark.parametrize("attempt", ATTEMPTS)


@pytest.fixture
def told(committed: None, evidence_root: Path) -> Iterator[Ledger]:
    """A ledger that every connection sees; whatever the writers do, history and the present agree after it."""
    yield build_ledger(build_organization(), sub_issues=1, measures=2)
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls in as many threads, released together, each with a connection of its own."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=20)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def posting(user: User, address: str, **data: Any) -> Callable[[], int]:
    """A request to be sent later, by a user object of its own: threads share none."""
    pk = user.pk

    def send() -> int:
        return api(User.objects.get(pk=pk)).post(address, data, format="json").status_code

    return send


@pytest.mark.long
@BOTH
def test_two_writers_on_one_measure(told: Ledger, attempt: int) -> None:
    address = url("measures", told.measure, "report_progress")
    writers = [
        posting(told.people[key], address, version=1, progress=progress, done=f"{progress}")
        for key, progress in (("liaison-road", 30), ("head-road", 60))
    ]
    assert sorted(at_once(*writers)) == [200, 409]
    measure = Measure.objects.get(pk=told.measure.pk)
    assert (measure.version, measure.entries) == (2, 2)
    assert measure.progress == int(measure.work_done)


@pytest.mark.long
def test_many_writers_on_one_sub_issue_keep_its_chain_whole(told: Ledger) -> None:
    calls = [
        posting(told.people[key], url("measures", measure, "report_progress"), version=1, progress=10, done="已部署")
        for measure in told.measures
        for key in ("liaison-road", "head-road", "liaison-road")
    ]
    answers = at_once(*calls)
    assert sorted(answers) == [200, 200, 409, 409, 409, 409]
    rows = MeasureHistory.objects.filter(sub_issue=told.sub_issue).order_by("sequence")
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    assert [row.recorded_at for row in rows] == sorted(row.recorded_at for row in rows)


@pytest.mark.long
@BOTH
def test_only_one_of_two_signs(told: Ledger, attempt: int) -> None:
    measure = drive(told.measure, "in_review")
    deputy = told.place.add_person("deputy", "head", department=told.place.departments["road"])
    address = url("measures", measure, "sign")
    signers = [posting(user, address, version=measure.version) for user in (told.people["head-road"], deputy)]
    answers = at_once(*signers)
    assert answers.count(200) == 1 and set(answers) <= {200, 403, 409}
    assert measure.closure_requests.get().signatures.count() == 1


@pytest.mark.long
@BOTH
def test_closing_a_sub_issue_does_not_pass_reopening_its_measure(told: Ledger, attempt: int) -> None:
    sub_issue = drive_sub_issue(told.sub_issue, "in_review", result="closed")
    do(sub_issue, "sign", "office")
    measure = Measure.objects.get(pk=told.measure.pk)
    closing = posting(person_of(sub_issue, "leader"), url("sub-issues", sub_issue, "sign"), version=sub_issue.version)
    reopening = posting(
        told.people["office"], url("measures", measure, "reopen"), version=measure.version, reason=REASON
    )
    closed, reopened = at_once(closing, reopening)
    sub_issue.refresh_from_db()
    measure.refresh_from_db()
    assert reopened == 200 and measure.status == "in_progress"
    # Either the closing came first and was undone in the same act, or the request had gone back.
    assert closed in (200, 409)
    assert sub_issue.status == "rectifying"
    assert sub_issue.reopened == (closed == 200)


@pytest.mark.long
@BOTH
def test_two_requests_for_closure_make_one(told: Ledger, attempt: int) -> None:
    measure = drive(told.measure, "in_progress")
    attach(measure)
    address = url("measures", measure, "request_closure")
    asking = posting(told.people["liaison-road"], address, version=measure.version, note="申请销号")
    assert sorted(at_once(asking, asking)) == [200, 409]
    assert measure.closure_requests.count() == 1


@pytest.mark.long
@pytest.mark.postgresql
def test_a_writer_waits_for_the_sub_issues_lock(told: Ledger) -> None:
    """Whoever reads readiness under the lock keeps every act on the measures waiting until they are through."""
    measure, held, through = told.measure, threading.Event(), threading.Event()
    seen: list[str] = []

    def hold() -> None:
        with transaction.atomic():
            SubIssue.objects.select_for_update().get(pk=told.sub_issue.pk)
            held.set()
            assert not through.wait(0.5)
            seen.append("lock given back")

    def report() -> int:
        held.wait(10)
        send = posting(told.people["liaison-road"], url("measures", measure, "report_progress"), **data)
        status = send()
        through.set()
        seen.append("reported")
        return status

    data = {"version": 1, "progress": 10, "done": "已部署"}
    assert at_once(hold, report)[1] == 200
    assert seen == ["lock given back", "reported"]


@pytest.mark.long
def test_history_lets_itself_be_emptied_after_a_committed_test(committed: None) -> None:
    assert not MeasureHistory.objects.exists()
    assert missing(connection, HISTORY_TABLES) == []
