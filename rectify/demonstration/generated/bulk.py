"""Writes many rows at once, with primary keys given beforehand: by COPY on PostgreSQL, in batches elsewhere."""

import io
import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, TypeVar

from django.core.management.color import no_style
from django.db import connection, models

BATCH = 500

Row = TypeVar("Row", bound=models.Model)


class BulkWriter:
    """Holds rows of some tables and writes them together. Nobody else may insert into these tables meanwhile.

    Args:
        tables: in the order in which they are written.
    """

    def __init__(self, *tables: type[models.Model]) -> None:
        self.tables = tables
        self.rows: dict[type[models.Model], list[models.Model]] = {table: [] for table in tables}
        self.last_ids = {table: table._base_manager.aggregate(last=models.Max("pk"))["last"] or 0 for table in tables}

    def add(self, row: Row) -> Row:
        """Gives a row its primary key and keeps it until `write`."""
        self.last_ids[type(row)] += 1
        row.pk = self.last_ids[type(row)]
        self.rows[type(row)].append(row)
        return row

    def keep(self, row: Row) -> Row:
        """Keeps a row whose primary key follows from another one until `write`."""
        self.rows[type(row)].append(row)
        return row

    def write(self) -> None:
        """Writes and forgets what was added, in the caller's transaction."""
        for table, rows in self.rows.items():
            if connection.vendor == "postgresql":
                _copy(table, rows)
            else:
                table._base_manager.bulk_create(rows, batch_size=BATCH)
            rows.clear()
        self._set_sequences()

    def _set_sequences(self) -> None:
        """Lets the next ordinary insert go on behind the keys that were given here."""
        statements = connection.ops.sequence_reset_sql(no_style(), list(self.tables))
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def gather_statistics(tables: Sequence[type[models.Model]]) -> None:
    """Tells the query planner what the tables hold now; on PostgreSQL, outside a transaction, also vacuums them."""
    vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
    command = "VACUUM (ANALYZE)" if vacuum else "ANALYZE"
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"{command} {connection.ops.quote_name(table._meta.db_table)}")


def _copy(table: type[models.Model], rows: Sequence[models.Model]) -> None:
    fields = table._meta.concrete_fields
    values = attrgetter(*(field.attname for field in fields))
    lines = io.StringIO()
    lines.writelines("\t".join(map(_copied, values(row))) + "\n" for row in rows)
    lines.seek(0)
    quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
    name = connection.ops.quote_name(table._meta.db_table)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {name} ({', '.join(quoted)}) FROM STDIN", lines)


def _copied(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
    if isinstance(value, dict | list):
        return _copied(json.dumps(value, ensure_ascii=False))
    return str(value)
