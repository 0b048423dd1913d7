"""The frame of a rectification: what the inspectors found, and into what it was split."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rectify.organization.models import Department, Leader, Organization
from rectify.workflow.history import HistoryRow, Tracked

from ..querysets import RoundQuerySet, SubIssueQuerySet, WithinRoundQuerySet
from ..states import Kind, RoundStatus, SubIssueStatus, SuperiorFinding


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
    """A sub-issue (条): the part of a finding that is answered for, accepted and closed as one.

    `superior_finding` is the superior's word on it (上级认定), empty while there is none, with its day and its paper's
    number; it stands beside the organisation's own `status`.
    """

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
        "superior_finding",
        "superior_found_on",
        "superior_paper",
    )
    ADDED = ("superior_finding", "superior_found_on", "superior_paper")

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
    superior_finding = models.CharField(max_length=20, choices=SuperiorFinding.choices, blank=True, default="")
    superior_found_on = models.DateField(null=True, blank=True)
    superior_paper = models.CharField(max_length=100, blank=True, default="")

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
