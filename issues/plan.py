"""From the feedback to an approved plan: entering findings word for word, drafting sub-issues, freezing, noticing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rectify.organization.models import Department, Leader, Organization
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import check, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import birth, record, record_birth
from rectify.workflow.refusals import Forbidden, Invalid, NotFound
from rectify.workflow.signing import Signer

from .inputs import NOT_BEFORE_FEEDBACK, NOT_IN_FUTURE, NoticeInput, PlanInput
from .models import (
    AcceptanceCriterion,
    AcceptanceStep,
    Finding,
    Heading,
    Round,
    RoundHistory,
    SpecialPlan,
    SubIssue,
    SubIssueHistory,
)
from .states import ROUND_TRANSITIONS, RoundStatus

DEFAULT_ACCEPTANCE_CHAIN = (Signer.OFFICE, Signer.LEADER)
# The four that practice asks for everywhere (验收标准); kept in Chinese, as a round's own data are.
DEFAULT_CRITERIA = (
    ("solved", "问题已解决"),
    ("cause", "根源已整治"),
    ("mechanism", "长效机制已建立"),
    ("evidence", "佐证材料齐全"),
)


@dataclass(frozen=True)
class NewRound:
    """What is known of a round when its feedback is given."""

    title: str
    feedback_on: date
    session: str = ""
    inspecting_team: str = ""
    intensive_from: date | None = None
    intensive_until: date | None = None
    declared: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class NewSubIssue:
    """A sub-issue of the plan, before it is written."""

    finding: Finding
    number: str
    position: int
    title: str
    kind: str
    responsible_leader: Leader
    lead_department: Department
    due_on: date | None = None
    due_assumed: bool = False
    disclosed: bool = True
    special_plan: SpecialPlan | None = None


def _office_posts(act: Act, organization_id: int) -> Posts:
    posts = Posts.of(act.actor, act.on)
    if "office" not in posts.parties(Concern(organization_id)):
        raise Forbidden(ROUND_TRANSITIONS.not_yours)
    return posts


@transaction.atomic
def create_round(act: Act, organization: Organization, new: NewRound) -> Round:
    """Opens a round in draft with the default acceptance chain. Only the organisation's office may."""
    posts = _office_posts(act, organization.pk)
    if new.feedback_on > act.on:
        raise Invalid(errors={"feedback_on": [NOT_IN_FUTURE]})
    round_ = Round.objects.create(
        organization=organization,
        title=new.title,
        session=new.session,
        inspecting_team=new.inspecting_team,
        feedback_on=new.feedback_on,
        intensive_from=new.intensive_from,
        intensive_until=new.intensive_until,
        declared=dict(new.declared or {}),
        entries=1,
    )
    AcceptanceStep.objects.bulk_create(
        AcceptanceStep(round=round_, position=position, signer=signer)
        for position, signer in enumerate(DEFAULT_ACCEPTANCE_CHAIN)
    )
    AcceptanceCriterion.objects.bulk_create(
        AcceptanceCriterion(round=round_, key=key, title=title, position=position)
        for position, (key, title) in enumerate(DEFAULT_CRITERIA)
    )
    who = posts.who(Concern(organization.pk))
    record_birth(round_, Chain(RoundHistory, round_.pk), act, who, "create_round")
    return round_


@dataclass(frozen=True)
class NewHeading:
    """A heading with what stands under it, in the feedback's order and words."""

    title: str
    children: Sequence["NewHeading"] = ()
    findings: Sequence[str] = ()


@transaction.atomic
def enter_feedback(act: Act, round_: Round, headings: Sequence[NewHeading]) -> list[Finding]:
    """Enters the headings and findings, which are frozen from then on. Only while the round is a draft.

    Returns:
        The findings in their order.
    """
    posts = _office_posts(act, round_.organization_id)
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    if round_.status != RoundStatus.DRAFT or round_.findings.exists():
        raise Invalid(_("The feedback of this round was entered before; findings are frozen."))
    written: list[Heading] = []
    findings: list[Finding] = []

    def write(level: Sequence[NewHeading], parent: Heading | None) -> None:
        for index, new in enumerate(level, start=1):
            heading = Heading.objects.create(
                round=round_,
                parent=parent,
                number=f"{parent.number}.{index}" if parent else str(index),
                title=new.title,
                position=len(written) + 1,
            )
            written.append(heading)
            for title in new.findings:
                position = len(findings) + 1
                findings.append(
                    Finding(round=round_, heading=heading, number=str(position), title=title, position=position)
                )
            write(new.children, heading)

    write(headings, None)
    Finding.objects.bulk_create(findings)
    words = {
        "headings": {heading.number: heading.title for heading in written},
        "findings": {finding.number: [finding.heading.number, finding.title] for finding in findings},
    }
    who = posts.who(Concern(round_.organization_id))
    record(round_, Chain(RoundHistory, round_.pk), act, who, Entry("enter_feedback", extra=words))
    return findings


