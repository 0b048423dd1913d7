"""A week of a round, what each open measure owes in it, and what stood there when it was frozen."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from issues.models import Round
from measures.models import Measure, MeasureHistory
from rectify.organization.models import Department

from ..querysets import DispatchQuerySet, LineQuerySet
from ..states import LineState
from ..weeks import Week


class Dispatch(models.Model):
    """One week's dispatch (周调度) of a round. A week without working days stands as skipped, with its reason.

    Args:
        cutoff_told_at, missed_told_at: when those were told who still owed something before and after the cut-off.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    week = models.PositiveSmallIntegerField()
    monday = models.DateField()
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cutoff_at = models.DateTimeField()
    freezes_at = models.DateTimeField()
    confirms = models.BooleanField(default=True)
    skipped = models.CharField(max_length=200, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    cutoff_told_at = models.DateTimeField(null=True, blank=True)
    missed_told_at = models.DateTimeField(null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-week"]
        constraints = [models.UniqueConstraint(fields=["round", "year", "week"], name="one_dispatch_a_week")]

    def __str__(self) -> str:
        return f"{self.round} {self.iso_week}"

    @property
    def iso_week(self) -> Week:
        return Week(self.year, self.week)

    @property
    def is_open(self) -> bool:
        return self.frozen_at is None and not self.skipped


class Line(models.Model):
    """What one measure owes in one week. The report itself stands in the measure's history; see `LineQuerySet`.

    Args:
        department: the lead department when the week opened; it alone sets progress.
        exempt: nothing was owed when the week opened, and why (本周免报).
        stage: it was moved to long term before; how its stage goes is what is reported.
        draft: what was typed and not sent yet: progress, done, next_step, difficulty.
        same: how many weeks in a row the report was sent 'as last week', this one included.
        confirmed, returned, recalled: the report that was confirmed by the head, sent back, or taken back.
    """

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="lines")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    exempt = models.CharField(max_length=20, blank=True)
    stage = models.BooleanField(default=False)
    draft = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    drafted_at = models.DateTimeField(null=True, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    same = models.PositiveSmallIntegerField(default=0)
    confirmed = models.ForeignKey(MeasureHistory, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_by_name = models.CharField(max_length=150, blank=True)
    returned = models.ForeignKey(MeasureHistory, models.PROTECT, null=True, blank=True, related_name="+")
    returned_by_name = models.CharField(max_length=150, blank=True)
    return_reason = models.TextField(blank=True)
    recalled = models.ForeignKey(MeasureHistory, models.PROTECT, null=True, blank=True, related_name="+")

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["dispatch", "measure__position"]
        constraints = [models.UniqueConstraint(fields=["dispatch", "measure"], name="one_line_a_measure_and_week")]
        indexes = [models.Index(fields=["department", "dispatch"]), models.Index(fields=["measure"])]

    def __str__(self) -> str:
        return f"{self.dispatch}: {self.measure}"


class Contribution(models.Model):
    """What a responsible department added to a line when it was asked to.

    `text` is empty until it answers.
    """

    line = models.ForeignKey(Line, models.PROTECT, related_name="contributions")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    question = models.TextField(blank=True)
    text = models.TextField(blank=True)
    by_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line", "department"], name="one_contribution_a_department")]

    def __str__(self) -> str:
        return f"{self.line} {self.department}"


class FrozenLine(models.Model):
    """A line as it stood when its week was frozen (定稿). Rows are never changed: triggers see to it."""

    line = models.OneToOneField(Line, models.PROTECT, related_name="frozen", primary_key=True)
    state = models.CharField(max_length=20, choices=LineState.choices)
    department_name = models.CharField(max_length=200)
    number = models.CharField(max_length=20)
    content = models.TextField()
    status = models.CharField(max_length=20)
    progress = models.PositiveSmallIntegerField(null=True)
    progress_before = models.PositiveSmallIntegerField(null=True)
    done = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    difficulty = models.TextField(blank=True)
    due_on = models.DateField(null=True)
    overdue = models.BooleanField(default=False)
    reported_at = models.DateTimeField(null=True)
    reported_by_name = models.CharField(max_length=150, blank=True)
    confirmed_by_name = models.CharField(max_length=150, blank=True)
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.line}: {self.state}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
