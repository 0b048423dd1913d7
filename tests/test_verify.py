"""What was changed, removed or inserted behind the application is found, and so is a present that history disowns."""

import uuid
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from issues.models import Finding, Heading, Round, RoundHistory, SubIssue, SubIssueHistory
from measures.checking import check_nightly
from measures.models import ClosureRequest, Evidence, HistoryCheck, Measure, MeasureHistory
from rectify.workflow import digests
from rectify.workflow.triggers import lift, protect

from .building import NOW, Ledger
from .conftest import HISTORY_TABLES
from .driving import do, drive, drive_sub_issue


@pytest.fixture
def told(ledger: Ledger, evidence_root: Any) -> Ledger:
    """A ledger in which something happened: one sub-issue closed, one measure returned."""
    drive_sub_issue(ledger.sub_issue, "closed")
    drive(ledger.measures[2], "in_review")
    do(ledger.measures[2], "return", "head", reason="请补充")
    return ledger


def run(command: str, *arguments: str) -> tuple[int, str]:
    """A command's exit status and what it printed, with the triggers back in their places."""
    connection.check_constraints()
    protect(connection, HISTORY_TABLES)
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out, no_color=True)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def raw(model: Any) -> models.QuerySet:
    """A table without its guards, as somebody has it who reached the database beside the application."""
    connection.check_constraints()  # what is pending on a table keeps PostgreSQL from altering it
    lift(connection, HISTORY_TABLES)
    return models.QuerySet(model)


def chain_of(ledger: Ledger) -> list[MeasureHistory]:
    return list(MeasureHistory.objects.filter(sub_issue=ledger.sub_issue).order_by("sequence"))


def test_what_the_application_wrote_stands(told: Ledger) -> None:
    code, text = run("verify_history")
    assert (code, "stand as they were written" in text) == (0, True)
    code, text = run("rebuild", "--check")
    assert (code, text) == (0, "The present is what history makes it.\n")


def test_each_night_is_made_up_for_once(told: Ledger) -> None:
    def at(moment: datetime) -> bool:
        return check_nightly(lambda: moment, print) is not None

    assert at(NOW)
    assert not at(NOW + timedelta(hours=16, minutes=29))
    assert at(NOW + timedelta(hours=16, minutes=30))
    assert not at(NOW + timedelta(hours=20))
    assert at(NOW + timedelta(days=4))
    assert HistoryCheck.objects.filter(flaws=0).count() == 3


def test_rebuild_wants_to_be_asked_to_check() -> None:
    with pytest.raises(CommandError):
        call_command("rebuild")


