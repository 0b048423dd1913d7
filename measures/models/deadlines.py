"""Requests that change until when a measure runs: extension (延期) and moving to long-term (转长期坚持)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models import Paper, Round
from rectify.workflow.signing import Signature, SigningRequest, SigningStep

from ..querysets import OfMeasureQuerySet
from .measure import Measure


class DeadlineChange(models.TextChoices):
    """What is decided, each by a chain of its own."""

    EXTENSION = "extension", _("Extension")
    LATE_EXTENSION = "late_extension", _("Extension beyond the intensive period")
    LONG_TERM = "long_term", _("Moving to long term")


class DeadlineStep(SigningStep):
    """One step of a round's chain for one kind of change."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    change = models.CharField(max_length=20, choices=DeadlineChange.choices)

    class Meta(SigningStep.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["round", "change", "position"], name="deadline_step_unique")]


class Extension(SigningRequest):
    """A request for a later deadline; `note` is the reason.

    Args:
        due_on: the deadline asked for; old_due_on: the one in force when it was asked for.
        overdue: it was asked for after the deadline had passed (逾期补办), and stays counted as such.
        beyond_intensive: it reaches beyond the intensive period, so the leading group decides.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="extensions")
    version = models.PositiveIntegerField(default=1)
    due_on = models.DateField()
    old_due_on = models.DateField()
    overdue = models.BooleanField(default=False)
    beyond_intensive = models.BooleanField(default=False)

    objects = OfMeasureQuerySet.as_manager()

    class Meta(SigningRequest.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["measure"], condition=Q(outcome="pending"), name="one_pending_extension")
        ]


class ExtensionSignature(Signature):
    request = models.ForeignKey(Extension, models.PROTECT, related_name="signatures")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Signature.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="extension_step_signed_once"),
            models.UniqueConstraint(fields=["request", "signer"], name="nobody_signs_an_extension_twice"),
        ]


class LongTermRequest(SigningRequest):
    """A request to move a measure to long term; `note` is the reason.

    Args:
        stage_goal: what is to be reached until `review_on`; final_on: the day on which it ends, where one is known.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="long_term_requests")
    version = models.PositiveIntegerField(default=1)
    stage_goal = models.TextField()
    review_on = models.DateField()
    final_on = models.DateField(null=True, blank=True)

    objects = OfMeasureQuerySet.as_manager()

    class Meta(SigningRequest.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(outcome="pending"), name="one_pending_long_term_request"
            )
        ]


class LongTermSignature(Signature):
    request = models.ForeignKey(LongTermRequest, models.PROTECT, related_name="signatures")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Signature.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="long_term_step_signed_once"),
            models.UniqueConstraint(fields=["request", "signer"], name="nobody_signs_a_long_term_request_twice"),
        ]
