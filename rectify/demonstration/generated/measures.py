"""The measures of one generated sub-issue: what happens to them, in the order of their common chain."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from issues.models import SubIssue
from issues.states import Kind
from measures.models import ClosureRequest, ClosureSignature, Evidence, EvidenceKind, Measure, MeasureHistory
from measures.plan import DEFAULT_CLOSURE_CHAIN
from measures.states import MeasureStatus
from rectify.workflow.history import Chain, Entry

from ..story import DIFFICULTIES, MIDDLES, NEXT_STEPS, Part
from .acts import Company, asked

Responsible = Measure.responsible_departments.through
HISTORY_PER_MEASURE = 10
# How many acts there are beside the draft and the reports.
CLOSING_ACTS = {MeasureStatus.COMPLETED: 1, MeasureStatus.IN_REVIEW: 4, MeasureStatus.CLOSED: 6}
FINISHED_SUB_ISSUES = 0.4
# How the measures of a sub-issue that is not finished stand, of a hundred.
MIXTURE = {
    MeasureStatus.IN_PROGRESS: 52,
    MeasureStatus.CLOSED: 20,
    MeasureStatus.COMPLETED: 12,
    MeasureStatus.IN_REVIEW: 10,
    MeasureStatus.NOT_STARTED: 6,
}
NOTE = "整改措施已落实，申请销号。"


@dataclass(frozen=True)
class EvidenceFile:
    """The one file to which all generated evidence points."""

    name: str
    sha256: str
    size: int


@dataclass
class Fate:
    """What becomes of one measure: its state on the last day, how often it is reported on, when its work ends."""

    part: Part
    status: MeasureStatus
    reports: int
    ends_on: date


def draw_fates(rng: random.Random, parts: Sequence[Part], feedback_on: date, until: date) -> list[Fate]:
    """Decides how each measure stands, so that a round's measures have ten rows of history on average."""
    finished: dict[int, bool] = {}
    fates = []
    for part in parts:
        closed = finished.setdefault(part.sub_issue, rng.random() < FINISHED_SUB_ISSUES)
        drawn = rng.choices(list(MIXTURE), list(MIXTURE.values()))[0]
        status = MeasureStatus.CLOSED if closed else drawn
        reports = HISTORY_PER_MEASURE - 1 - CLOSING_ACTS.get(status, 0)
        ends_on = until
        if status in CLOSING_ACTS:
            ends_on = feedback_on + timedelta(days=rng.randint(30, (until - feedback_on).days))
        fates.append(Fate(part, status, reports if status != MeasureStatus.NOT_STARTED else 0, ends_on))
    reported = [fate for fate in fates if fate.reports]
    missing = (len(fates) - len(reported)) * (HISTORY_PER_MEASURE - 1)
    for nth in range(missing if reported else 0):
        reported[nth % len(reported)].reports += 1
    return fates


