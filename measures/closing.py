"""The way to closed (销号): asked with note and evidence, signed step by step, returned, recalled, reopened."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from issues.inputs import SignInput
from issues.services import reopen_with
from issues.states import Kind
from rectify.organization.signers import principal_in
from rectify.workflow.acts import Act
from rectify.workflow.digests import digest_of_content
from rectify.workflow.guards import ActInput, ReasonInput, invalid, validated
from rectify.workflow.refusals import Invalid, Stale
from rectify.workflow.signing import Given, Outcome, add_signature, require_signer, told_of

from .acting import MeasureStep
from .deadlines import require_none_pending
from .inputs import ClosureInput
from .look_back.reopening import reopened_upon
from .models import ClosureRequest, ClosureSignature, ClosureStep, Evidence, EvidenceKind, Measure, WantedEvidence
from .states import MeasureStatus


def what_is_missing(measure: Measure) -> list[str]:
    """What a request to close a measure still lacks, in words; empty where nothing does.

    Paper rectification is the known failure: text without evidence closes nothing.
    """
    kinds = set(measure.evidence.standing().values_list("kind", flat=True))
    lacking = missing_kinds(measure, kinds)
    if not kinds and not lacking:
        return [_("There is no evidence yet; add at least one file.")]
    return [_("Evidence of the kind “%(kind)s” is missing.") % {"kind": EvidenceKind(kind).label} for kind in lacking]


def missing_kinds(measure: Measure, kinds: Collection[str]) -> list[str]:
    """The kinds of evidence that the round wants for this kind of measure and that are not among the given ones."""
    wanted = WantedEvidence.objects.filter(round=measure.sub_issue.round_id, measure_kind=measure.kind)
    return [kind for kind in wanted.values_list("evidence_kind", flat=True) if kind not in kinds]


def standing_evidence(measure: Measure) -> list[dict[str, Any]]:
    """The evidence that counts now, as requests and signatures keep it."""
    return standing_evidence_of([measure.pk])[measure.pk]


def standing_evidence_of(measure_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The same of several measures: one statement."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in measure_ids}
    files = Evidence.objects.standing().filter(measure__in=found).order_by("pk").values_list("measure", "id", "sha256")
    for measure_id, pk, sha256 in files:
        found[measure_id].append({"id": pk, "sha256": sha256})
    return found


def digest_of(note: str, outcomes: Mapping[str, Any], evidence: list[dict[str, Any]]) -> str:
    """What a signature is bound to: whoever signs has seen just this."""
    return digest_of_content({"note": note, "outcomes": dict(outcomes), "evidence": evidence})


def seen_digest(measure: Measure, request: ClosureRequest | None) -> str:
    """The digest of what lies before the next signer now."""
    return digest_of(request.note, request.outcomes, standing_evidence(measure)) if request is not None else ""


def digest_on_paper(measure: Measure, request: ClosureRequest, signed_on: date) -> str:
    """What a signature on paper is bound to: what lay before its signer on the day that the paper bears.

    Raises:
        Invalid: a file that lay there then was withdrawn or replaced since, so that it has to be signed again.
    """
    seen = measure.evidence.filter(uploaded_on__lte=signed_on)
    gone = seen.filter(Q(withdrawn_on__gt=signed_on) | Q(replaced_by__uploaded_on__gt=signed_on)).first()
    if gone is not None:
        words = _("“%(title)s” was withdrawn or replaced after this was signed; it has to be signed again.")
        raise Invalid(errors={"signed_on": [words % {"title": gone.title}]})
    standing = seen.filter(withdrawn_on__isnull=True, replaced_by__isnull=True)
    return digest_of(request.note, request.outcomes, list(map(dict, standing.order_by("pk").values("id", "sha256"))))


def digest_now(measure: Measure, request: ClosureRequest) -> str | None:
    """The digest with which a request can be signed now; None where it is no longer under review."""
    return seen_digest(measure, request) if request.outcome == Outcome.PENDING else None


@transaction.atomic
def request_closure(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Asks to strike a measure off; `data`: version, note, outcomes. Evidence was added before."""
    step = MeasureStep("request_closure", act, measure_id, data)
    require_none_pending(step.measure)
    values = validated(ClosureInput, data)
    measure = step.measure
    if missing := what_is_missing(measure):
        raise invalid({"evidence": missing})
    evidence = standing_evidence(measure)
    digest = digest_of(values["note"], values["outcomes"], evidence)
    ClosureRequest.objects.create(
        measure=measure,
        asked_by=act.actor,
        asked_by_name=step.who[0],
        asked_on=act.on,
        asked_at=act.clock(),
        note=values["note"],
        outcomes=values["outcomes"],
        evidence=evidence,
        digest=digest,
        from_status=measure.status,
        chain=list(
            ClosureStep.objects.filter(round=step.sub_issue.round_id)
            .order_by("position")
            .values_list("signer", flat=True)
        ),
    )
    extra = {"note": values["note"], "outcomes": values["outcomes"], "evidence": {"files": evidence}, "digest": digest}
    step.write({"status": MeasureStatus.IN_REVIEW.value}, extra=extra)
    return measure


