"""The acts on sub-issues: asking for acceptance, signing it, returning, recalling, reopening.

Whether a sub-issue may close depends on what answers it. That is told to this room by value, as a `ClosureReadiness`
that its caller made under the lock that `locked` takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, ReasonInput, check, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound, WrongState
from rectify.workflow.signing import Outcome, require_signer, require_turn, why_not_sign

from .inputs import AcceptanceInput, SignInput
from .models import AcceptanceRequest, AcceptanceSignature, SubIssue, SubIssueHistory
from .states import SUB_ISSUE_TRANSITIONS, UNDER_WAY, SubIssueStatus


@dataclass(frozen=True)
class ClosureReadiness:
    """Whether what answers a sub-issue is settled, counted under the sub-issue's lock.

    Args:
        total: how many answers there are.
        unsettled: how many of them still go on.
    """

    total: int
    unsettled: int

    @property
    def ready(self) -> bool:
        return self.total > 0 and self.unsettled == 0


Readiness = Callable[[SubIssue], ClosureReadiness]


def concern_of(sub_issue: SubIssue) -> Concern:
    return Concern(sub_issue.round.organization_id, sub_issue.lead_department_id, sub_issue.responsible_leader_id)


def pending_request(sub_issue: SubIssue) -> AcceptanceRequest | None:
    """The request under review, with its signatures."""
    if sub_issue.status != SubIssueStatus.IN_REVIEW:
        return None
    return sub_issue.acceptance_requests.filter(outcome=Outcome.PENDING).prefetch_related("signatures").first()


def pending_requests(sub_issues: list[SubIssue]) -> dict[int, AcceptanceRequest]:
    """The requests under review of many sub-issues: two statements, none where nothing is under review."""
    ids = [sub_issue.pk for sub_issue in sub_issues if sub_issue.status == SubIssueStatus.IN_REVIEW]
    if not ids:
        return {}
    requests = AcceptanceRequest.objects.filter(sub_issue__in=ids, outcome=Outcome.PENDING)
    return {request.sub_issue_id: request for request in requests.prefetch_related("signatures")}


def parties_to(sub_issue: SubIssue, posts: Posts, request: AcceptanceRequest | None) -> frozenset[str]:
    """What a person is to a sub-issue, including signer of the next step and asker of an unsigned request."""
    parties = set(posts.parties(concern_of(sub_issue)))
    if request is not None:
        signer_ids = request.signer_ids()
        if why_not_sign(request.next_signer, parties, posts.user.pk, request.asked_by_id, signer_ids) is None:
            parties.add("signer")
        if request.asked_by_id == posts.user.pk and not signer_ids:
            parties.add("asker")
    return frozenset(parties)


def available(sub_issue: SubIssue, posts: Posts, request: AcceptanceRequest | None) -> list[str]:
    """The acts open to a person on a sub-issue, by role and state; none while its round is not under way."""
    if sub_issue.round.status not in UNDER_WAY:
        return []
    return SUB_ISSUE_TRANSITIONS.available(sub_issue.status, parties_to(sub_issue, posts, request))


def locked(posts: Posts, sub_issue_id: int) -> SubIssue:
    """The sub-issue, locked until the transaction ends. Raises NotFound where the person may not see it."""
    sub_issue = (
        SubIssue.objects.select_for_update(of=("self",))
        .select_related("round__organization", "lead_department", "responsible_leader")
        .filter(pk=sub_issue_id)
        .first()
    )
    if sub_issue is None or not posts.reads(sub_issue.round.organization):
        raise NotFound()
    return sub_issue


class _Step:
    """One act on one locked sub-issue, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> None:
        self.name, self.act, self.data = name, act, data
        self.posts = Posts.of(act.actor, act.on)
        self.sub_issue = locked(self.posts, sub_issue_id)
        self.request = pending_request(self.sub_issue)
        self.parties = parties_to(self.sub_issue, self.posts, self.request)
        require_turn(name, self.request, self.parties, act.actor.pk, self.sub_issue)
        check(SUB_ISSUE_TRANSITIONS, name, self.sub_issue, self.sub_issue.status, self.parties, data)
        if self.sub_issue.round.status not in UNDER_WAY:
            raise WrongState(_("The round is not under way; its sub-issues cannot be changed."), current=self.sub_issue)

    @property
    def who(self) -> tuple[str, str]:
        return self.posts.who(concern_of(self.sub_issue))

    def write(self, new: Mapping[str, Any], reason: str = "", **extra: Any) -> SubIssue:
        entry = Entry(self.name, new=new, reason=reason, extra=extra)
        record(self.sub_issue, Chain(SubIssueHistory, self.sub_issue.pk), self.act, self.who, entry)
        return self.sub_issue

    def end_request(self, outcome: Outcome) -> AcceptanceRequest:
        request = self.request
        if request is None:
            raise WrongState(_("There is no request under review."), current=self.sub_issue)
        request.outcome, request.ended_on = outcome, self.act.on
        request.save(update_fields=["outcome", "ended_on"])
        return request


