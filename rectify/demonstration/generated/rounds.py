"""One generated round: from the feedback to its approved plan and to what has become of it by a day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from issues.models import (
    AcceptanceCriterion,
    AcceptanceRequest,
    AcceptanceSignature,
    AcceptanceStep,
    Finding,
    Heading,
    Milestone,
    Round,
    RoundHistory,
    SubIssue,
    SubIssueHistory,
)
from issues.plan import DEFAULT_ACCEPTANCE_CHAIN, DEFAULT_CRITERIA
from issues.states import RoundStatus, SubIssueStatus
from measures.models import (
    ClosingRules,
    ClosureRequest,
    ClosureSignature,
    ClosureStep,
    DeadlineStep,
    Evidence,
    Measure,
    MeasureHistory,
)
from measures.plan import DEFAULT_CLOSURE_CHAIN, DEFAULT_DEADLINE_CHAINS, DEFAULT_RETURN_REASONS
from measures.states import MeasureStatus
from rectify.dispatch.models import Dispatch, FrozenFigures, FrozenLine, Line
from rectify.workflow.history import Chain, Entry

from ..story import measures_of
from .acts import Company, asked
from .measures import EvidenceFile, Responsible, draw_fates, tell_measures
from .weeks import set_milestone, tell_week

TABLES = (
    Round,
    AcceptanceStep,
    ClosureStep,
    DeadlineStep,
    AcceptanceCriterion,
    ClosingRules,
    Heading,
    Finding,
    SubIssue,
    Measure,
    Responsible,
    RoundHistory,
    SubIssueHistory,
    MeasureHistory,
    Evidence,
    ClosureRequest,
    ClosureSignature,
    AcceptanceRequest,
    AcceptanceSignature,
    Milestone,
    Dispatch,
    Line,
    FrozenLine,
    FrozenFigures,
)
NOTE = "全部整改措施已销号，申请验收。"


def tell_round(company: Company, ledger: Mapping[str, Any], file: EvidenceFile, title: str, until: date) -> None:
    """Adds a round and everything in it to the company's writer.

    Args:
        ledger: the source that gives the shape.
        until: the day on which the round stands.
    """
    feedback_on = until - timedelta(days=company.rng.randint(70, 180))
    rows = list(_rows(ledger))
    fates = draw_fates(company.rng, measures_of([row for _place, row in rows]), feedback_on, until)
    round_, chain = _open_round(company, ledger, title, feedback_on)
    findings = _enter_feedback(company, ledger, round_, chain)
    for position, (place, row) in enumerate(rows, start=1):
        own = [fate for fate in fates if fate.part.sub_issue == position]
        sub_issue, own_chain = _draft_sub_issue(company, findings[place], position, row)
        tell_measures(company, sub_issue, own, file)
        if all(fate.status == MeasureStatus.CLOSED for fate in own):
            _accept(company, sub_issue, own_chain, max(fate.ends_on for fate in own))
    totals = {"sub_issues": len(rows), "measures": len(fates)}
    entry = Entry("approve_plan", new={"status": RoundStatus.ACTIVE.value, "planned": totals})
    company.change(round_, chain, "office", round_.plan_approved_on or round_.feedback_on, entry)
    set_milestone(company, round_, chain)
    tell_week(company, round_, chain)


def _rows(ledger: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each sub-issue of the source, with the place of its finding."""
    items = [item for area in ledger["areas"] for group in area["groups"] for item in group["items"]]
    for place, item in enumerate(items):
        for row in item["sub_issues"]:
            yield place, row


