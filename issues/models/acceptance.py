"""Accepting sub-issues: papers, criteria, meetings, the chain, requests and their signatures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rectify.workflow.signing import Signature, SigningRequest, SigningStep

from ..querysets import WithinRoundQuerySet
from ..states import SubIssueStatus
from .frame import Round, SubIssue


class Paper(models.Model):
    """A scan on which signatures were given by hand (线下签批): a signed sheet, or the minutes of a meeting.

    One paper can carry many signatures. The file is immutable and named by its SHA-256.

    Args:
        signed_on: the day that the paper bears.
        participants: who took part, one line each, where it is a meeting's record.
    """

    class PaperKind(models.TextChoices):
        SHEET = "sheet", _("Signed sheet")
        MINUTES = "minutes", _("Minutes of a meeting")

    round = models.ForeignKey(Round, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=PaperKind.choices, default=PaperKind.SHEET)
    title = models.CharField(max_length=200)
    signed_on = models.DateField()
    participants = models.TextField(blank=True)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    registered_by_name = models.CharField(max_length=150)
    registered_on = models.DateField()
    registered_at = models.DateTimeField()

    objects = WithinRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


class AcceptanceCriterion(models.Model):
    """What must be true of a sub-issue before a round accepts it (验收标准)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="acceptance_criteria")
    key = models.SlugField(max_length=40)
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="acceptance_criterion_unique")]

    def __str__(self) -> str:
        return self.title


class AcceptanceMeeting(models.Model):
    """A sitting in which many sub-issues are accepted (验收会), with one record for all of them."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="acceptance_meetings")
    title = models.CharField(max_length=200)
    held_on = models.DateField()
    place = models.CharField(max_length=200, blank=True)
    chair = models.CharField(max_length=200)
    participants = models.JSONField(default=list)
    guests = models.TextField(blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    objects = WithinRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return self.title


class AcceptanceStep(SigningStep):
    """One step of a round's chain for accepting sub-issues."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="acceptance_steps")

    class Meta(SigningStep.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["round", "position"], name="acceptance_step_unique")]


class AcceptanceRequest(SigningRequest):
    """A request to accept a sub-issue as closed, or as sustained."""

    sub_issue = models.ForeignKey(SubIssue, models.PROTECT, related_name="acceptance_requests")
    result = models.CharField(
        max_length=20,
        choices=[(status.value, status.label) for status in (SubIssueStatus.CLOSED, SubIssueStatus.SUSTAINED)],
        default=SubIssueStatus.CLOSED,
    )
    criteria = models.JSONField(default=list, blank=True, help_text="Keys of the criteria that the request affirms.")

    class Meta(SigningRequest.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["sub_issue"], condition=Q(outcome="pending"), name="one_pending_acceptance_request"
            )
        ]


class AcceptanceSignature(Signature):
    request = models.ForeignKey(AcceptanceRequest, models.PROTECT, related_name="signatures")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")
    meeting = models.ForeignKey(AcceptanceMeeting, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Signature.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="acceptance_step_signed_once"),
            models.UniqueConstraint(fields=["request", "signer"], name="nobody_accepts_twice"),
        ]


class AcceptanceMeetingItem(models.Model):
    """What a meeting decided on one sub-issue: agreed, or returned with an opinion."""

    meeting = models.ForeignKey(AcceptanceMeeting, models.PROTECT, related_name="items")
    sub_issue = models.ForeignKey(SubIssue, models.PROTECT, related_name="+")
    request = models.ForeignKey(AcceptanceRequest, models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    opinion = models.TextField(blank=True)
    criteria = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=20, choices=SubIssueStatus.choices)

    class Meta:
        ordering = ["sub_issue__position"]
        constraints = [models.UniqueConstraint(fields=["meeting", "sub_issue"], name="decided_once_in_a_meeting")]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.sub_issue}"