@transaction.atomic
def sign(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Signs the next step of the chain; the last signature closes. `data`: version, comment, digest."""
    step = MeasureStep("sign", act, measure_id, data)
    values = validated(SignInput, data)
    request = step.pending
    now = seen_digest(step.measure, request)
    if values["digest"] and values["digest"] != now:
        message = _("Evidence was added after you opened this. Please look at it before you sign.")
        raise Stale(message, current=step.measure)
    principal = principal_in(step.hand, require_signer(request, step.hand))
    return take_signature(step, Given(step.who, values["comment"], now, principal))


def take_signature(step: MeasureStep, given: Given) -> Measure:
    """Adds a signature to the request under review; the last one closes the measure."""
    if missing := what_is_missing(step.measure):
        raise invalid({"evidence": missing})
    request = step.pending
    signature = add_signature(request, step.act, given)
    facts = told_of(signature, len(request.chain))
    new: dict[str, Any] = {}
    if signature.position + 1 == len(request.chain):
        step.end_request(Outcome.PASSED)
        new = {"status": MeasureStatus.CLOSED.value, "closed_on": step.act.on}
        if step.measure.kind != Kind.LONG_TERM:
            new["progress"] = 100
    step.write(new, extra=facts)
    return step.measure


def evidence_changed(step: MeasureStep) -> dict[str, Any]:
    """Makes the signatures under review void once a file that one of them was bound to was withdrawn or replaced.

    The request stands again without signatures, in the place of the one that became void.

    Returns:
        What history should keep of it.
    """
    request = step.request
    if request is None:
        return {}
    signatures = list(request.signatures.all())
    evidence = standing_evidence(step.measure)
    if signatures and all(_still_bound(signature, request, evidence) for signature in signatures):
        return {}
    digest = digest_of(request.note, request.outcomes, evidence)
    if not signatures:
        request.evidence, request.digest = evidence, digest
        request.save(update_fields=["evidence", "digest"])
        return {"digest": digest}
    old = step.end_request(Outcome.VOIDED)
    kept = ("measure_id", "asked_by_id", "asked_by_name", "asked_on", "asked_at", "note", "outcomes", "from_status")
    ClosureRequest.objects.create(
        **{name: getattr(old, name) for name in kept}, chain=old.chain, evidence=evidence, digest=digest, follows=old
    )
    return {"digest": digest, "void": [signature.signer_name for signature in signatures]}


def _still_bound(signature: ClosureSignature, request: ClosureRequest, evidence: list[dict[str, Any]]) -> bool:
    """Whether all that its signer saw stands: the files, in their order, up to those that came afterwards."""
    seen = (digest_of(request.note, request.outcomes, evidence[:count]) for count in range(len(evidence) + 1))
    return signature.digest in seen


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
    new = {"status": MeasureStatus.IN_PROGRESS.value, "closed_on": None}
    step.write(new, reason=values["reason"], extra=reopened_upon(step))
    reopen_with(act, step.sub_issue, step.who, values["reason"])
    return step.measure
