"""The way to closed (销号): asked with note and evidence, signed step by step, returned, recalled, reopened."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues.inputs import SignInput
from issues.services import reopen_with
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, ReasonInput, invalid, validated
from rectify.workflow.refusals import WrongState
from rectify.workflow.signing import Outcome, require_signer

from .acting import MeasureStep
from .inputs import ClosureInput
from .models import ClosureRequest, ClosureSignature, ClosureStep, Measure
from .states import MeasureStatus


def what_is_missing(measure: Measure) -> list[str]:
    """What a request to close a measure still lacks, in words; empty where nothing does."""
    # Paper rectification is the known failure: text without evidence closes nothing.
    return [] if measure.evidence.exists() else [_("There is no evidence yet; add at least one file.")]


@transaction.atomic
def request_closure(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Asks to strike a measure off; `data`: version, note, outcomes. Evidence was added before."""
    step = MeasureStep("request_closure", act, measure_id, data)
    values = validated(ClosureInput, data)
    measure = step.measure
    if missing := what_is_missing(measure):
        raise invalid({"evidence": missing})
    evidence = list(measure.evidence.values("id", "sha256"))
    ClosureRequest.objects.create(
        measure=measure,
        asked_by=act.actor,
        asked_by_name=step.who[0],
        asked_on=act.on,
        asked_at=act.clock(),
        note=values["note"],
        outcomes=values["outcomes"],
        from_status=measure.status,
        chain=list(
            ClosureStep.objects.filter(round=step.sub_issue.round_id)
            .order_by("position")
            .values_list("signer", flat=True)
        ),
    )
    extra = {"note": values["note"], "outcomes": values["outcomes"], "evidence": {"files": evidence}}
    step.write({"status": MeasureStatus.IN_REVIEW.value}, extra=extra)
    return measure


@transaction.atomic
def sign(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Signs the next step of the chain; the last signature closes. `data`: version, comment."""
    step = MeasureStep("sign", act, measure_id, data)
    values = validated(SignInput, data)
    request = step.request
    if request is None:
        raise WrongState(_("There is no request under review."), current=step.measure)
    signed_as = require_signer(request, step.parties, act.actor.pk)
    name, department = step.who
    position = len(request.signer_ids())
    ClosureSignature.objects.create(
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
    extra = {"step": position + 1, "of": len(request.chain), "signed_as": signed_as, "comment": values["comment"]}
    new: dict[str, Any] = {}
    if position + 1 == len(request.chain):
        step.end_request(Outcome.PASSED)
        new = {"status": MeasureStatus.CLOSED.value, "closed_on": act.on}
    step.write(new, extra=extra)
    return step.measure


@transaction.atomic
def return_for_rework(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Sends a request back with what to redo; `data`: version, reason."""
    step = MeasureStep("return", act, measure_id, data)
    values = validated(ReasonInput, data)
    step.end_request(Outcome.RETURNED)
    step.write({"status": MeasureStatus.IN_PROGRESS.value}, reason=values["reason"])
    return step.measure


@transaction.atomic
def recall(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Takes one's own request back before anybody signed; the measure stands where it stood. `data`: version."""
    step = MeasureStep("recall", act, measure_id, data)
    validated(ActInput, data)
    request = step.end_request(Outcome.RECALLED)
    step.write({"status": request.from_status})
    return step.measure


@transaction.atomic
def reopen(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Opens a closed measure again, and with it its closed sub-issue; `data`: version, reason."""
    step = MeasureStep("reopen", act, measure_id, data)
    values = validated(ReasonInput, data)
    step.write({"status": MeasureStatus.IN_PROGRESS.value, "closed_on": None}, reason=values["reason"])
    reopen_with(act, step.sub_issue, step.who, values["reason"])
    return step.measure
