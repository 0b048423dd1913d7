"""The evidence against which measures are closed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import EvidenceQuerySet
from .measure import Measure


class EvidenceKind(models.TextChoices):
    """What a piece of evidence is."""

    DOCUMENT = "document", _("Document")
    MINUTES = "minutes", _("Minutes")
    PHOTO = "photo", _("Photo")
    LEDGER = "ledger", _("Ledger or list")
    NOTE = "note", _("Explanation")
    OTHER = "other", _("Other")


class EvidenceMark(models.TextChoices):
    """The marks of files that an installation may be set to take."""

    INTERNAL = "internal", _("Internal")
    WORK_SECRET = "work_secret", _("Work secret")


class Evidence(models.Model):
    """A file that proves something about a measure (佐证材料). The file is immutable and named by its SHA-256.

    A new version is a row of its own that `replaces` the one before; what is withdrawn stays, with a reason. Neither
    counts any more: see `standing()`.

    Args:
        dated_on: the day that the document itself bears.
        mark: what the document is marked as (内部, 工作秘密), where the installation takes such files.
        answers: the remark to whose answer it belongs; such a file may come after the measure was closed.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices)
    title = models.CharField(max_length=200)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    dated_on = models.DateField(null=True, blank=True)
    mark = models.CharField(max_length=20, choices=EvidenceMark.choices, blank=True)
    answers = models.ForeignKey("measures.Remark", models.PROTECT, null=True, blank=True, related_name="files")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_by_name = models.CharField(max_length=150)
    uploaded_on = models.DateField()
    uploaded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_by_name = models.CharField(max_length=150, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> bool:
        """Whether it counts: the same as `EvidenceQuerySet.standing`, for a row with `replaced_by` at hand."""
        return self.withdrawn_on is None and getattr(self, "replaced_by", None) is None
