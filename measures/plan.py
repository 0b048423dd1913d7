"""Drafting measures into a round and approving its plan, which freezes sub-issues and measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues import plan as issues_plan
from issues.inputs import NOT_BEFORE_FEEDBACK
from issues.models import Round, SubIssue
from issues.states import ROUND_TRANSITIONS, RoundStatus
from rectify.organization.models import Department, Leader
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.history import Chain
from rectify.workflow.record import record_birth
from rectify.workflow.refusals import Forbidden, Invalid, WrongState
from rectify.workflow.signing import Signer

from .models import ClosingRules, ClosureStep, DeadlineChange, DeadlineStep, Measure, MeasureHistory

DEFAULT_CLOSURE_CHAIN = (Signer.HEAD, Signer.OFFICE, Signer.LEADER)
# Two approvals; what reaches beyond the intensive period the leading group decides.
DEFAULT_DEADLINE_CHAINS = {
    DeadlineChange.EXTENSION: (Signer.OFFICE, Signer.LEADER),
    DeadlineChange.LATE_EXTENSION: (Signer.OFFICE, Signer.CHAIR),
    DeadlineChange.LONG_TERM: (Signer.OFFICE, Signer.LEADER),
}
# Kept in Chinese, as a round's own data are.
DEFAULT_RETURN_REASONS = (
    "佐证材料不完整，请补充。",
    "完成情况与措施内容不一致，请核实后说明。",
    "长效机制未建立，请补充制度文件。",
    "问题未彻底解决，请继续整改。",
)


@dataclass(frozen=True)
class NewMeasure:
    """A measure of the plan, before it is written."""

    number: str
    position: int
    content: str
    kind: str
    responsible_leader: Leader
    lead_department: Department
    responsible_departments: Sequence[Department] = ()
    due_on: date | None = None
    due_assumed: bool = False
    stage_goal: str = ""
    review_on: date | None = None
    document: str = ""


def set_closing_defaults(round_: Round) -> None:
    """Copies into a new round how measures are closed and deadlines changed, unless it says otherwise."""
    ClosureStep.objects.bulk_create(
        ClosureStep(round=round_, position=position, signer=signer)
        for position, signer in enumerate(DEFAULT_CLOSURE_CHAIN)
    )
    DeadlineStep.objects.bulk_create(
        DeadlineStep(round=round_, change=change, position=position, signer=signer)
        for change, chain in DEFAULT_DEADLINE_CHAINS.items()
        for position, signer in enumerate(chain)
    )
    ClosingRules.objects.create(round=round_, return_reasons=list(DEFAULT_RETURN_REASONS))


@transaction.atomic
def draft_measures(act: Act, sub_issue: SubIssue, drafts: Sequence[NewMeasure]) -> list[Measure]:
    """Writes measures under a sub-issue of a draft round, each with its first row of history."""
    round_ = sub_issue.round
    posts = Posts.of(act.actor, act.on)
    if "office" not in posts.parties(Concern(round_.organization_id)):
        raise Forbidden(ROUND_TRANSITIONS.not_yours)
    if round_.status != RoundStatus.DRAFT:
        raise WrongState(_("The plan was approved; measures are frozen."))
    chain = Chain(MeasureHistory, sub_issue.pk)
    who = posts.who(Concern(round_.organization_id))
    measures = []
    for draft in drafts:
        if draft.due_on is not None and draft.due_on < round_.feedback_on:
            raise Invalid(errors={"due_on": [NOT_BEFORE_FEEDBACK % {"day": round_.feedback_on}]})
        fields = {
            name: getattr(draft, name) for name in draft.__dataclass_fields__ if name != "responsible_departments"
        }
        measure = Measure.objects.create(sub_issue=sub_issue, entries=1, original_due_on=draft.due_on, **fields)
        measure.responsible_departments.set(draft.responsible_departments)
        record_birth(measure, chain, act, who, "draft")
        measures.append(measure)
    return measures


@transaction.atomic
def approve_plan(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Approves the plan and keeps its totals; `data`: version, meeting, approved_on, number."""
    measures = Measure.objects.filter(sub_issue__round=round_id).count()
    sub_issues = SubIssue.objects.filter(round=round_id).count()
    return issues_plan.approve_plan(act, round_id, data, {"sub_issues": sub_issues, "measures": measures})
