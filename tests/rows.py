"""Rows of the rooms' tables, read and written as they lie in the database."""

from typing import Any

from django.apps import apps
from django.db import connection

ROOMS = ("organization", "issues", "measures", "dispatch", "documents")
# Filled by its migration, the same in every database.
SEEDED = ("dispatch.CalendarDay",)
ROWS_AT_ONCE = 100

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def room_models() -> list[Any]:
    """The models of the rooms, those behind many-to-many fields included, in an order in which they can be written."""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ROOMS]
    return [model for model in found if model._meta.label not in SEEDED]


def read() -> Rows:
    """Every row of every table."""
    rows: Rows = {}
    with connection.cursor() as cursor:
        for model in room_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- our own table
            rows[table] = ([column[0] for column in cursor.description], cursor.fetchall())
    return rows


def write(rows: Rows) -> None:
    """Puts rows into tables that have none with their ids."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, (columns, lines) in rows.items():
            head = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608
            line = f"({', '.join(['%s'] * len(columns))})"
            for start in range(0, len(lines), ROWS_AT_ONCE):
                chunk = lines[start : start + ROWS_AT_ONCE]
                cursor.execute(head + ", ".join([line] * len(chunk)), [value for row in chunk for value in row])


def continue_ids() -> None:
    """Lets the database go on counting behind the rows that were written, and never behind what it gave out before.

    SQLite does so by itself. Where PostgreSQL counts from is not undone with a transaction: a later test whose rows
    were built further on would meet their ids again.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in (model for model in room_models() if model._meta.pk.column == "id"):
            table = connection.ops.quote_name(model._meta.db_table)
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            newest = f"(SELECT COALESCE(MAX(id), 1) FROM {table})"  # noqa: S608 -- our own
            cursor.execute(f"SELECT setval({sequence}, GREATEST({newest}, nextval({sequence})))")
