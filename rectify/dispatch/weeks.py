"""When a week's dispatch opens, is cut off and freezes: pure arithmetic over a schedule and the working days.

The custom (practice of 周调度): open on Monday, cut off on Friday at noon. What falls on a holiday moves to the working
day before; a week without working days is left out, and is shown as left out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
DAYS = 7


class Week(NamedTuple):
    """A week as ISO 8601 counts it."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Week":
        year, number, _weekday = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=day) for day in range(DAYS)]

    def plus(self, weeks: int) -> "Week":
        """The week so many weeks later."""
        return Week.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


@dataclass(frozen=True)
class Rhythm:
    """The part of a round's schedule that places a week's moments.

    Args:
        opens_weekday, cutoff_weekday: 1 for Monday to 7 for Sunday.
        grace_hours: how long after the cut-off late reports are still taken.
    """

    opens_weekday: int
    opens_time: time
    cutoff_weekday: int
    cutoff_time: time
    grace_hours: int


@dataclass(frozen=True)
class Moments:
    """The moments of one week; all aware."""

    opens_at: datetime
    cutoff_at: datetime
    freezes_at: datetime


def moments_of(week: Week, rhythm: Rhythm, working: Collection[date]) -> Moments | None:
    """When a week opens, is cut off and freezes; None for a week without working days.

    Args:
        working: the working days, those of this week at least; make-up working days (调休) are among them.
    """
    days = [day for day in week.days if day in working]
    if not days:
        return None
    planned_cutoff = week.days[rhythm.cutoff_weekday - 1]
    before = [day for day in days if day <= planned_cutoff]
    # A week whose only working days come after the planned one has nothing before it to move to.
    cutoff_day = before[-1] if before else days[0]
    planned_opening = week.days[rhythm.opens_weekday - 1]
    after = [day for day in days if planned_opening <= day <= cutoff_day]
    opens_at = _at(after[0] if after else cutoff_day, rhythm.opens_time)
    cutoff_at = _at(cutoff_day, rhythm.cutoff_time)
    if opens_at >= cutoff_at:
        opens_at = _at(cutoff_day, time(0))
    # Grace ends at the latest when the next week opens; else that one would open when it is nearly over.
    next_opening = _at(planned_opening + timedelta(days=DAYS), rhythm.opens_time)
    freezes_at = min(cutoff_at + timedelta(hours=rhythm.grace_hours), next_opening)
    return Moments(opens_at, cutoff_at, freezes_at)


def working_days_after(day: date, count: int, working: Collection[date]) -> date:
    """The day that lies so many working days after another. Raises ValueError where none is known so far ahead."""
    later = sorted(each for each in working if each > day)
    if len(later) < count:
        raise ValueError(f"fewer than {count} working days are known after {day}")
    return later[count - 1] if count else day


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, CHINA)
