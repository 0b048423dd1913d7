"""The two checks over everything: that history stands as it was written, and that the present follows from it."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from issues.models import HISTORY_TABLES as ISSUE_TABLES
from issues.models import Finding, Heading, Round, RoundHistory, SubIssue, SubIssueHistory
from rectify.workflow import triggers
from rectify.workflow.proof import Finding as Flaw
from rectify.workflow.proof import verify_chains, verify_counts
from rectify.workflow.rebuild import Difference, differences, histories, in_batches
from rectify.workflow.signing import Outcome

from .deadline_checking import deadline_differences
from .models import HISTORY_TABLES, ClosureRequest, Evidence, HistoryCheck, Measure, MeasureHistory
from .services import first_report_day
from .states import MeasureStatus

# When nobody works, and the day's backups are not yet made.
NIGHT = time(2, 30)
PROTECTED_TABLES = ISSUE_TABLES + HISTORY_TABLES
TRACKED: tuple[tuple[Any, Any], ...] = (
    (RoundHistory, Round),
    (SubIssueHistory, SubIssue),
    (MeasureHistory, Measure),
)


# Which file, what became of it, and its digest, the other file or the reason.
Fact = tuple[int, str, str]


def verify_history() -> Iterator[Flaw]:
    """Every row changed, removed or inserted behind the application, and every trigger that is missing."""
    for name in triggers.missing(connection, PROTECTED_TABLES):
        yield Flaw(name, None, "this trigger is missing; history could be changed unnoticed by the database")
    for history, subjects in TRACKED:
        yield from verify_chains(history)
        yield from verify_counts(history, subjects)


def check_history(clock: Callable[[], datetime], report: Callable[[Flaw], None]) -> HistoryCheck:
    """Verifies all history and keeps the result.

    Args:
        clock: gives the moment at which the check ended.
        report: is told each flaw as it is found.
    """
    flaws = 0
    for flaw in verify_history():
        flaws += 1
        report(flaw)
    rows = sum(history.objects.count() for history, _subjects in TRACKED)
    return HistoryCheck.objects.create(checked_at=clock(), rows=rows, flaws=flaws)


def check_nightly(clock: Callable[[], datetime], report: Callable[[Flaw], None]) -> HistoryCheck | None:
    """Verifies all history where that was not done since the last night, at 2:30 of the installation's time.

    Returns:
        The result; None where it was done already.
    """
    now = timezone.localtime(clock())
    tonight = now.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    last_night = tonight if tonight <= now else tonight - timedelta(days=1)
    if HistoryCheck.objects.filter(checked_at__gte=last_night).exists():
        return None
    return check_history(clock, report)


def rebuild_differences() -> Iterator[Difference]:
    """Everything in which the present differs from what history makes it."""
    for batch in in_batches(Round.objects.all()):
        rows = histories(RoundHistory, [round_.pk for round_ in batch])
        yield from differences(batch, rows, "round")
        for round_ in batch:
            yield from _feedback_differences(round_, rows.get(round_.pk, []))
    for batch in in_batches(SubIssue.objects.select_related("lead_department", "responsible_leader")):
        rows = histories(SubIssueHistory, [sub_issue.pk for sub_issue in batch])
        yield from differences(batch, rows, "sub_issue")
    measures = Measure.objects.select_related("lead_department", "responsible_leader")
    for batch in in_batches(measures.prefetch_related("responsible_departments")):
        yield from _measure_differences(batch)


def _feedback_differences(round_: Round, rows: list[Any]) -> Iterator[Difference]:
    """Headings and findings are frozen in the inspectors' words; the act that entered them holds those words."""
    entered: dict[str, Any] = next((row.payload for row in rows if row.action == "enter_feedback"), {})
    headings = dict(Heading.objects.filter(round=round_).values_list("number", "title"))
    findings = {
        number: [heading, title]
        for number, heading, title in Finding.objects.filter(round=round_).values_list(
            "number", "heading__number", "title"
        )
    }
    for name, present in (("headings", headings), ("findings", findings)):
        if present != entered.get(name, {}):
            yield Difference(f"round:{round_.pk}", name, present, entered.get(name, {}))


def _measure_differences(batch: list[Measure]) -> Iterator[Difference]:
    ids = [measure.pk for measure in batch]
    rows = histories(MeasureHistory, ids)
    yield from differences(batch, rows, "measure")
    yield from deadline_differences(ids, rows)
    pending = set(
        ClosureRequest.objects.filter(measure__in=ids, outcome=Outcome.PENDING).values_list("measure", flat=True)
    )
    evidence: dict[int, list[Fact]] = {}
    for file in Evidence.objects.filter(measure__in=ids):
        evidence.setdefault(file.measure_id, []).extend(_told_by_row(file))
    for measure in batch:
        own = rows.get(measure.pk, [])
        name = f"measure:{measure.pk}"
        if measure.started_on != first_report_day(own):
            yield Difference(name, "started_on", measure.started_on, first_report_day(own))
        in_review = measure.status == MeasureStatus.IN_REVIEW
        if in_review != (measure.pk in pending):
            yield Difference(name, "closure request under review", measure.pk in pending, in_review)
        present, told = sorted(evidence.get(measure.pk, [])), sorted(_told_by_history(own))
        if present != told:
            yield Difference(name, "evidence", present, told)


def _told_by_row(file: Evidence) -> Iterator[Fact]:
    """What a piece of evidence says of itself: what it is, what it replaced, that it was withdrawn."""
    yield file.pk, "added", file.sha256
    if file.replaces_id:
        yield file.pk, "instead of", str(file.replaces_id)
    if file.withdrawn_on:
        yield file.pk, f"withdrawn {file.withdrawn_on}", file.withdrawn_why


def _told_by_history(rows: list[Any]) -> Iterator[Fact]:
    """What a measure's history says of its evidence."""
    for row in rows:
        if row.action not in ("add_evidence", "replace_evidence", "withdraw_evidence"):
            continue
        facts = row.payload["evidence"]
        if row.action == "withdraw_evidence":
            yield facts["id"], f"withdrawn {row.happened_on}", row.reason
            continue
        yield facts["id"], "added", facts["sha256"]
        if row.action == "replace_evidence":
            yield facts["id"], "instead of", str(row.payload["instead_of"]["id"])
