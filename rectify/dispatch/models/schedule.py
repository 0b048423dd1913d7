"""A round's schedule: when its weeks open and are cut off, and who has to confirm."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models import Round

from ..weeks import Rhythm


class LongItems(models.TextChoices):
    """How often long-term and sustained items report once the intensive period is over."""

    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("In the first week of a month")
    QUARTERLY = "quarterly", _("In the first week of a quarter")


class Schedule(models.Model):
    """How a round's weekly dispatch runs. Its defaults are the field's custom: Monday to Friday noon.

    Args:
        grace_hours: from the cut-off until the week freezes by itself; late reports are taken as long.
        runs_from, runs_until: no week opens by itself outside; open ended where empty.
        paused: no week opens by itself for now.
        confirms: the department's head confirms what its liaison reports.
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="+", primary_key=True)
    opens_weekday = models.PositiveSmallIntegerField(default=1)
    opens_time = models.TimeField(default=time(8, 30))
    cutoff_weekday = models.PositiveSmallIntegerField(default=5)
    cutoff_time = models.TimeField(default=time(12))
    grace_hours = models.PositiveSmallIntegerField(default=6)
    runs_from = models.DateField(null=True, blank=True)
    runs_until = models.DateField(null=True, blank=True)
    paused = models.BooleanField(default=False)
    confirms = models.BooleanField(default=True)
    long_items = models.CharField(max_length=10, choices=LongItems.choices, default=LongItems.QUARTERLY)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schedule_weekdays",
                condition=Q(opens_weekday__range=(1, 7), cutoff_weekday__range=(1, 7)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.opens_weekday} {self.opens_time} - {self.cutoff_weekday} {self.cutoff_time}"

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.opens_weekday, self.opens_time, self.cutoff_weekday, self.cutoff_time, self.grace_hours)
