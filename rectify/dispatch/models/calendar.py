"""Working days: the State Council's yearly calendar as a table that an administrator may correct."""

from django.db import models


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a make-up working day (调休).

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
