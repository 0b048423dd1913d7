"""The floor: each operation's work as hand-written SQL through psycopg2 on a connection that is kept open."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from . import figure_floors as figures
from . import row_floors as rows

# So many rows are fetched at a time where all of them would be too many.
CHUNK = 1000


class Floor:
    """Runs the hand-written statements. Each way gives how many rows there were."""

    def __init__(self, link: Any) -> None:
        self.link = link
        self.cursor = link.cursor()

    def _all(self, statement: str, values: Any) -> list[Any]:
        self.cursor.execute(statement, values)
        return list(self.cursor.fetchall())

    def detail(self, measure_id: int) -> int:
        return len(self._all(rows.DETAIL, [measure_id]))

    def round_list(self, round_id: int) -> int:
        self._all(rows.ROUND_COUNT, [round_id])
        return len(self._all(rows.ROUND_LIST, [round_id]))

    def department_list(self, department_id: int) -> int:
        self._all(rows.DEPARTMENT_COUNT, [department_id])
        return len(self._all(rows.DEPARTMENT_LIST, [department_id]))

    def past_list(self, round_id: int, on: date) -> int:
        return len(self._all(rows.PAST_LIST, {"round": round_id, "on": on}))

    def dashboard(self, round_id: int, on: date, statements: Sequence[str] = figures.DASHBOARD) -> int:
        """A round's dashboard: the round itself, and all that is counted of it."""
        values: dict[str, Any] = {"round": round_id, "on": on}
        values["organization"] = self._all(figures.ROUND, values)[0][0]
        # Figures are never empty; waiting, outcomes and weeks may be.
        found = [len(self._all(statement, values)) for statement in statements]
        return found[0]

    def past_dashboard(self, round_id: int, on: date) -> int:
        return self.dashboard(round_id, on, figures.PAST_DASHBOARD)

    def overview(self, user_id: int, on: date) -> int:
        """The first 50 of the rounds that somebody may read, with their figures and weeks."""
        values: dict[str, Any] = {"user": user_id, "on": on}
        self._all(figures.ROUND_COUNT, values)
        values["rounds"] = [row[0] for row in self._all(figures.ROUNDS, values)]
        self._all(figures.NEWEST_WEEKS, values)
        return len(self._all(figures.OF_ROUNDS, values))

    def ledger(self, round_id: int, on: date) -> int:
        """A round's tree with every measure in it, and its figures."""
        values = {"round": round_id, "on": on}
        self.dashboard(round_id, on, (figures.FIGURES, figures.NAMES, figures.HEADS))
        for statement in (rows.HEADINGS, rows.FINDINGS, rows.SUB_ISSUES):
            self._all(statement, values)
        return len(self._all(rows.ROUND_ROWS, [round_id]))

    def wall(self, round_id: int, on: date) -> int:
        """The bars of a round's wall chart beneath their headings, and its figures."""
        values = {"round": round_id, "on": on}
        self.dashboard(round_id, on, (figures.FIGURES, figures.NAMES, figures.HEADS, figures.KEPT))
        for statement in (rows.HEADINGS, rows.SUB_ISSUES):
            self._all(statement, values)
        return len(self._all(rows.BARS, values))

    def csv(self, user_id: int, until: date | None) -> int:
        """A file of many rows, fetched by a server-side cursor and written as they come."""
        with tempfile.TemporaryFile("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            count = 0
            for row in self._file_rows(user_id, until):
                writer.writerow(row)
                count += 1
        return count

    def xlsx(self, user_id: int, until: date | None) -> int:
        """The same as a sheet, in constant memory."""
        with tempfile.TemporaryFile() as file:
            book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
            sheet = book.add_worksheet()
            line = 0
            for line, row in enumerate(self._file_rows(user_id, until), start=1):
                for index, value in enumerate(row):
                    sheet.write(line, index, value)
            book.close()
        return line

    def _file_rows(self, user_id: int, until: date | None) -> Iterator[tuple[Any, ...]]:
        self.link.autocommit = False
        try:
            with self.link.cursor(name="file") as cursor:
                cursor.itersize = CHUNK
                cursor.execute(rows.FILE, {"user": user_id, "until": until})
                yield from cursor
        finally:
            self.link.rollback()
            self.link.autocommit = True
