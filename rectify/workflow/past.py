# ruff: noqa: S608 -- no value stands in these statements, only names of tables and fields
"""The state of many objects on a past day, in SQL: for each field the last word of the rows that count.

Within a round this costs one index probe per object and field, so lists and figures of a past day stay one statement.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from .history import HistoryRow

SUFFIX = "_then"
# All that history says of an object.
WORDS = f"words{SUFFIX}"


class _OfHistory(models.Expression):
    """A value from the rows that count of the outer query's object.

    It is written out by hand, since as nested queries Django would take longer to put it together than the database
    takes to answer it.

    Args:
        subject: the object's primary key.
        model: the table of its history.
        on, known_at: the day, and the moment up to which entries were known; None for no limit.
    """

    def __init__(self, subject: Any, model: type[HistoryRow], on: date | None, known_at: datetime | None) -> None:
        super().__init__()
        self.subject, self.model, self.on, self.known_at = subject, model, on, known_at

    def get_source_expressions(self) -> list[Any]:
        return [self.subject]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.subject] = exprs

    def rows(self, compiler: Any, connection: Any, condition: str = "") -> tuple[str, list[Any]]:
        """FROM and WHERE: the rows under the name `h`."""
        subject, params = compiler.compile(self.subject)
        table = connection.ops.quote_name(self.model._meta.db_table)
        days, moments = [], []
        if self.on is not None:
            days = [connection.ops.adapt_datefield_value(self.on)]
        if self.known_at is not None:
            moments = [connection.ops.adapt_datetimefield_value(self.known_at)]
        sql = (
            f"FROM {table} h WHERE h.{self.model.SUBJECT}_id = {subject}{condition}"
            f"{' AND h.happened_on <= %s' if days else ''}{' AND h.recorded_at <= %s' if moments else ''}"
            f" AND NOT EXISTS (SELECT 1 FROM {table} c WHERE c.replaces_id = h.id"
            f"{' AND c.recorded_at <= %s' if moments else ''})"
        )
        return sql, [*params, *days, *moments, *moments]


class LastWord(_OfHistory):
    """The last word of an object's rows on one field, as text.

    Args:
        name: the tracked field.
        is_text: whether the word stays text; what does not is NULL where JSON has null.
    """

    output_field = models.TextField()
    OF_POSTGRESQL = ("h.payload #>> ARRAY['new', '{name}']", "h.payload -> 'new' ? '{name}'")
    # JSON_EXTRACT gives 0 and 1 for JSON's false and true; the words stand as on PostgreSQL.
    OF_SQLITE = (
        "CASE WHEN JSON_TYPE(h.payload, '$.new.{name}') IN ('true', 'false', 'null')"
        " THEN JSON_TYPE(h.payload, '$.new.{name}') ELSE JSON_EXTRACT(h.payload, '$.new.{name}') END",
        "JSON_TYPE(h.payload, '$.new.{name}') IS NOT NULL",
    )

    def __init__(
        self,
        subject: Any,
        model: type[HistoryRow],
        on: date | None,
        known_at: datetime | None,
        name: str,
        is_text: bool,
    ) -> None:
        super().__init__(subject, model, on, known_at)
        self.name, self.is_text = name, is_text

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        on_sqlite = connection.vendor == "sqlite"
        word, has_word = (text.format(name=self.name) for text in (self.OF_SQLITE if on_sqlite else self.OF_POSTGRESQL))
        word = f"NULLIF({word}, 'null')" if on_sqlite and not self.is_text else word
        rows, params = self.rows(compiler, connection, f" AND {has_word}")
        return f"(SELECT {word} {rows} ORDER BY h.happened_on DESC, h.place DESC LIMIT 1)", params


class Words(_OfHistory):
    """All that an object's rows say, as a list of field -> value in the order in which they apply."""

    output_field = models.JSONField()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        rows, params = self.rows(compiler, connection)
        if connection.vendor == "sqlite":
            ordered = f"SELECT JSON_EXTRACT(h.payload, '$.new') AS new {rows} ORDER BY h.happened_on, h.place"
            return f"(SELECT JSON_GROUP_ARRAY(JSON(w.new)) FROM ({ordered}) w)", params
        return f"(SELECT JSONB_AGG(h.payload -> 'new' ORDER BY h.happened_on, h.place) {rows})", params


def _typed(word: LastWord, output: models.Field) -> Any:
    """The kept text as its type; where no row names the field, the type's default if it has one."""
    if isinstance(output, models.TextField):
        return Coalesce(word, models.Value(output.default, output)) if output.has_default() else word
    return Exact(word, models.Value("true")) if isinstance(output, models.BooleanField) else Cast(word, output)


def with_state_then(
    queryset: Any,
    model: type[HistoryRow],
    fields: Mapping[str, models.Field],
    on: date | None,
    known_at: datetime | None,
    *,
    together: bool = False,
) -> Any:
    """Adds `<field>_then` for each field and leaves out what did not exist yet on that day.

    Args:
        queryset: of the objects whose history the model keeps.
        fields: tracked field -> the type of its column.
        on, known_at: the day, and the moment up to which entries were known; None for no limit.
        together: `<field>_then` is for filters and order alone, and all fields are read at once, by `state_then`; that
            costs less where most of them are shown.
    """
    about = (models.F("pk"), model, on, known_at)
    words: dict[str, Any] = {
        f"{name}{SUFFIX}": _typed(LastWord(*about, name, isinstance(output, models.TextField)), output)
        for name, output in fields.items()
    }
    found = queryset.alias(**words).annotate(**{WORDS: Words(*about)}) if together else queryset.annotate(**words)
    return found.filter(status_then__isnull=False)


def state_then(row: Any, fields: Mapping[str, models.Field]) -> dict[str, Any]:
    """Field -> value as they stood on the day, from an object that `with_state_then` has read."""
    if WORDS not in row.__dict__:
        return {name: getattr(row, f"{name}{SUFFIX}") for name in fields}
    state: dict[str, Any] = {}
    for new in row.__dict__[WORDS]:
        state.update(new or {})
    return {name: _read(state.get(name), output) for name, output in fields.items()}


def _read(value: Any, output: models.Field) -> Any:
    """A kept value as its type."""
    if value is None:
        return output.default if output.has_default() else None
    return date.fromisoformat(value) if isinstance(output, models.DateField) else value
