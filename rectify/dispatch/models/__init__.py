"""The tables of the weekly dispatch."""

from .calendar import CalendarAct, CalendarChange, CalendarDay
from .feed import Feed
from .figures import FrozenFigures
from .notice import Channel, Delivery, DeliveryStatus, Notice, NoticeKind, Outcome, Way
from .order import OrderKind, OrderStatus, PaperTemplate, SupervisionOrder
from .schedule import LongItems, Schedule
from .warning import ContactRules, WarningRules
from .week import Contribution, Dispatch, FrozenLine, Line

FROZEN_TABLES = (FrozenLine._meta.db_table, FrozenFigures._meta.db_table, CalendarChange._meta.db_table)

__all__ = [
    "FROZEN_TABLES",
    "CalendarAct",
    "CalendarChange",
    "CalendarDay",
    "Channel",
    "ContactRules",
    "Contribution",
    "Delivery",
    "DeliveryStatus",
    "Dispatch",
    "Feed",
    "FrozenFigures",
    "FrozenLine",
    "Line",
    "LongItems",
    "Notice",
    "NoticeKind",
    "OrderKind",
    "OrderStatus",
    "Outcome",
    "PaperTemplate",
    "Schedule",
    "SupervisionOrder",
    "WarningRules",
    "Way",
]
