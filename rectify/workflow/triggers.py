"""Database triggers that keep history append-only even for those who bypass the application.

SQLite drops a table's triggers when a migration remakes the table, so every migration that touches a protected table
ends with `ProtectTables(...)`.
"""

from collections.abc import Iterable
from typing import Any

from django.db.migrations.operations.base import Operation

MESSAGE = "history is append-only"

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}'; END;
$$ LANGUAGE plpgsql;
"""


def _postgresql(table: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_history_change()",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change()",
    ]


def _sqlite(table: str) -> list[str]:
    statements = []
    for event in ("update", "delete"):
        statements.append(f"DROP TRIGGER IF EXISTS {table}_no_{event}")
        statements.append(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
    return statements


def trigger_names(vendor: str, table: str) -> set[str]:
    """The names of the triggers that must stand on a protected table."""
    endings = ("append_only", "no_truncate") if vendor == "postgresql" else ("no_update", "no_delete")
    return {f"{table}_{ending}" for ending in endings}


def protect(connection: Any, tables: Iterable[str]) -> None:
    """Installs the triggers; harmless when they are there already."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for table in tables:
            for statement in _postgresql(table) if connection.vendor == "postgresql" else _sqlite(table):
                cursor.execute(statement)


def lift(connection: Any, tables: Iterable[str]) -> None:
    """Removes the triggers. For tests that flush tables and for restoring a backup; never at run time."""
    with connection.cursor() as cursor:
        for table in tables:
            for name in trigger_names(connection.vendor, table):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any, tables: Iterable[str]) -> list[str]:
    """The names of triggers that should be there and are not (or are switched off)."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return sorted(name for table in tables for name in trigger_names(connection.vendor, table) - present)


class ProtectTables(Operation):
    """Migration operation: (re)install the append-only triggers on these tables."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, *tables: str) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        # SQLite's schema editor runs inside a transaction like any other; deferred SQL must come first, since it may
        # remake the table that the triggers stand on.
        protect(schema_editor.connection, self.tables)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        lift(schema_editor.connection, self.tables)

    def describe(self) -> str:
        return f"Protect {', '.join(self.tables)} against change"

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        return (self.__class__.__qualname__, self.tables, {})
