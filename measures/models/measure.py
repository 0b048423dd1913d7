"""Measures, their history, and the results of the checks over all of it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models import SubIssue
from issues.states import Kind
from rectify.organization.models import Department, Leader
from rectify.workflow.history import HistoryRow, Tracked

from ..querysets import MeasureQuerySet
from ..states import DONE, SETTLED, MeasureStatus


class Measure(Tracked):
    """A measure (整改措施): what is done about a sub-issue, by whom and until when.

    `work_done`, `next_step`, `difficulty` and `reported_on` are the newest report's; `progress` is in percent, and None
    for long-term measures, which have a stage goal and a review day instead.
    """

    TRACKED = (
        "number",
        "content",
        "kind",
        "status",
        "progress",
        "due_on",
        "original_due_on",
        "closed_on",
        "responsible_leader",
        "lead_department",
        "responsible_departments",
        "stage_goal",
        "review_on",
        "work_done",
        "next_step",
        "difficulty",
        "reported_on",
    )

    sub_issue = models.ForeignKey(SubIssue, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    position = models.PositiveIntegerField()
    content = models.TextField(_("content"))
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=20, choices=MeasureStatus.choices, default=MeasureStatus.NOT_STARTED)
    progress = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    original_due_on = models.DateField(null=True, blank=True)
    due_assumed = models.BooleanField(default=False)
    started_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    responsible_leader = models.ForeignKey(Leader, models.PROTECT, related_name="+")
    lead_department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    responsible_departments = models.ManyToManyField(Department, related_name="+", blank=True)
    document = models.CharField(_("institutional document"), max_length=200, blank=True)
    stage_goal = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True)
    work_done = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    difficulty = models.TextField(blank=True)
    reported_on = models.DateField(null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sub_issue", "number"], name="measure_number_unique"),
            models.CheckConstraint(
                name="measure_progress_is_percent", condition=Q(progress__isnull=True) | Q(progress__lte=100)
            ),
            models.CheckConstraint(
                name="measure_closed_on_its_day",
                condition=Q(status="closed", closed_on__isnull=False)
                | (~Q(status="closed") & Q(closed_on__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["lead_department", "status", "due_on"]),
            models.Index(fields=["responsible_leader", "status", "due_on"]),
            models.Index(fields=["due_on", "id"]),
            models.Index(fields=["sub_issue", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.content}"

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED

    def is_overdue(self, on: date) -> bool:
        return not self.is_settled and self.due_on is not None and self.due_on < on


class MeasureHistory(HistoryRow):
    """History of measures; the rows of one sub-issue's measures make one chain."""

    SUBJECT, CHAIN = "measure", "sub_issue"

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="history")
    sub_issue = models.ForeignKey(SubIssue, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sub_issue", "sequence"], name="measure_history_sequence_unique")
        ]
        indexes = [
            models.Index(fields=["measure", "happened_on", "place"]),
            models.Index(fields=["actor", "recorded_at"]),
        ]


class HistoryCheck(models.Model):
    """The result of one check of the whole history: when it was last proved, and with what result."""

    checked_at = models.DateTimeField()
    rows = models.PositiveBigIntegerField()
    flaws = models.PositiveIntegerField()

    class Meta:
        ordering = ["-checked_at"]
        get_latest_by = "checked_at"

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}: {self.rows} rows, {self.flaws} flaws"


HISTORY_TABLES = (MeasureHistory._meta.db_table,)
