# ruff: noqa: S608 -- the statements are put together from the columns of tables alone
"""Opening a week, again and again: undone each time, and at the end the rows of history that told of it are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from psycopg2.extras import Json, execute_values

from issues.models import RoundHistory
from rectify.dispatch.models import NoticeKind
from rectify.workflow.acts import Act
from rectify.workflow.history import Chain, Entry

from .writing import insert_of, values_of

DISPATCH, LINE, NOTICE = "dispatch_dispatch", "dispatch_line", "dispatch_notice"
ENTRIES = "UPDATE issues_round SET entries = entries + 1 WHERE id = %s"
END = "SELECT sequence, hash, recorded_at FROM issues_roundhistory WHERE round_id = %s ORDER BY sequence DESC LIMIT 1"
PAYLOAD = "SELECT payload FROM issues_roundhistory WHERE round_id = %s ORDER BY sequence DESC LIMIT 1"
# The owner of a table may switch its triggers off; nothing but a measurement's own rows goes.
TRIGGERS = "ALTER TABLE issues_roundhistory {} TRIGGER issues_roundhistory_append_only"


@dataclass(frozen=True)
class Copied:
    """Rows of a table as they were written, to be written once more.

    Args:
        columns: all but the primary key.
    """

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def with_value(self, column: str, value: Any) -> "Copied":
        place = list(self.columns).index(column)
        rows = [[*row[:place], value, *row[place + 1 :]] for row in self.rows]
        return Copied(self.table, self.columns, rows)

    def write(self, cursor: Any) -> None:
        """One statement."""
        if self.rows:
            statement = f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES %s"
            execute_values(cursor, statement, self.rows, page_size=len(self.rows))


class OpeningFloor:
    """The same rows by hand on one round, in one transaction with its commit.

    Args:
        rounds: those on which weeks are opened; the floor works on the first.
    """

    def __init__(self, link: Any, rounds: Sequence[int], actor_id: int, on: date) -> None:
        self.link, self.rounds, self.on = link, rounds, on
        self.actor = SimpleNamespace(pk=actor_id)
        self.copied: dict[str, Copied] = {}
        self.payload: dict[str, Any] = {}
        self.before = self._read("SELECT id, entries FROM issues_round WHERE id = ANY(%s)", [list(rounds)])

    def _read(self, statement: str, values: Sequence[Any]) -> list[Any]:
        with self.link.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def capture(self, dispatch_id: int) -> None:
        """Looks at what the application wrote when it opened a week of the first round."""
        if self.copied:
            return
        for table, where, value in (
            (DISPATCH, "id = %s", dispatch_id),
            (LINE, "dispatch_id = %s", dispatch_id),
            (NOTICE, f"kind = '{NoticeKind.OPENED}' AND subject_id = %s", dispatch_id),
        ):
            with self.link.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table} WHERE {where}", [value])
                names = [column.name for column in cursor.description]
                rows = [[Json(v) if isinstance(v, dict | list) else v for v in row] for row in cursor.fetchall()]
            key = names.index("id")
            without = [[*row[:key], *row[key + 1 :]] for row in rows]
            self.copied[table] = Copied(table, [*names[:key], *names[key + 1 :]], without)
        self.payload = self._read(PAYLOAD, [self.rounds[0]])[0][0]

    def prepare(self, _nth: int) -> list[Any]:
        """The row of history that tells of it, fitting its chain."""
        pk = self.rounds[0]
        chain = Chain(RoundHistory, pk, is_new=True)
        chain.sequence, chain.hash, chain.recorded_at = self._read(END, [pk])[0]
        entry = Entry("open_dispatch", from_status="active", to_status="active", extra=self.payload)
        row = chain.make(pk, Act(self.actor, self.on, timezone.now), ("整改办经办人", "整改办"), entry)
        return values_of(row)

    def write(self, history: list[Any]) -> int:
        """Writes it; returns how many lines there were."""
        self.link.autocommit = False
        try:
            with self.link.cursor() as cursor:
                week = self.copied[DISPATCH]
                statement = f"INSERT INTO {DISPATCH} ({', '.join(week.columns)}) VALUES %s RETURNING id"
                [(pk,)] = execute_values(cursor, statement, week.rows, fetch=True)
                self.copied[LINE].with_value("dispatch_id", pk).write(cursor)
                self.copied[NOTICE].with_value("subject_id", pk).write(cursor)
                cursor.execute(insert_of(RoundHistory), history)
                cursor.execute(ENTRIES, [self.rounds[0]])
            self.link.commit()
        finally:
            self.link.autocommit = True
        return len(self.copied[LINE].rows)

    def undo(self, round_id: int) -> None:
        """Takes the open week of a round away again; the row of history stays until the end."""
        weeks = f"(SELECT id FROM {DISPATCH} WHERE round_id = %s AND frozen_at IS NULL)"
        with self.link.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {NOTICE} WHERE kind = '{NoticeKind.OPENED}' AND subject_id IN {weeks}", [round_id]
            )
            cursor.execute(f"DELETE FROM {LINE} WHERE dispatch_id IN {weeks}", [round_id])
            cursor.execute(f"DELETE FROM {DISPATCH} WHERE round_id = %s AND frozen_at IS NULL", [round_id])

    def finish(self) -> None:
        """Leaves rounds and their history as they were."""
        for round_id in self.rounds:
            self.undo(round_id)
        self.link.autocommit = False
        try:
            with self.link.cursor() as cursor:
                cursor.execute(TRIGGERS.format("DISABLE"))
                for pk, entries in self.before:
                    cursor.execute(
                        "DELETE FROM issues_roundhistory WHERE round_id = %s AND sequence > %s", [pk, entries]
                    )
                    cursor.execute("UPDATE issues_round SET entries = %s WHERE id = %s", [entries, pk])
                # What is still to be checked at the commit would hold up the change of the table.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(TRIGGERS.format("ENABLE"))
            self.link.commit()
        finally:
            self.link.rollback()
            self.link.autocommit = True
