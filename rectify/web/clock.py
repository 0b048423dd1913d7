"""The one place where the front door reads the time; everything behind it is handed the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from rectify.workflow.acts import Act

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """The present moment, aware."""
    return _fixed.get() or timezone.now()


def today() -> date:
    """The present day in the installation's time zone."""
    return timezone.localdate(now())


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Holds the front door's clock at a moment, for tests and for simulations."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)


def act_of(user: Any) -> Act:
    """An act of the signed-in user, today."""
    return Act(user, today(), now)
