"""Closing a measure (销号): the round's chain and rules, the requests, the signatures."""

from django.db import models
from django.db.models import Q

from issues.models import Paper, Round
from issues.states import Kind
from rectify.workflow.signing import Signature, SigningRequest, SigningStep

from .evidence import EvidenceKind
from .measure import Measure


class ClosureStep(SigningStep):
    """One step of a round's chain for closing measures."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")

    class Meta(SigningStep.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["round", "position"], name="closure_step_unique")]


class ClosureRequest(SigningRequest):
    """A request to strike a measure off (销号).

    Args:
        evidence: what stood beside the request when it was made: a list of {id, sha256}; what came later is told apart.
        follows: the request that became void when its evidence changed, in whose place this one stands.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="closure_requests")
    outcomes = models.JSONField(default=dict, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")

    class Meta(SigningRequest.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(outcome="pending"), name="one_pending_closure_request"
            )
        ]


class ClosureSignature(Signature):
    request = models.ForeignKey(ClosureRequest, models.PROTECT, related_name="signatures")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Signature.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="closure_step_signed_once"),
            models.UniqueConstraint(fields=["request", "signer"], name="nobody_signs_a_closure_twice"),
        ]


class ClosingRules(models.Model):
    """What a round asks for when measures are closed; copied from the defaults when the round is made.

    Args:
        return_reasons: the stock reasons for returning a request, one text each.
        answer_within_days: how long a department has to answer a remark.
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="+")
    return_reasons = models.JSONField(default=list)
    answer_within_days = models.PositiveSmallIntegerField(default=15)

    def __str__(self) -> str:
        return f"{self.round}"


class WantedEvidence(models.Model):
    """A kind of evidence without which a round closes no measure of a kind."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    measure_kind = models.CharField(max_length=20, choices=Kind.choices)
    evidence_kind = models.CharField(max_length=20, choices=EvidenceKind.choices)

    class Meta:
        ordering = ["measure_kind", "evidence_kind"]
        constraints = [
            models.UniqueConstraint(fields=["round", "measure_kind", "evidence_kind"], name="wanted_evidence_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_kind_display()}: {self.get_evidence_kind_display()}"