def _open_round(company: Company, ledger: Mapping[str, Any], title: str, feedback_on: date) -> tuple[Round, Chain]:
    round_ = company.writer.add(
        Round(
            organization=company.cast.organization,
            title=title,
            feedback_on=feedback_on,
            intensive_from=feedback_on,
            intensive_until=feedback_on + timedelta(days=60),
            declared=ledger["round"]["counts"],
            plan_approved_on=feedback_on + timedelta(days=2),
            plan_meeting="党组（扩大）会议",
            entries=1,
        )
    )
    for model, signers in ((AcceptanceStep, DEFAULT_ACCEPTANCE_CHAIN), (ClosureStep, DEFAULT_CLOSURE_CHAIN)):
        for position, signer in enumerate(signers):
            company.writer.add(model(round=round_, position=position, signer=signer.value))
    for change, signers in DEFAULT_DEADLINE_CHAINS.items():
        for position, signer in enumerate(signers):
            company.writer.add(DeadlineStep(round=round_, change=change, position=position, signer=signer.value))
    for position, (key, criterion) in enumerate(DEFAULT_CRITERIA):
        company.writer.add(AcceptanceCriterion(round=round_, key=key, title=criterion, position=position))
    company.writer.add(ClosingRules(round=round_, return_reasons=list(DEFAULT_RETURN_REASONS)))
    chain = Chain(RoundHistory, round_.pk, is_new=True)
    company.born(round_, chain, feedback_on, "create_round")
    return round_, chain


def _enter_feedback(company: Company, ledger: Mapping[str, Any], round_: Round, chain: Chain) -> list[Finding]:
    findings: list[Finding] = []
    headings: list[Heading] = []

    def heading(number: str, title: str, parent: Heading | None) -> Heading:
        new = Heading(round=round_, parent=parent, number=number, title=title, position=len(headings) + 1)
        headings.append(company.writer.add(new))
        return new

    for number, area in enumerate(ledger["areas"], start=1):
        parent = heading(str(number), area["title"], None)
        for serial, group in enumerate(area["groups"], start=1):
            child = heading(f"{number}.{serial}", group["title"], parent)
            for item in group["items"]:
                place = len(findings) + 1
                new = Finding(round=round_, heading=child, number=str(place), title=item["title"], position=place)
                findings.append(company.writer.add(new))
    words = {
        "headings": {heading.number: heading.title for heading in headings},
        "findings": {finding.number: [finding.heading.number, finding.title] for finding in findings},
    }
    company.change(round_, chain, "office", round_.feedback_on, Entry("enter_feedback", extra=words))
    return findings


def _draft_sub_issue(
    company: Company, finding: Finding, position: int, row: Mapping[str, Any]
) -> tuple[SubIssue, Chain]:
    feedback_on = finding.round.feedback_on
    sub_issue = company.writer.add(
        SubIssue(
            round=finding.round,
            finding=finding,
            number=str(position),
            position=position,
            title=row["title"],
            kind=row["category"],
            status=SubIssueStatus.RECTIFYING.value,
            due_on=feedback_on + timedelta(days=company.rng.randint(60, 300)),
            disclosed=row["disclosed"],
            responsible_leader=company.cast.leaders[row["leader"]],
            lead_department=company.cast.departments[row["lead"]],
            entries=1,
        )
    )
    chain = Chain(SubIssueHistory, sub_issue.pk, is_new=True)
    company.born(sub_issue, chain, feedback_on, "draft")
    return sub_issue, chain


def _accept(company: Company, sub_issue: SubIssue, chain: Chain, on: date) -> None:
    """Asked for, checked by the office, accepted by the leader."""
    from_status, result = sub_issue.status, SubIssueStatus.CLOSED.value
    new = {"status": SubIssueStatus.IN_REVIEW.value}
    entry = Entry("request_acceptance", new=new, extra={"note": NOTE, "result": result})
    acted = company.change(sub_issue, chain, f"liaison-{sub_issue.lead_department.key}", on, entry)
    asked_for = asked(acted, NOTE, from_status, DEFAULT_ACCEPTANCE_CHAIN)
    request = company.writer.add(AcceptanceRequest(sub_issue=sub_issue, result=result, **asked_for))
    signers: Sequence[str] = ("office", f"leader-{sub_issue.responsible_leader.key}")
    company.sign(
        AcceptanceSignature,
        request,
        signers,
        {"status": result, "closed_on": on, "reopened": False},
        lambda username, entry: company.change(sub_issue, chain, username, on, entry),
    )
