"""What every test stands on. Where things are kept during a run is decided in tests/settings.py."""

import gc
import os
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from issues.models import HISTORY_TABLES as ISSUE_TABLES
from measures.models import HISTORY_TABLES as MEASURE_TABLES
from rectify.dispatch import calendar
from rectify.dispatch.models import FROZEN_TABLES
from rectify.documents.models import ISSUED_TABLES
from rectify.web import clock
from rectify.workflow.triggers import lift, protect

from . import copies, demonstration
from .building import NOW, Ledger, Place

HISTORY_TABLES = ISSUE_TABLES + MEASURE_TABLES
PROTECTED_TABLES = HISTORY_TABLES + FROZEN_TABLES + ISSUED_TABLES

# Thousands of requests leave little to collect; looking for it after every 700 objects took a tenth of the time.
gc.set_threshold(50_000, 20, 20)


def missing(item: pytest.Item) -> str | None:
    """Say what the test needs and this run has not, if anything."""
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        return "needs PostgreSQL (TEST_DATABASE_URL)"
    if item.get_closest_marker("redis") and not settings.REDIS_URL:
        return "needs Redis (TEST_REDIS_URL)"
    if item.get_closest_marker("browser") and not os.environ.get("CHROMIUM"):
        return "needs Chromium (CHROMIUM)"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here, and leave word in the report of what ran in a browser."""
    for item in items:
        if reason := missing(item):
            item.add_marker(pytest.mark.skip(reason=reason))
        if item.get_closest_marker("browser"):
            item.user_properties.append(("browser", "chromium"))


@pytest.fixture(autouse=True)
def stopped_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the clock: for every thread it stands at NOW, with the demonstration at DEMO_NOW."""
    moment = demonstration.DEMO_NOW if "demo" in request.fixturenames else NOW
    monkeypatch.setattr(clock, "_fixed", ContextVar("fixed_time", default=moment))


@pytest.fixture
def evidence_root(tmp_path: Path, settings: Any) -> Path:
    """A directory of its own for the evidence files of one test."""
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def place(db: None) -> Place:
    """An organisation with a person for each role; see tests/building.py."""
    return copies.place()


@pytest.fixture
def ledger(place: Place) -> Ledger:
    """Its round under way: one finding, two sub-issues with two measures each, all of them the road department's."""
    return copies.ledger(place)


@pytest.fixture
def other(db: None) -> Ledger:
    """Another organisation with its own people and its own round, of which the first may see nothing."""
    return copies.other()


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[demonstration.Demo]:
    """The demonstration, loaded for the tests of one module and gone after it: see tests/demonstration.py.

    It lies in a transaction around all of the module's tests; each of them has its own inside it, so what a test
    changes is undone before the next. Tests that use it need the `db` fixture or mark too; a test that commits
    (`committed`) cannot stand in the same module.
    """
    root = settings.EVIDENCE_ROOT
    with django_db_blocker.unblock(), transaction.atomic():
        yield demonstration.fill()
        transaction.set_rollback(True)
    settings.EVIDENCE_ROOT = root


@pytest.fixture
def _protected_again(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        protect(connection, PROTECTED_TABLES)
        # What a migration put there was emptied with the rest.
        calendar.seed()


@pytest.fixture
def committed(_protected_again: None, transactional_db: None) -> Iterator[None]:
    """A database in which commits are real, for several connections at once; emptied after the test.

    History does not let itself be emptied, so its triggers are lifted for that moment alone. Use this in place of
    `transactional_db` and of the mark `django_db(transaction=True)`.
    """
    yield
    lift(connection, PROTECTED_TABLES)
