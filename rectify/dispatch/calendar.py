"""Working days: weekdays, but for the holidays and make-up days (调休) of the State Council's yearly calendar."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import chinese_calendar
from django.db.models import Count
from django.utils.translation import gettext as _

from .models import CalendarDay

SOURCE = "国务院办公厅节假日安排"
# Of a day that somebody set by hand.
CORRECTED = "更正"
FRIDAY = 5


def is_weekday(day: date) -> bool:
    """Whether a day is worked on by its weekday alone."""
    return day.isoweekday() <= FRIDAY


def known_years(days: Iterable[date]) -> set[int]:
    """Of the years of these days, those whose calendar is in the table; days that were set one by one make none."""
    years = {day.year for day in days}
    rows = (
        CalendarDay.objects.filter(year__in=years).exclude(source=CORRECTED).values("year").annotate(days=Count("pk"))
    )
    return {row["year"] for row in rows}


def working_days(first: date, last: date) -> set[date]:
    """The working days from one day to another, both included. One statement.

    Of a year that is not in the table every weekday counts; see `missing_years`.
    """
    days = {first + timedelta(days=count) for count in range((last - first).days + 1)}
    named = dict(CalendarDay.objects.filter(day__range=(first, last)).values_list("day", "working"))
    return {day for day in days if named.get(day, is_weekday(day))}


def missing_years(first: date, last: date) -> list[int]:
    """The years between two days of which no calendar is known."""
    wanted = {date(year, 1, 1) for year in range(first.year, last.year + 1)}
    return sorted({day.year for day in wanted} - known_years(wanted))


def warning(first: date, last: date) -> str:
    """That a year's calendar is missing and what follows from it, in words; empty where none is."""
    if not (years := missing_years(first, last)):
        return ""
    named = "、".join(map(str, years))
    words = _(
        "The calendar of working days of %(years)s is not known; holidays count as working days until it is imported."
    )
    return words % {"years": named}


def published() -> Iterator[dict[str, Any]]:
    """The rows of the table that the package knows of: holidays and make-up working days of every published year."""
    for days, working in ((chinese_calendar.constants.holidays, False), (chinese_calendar.constants.workdays, True)):
        for day, name in days.items():
            yield {"day": day, "year": day.year, "working": working, "name": str(name), "source": SOURCE}


def seed() -> int:
    """Adds to the table what is published and not in it; a day that somebody corrected stays. Returns how many."""
    before = CalendarDay.objects.count()
    CalendarDay.objects.bulk_create([CalendarDay(**row) for row in published()], ignore_conflicts=True)
    return CalendarDay.objects.count() - before
