"""Deciding on an extension or on moving to long term: signing, returning, recalling.

The last signature changes the measure: its deadline moves, or it is settled until its next review. Every act stands in
the history of the measure; its version goes up only where its own fields change.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues.inputs import SignInput
from issues.states import UNDER_WAY
from rectify.organization.posts import Posts
from rectify.organization.signers import hand_of, parties_with_turn, principal_in, require_turn_of
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, ReasonInput, check, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound, Stale, WrongState
from rectify.workflow.signing import Given, Outcome, add_signature, require_signer, told_of

from .acting import locked_measure
from .models import Extension, LongTermRequest, MeasureHistory
from .parties import concern_of
from .requests import EXTENSION, LONG_TERM, RequestKind
from .states import DEADLINE_TRANSITIONS, MEASURE_TRANSITIONS, MeasureStatus

Request = Extension | LongTermRequest


class RequestStep:
    """An act on one of these requests under the lock of its measure, past every check but that of its input."""

    def __init__(self, name: str, kind: RequestKind, act: Act, request_id: int, data: Mapping[str, Any]) -> None:
        self.kind, self.act = kind, act
        self.posts = Posts.of(act.actor, act.on)
        measure_id = kind.requests.objects.filter(pk=request_id).values_list("measure", flat=True).first()
        if measure_id is None:
            raise NotFound()
        self.measure, sub_issue = locked_measure(self.posts, measure_id)
        # Read under the lock: what was signed while this act waited counts.
        self.request: Request = kind.requests.objects.prefetch_related("signatures").get(pk=request_id)
        self.request.measure = self.measure
        self.concern = concern_of(self.measure)
        self.hand = hand_of(self.posts, self.concern)
        pending = self.request if self.request.outcome == Outcome.PENDING else None
        require_turn_of(name, pending, self.posts, self.concern, act.on, self.request)
        parties = parties_with_turn(self.posts, self.concern, self.request)
        check(DEADLINE_TRANSITIONS, name, self.request, self.request.outcome, parties, data)
        if sub_issue.round.status not in UNDER_WAY:
            raise WrongState(_("The round is not under way; its measures cannot be changed."), current=self.request)

    @property
    def who(self) -> tuple[str, str]:
        return self.posts.who(self.concern, self.measure.lead_department)

    def save(self, outcome: Outcome = Outcome.PENDING) -> None:
        """Brings the request to its next version, and to its end unless it is pending still."""
        request = self.request
        request.version += 1
        if outcome != Outcome.PENDING:
            request.outcome, request.ended_on = outcome, self.act.on
        request.save(update_fields=["version", "outcome", "ended_on"])

    def write(self, action: str, new: Mapping[str, Any], reason: str = "", **facts: Any) -> None:
        """Writes the act into the measure's history, and what it changes into the measure."""
        entry = Entry(action, new=new, reason=reason, extra={self.kind.key: self.request.pk, **facts})
        chain = Chain(MeasureHistory, self.measure.sub_issue_id)
        # A deadline that was approved is no longer assumed.
        also = {"due_assumed": False} if "due_on" in new else None
        record(self.measure, chain, self.act, self.who, entry, new_version=bool(new), also=also)


def _sign(kind: RequestKind, act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    step = RequestStep("sign", kind, act, request_id, data)
    values = validated(SignInput, data)
    if values["digest"] not in ("", step.request.digest):
        raise Stale(_("This is not the request that you have seen."), current=step.request)
    principal = principal_in(step.hand, require_signer(step.request, step.hand))
    return take_signature(step, Given(step.who, values["comment"], step.request.digest, principal))


def take_signature(step: RequestStep, given: Given) -> Request:
    """Adds a signature to the request under review; the last one grants it. Raises WrongState."""
    request, kind = step.request, step.kind
    MEASURE_TRANSITIONS.require_state(kind.asks, step.measure.status, current=request)
    signature = add_signature(request, step.act, given)
    facts = told_of(signature, len(request.chain))
    if signature.position + 1 < len(request.chain):
        step.save()
        step.write(kind.act("sign" if given.paper is None else "register_signature"), {}, **facts)
    else:
        step.save(Outcome.PASSED)
        step.write(kind.granted, _granted(request), **facts)
    return request


def _granted(request: Request) -> dict[str, Any]:
    """What a measure becomes when its request is granted."""
    if isinstance(request, Extension):
        return {"due_on": request.due_on}
    return {
        "status": MeasureStatus.SUSTAINED.value,
        "stage_goal": request.stage_goal,
        "review_on": request.review_on,
        "due_on": request.final_on,
    }


def _return(kind: RequestKind, act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    step = RequestStep("return", kind, act, request_id, data)
    values = validated(ReasonInput, data)
    step.save(Outcome.RETURNED)
    step.write(kind.act("return"), {}, values["reason"])
    return step.request


def _recall(kind: RequestKind, act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    step = RequestStep("recall", kind, act, request_id, data)
    validated(ActInput, data)
    step.save(Outcome.RECALLED)
    step.write(kind.act("recall"), {})
    return step.request


@transaction.atomic
def sign_extension(act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    """Signs the next step of an extension; the last signature moves the deadline. `data`: version, comment, digest."""
    return _sign(EXTENSION, act, request_id, data)


@transaction.atomic
def return_extension(act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    """Sends an extension back; the deadline stays. `data`: version, reason."""
    return _return(EXTENSION, act, request_id, data)


@transaction.atomic
def recall_extension(act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    """Takes one's own extension back before anybody signed. `data`: version."""
    return _recall(EXTENSION, act, request_id, data)


@transaction.atomic
def sign_long_term(act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    """Signs the next step of moving to long term; the last one settles it. `data`: version, comment, digest."""
    return _sign(LONG_TERM, act, request_id, data)


@transaction.atomic
def return_long_term(act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    """Sends a request to move to long term back. `data`: version, reason."""
    return _return(LONG_TERM, act, request_id, data)


@transaction.atomic
def recall_long_term(act: Act, request_id: int, data: Mapping[str, Any]) -> Request:
    """Takes one's own request to move to long term back before anybody signed. `data`: version."""
    return _recall(LONG_TERM, act, request_id, data)