def _require_ready(sub_issue: SubIssue, result: str, readiness: ClosureReadiness) -> None:
    if result == SubIssueStatus.CLOSED and not readiness.ready:
        raise WrongState(
            ngettext(
                "%(count)d item under it is not settled yet; the sub-issue cannot close before that.",
                "%(count)d items under it are not settled yet; the sub-issue cannot close before that.",
                readiness.unsettled,
            )
            % {"count": readiness.unsettled},
            current=sub_issue,
        )


@transaction.atomic
def request_acceptance(act: Act, sub_issue_id: int, data: Mapping[str, Any], readiness: Readiness) -> SubIssue:
    """Asks for acceptance as closed or sustained; `data`: version, note, result. Starts the round's chain."""
    step = _Step("request_acceptance", act, sub_issue_id, data)
    values = validated(AcceptanceInput, data)
    sub_issue = step.sub_issue
    _require_ready(sub_issue, values["result"], readiness(sub_issue))
    AcceptanceRequest.objects.create(
        sub_issue=sub_issue,
        asked_by=act.actor,
        asked_by_name=step.who[0],
        asked_on=act.on,
        asked_at=act.clock(),
        note=values["note"],
        result=values["result"],
        from_status=sub_issue.status,
        chain=list(sub_issue.round.acceptance_steps.values_list("signer", flat=True)),
    )
    return step.write({"status": SubIssueStatus.IN_REVIEW.value}, note=values["note"], result=values["result"])


@transaction.atomic
def sign(act: Act, sub_issue_id: int, data: Mapping[str, Any], readiness: Readiness) -> SubIssue:
    """Signs the next step; the last signature closes or sustains. `data`: version, comment."""
    step = _Step("sign", act, sub_issue_id, data)
    values = validated(SignInput, data)
    request = step.request
    if request is None:
        raise WrongState(_("There is no request under review."), current=step.sub_issue)
    signed_as = require_signer(request, step.parties, act.actor.pk)
    name, department = step.who
    position = len(request.signer_ids())
    AcceptanceSignature.objects.create(
        request=request,
        position=position,
        signed_as=signed_as,
        signer=act.actor,
        signer_name=name,
        department_name=department,
        comment=values["comment"],
        signed_on=act.on,
        signed_at=act.clock(),
    )
    facts = {"step": position + 1, "of": len(request.chain), "signed_as": signed_as, "comment": values["comment"]}
    if position + 1 < len(request.chain):
        return step.write({}, **facts)
    _require_ready(step.sub_issue, request.result, readiness(step.sub_issue))
    step.end_request(Outcome.PASSED)
    closed = request.result == SubIssueStatus.CLOSED
    return step.write({"status": request.result, "closed_on": act.on if closed else None, "reopened": False}, **facts)


@transaction.atomic
def return_for_rework(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Sends a request back with what to redo; `data`: version, reason."""
    step = _Step("return", act, sub_issue_id, data)
    values = validated(ReasonInput, data)
    request = step.end_request(Outcome.RETURNED)
    return step.write({"status": request.from_status}, reason=values["reason"])


@transaction.atomic
def recall(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Takes one's own request back before anybody signed; `data`: version."""
    step = _Step("recall", act, sub_issue_id, data)
    validated(ActInput, data)
    request = step.end_request(Outcome.RECALLED)
    return step.write({"status": request.from_status})


@transaction.atomic
def reopen(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Opens a closed or sustained sub-issue again; `data`: version, reason."""
    step = _Step("reopen", act, sub_issue_id, data)
    values = validated(ReasonInput, data)
    return step.write(_reopened(), reason=values["reason"])


def reopen_with(act: Act, sub_issue: SubIssue, who: tuple[str, str], reason: str) -> None:
    """Reopens a closed sub-issue as part of a greater act that holds its lock and was checked itself."""
    if sub_issue.status == SubIssueStatus.CLOSED:
        entry = Entry("reopen", new=_reopened(), reason=reason)
        record(sub_issue, Chain(SubIssueHistory, sub_issue.pk), act, who, entry)


def _reopened() -> dict[str, Any]:
    return {"status": SubIssueStatus.RECTIFYING.value, "closed_on": None, "reopened": True}
