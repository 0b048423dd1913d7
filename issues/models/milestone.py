"""What a round has to reach, and by when."""

from django.db import models

from rectify.organization.models import Department

from ..querysets import MilestoneQuerySet
from ..states import MilestoneState
from .frame import Round


class Milestone(models.Model):
    """A day in a round's course by which something has to be reached (节点); its history stands in the round's chain.

    Args:
        department: the one that has to reach it; the whole round where it is empty.
        met_on: the day on which it was reached.
        dropped, drop_reason: it no longer counts, and why; the row stays.
        position: the order among those of one day.
        changed_at: when it was last changed.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    met_on = models.DateField(null=True, blank=True)
    dropped = models.BooleanField(default=False)
    drop_reason = models.TextField(blank=True)
    position = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "position"]
        indexes = [models.Index(fields=["round", "due_on"])]

    def __str__(self) -> str:
        return f"{self.due_on} {self.title}"

    @property
    def state(self) -> MilestoneState:
        if self.dropped:
            return MilestoneState.DROPPED
        return MilestoneState.AHEAD if self.met_on is None else MilestoneState.MET
