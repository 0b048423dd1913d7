"""History: one row per changed subject and act, none per refusal, never changed, and proof enough for an auditor."""

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from issues.models import Round, RoundHistory, SubIssue, SubIssueHistory
from measures.models import Measure, MeasureHistory
from measures.services import report_progress
from rectify.workflow.history import AppendOnlyError
from rectify.workflow.refusals import Refusal
from rectify.workflow.triggers import ProtectTables, lift, missing, protect

from .building import CHINA, REASON, TODAY, Ledger, act_by
from .conftest import HISTORY_TABLES
from .driving import attach, do, drive, drive_sub_issue
from .sending import api, url

MODELS = (RoundHistory, SubIssueHistory, MeasureHistory)
REPORT = {"progress": 30, "done": "已制定工作方案", "next_step": "印发", "difficulty": ""}


def last(row: Any) -> Any:
    return row.history.order_by("-sequence").first()


def test_a_report_leaves_one_row_with_old_and_new(ledger: Ledger) -> None:
    measure = ledger.measure
    do(measure, "report_progress", "liaison", **REPORT)
    row = last(measure)
    assert measure.history.count() == 2
    assert (row.action, row.from_status, row.to_status) == ("report_progress", "not_started", "in_progress")
    assert row.payload["new"] == {
        "status": "in_progress",
        "progress": 30,
        "work_done": "已制定工作方案",
        "next_step": "印发",
        "difficulty": "",
        "reported_on": "2021-03-31",
    }
    assert row.payload["old"] == {
        "status": "not_started",
        "progress": None,
        "work_done": "",
        "next_step": "",
        "difficulty": "",
        "reported_on": None,
    }
    assert (row.happened_on, row.chain_id) == (TODAY, measure.sub_issue_id)
    assert row.recorded_at == datetime(2021, 3, 31, 10, tzinfo=CHINA)


def test_the_first_row_holds_the_whole_state(ledger: Ledger) -> None:
    for row in (ledger.measure, ledger.sub_issue, ledger.round):
        birth = row.history.order_by("sequence").first()
        assert set(birth.payload["new"]) == set(row.TRACKED)
    assert ledger.measure.history.get().payload["new"]["responsible_departments"] == ["plan"]


def test_each_act_has_an_id_of_its_own(ledger: Ledger, evidence_root: Any) -> None:
    drive(ledger.measure, "closed")
    rows = list(ledger.measure.history.order_by("sequence"))
    acts = ["draft", "report_progress", "complete", "add_evidence", "request_closure", "sign", "sign", "sign"]
    assert [row.action for row in rows] == acts
    assert [row.sequence for row in rows] == [1, 3, 4, 5, 6, 7, 8, 9]  # 2 is the other measure's of this chain
    assert len({row.act_id for row in rows}) == len(rows)
    assert [row.payload["step"] for row in rows[-3:]] == [1, 2, 3]
    assert rows[-1].payload["new"] == {"status": "closed", "closed_on": "2021-03-31", "progress": 100}


@pytest.mark.long
def test_reopening_a_measure_reopens_its_closed_sub_issue_in_the_same_act(ledger: Ledger, evidence_root: Any) -> None:
    drive_sub_issue(ledger.sub_issue, "closed")
    do(ledger.measure, "reopen", "office", reason=REASON)
    ledger.sub_issue.refresh_from_db()
    below, above = last(ledger.measure), last(ledger.sub_issue)
    assert below.act_id == above.act_id
    assert (below.action, above.action) == ("reopen", "reopen")
    assert (below.reason, above.reason) == (REASON, REASON)
    assert (ledger.measure.status, ledger.sub_issue.status) == ("in_progress", "rectifying")
    assert ledger.sub_issue.reopened and ledger.sub_issue.closed_on is None


def test_names_stay_as_they_were(ledger: Ledger) -> None:
    do(ledger.measure, "report_progress", "liaison", **REPORT)
    liaison = ledger.people["liaison-road"]
    was = liaison.name
    liaison.name = "改名"
    liaison.save()
    ledger.place.departments["road"].name = "公路局"
    ledger.place.departments["road"].save()
    row = last(ledger.measure)
    assert (row.actor_name, row.department_name) == (was, "公路处")


def test_a_refusal_leaves_no_row(ledger: Ledger) -> None:
    before = [model.objects.count() for model in MODELS]
    liaison, office = ledger.people["liaison-road"], ledger.people["office"]
    for by, data in ((office, REPORT), (liaison, {**REPORT, "progress": 101}), (liaison, {"version": 9, **REPORT})):
        with pytest.raises(Refusal):
            report_progress(act_by(by), ledger.measure.pk, {"version": ledger.measure.version, **data})
    assert [model.objects.count() for model in MODELS] == before
    assert Measure.objects.get(pk=ledger.measure.pk).version == 1


