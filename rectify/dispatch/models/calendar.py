"""Working days: the State Council's yearly calendar as a table that an administrator may correct."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a make-up working day (调休).

    A day that somebody set back to what its weekday says keeps its row, so that seeding again leaves it alone.

    `year` is the calendar to which it belongs, so that a year without any is known to be missing.
    """

    day = models.DateField(primary_key=True)
    year = models.PositiveSmallIntegerField(db_index=True)
    working = models.BooleanField()
    name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class CalendarAct(models.TextChoices):
    """How the calendar of working days was changed."""

    SET_DAY = "set_day", _("Day set")
    IMPORT = "import", _("Year imported")
    SEED = "seed", _("Seeded from the published calendar")


class CalendarChange(models.Model):
    """A change of the calendar of working days, common to all organisations. Rows never change: triggers see to it.

    Args:
        year: the calendar that was changed; None where seeding touched several.
        day: the day, where one was set.
        old, new: of a day, what stood there and stands there; of a year, how many days it had and has.
    """

    act = models.CharField(max_length=10, choices=CalendarAct.choices)
    year = models.PositiveSmallIntegerField(null=True)
    day = models.DateField(null=True)
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {self.act} {self.day or self.year or ''}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
