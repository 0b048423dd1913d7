"""The acts on sub-issues: asking for acceptance, signing it, returning, recalling, reopening, the superior's finding.

Whether a sub-issue may close depends on what answers it. That is told to this room by value, as a `ClosureReadiness`
that its caller made under the lock that `locked` takes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rectify.organization.posts import Concern, Posts
from rectify.organization.signers import hand_of, parties_with_turn, principal_in, require_reading, require_turn_of
from rectify.workflow.acts import Act
from rectify.workflow.digests import digest_of_content
from rectify.workflow.guards import ActInput, ReasonInput, check, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Invalid, NotFound, Stale, WrongState
from rectify.workflow.signing import Given, Hand, Outcome, add_signature, require_signer, told_of

from .inputs import (
    NOT_BEFORE_FEEDBACK,
    NOT_IN_FUTURE,
    AcceptanceInput,
    AcceptanceSignInput,
    SuperiorFindingInput,
)
from .models import AcceptanceRequest, SubIssue, SubIssueHistory
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
    return parties_with_turn(posts, concern_of(sub_issue), request)


def available(sub_issue: SubIssue, posts: Posts, request: AcceptanceRequest | None) -> list[str]:
    """The acts open to a person on a sub-issue, by role and state; none while its round is not under way."""
    if sub_issue.round.status not in UNDER_WAY:
        return []
    return SUB_ISSUE_TRANSITIONS.available(sub_issue.status, parties_to(sub_issue, posts, request))


def locked(posts: Posts, sub_issue_id: int) -> SubIssue:
    """The sub-issue, locked until the transaction ends. Raises NotFound where the person may not see it."""
    sub_issue = (
        SubIssue.objects.select_for_update(of=("self",), no_key=True)
        .select_related("round__organization", "lead_department", "responsible_leader")
        .filter(pk=sub_issue_id)
        .first()
    )
    if sub_issue is None:
        raise NotFound()
    require_reading(posts, sub_issue.round.organization)
    return sub_issue


class SubIssueStep:
    """One act on one locked sub-issue, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> None:
        self.name, self.act, self.data = name, act, data
        self.posts = Posts.of(act.actor, act.on)
        self.sub_issue = locked(self.posts, sub_issue_id)
        self.request = pending_request(self.sub_issue)
        self.parties = parties_to(self.sub_issue, self.posts, self.request)
        require_turn_of(name, self.request, self.posts, concern_of(self.sub_issue), act.on, self.sub_issue)
        check(SUB_ISSUE_TRANSITIONS, name, self.sub_issue, self.sub_issue.status, self.parties, data)
        if self.sub_issue.round.status not in UNDER_WAY:
            raise WrongState(_("The round is not under way; its sub-issues cannot be changed."), current=self.sub_issue)

    @property
    def who(self) -> tuple[str, str]:
        return self.posts.who(concern_of(self.sub_issue))

    def write(self, new: Mapping[str, Any], reason: str = "", action: str = "", **extra: Any) -> SubIssue:
        entry = Entry(action or self.name, new=new, reason=reason, extra=extra)
        record(self.sub_issue, Chain(SubIssueHistory, self.sub_issue.pk), self.act, self.who, entry)
        return self.sub_issue

    @property
    def hand(self) -> Hand:
        """The actor as a signer."""
        return hand_of(self.posts, concern_of(self.sub_issue))

    @property
    def pending(self) -> AcceptanceRequest:
        """The request under review. Raises WrongState where there is none."""
        if self.request is None:
            raise WrongState(_("There is no request under review."), current=self.sub_issue)
        return self.request

    def end_request(self, outcome: Outcome) -> AcceptanceRequest:
        request = self.pending
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
    """Asks for acceptance as closed or sustained; `data`: version, note, result, criteria. Starts the round's chain.

    To ask for closing without naming criteria affirms all of them.
    """
    step = SubIssueStep("request_acceptance", act, sub_issue_id, data)
    values = validated(AcceptanceInput, data)
    sub_issue = step.sub_issue
    _require_ready(sub_issue, values["result"], readiness(sub_issue))
    criteria = affirmed(sub_issue, values["result"], values["criteria"])
    request = AcceptanceRequest.objects.create(
        sub_issue=sub_issue,
        asked_by=act.actor,
        asked_by_name=step.who[0],
        asked_on=act.on,
        asked_at=act.clock(),
        note=values["note"],
        result=values["result"],
        criteria=criteria,
        digest=digest_of(values["note"], values["result"], criteria),
        from_status=sub_issue.status,
        chain=list(sub_issue.round.acceptance_steps.values_list("signer", flat=True)),
    )
    facts = {name: getattr(request, name) for name in ("note", "result", "criteria", "digest")}
    return step.write({"status": SubIssueStatus.IN_REVIEW.value}, **facts)


def digest_of(note: str, result: str, criteria: Sequence[str]) -> str:
    """What a signature under an acceptance is bound to."""
    return digest_of_content({"note": note, "result": result, "criteria": list(criteria)})


