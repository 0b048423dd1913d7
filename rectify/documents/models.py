"""The tables of documents: weekly briefs, what was issued of them, and the office's own template for them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from issues.models import Round
from rectify.dispatch.models import Dispatch
from rectify.organization.models import Organization, Role, RoleAssignment

from .states import BriefStatus

# What the office types; all the rest of a brief is locked.
TYPED = ("overview", "difficulties", "matters", "next_week")


class BriefQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "BriefQuerySet":
        """Issued ones of rounds that a person may read on a day; drafts for the round's own office alone."""
        readable = self.filter(
            dispatch__round__organization__in=Organization.objects.readable_by(user, on).values("pk")
        )
        offices = RoleAssignment.objects.active(on).filter(user=user, role=Role.OFFICE).values("organization")
        return readable.filter(Q(status=BriefStatus.ISSUED) | Q(dispatch__round__organization__in=offices))

    def for_display(self) -> "BriefQuerySet":
        return self.select_related("dispatch__round__organization", "issued")


class WeeklyBrief(models.Model):
    """One edition of a frozen week's brief (周报).

    Args:
        edition: 1 for the first; a correction after issue is the next one.
        reason: why there is this edition; empty for the first.
        figures: counted once, when it was drawn up; see `brief_figures`.
        digest: the week's (校验码).
        overview, difficulties, matters, next_week: what the office types.
    """

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=BriefStatus.choices, default=BriefStatus.DRAFT)
    reason = models.TextField(blank=True)
    figures = models.JSONField()
    digest = models.CharField(max_length=64)
    overview = models.TextField(blank=True)
    difficulties = models.TextField(blank=True)
    matters = models.TextField(blank=True)
    next_week = models.TextField(blank=True)
    drawn_up_at = models.DateTimeField()
    drawn_up_by_name = models.CharField(max_length=150)

    objects = BriefQuerySet.as_manager()

    class Meta:
        ordering = ["-dispatch__monday", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "edition"], name="one_brief_an_edition"),
            models.UniqueConstraint(fields=["dispatch"], condition=Q(status="draft"), name="one_draft_of_a_brief"),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch} {self.edition}"

    @property
    def is_draft(self) -> bool:
        return self.status == BriefStatus.DRAFT

    @property
    def typed(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TYPED}


class IssuedBrief(models.Model):
    """What was issued: the words as they were read, and the file as it was sent. Never changed: triggers see to it.

    The file itself is kept, not the means to make it again: another version of a library or of a template would make
    another file, and the one that went to the leaders has to be the one that is downloaded years later.

    Args:
        content: the parts of the document in their order, as `layout.compose` gives them.
        sha256: of the file, under which it is stored.
        template_sha256: of the office's own template; empty where the built-in layout was used.
    """

    brief = models.OneToOneField(WeeklyBrief, models.PROTECT, related_name="issued", primary_key=True)
    content = models.JSONField()
    filename = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    template_sha256 = models.CharField(max_length=64, blank=True)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_by_name = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"{self.brief} {self.sha256[:8]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class BriefTemplate(models.Model):
    """The office's own .docx template for the briefs of a round. Which one an issued brief used stands with that."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="+", primary_key=True)
    filename = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by_name = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"{self.round}: {self.filename}"


ISSUED_TABLES = (IssuedBrief._meta.db_table,)
