"""The builder itself: what other tests stand on stands."""

import pytest

from issues.models import Round, SubIssue
from measures.models import Measure

from .building import Ledger
from .demonstration import DEMO_TODAY, Demo
from .driving import drive, drive_sub_issue
from .sending import api, url

pytestmark = pytest.mark.once


def test_a_ledger_is_built_through_the_services(ledger: Ledger, other: Ledger) -> None:
    assert ledger.round.status == "active"
    assert ledger.round.planned == {"sub_issues": 2, "measures": 4}
    assert [row.number for row in ledger.measures] == ["1-1", "1-2", "2-1", "2-2"]
    assert Measure.objects.filter(sub_issue__round=other.round).count() == 4


@pytest.mark.parametrize("state", ["not_started", "in_progress", "completed", "in_review", "closed"])
def test_a_measure_is_driven_to_a_state(ledger: Ledger, evidence_root: None, state: str) -> None:
    assert drive(ledger.measure, state).status == state


@pytest.mark.parametrize("state", ["rectifying", "in_review", "closed", "sustained"])
def test_a_sub_issue_is_driven_to_a_state(ledger: Ledger, evidence_root: None, state: str) -> None:
    assert drive_sub_issue(ledger.sub_issue, state).status == state


def test_the_client_speaks_for_a_person(ledger: Ledger) -> None:
    answer = api(ledger.people["liaison-road"]).get(url("measures", ledger.measure))
    assert answer.status_code == 200
    asks, files = ["request_extension", "request_long_term"], ["add_evidence", "replace_evidence", "withdraw_evidence"]
    assert answer.json()["available_acts"] == ["report_progress", *asks, *files]


@pytest.mark.django_db
def test_the_demonstration_stands_in_its_own_day(demo: Demo) -> None:
    assert demo.past.feedback_on.isoformat() == "2021-02-24"
    assert (DEMO_TODAY - demo.twin.feedback_on).days == 35
    SubIssue.objects.filter(round=demo.past).update(title="x")


@pytest.mark.django_db
def test_what_a_test_does_to_the_demonstration_is_undone(demo: Demo) -> None:
    assert not SubIssue.objects.filter(title="x").exists()
    assert Round.objects.count() == 2
