"""Queries that Django puts into SQL once and not with every request.

A dashboard asks a dozen questions that are always the same but for their values; to put them together anew takes longer
than PostgreSQL takes to answer them. What is kept is the text of the statement alone, never a row.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

# What stands for values while a statement is put together. No id and no day of real data is like these.
FIRST_ID, FIRST_DAY, FIRST_MOMENT = 2_000_000_000, date(8000, 1, 1), datetime(9000, 1, 1, tzinfo=UTC)
IDS_OF_ONE, DAYS_OF_ONE = 10_000, timedelta(days=2000)
# Lists are filled up to one of few lengths, or each length would be a statement of its own.
FEWEST = 8


@dataclass(frozen=True)
class _Slot:
    """A parameter of the statement: a value of its own, or one that is given each time.

    Args:
        place: within a list that is given.
        plus: days later than the one that is given.
    """

    constant: Any = None
    name: str = ""
    place: int | None = None
    plus: timedelta = timedelta()

    def filled(self, values: Mapping[str, Any]) -> Any:
        if not self.name:
            return self.constant
        value = values[self.name]
        if self.place is not None:
            return value[self.place]
        if isinstance(value, datetime):
            return connection.ops.adapt_datetimefield_value(value)
        return connection.ops.adapt_datefield_value(value + self.plus) if isinstance(value, date) else value


@dataclass(frozen=True)
class _Statement:
    sql: str
    slots: Sequence[_Slot]
    compiler: Any
    converters: Any

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, tuple(slot.filled(values) for slot in self.slots))
            found = cursor.fetchall()
        return list(map(tuple, self.compiler.apply_converters(found, self.converters))) if self.converters else found


class Prepared:
    """A query for values that always has the same shape.

    Args:
        build: gives the queryset (of `values_list`) for its values, which it may put into the query and, days, move by
            some days, but not look at. Values are ids, lists of ids, days and moments; None, True and False may be
            looked at.
    """

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.__doc__ = build.__doc__
        self.made: dict[Any, _Statement] = {}

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows: one statement."""
        values = {name: _filled_up(value) if isinstance(value, list) else value for name, value in values.items()}
        shape = (connection.vendor, *((name, _shape(value)) for name, value in values.items()))
        statement = self.made.get(shape)
        if statement is None:
            statement = self.made[shape] = _put_together(self.build, values)
        return statement.rows(values)


def _shape(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    return len(value) if isinstance(value, list) else type(value)


def _filled_up(keys: list[int]) -> list[int]:
    """The same ids, the last one as often as it takes to come to a length of few."""
    length = FEWEST
    while length < len(keys):
        length *= 2
    return [*keys, *[keys[-1] if keys else 0] * (length - len(keys))]


def _put_together(build: Callable[..., Any], values: Mapping[str, Any]) -> _Statement:
    stand_ins = {name: _stand_in(nth, value) for nth, (name, value) in enumerate(values.items())}
    compiler = build(**stand_ins).query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    return _Statement(sql, [_slot(param, stand_ins) for param in params], compiler, converters)


def _stand_in(nth: int, value: Any) -> Any:
    first = FIRST_ID + nth * IDS_OF_ONE
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return [first + place for place in range(len(value))]
    if isinstance(value, datetime):
        return FIRST_MOMENT + nth * DAYS_OF_ONE
    return FIRST_DAY + nth * DAYS_OF_ONE if isinstance(value, date) else first


def _slot(param: Any, stand_ins: Mapping[str, Any]) -> _Slot:
    """What belongs in the place of a parameter."""
    day = _day(param)
    for name, stand_in in stand_ins.items():
        if isinstance(stand_in, list) and type(param) is int and param in stand_in:
            return _Slot(name=name, place=stand_in.index(param))
        if isinstance(stand_in, datetime) and param == connection.ops.adapt_datetimefield_value(stand_in):
            return _Slot(name=name)
        if type(stand_in) is date and day is not None and abs(day - stand_in) < DAYS_OF_ONE / 2:
            return _Slot(name=name, plus=day - stand_in)
        if type(stand_in) is int and type(param) is int and param == stand_in:
            return _Slot(name=name)
    return _Slot(constant=param)


def _day(param: Any) -> date | None:
    """A parameter as a day; SQLite gets them as text."""
    if isinstance(param, str) and len(param) == len("8000-01-01"):
        with suppress(ValueError):
            return date.fromisoformat(param)
    return param if type(param) is date else None