@pytest.mark.parametrize("position", ["first", "middle", "last"])
def test_a_removed_row_is_found(told: Ledger, position: str) -> None:
    rows = chain_of(told)
    row = {"first": rows[0], "middle": rows[len(rows) // 2], "last": rows[-1]}[position]
    raw(MeasureHistory).filter(pk=row.pk).delete()
    code, text = run("verify_history")
    assert code == 1
    assert f"measure={row.measure_id}: " in text and "rows were removed" in text
    if position != "last":
        assert f"sub_issue={row.sub_issue_id} row {row.sequence}: removed" in text


def test_the_last_row_of_every_kind_is_missed(told: Ledger) -> None:
    for model in (RoundHistory, SubIssueHistory, MeasureHistory):
        last = model.objects.order_by("-pk").first()
        assert last is not None
        raw(model).filter(pk=last.pk).delete()
    code, text = run("verify_history")
    assert code == 1
    assert [name for name in HISTORY_TABLES if f"{name} " not in text] == []


CHANGES: list[tuple[str, Any]] = [
    ("action", "complete"),
    ("from_status", "closed"),
    ("to_status", "closed"),
    ("reason", "换一个理由"),
    ("payload", {"new": {"progress": 99}}),
    ("actor_name", "别人"),
    ("department_name", "别处"),
    ("happened_on", "2021-03-01"),
    ("recorded_at", "2021-03-01T00:00:00Z"),
    ("place", 1),
    ("act_id", uuid.UUID(int=7)),
    ("format", 9),
    ("hash", "0" * 64),
]


# Each field is changed in the long run, every third one in the short.
@pytest.mark.parametrize(
    ("field", "value"),
    [pytest.param(*change, marks=pytest.mark.soak if nth % 3 else ()) for nth, change in enumerate(CHANGES)],
)
def test_a_changed_row_is_found_by_its_place(told: Ledger, field: str, value: Any) -> None:
    row = chain_of(told)[2]
    raw(MeasureHistory).filter(pk=row.pk).update(**{field: value})
    code, text = run("verify_history")
    assert code == 1
    assert f"sub_issue={row.sub_issue_id} row {row.sequence}: changed" in text


def test_every_field_that_matters_is_hashed() -> None:
    """A field that comes later must enter the hash, or say here why it need not."""
    derived = {"id", "hash", "measure", "sub_issue"}  # the last two as the chain's and the subject's names
    fields = {field.name for field in MeasureHistory._meta.get_fields() if field.concrete}
    changed = {field for field, _value in CHANGES} | {"sequence", "actor", "replaces"}
    assert fields - derived - changed == set()


def test_a_row_under_another_subject_or_actor_is_found(told: Ledger) -> None:
    rows = chain_of(told)
    raw(MeasureHistory).filter(pk=rows[2].pk).update(actor=told.people["office"])
    code, text = run("verify_history")
    assert code == 1 and f"row {rows[2].sequence}: changed" in text
    raw(MeasureHistory).filter(pk=rows[2].pk).update(actor=rows[2].actor, measure=told.measures[3])
    code, text = run("verify_history")
    assert code == 1 and f"row {rows[2].sequence}: changed" in text


def test_an_inserted_row_is_found(told: Ledger) -> None:
    forged = chain_of(told)[-1]
    forged.pk, forged.sequence, forged.reason = None, forged.sequence + 1, "伪造"
    forged.save()
    code, text = run("verify_history")
    assert code == 1
    assert f"row {forged.sequence}: changed or inserted" in text and "rows were inserted" in text


def test_an_inserted_row_with_a_fitting_hash_is_found(told: Ledger) -> None:
    """The hash is no secret: a forger can compute it. The subject's own count gives the row away."""
    last = chain_of(told)[-1]
    previous = last.hash
    last.pk, last.sequence, last.reason = None, last.sequence + 1, "伪造"
    last.hash = digests.chained_hash(previous, last.exported())
    last.save()
    code, text = run("verify_history")
    assert (code, "rows were inserted" in text) == (1, True)


def test_a_chain_computed_anew_is_found_by_the_digest(told: Ledger) -> None:
    """Who rewrites a whole chain passes the hashes; a digest that was given out before does not fit any more."""
    rows = chain_of(told)
    heads = [("measures", told.sub_issue.pk, rows[-1].hash)]
    before, previous = digests.digest_of_heads(heads), rows[2].hash
    for row in rows[3:]:
        row.reason = "改过"
        row.hash = digests.chained_hash(previous, row.exported())
        raw(MeasureHistory).filter(pk=row.pk).update(reason=row.reason, hash=row.hash)
        previous = row.hash
    assert run("verify_history")[0] == 0
    assert digests.digest_of_heads([("measures", told.sub_issue.pk, previous)]) != before


def test_a_missing_trigger_is_found(told: Ledger) -> None:
    connection.check_constraints()
    lift(connection, HISTORY_TABLES[-1:])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_history", stdout=out, no_color=True)
    assert (ended.value.code, "trigger is missing" in out.getvalue()) == (1, True)


PRESENT: list[tuple[Any, str, Any]] = [
    (Measure, "content", "换了内容"),
    (Measure, "status", "completed"),
    (Measure, "progress", 77),
    (Measure, "due_on", "2022-01-01"),
    (Measure, "original_due_on", "2022-01-01"),
    (Measure, "work_done", "另一句话"),
    (Measure, "started_on", "2021-03-01"),
    (SubIssue, "title", "换了题目"),
    (SubIssue, "due_on", None),
    (SubIssue, "disclosed", False),
    (SubIssue, "reopened", True),
    (SubIssue, "superior_finding", "accepted"),
    (SubIssue, "superior_found_on", "2021-03-30"),
    (SubIssue, "superior_paper", "1号"),
    (Round, "title", "换了轮次"),
    (Round, "feedback_on", "2021-01-01"),
    (Round, "planned", {"measures": 1}),
    (Finding, "title", "换了反馈原文"),
    (Heading, "title", "换了方面"),
]


@pytest.mark.parametrize(("model", "field", "value"), PRESENT)
def test_a_present_that_history_disowns_is_found(told: Ledger, model: Any, field: str, value: Any) -> None:
    row = told.measures[2] if model is Measure else model.objects.order_by("pk").first()
    models.QuerySet(model).filter(pk=row.pk).update(**{field: value})
    code, text = run("rebuild", "--check")
    assert code == 1
    word = field if model not in (Finding, Heading) else f"{model.__name__.lower()}s"
    assert word in text, text


@pytest.mark.parametrize("model", [Measure, SubIssue])
@pytest.mark.parametrize("field", ["lead_department", "responsible_leader"])
def test_another_owner_is_found(told: Ledger, model: Any, field: str) -> None:
    place = told.place
    value = place.departments["party"] if field == "lead_department" else place.leaders["secretary"]
    model.objects.filter(pk=model.objects.earliest("pk").pk).update(**{field: value})
    code, text = run("rebuild", "--check")
    assert (code, field in text) == (1, True)


def test_lost_departments_evidence_and_requests_are_found(told: Ledger) -> None:
    told.measures[3].responsible_departments.clear()
    models.QuerySet(ClosureRequest).filter(measure=told.measures[2]).update(outcome="pending", ended_on=None)
    models.QuerySet(Evidence).filter(measure=told.measure).delete()
    code, text = run("rebuild", "--check")
    assert code == 1
    assert f"measure:{told.measures[3].pk} responsible_departments" in text
    assert f"measure:{told.measures[2].pk} closure request" in text
    assert f"measure:{told.measure.pk} evidence" in text
    assert "3 difference(s)" in text