@transaction.atomic
def draft_sub_issues(act: Act, round_: Round, drafts: Sequence[NewSubIssue]) -> list[SubIssue]:
    """Writes sub-issues into a draft round, each with the first row of its own chain."""
    posts = _office_posts(act, round_.organization_id)
    if round_.status != RoundStatus.DRAFT:
        raise Invalid(_("The plan was approved; sub-issues are frozen."))
    for draft in drafts:
        if draft.due_on is not None and draft.due_on < round_.feedback_on:
            raise Invalid(errors={"due_on": [NOT_BEFORE_FEEDBACK % {"day": round_.feedback_on}]})
    who = posts.who(Concern(round_.organization_id))
    sub_issues = SubIssue.objects.bulk_create(
        SubIssue(round=round_, entries=1, **{name: getattr(draft, name) for name in draft.__dataclass_fields__})
        for draft in drafts
    )
    SubIssueHistory.objects.bulk_create(_birth(sub_issue, act, who) for sub_issue in sub_issues)
    return sub_issues


def _birth(sub_issue: SubIssue, act: Act, who: tuple[str, str]) -> SubIssueHistory:
    chain = Chain(SubIssueHistory, sub_issue.pk, is_new=True)
    return chain.make(sub_issue.pk, act, who, birth(sub_issue, "draft"))  # type: ignore[return-value]


def locked_round(act: Act, round_id: int) -> Round:
    """The round, locked until the transaction ends. Raises NotFound where the actor may not see it.

    Whoever locks several rows takes the round first, then its sub-issues in the order of their ids, then what stands
    below them. All of these are locks without the key (FOR NO KEY UPDATE): a row that only refers to the
    round, a notice that is written under a sub-issue's lock, must not wait for it.
    """
    round_ = (
        Round.objects.visible_to(act.actor, act.on)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .filter(pk=round_id)
        .first()
    )
    if round_ is None:
        raise NotFound()
    return round_


def _require_not_future(name: str, day: date, act: Act, round_: Round) -> None:
    if day > act.on:
        raise Invalid(errors={name: [NOT_IN_FUTURE]})
    if day < round_.feedback_on:
        raise Invalid(errors={name: [NOT_BEFORE_FEEDBACK % {"day": round_.feedback_on}]})


@transaction.atomic
def approve_plan(act: Act, round_id: int, data: Mapping[str, Any], planned: Mapping[str, int]) -> Round:
    """Freezes the plan as version 1; `data`: version, meeting, approved_on, number.

    Args:
        planned: the plan's own totals, counted by the caller, quoted ever after.
    """
    round_ = locked_round(act, round_id)
    posts = Posts.of(act.actor, act.on)
    concern = Concern(round_.organization_id)
    check(ROUND_TRANSITIONS, "approve_plan", round_, round_.status, posts.parties(concern), data)
    values = validated(PlanInput, data)
    _require_not_future("approved_on", values["approved_on"], act, round_)
    round_.plan_approved_on = values["approved_on"]
    round_.plan_meeting, round_.plan_number = values["meeting"], values["number"]
    round_.save(update_fields=["plan_approved_on", "plan_meeting", "plan_number"])
    extra = {"meeting": values["meeting"], "approved_on": values["approved_on"], "number": values["number"]}
    new = {"status": RoundStatus.ACTIVE.value, "planned": dict(planned)}
    record(round_, Chain(RoundHistory, round_.pk), act, posts.who(concern), Entry("approve_plan", new=new, extra=extra))
    return round_


@transaction.atomic
def publish_notice(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Records that the public notice went out; `data`: version, notice_on."""
    round_ = locked_round(act, round_id)
    posts = Posts.of(act.actor, act.on)
    concern = Concern(round_.organization_id)
    check(ROUND_TRANSITIONS, "publish_notice", round_, round_.status, posts.parties(concern), data)
    values = validated(NoticeInput, data)
    _require_not_future("notice_on", values["notice_on"], act, round_)
    new = {"status": RoundStatus.NOTICED.value, "notice_on": values["notice_on"]}
    record(round_, Chain(RoundHistory, round_.pk), act, posts.who(concern), Entry("publish_notice", new=new))
    return round_
