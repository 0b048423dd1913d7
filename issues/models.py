"""The frame of a rectification: what the inspectors found, and into what it was split."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rectify.organization.models import Department, Leader, Organization
from rectify.workflow.history import HistoryRow, Tracked
from rectify.workflow.signing import Signature, SigningRequest, SigningStep

from .querysets import RoundQuerySet, SubIssueQuerySet, WithinRoundQuerySet
from .states import Kind, RoundStatus, SubIssueStatus


class Source(models.TextChoices):
    """What kind of check the round answers."""

    INSPECTION = "inspection", _("Inspection")
    PATROL = "patrol", _("Local inspection")
    SPECIAL = "special", _("Special check")
    AUDIT = "audit", _("Audit")
    EDUCATION = "education", _("Thematic education")


class Round(Tracked):
    """One inspection of one organisation and everything that follows from it (本次巡视整改).

    `declared` holds the totals that the papers name, `planned` those of the approved plan; both are maps from a name to
    a number that this room does not interpret.
    """

    TRACKED = (
        "title",
        "status",
        "feedback_on",
        "notice_on",
        "intensive_from",
        "intensive_until",
        "declared",
        "planned",
    )

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="rounds")
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.INSPECTION)
    session = models.CharField(max_length=200, blank=True)
    inspecting_team = models.CharField(max_length=200, blank=True)
    feedback_on = models.DateField(_("feedback day"))
    notice_on = models.DateField(_("notice day"), null=True, blank=True)
    intensive_from = models.DateField(null=True, blank=True)
    intensive_until = models.DateField(null=True, blank=True)
    declared = models.JSONField(default=dict, blank=True)
    planned = models.JSONField(default=dict, blank=True)
    plan_approved_on = models.DateField(null=True, blank=True)
    plan_meeting = models.CharField(max_length=200, blank=True)
    plan_number = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, choices=RoundStatus.choices, default=RoundStatus.DRAFT)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-feedback_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "title"], name="round_title_unique")]

    def __str__(self) -> str:
        return self.title


class Heading(models.Model):
    """An aspect (方面) of the feedback; headings nest."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="headings")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    number = models.CharField(max_length=20)
    title = models.TextField()
    position = models.PositiveIntegerField()

    objects = WithinRoundQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="heading_number_unique")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Finding(models.Model):
    """A finding (反馈问题) in the inspectors' own words; frozen once the feedback is entered."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="findings")
    heading = models.ForeignKey(Heading, models.PROTECT, related_name="findings")
    number = models.CharField(max_length=20)
    title = models.TextField()
    position = models.PositiveIntegerField()

    objects = WithinRoundQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="finding_number_unique")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class SpecialPlan(models.Model):
    """A plan of its own for a group of sub-issues (专项整治方案)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="special_plans")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)

    objects = WithinRoundQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="special_plan_key_unique")]

    def __str__(self) -> str:
        return self.title


class SubIssue(Tracked):
    """A sub-issue (条): the part of a finding that is answered for, accepted and closed as one."""

    TRACKED = (
        "number",
        "title",
        "kind",
        "status",
        "due_on",
        "disclosed",
        "responsible_leader",
        "lead_department",
        "reopened",
        "closed_on",
    )

    round = models.ForeignKey(Round, models.PROTECT, related_name="sub_issues")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="sub_issues")
    special_plan = models.ForeignKey(SpecialPlan, models.PROTECT, null=True, blank=True, related_name="sub_issues")
    number = models.CharField(max_length=20)
    position = models.PositiveIntegerField()
    title = models.TextField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=20, choices=SubIssueStatus.choices, default=SubIssueStatus.RECTIFYING)
    due_on = models.DateField(null=True, blank=True)
    due_assumed = models.BooleanField(default=False)
    disclosed = models.BooleanField(default=True)
    responsible_leader = models.ForeignKey(Leader, models.PROTECT, related_name="+")
    lead_department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    reopened = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)

    objects = SubIssueQuerySet.as_manager()

    class Meta:
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="sub_issue_number_unique"),
            models.CheckConstraint(
                name="sub_issue_closed_on_its_day",
                condition=Q(status="closed", closed_on__isnull=False)
                | (~Q(status="closed") & Q(closed_on__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "position"]),
            models.Index(fields=["responsible_leader"]),
            models.Index(fields=["lead_department"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_status_label(self) -> Any:
        """The state in words; a sub-issue that was closed before says so."""
        if self.reopened and self.status == SubIssueStatus.RECTIFYING:
            return _("Rectifying again")
        return SubIssueStatus(self.status).label


class RoundHistory(HistoryRow):
    """History of a round and of what stands above its sub-issues."""

    SUBJECT = CHAIN = "round"

    round = models.ForeignKey(Round, models.PROTECT, related_name="history")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "sequence"], name="round_history_sequence_unique")]


class SubIssueHistory(HistoryRow):
    """History of a sub-issue; each has a chain of its own."""

    SUBJECT = CHAIN = "sub_issue"

    sub_issue = models.ForeignKey(SubIssue, models.PROTECT, related_name="history")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sub_issue", "sequence"], name="sub_issue_history_sequence_unique")
        ]
        indexes = [models.Index(fields=["sub_issue", "happened_on", "place"])]


HISTORY_TABLES = (RoundHistory._meta.db_table, SubIssueHistory._meta.db_table)


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