class MeasureStory:
    """One measure from draft to its fate."""

    def __init__(self, company: Company, sub_issue: SubIssue, chain: Chain, fate: Fate, file: EvidenceFile) -> None:
        self.company, self.chain, self.fate, self.file = company, chain, fate, file
        self.feedback_on = sub_issue.round.feedback_on
        self.lead, self.leader = sub_issue.lead_department.key, sub_issue.responsible_leader.key
        self.measure = self._draft(sub_issue)

    def _draft(self, sub_issue: SubIssue) -> Measure:
        part = self.fate.part
        long_term = part.kind == Kind.LONG_TERM
        due_on = None if long_term else self.feedback_on + timedelta(days=self.company.rng.randint(14, 240))
        measure = Measure(
            sub_issue=sub_issue,
            number=f"{part.sub_issue}-{part.serial}",
            position=part.serial,
            content=part.row["text"],
            kind=part.kind,
            status=MeasureStatus.NOT_STARTED.value,
            due_on=due_on,
            original_due_on=due_on,
            due_assumed=not long_term,
            responsible_leader=sub_issue.responsible_leader,
            lead_department=sub_issue.lead_department,
            document=part.row.get("document", ""),
            stage_goal="每季度调度一次，持续巩固" if long_term else "",
            review_on=self.feedback_on + timedelta(days=210) if long_term else None,
            entries=1,
        )
        self.company.writer.add(measure)
        departments = [self.company.cast.departments[key] for key in part.parent["with"]]
        for department in departments:
            self.company.writer.add(Responsible(measure_id=measure.pk, department_id=department.pk))
        # As if they had been read, or history would ask the database.
        measure._prefetched_objects_cache = {"responsible_departments": departments}  # type: ignore[attr-defined]
        self.company.born(measure, self.chain, self.feedback_on, "draft")
        return measure

    def days(self) -> Iterator[tuple[date, int]]:
        """Each day on which something happens, with the number of the report; 0 for the way to closed."""
        first = self.feedback_on + timedelta(days=3)
        span = (self.fate.ends_on - first).days
        for nth in range(1, self.fate.reports + 1):
            yield first + timedelta(days=span * nth // (self.fate.reports + 1)), nth
        if self.fate.status in CLOSING_ACTS:
            yield self.fate.ends_on, 0

    def play(self, day: date, nth: int) -> None:
        """What happens on one of the days."""
        if nth:
            self._report(day, nth)
        else:
            self._close(day)

    def _report(self, day: date, nth: int) -> None:
        measure, pick = self.measure, self.fate.part.position + nth
        new = {
            "progress": None if measure.kind == Kind.LONG_TERM else min(95, 95 * nth // (self.fate.reports + 1)),
            "work_done": MIDDLES[pick % len(MIDDLES)],
            "next_step": NEXT_STEPS[pick % len(NEXT_STEPS)],
            "difficulty": DIFFICULTIES[pick % len(DIFFICULTIES)],
            "reported_on": day,
            "status": MeasureStatus.IN_PROGRESS.value,
        }
        also = {"started_on": measure.started_on or day}
        entry = Entry("report_progress", new=new, happened_on=day)
        self.company.change(measure, self.chain, f"liaison-{self.lead}", day, entry, also=also)

    def _close(self, day: date) -> None:
        """As far on the way to closed as the measure comes: completed, evidence, request, signatures."""
        measure, company, liaison = self.measure, self.company, f"liaison-{self.lead}"
        new: dict[str, Any] = {"status": MeasureStatus.COMPLETED.value}
        if measure.kind != Kind.LONG_TERM:
            new["progress"] = 100
        entry = Entry("complete", new=new, extra={"note": "已完成。"})
        company.change(measure, self.chain, liaison, day, entry)
        if self.fate.status == MeasureStatus.COMPLETED:
            return
        files = self._add_evidence(day)
        from_status = measure.status
        entry = Entry(
            "request_closure",
            new={"status": MeasureStatus.IN_REVIEW.value},
            extra={"note": NOTE, "outcomes": {}, "evidence": {"files": files}},
        )
        acted = company.change(measure, self.chain, liaison, day, entry)
        asked_for = asked(acted, NOTE, from_status, DEFAULT_CLOSURE_CHAIN)
        request = company.writer.add(ClosureRequest(measure=measure, **asked_for))
        signers = [f"head-{self.lead}", "office", f"leader-{self.leader}"]
        company.sign(
            ClosureSignature,
            request,
            signers if self.fate.status == MeasureStatus.CLOSED else signers[:1],
            {"status": MeasureStatus.CLOSED.value, "closed_on": day},
            lambda username, entry: company.change(measure, self.chain, username, day, entry),
        )

    def _add_evidence(self, day: date) -> list[dict[str, object]]:
        liaison, file = f"liaison-{self.lead}", self.file
        evidence = self.company.writer.add(
            Evidence(
                measure=self.measure,
                kind=EvidenceKind.DOCUMENT.value,
                title="完成情况说明",
                filename=file.name,
                content_type="text/plain; charset=utf-8",
                size=file.size,
                sha256=file.sha256,
                uploaded_by=self.company.cast.users[liaison],
                uploaded_on=day,
            )
        )
        facts = {"id": evidence.pk, "title": evidence.title, "filename": file.name}
        entry = Entry("add_evidence", extra={"evidence": {**facts, "sha256": file.sha256, "size": file.size}})
        act, who = self.company.change(self.measure, self.chain, liaison, day, entry, new_version=False)
        evidence.uploaded_by_name, evidence.uploaded_at = who[0], act.clock()
        return [{"id": evidence.pk, "sha256": file.sha256}]


def tell_measures(company: Company, sub_issue: SubIssue, fates: Sequence[Fate], file: EvidenceFile) -> None:
    """All measures of a sub-issue, whose rows of history stand in one chain in the order of their days."""
    chain = Chain(MeasureHistory, sub_issue.pk, is_new=True)
    stories = [MeasureStory(company, sub_issue, chain, fate, file) for fate in fates]
    days = [(day, nth, index) for index, story in enumerate(stories) for day, nth in story.days()]
    for day, nth, index in sorted(days):
        stories[index].play(day, nth)
