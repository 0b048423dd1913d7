"""Looking back (回头看): samples of closed measures, what was found, and the remarks that must be answered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from issues.models import Round
from issues.querysets import WithinRoundQuerySet

from ..querysets import OfMeasureQuerySet
from .measure import Measure


class LookBack(models.Model):
    """A random sample of closed measures, stratified by lead department.

    The seed and the list from which it was drawn stay, so that anybody can draw it again.

    Args:
        population: per department (by key) the ids of the measures that were closed on `drawn_on`, in order.
        size: how many measures were asked for.
        seed_given: whoever drew named the seed, in place of one made at random.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    drawn_on = models.DateField()
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_by_name = models.CharField(max_length=150)
    seed = models.CharField(max_length=64)
    seed_given = models.BooleanField(default=False)
    size = models.PositiveIntegerField()
    population = models.JSONField(default=dict)

    objects = WithinRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


class Finding(models.TextChoices):
    """What a second look at a closed measure found."""

    PENDING = "pending", _("To be checked")
    HOLDS = "holds", _("Holds")
    RELAPSED = "relapsed", _("Relapsed")


class LookBackItem(models.Model):
    """One measure of a sample, and what was found.

    Args:
        closed_on: the day on which it was closed when it was drawn.
        reopening: the act by which the office reopened the measure upon a relapse.
        declined_why: why the office leaves it closed all the same.
    """

    look_back = models.ForeignKey(LookBack, models.PROTECT, related_name="items")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="look_back_items")
    version = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField()
    closed_on = models.DateField()
    result = models.CharField(max_length=20, choices=Finding.choices, default=Finding.PENDING)
    note = models.TextField(blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    checked_by_name = models.CharField(max_length=150, blank=True)
    checked_on = models.DateField(null=True, blank=True)
    reopening = models.UUIDField(null=True, blank=True)
    reopened_on = models.DateField(null=True, blank=True)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    declined_by_name = models.CharField(max_length=150, blank=True)
    declined_on = models.DateField(null=True, blank=True)
    declined_why = models.TextField(blank=True)

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["look_back", "position"]
        constraints = [models.UniqueConstraint(fields=["look_back", "measure"], name="sampled_once")]

    def __str__(self) -> str:
        return f"{self.look_back}: {self.measure}"


class RemarkState(models.TextChoices):
    OPEN = "open", _("To be answered")
    ANSWERED = "answered", _("Answered")
    ACCEPTED = "accepted", _("Settled")


class Remark(models.Model):
    """What an auditor remarks on a measure (核查意见) and the department must answer.

    Args:
        sent_back_why: what the last answer still lacks; the answer itself stays beside it until the next one.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="remarks")
    item = models.ForeignKey(LookBackItem, models.PROTECT, null=True, blank=True, related_name="remarks")
    version = models.PositiveIntegerField(default=1)
    text = models.TextField()
    answer_due_on = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=150)
    made_on = models.DateField()
    state = models.CharField(max_length=20, choices=RemarkState.choices, default=RemarkState.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_by_name = models.CharField(max_length=150, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    sent_back_why = models.TextField(blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    settled_by_name = models.CharField(max_length=150, blank=True)
    settled_on = models.DateField(null=True, blank=True)

    objects = OfMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]
