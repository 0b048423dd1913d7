"""One look of the scheduler has many parts: one that breaks keeps none of the others from being done."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


def go_on(what: str, do: Callable[[], Any], otherwise: Any = None) -> Any:
    """Does one part; where that breaks it is logged, and tried again at the next look.

    Args:
        what: names the part in the log.
        otherwise: what is returned where it broke.

    Raises:
        OperationalError, InterfaceError: the database is away, which breaks all the parts alike.
    """
    try:
        return do()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # What nobody foresaw, in one round's or one notice's data, must not silence all the others.
        logger.exception("left out, and tried again at the next look: %s", what)
        return otherwise


def each_alone(what: str, do: Callable[[list[Any]], int], rows: list[Any]) -> int:
    """Does something with all rows together; where that breaks with each by itself, so that only the broken one lacks.

    Returns:
        The sum of what it returned.
    """
    if len(rows) == 1:
        return go_on(f"{what} {rows[0]}", lambda: do(rows), 0)
    whole = go_on(what, lambda: do(rows))
    return sum(each_alone(what, do, [row]) for row in rows) if whole is None else whole
