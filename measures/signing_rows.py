"""Requests for signatures as the API tells them: what was asked, who signed each step, whose turn it is."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from issues.models import AcceptanceRequest
from rectify.workflow.signing import Signature, SigningRequest

from .models import ClosureRequest


class SignedStepSerializer(serializers.Serializer):
    """One step of a chain, with its signature where there is one."""

    signer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    signed_by = serializers.CharField(allow_null=True)
    signed_on = serializers.DateField(allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    in_place_of = serializers.CharField(allow_blank=True)
    on_paper = serializers.BooleanField()
    digest = serializers.CharField(allow_blank=True)


class SigningRequestSerializer(serializers.Serializer):
    """A request for signatures: what was asked, and how far its chain has come."""

    id = serializers.IntegerField()
    asked_by_name = serializers.CharField()
    asked_on = serializers.DateField()
    note = serializers.CharField()
    outcome = serializers.CharField()
    ended_on = serializers.DateField(allow_null=True)
    digest = serializers.CharField(allow_blank=True)
    next_signer = serializers.CharField(allow_null=True)
    chain = SignedStepSerializer(many=True)


class ClosureRequestSerializer(SigningRequestSerializer):
    outcomes = serializers.DictField(child=serializers.CharField())
    evidence = serializers.ListField(child=serializers.DictField())
    digest_now = serializers.CharField(
        allow_null=True,
        help_text="what a signature would be bound to now, evidence that was added since included; null once decided",
    )


class AcceptanceRequestSerializer(SigningRequestSerializer):
    result = serializers.CharField()
    criteria = serializers.ListField(child=serializers.CharField())


def step_row(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step of a chain as the API tells it."""
    signature: Signature | None = step["signature"]
    row = {"signer": step["signer"], "label": str(step["label"]), "signed_by": None, "signed_on": None}
    if signature is None:
        return row | {"comment": "", "in_place_of": "", "on_paper": False, "digest": ""}
    return row | {
        "signed_by": signature.signer_name,
        "signed_on": signature.signed_on,
        "comment": signature.comment,
        "in_place_of": signature.acting_for_name,
        "on_paper": signature.registered_by_id is not None,
        "digest": signature.digest,
    }


def request_row(request: SigningRequest) -> dict[str, Any]:
    """A request for signatures as the API tells it."""
    names = ("id", "asked_by_name", "asked_on", "note", "outcome", "ended_on", "digest", "next_signer")
    return {name: getattr(request, name) for name in names} | {"chain": [step_row(step) for step in request.steps()]}


def closure_request_row(request: ClosureRequest, digest_now: str | None = None) -> dict[str, Any]:
    """A request for closure as the API tells it.

    Args:
        digest_now: what a signature would be bound to now, while it is under review.
    """
    own = {"outcomes": request.outcomes, "evidence": request.evidence, "digest_now": digest_now}
    return request_row(request) | own


def acceptance_request_row(request: AcceptanceRequest) -> dict[str, Any]:
    return request_row(request) | {"result": request.result, "criteria": request.criteria}