def affirmed(sub_issue: SubIssue, result: str, named: Sequence[str] | None) -> list[str]:
    """The acceptance criteria (验收标准) that are affirmed, in their order.

    Args:
        result: all that the round requires must be true of what is closed; what goes on need not fulfil them yet.
        named: their keys; None affirms all of what is closed.

    Raises:
        Invalid: a key is unknown, or one that the round requires is not affirmed.
    """
    criteria, closing = list(sub_issue.round.acceptance_criteria.all()), result == SubIssueStatus.CLOSED
    if named is None:
        return [criterion.key for criterion in criteria] if closing else []
    known = {criterion.key for criterion in criteria}
    if unknown := [key for key in named if key not in known]:
        raise Invalid(errors={"criteria": [_("“%(text)s” is not known here.") % {"text": key} for key in unknown]})
    missing = [criterion.title for criterion in criteria if criterion.required and criterion.key not in named]
    if missing and closing:
        message = _("Not affirmed yet: %(criteria)s.") % {"criteria": "、".join(missing)}
        raise Invalid(errors={"criteria": [message]})
    return [criterion.key for criterion in criteria if criterion.key in named]


@transaction.atomic
def sign(act: Act, sub_issue_id: int, data: Mapping[str, Any], readiness: Readiness) -> SubIssue:
    """Signs the next step; the last signature closes or sustains. `data`: version, comment, criteria."""
    step = SubIssueStep("sign", act, sub_issue_id, data)
    values = validated(AcceptanceSignInput, data)
    request = step.pending
    if values["digest"] not in ("", request.digest):
        raise Stale(_("This is not the request that you have seen."), current=step.sub_issue)
    affirmed(step.sub_issue, request.result, values["criteria"])
    principal = principal_in(step.hand, require_signer(request, step.hand))
    return take_signature(step, Given(step.who, values["comment"], request.digest, principal), readiness)


def take_signature(step: SubIssueStep, given: Given, readiness: Readiness) -> SubIssue:
    """Adds a signature to the request under review; the last one closes or sustains the sub-issue."""
    request = step.pending
    signature = add_signature(request, step.act, given)
    facts = told_of(signature, len(request.chain))
    if signature.position + 1 < len(request.chain):
        return step.write({}, **facts)
    _require_ready(step.sub_issue, request.result, readiness(step.sub_issue))
    step.end_request(Outcome.PASSED)
    closed_on = step.act.on if request.result == SubIssueStatus.CLOSED else None
    return step.write({"status": request.result, "closed_on": closed_on, "reopened": False}, **facts)


@transaction.atomic
def return_for_rework(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Sends a request back with what to redo; `data`: version, reason."""
    step = SubIssueStep("return", act, sub_issue_id, data)
    return end_with_return(step, validated(ReasonInput, data)["reason"])


def end_with_return(step: SubIssueStep, reason: str, **extra: Any) -> SubIssue:
    """Ends the request under review by sending it back.

    Args:
        extra: what else history keeps of it.
    """
    request = step.end_request(Outcome.RETURNED)
    return step.write({"status": request.from_status}, reason=reason, action="return", **extra)


@transaction.atomic
def recall(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Takes one's own request back before anybody signed; `data`: version."""
    step = SubIssueStep("recall", act, sub_issue_id, data)
    validated(ActInput, data)
    request = step.end_request(Outcome.RECALLED)
    return step.write({"status": request.from_status})


@transaction.atomic
def reopen(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Opens a closed or sustained sub-issue again; `data`: version, reason."""
    step = SubIssueStep("reopen", act, sub_issue_id, data)
    values = validated(ReasonInput, data)
    return step.write(_reopened(), reason=values["reason"])


@transaction.atomic
def record_superior_finding(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Records what the superior found of the rectification; `data`: version, finding, found_on, paper, note.

    A later finding takes the place of the one before. The state stays as it is: what is sent back, the office reopens.
    """
    step = SubIssueStep("record_superior_finding", act, sub_issue_id, data)
    values = validated(SuperiorFindingInput, data)
    if values["found_on"] > act.on:
        raise Invalid(errors={"found_on": [NOT_IN_FUTURE]})
    if values["found_on"] < (feedback_on := step.sub_issue.round.feedback_on):
        raise Invalid(errors={"found_on": [NOT_BEFORE_FEEDBACK % {"day": feedback_on}]})
    new = {
        "superior_finding": values["finding"],
        "superior_found_on": values["found_on"],
        "superior_paper": values["paper"],
    }
    if all(getattr(step.sub_issue, name) == value for name, value in new.items()):
        raise Invalid(errors={"finding": [_("Just this finding is recorded already.")]})
    return step.write(new, note=values["note"])


def reopen_with(act: Act, sub_issue: SubIssue, who: tuple[str, str], reason: str) -> None:
    """What reopening an answer to a sub-issue does to it, within an act that holds its lock and was checked itself.

    Closed, it is reopened. Under review, its request goes back: what was signed told of an answer that is settled.
    """
    if sub_issue.status == SubIssueStatus.CLOSED:
        entry = Entry("reopen", new=_reopened(), reason=reason)
    elif (request := pending_request(sub_issue)) is not None:
        request.outcome, request.ended_on = Outcome.RETURNED, act.on
        request.save(update_fields=["outcome", "ended_on"])
        entry = Entry("return", new={"status": request.from_status}, reason=reason)
    else:
        return
    record(sub_issue, Chain(SubIssueHistory, sub_issue.pk), act, who, entry)


def _reopened() -> dict[str, Any]:
    return {"status": SubIssueStatus.RECTIFYING.value, "closed_on": None, "reopened": True}
