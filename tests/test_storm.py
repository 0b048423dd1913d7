"""Many clients at once, and one in any order: no lost update, no double signature, nothing open under the closed."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from issues.models import SubIssueHistory
from measures.models import Measure, MeasureHistory

from .building import Ledger, build_ledger, build_organization
from .random_requests import ANSWERS, Sender, faults
from .soaking import soaked

CLIENTS = 16
pytestmark = pytest.mark.database


@pytest.fixture
def told(committed: None, evidence_root: Path) -> Iterator[Ledger]:
    yield build_ledger(build_organization(), sub_issues=2, measures=3)


def seconds() -> int:
    return int(os.environ.get("SOAK_SECONDS") or 60)


@pytest.mark.soak
@pytest.mark.postgresql
def test_sixteen_clients_at_once(told: Ledger) -> None:
    deadline = time.monotonic() + seconds()

    def run(number: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        try:
            sender = Sender(told, f"client {number}")
            while time.monotonic() < deadline:
                statuses[sender.send()] += 1
        finally:
            connections.close_all()
        return statuses

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sum(pool.map(run, range(CLIENTS)), Counter())
    assert statuses.keys() <= ANSWERS, statuses
    assert statuses[200] > CLIENTS and statuses[409] > CLIENTS, statuses
    assert faults() == []
    # No update was lost: every version that was given out stands, and each act that was let through is told.
    for measure in Measure.objects.all():
        assert measure.entries == measure.history.count()
    rows = [*MeasureHistory.objects.exclude(action="draft"), *SubIssueHistory.objects.exclude(action="draft")]
    assert len({row.act_id for row in rows}) == statuses[200] + statuses[201]


def machine(ledger: Ledger, most: int) -> type[RuleBasedStateMachine]:
    """A ledger that is sent random requests; whatever is sent, what must hold holds."""

    class Storm(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.undo = transaction.atomic()
            self.undo.__enter__()
            self.sent = 0

        @rule(seed=st.integers(0, 10**6), number=st.integers(1, most))
        def send(self, seed: int, number: int) -> None:
            sender = Sender(ledger, f"seed {seed}")
            for _each in range(number):
                assert sender.send() in ANSWERS
            self.sent += number

        @invariant()
        def holds(self) -> None:
            assert faults() == []

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    return Storm


def run_machine(ledger: Ledger, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(ledger, 12),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.long
def test_in_any_order(ledger: Ledger, evidence_root: Path) -> None:
    run_machine(ledger, 2, 6)


@pytest.mark.soak
def test_in_any_order_for_long(ledger: Ledger, evidence_root: Path) -> None:
    run_machine(ledger, soaked(15), 25)
