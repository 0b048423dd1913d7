"""The tables of the weekly dispatch."""

from .calendar import CalendarDay
from .schedule import LongItems, Schedule
from .week import Contribution, Dispatch, FrozenLine, Line

FROZEN_TABLES = (FrozenLine._meta.db_table,)

__all__ = ["FROZEN_TABLES", "CalendarDay", "Contribution", "Dispatch", "FrozenLine", "Line", "LongItems", "Schedule"]