def test_a_clock_that_steps_back_does_not_turn_history_round(ledger: Ledger) -> None:
    measure = ledger.measure
    noon = datetime(2021, 3, 31, 12, tzinfo=CHINA)
    for moment in (noon, noon - timedelta(hours=3), noon + timedelta(hours=1)):
        measure.refresh_from_db()
        act = act_by(ledger.people["liaison-road"], at=moment)
        report_progress(act, measure.pk, {"version": measure.version, **REPORT})
    times = list(measure.history.order_by("sequence").values_list("recorded_at", flat=True))
    assert times == sorted(times)
    assert times[-3:] == [noon, noon, noon + timedelta(hours=1)]


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_append_only_in_the_model(ledger: Ledger, model: Any) -> None:
    row = model.objects.first()
    row.reason = "x"
    attempts = (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(reason="x"),
        lambda: model.objects.bulk_update([row], ["reason"]),
    )
    for attempt in attempts:
        with pytest.raises(AppendOnlyError):
            attempt()


@pytest.mark.parametrize("table", HISTORY_TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET reason = 'x'",
        "DELETE FROM {}",
        pytest.param("TRUNCATE {} CASCADE", marks=pytest.mark.postgresql),  # SQLite has no such statement
    ],
)
def test_rows_are_append_only_in_the_database(ledger: Ledger, table: str, statement: str) -> None:
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_subjects_with_history_cannot_be_deleted(ledger: Ledger) -> None:
    for queryset in (Measure.objects.all(), SubIssue.objects.all(), Round.objects.all()):
        with pytest.raises((DatabaseError, AppendOnlyError)), transaction.atomic():
            queryset.delete()


@pytest.mark.django_db
def test_triggers_stand_after_migrating() -> None:
    assert missing(connection, HISTORY_TABLES) == []


@pytest.mark.django_db
def test_installing_triggers_again_is_harmless_and_a_lifted_one_is_missed() -> None:
    lift(connection, HISTORY_TABLES[:1])
    assert len(missing(connection, HISTORY_TABLES)) == 2
    for _again in range(2):
        protect(connection, HISTORY_TABLES)
    assert missing(connection, HISTORY_TABLES) == []


@pytest.mark.database
@pytest.mark.parametrize("app", ["issues", "measures"])
@pytest.mark.soak
def test_triggers_stand_after_migrating_back_and_forth(committed: None, app: str) -> None:
    call_command("migrate", app, "0002", verbosity=0)
    assert missing(connection, HISTORY_TABLES) != []
    call_command("migrate", verbosity=0)
    assert missing(connection, HISTORY_TABLES) == []


@pytest.mark.parametrize("app", ["issues", "measures"])
def test_every_migration_that_touches_history_protects_it_again(app: str) -> None:
    """SQLite drops a table's triggers when it remakes the table."""
    names = {model._meta.model_name for model in MODELS if model._meta.app_label == app}
    loader = MigrationLoader(None)
    protected: set[str] = set()
    for (label, name), migration in sorted(loader.disk_migrations.items()):
        if label != app:
            continue
        open_names: set[str] = set()
        for operation in migration.operations:
            touched = getattr(operation, "model_name", getattr(operation, "name", "")) or ""
            if touched.lower() in names:
                open_names.add(f"{app}_{touched.lower()}")
            if isinstance(operation, ProtectTables):
                protected |= set(operation.tables)
                open_names -= set(operation.tables)
        assert not open_names & protected, f"{label}.{name} touches {open_names} without ProtectTables after it"
    assert protected == {table for table in HISTORY_TABLES if table.startswith(f"{app}_")}


@pytest.mark.long
def test_an_auditor_recomputes_the_chain_from_the_answers_alone(ledger: Ledger, evidence_root: Any) -> None:
    drive_sub_issue(ledger.sub_issue, "closed")
    client = api(ledger.people["auditor"])
    for subject in ("measure", "sub_issue", "round"):
        query = {"subject": subject, "round": ledger.round.pk, "page_size": 500}
        rows = client.get(url("history"), query).json()["results"]
        chains: dict[str, str] = {}
        for row in sorted(rows, key=lambda row: (row["chain"], row["sequence"])):
            claimed = row.pop("hash")
            text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            previous = chains.get(row["chain"], "0" * 64)
            assert hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest() == claimed, row
            chains[row["chain"]] = claimed
        assert len(chains) == {"measure": 2, "sub_issue": 2, "round": 1}[subject]


def test_the_state_of_a_day_is_what_the_rows_up_to_it_say(ledger: Ledger, evidence_root: Any) -> None:
    measure = ledger.measure
    days = [date(2021, 3, day) for day in (8, 15, 22)]
    do(measure, "report_progress", "liaison", days[0], **REPORT)
    do(measure, "complete", "liaison", days[1], note="已完成")
    attach(measure, on=days[1])
    do(measure, "request_closure", "liaison", days[2], note="申请销号")
    client = api(ledger.people["auditor"])

    def status_on(day: str) -> str:
        query = {"round": ledger.round.pk, "as_of": day, "sub_issue": measure.sub_issue_id, "ordering": "number"}
        rows = client.get(url("measures"), query).json()["results"]
        return next((row["status"] for row in rows if row["id"] == measure.pk), "")

    told = [status_on(day) for day in ("2021-02-24", "2021-02-25", "2021-03-08", "2021-03-15", "2021-03-22")]
    assert told == ["", "not_started", "in_progress", "completed", "in_review"]
