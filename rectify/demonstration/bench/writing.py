"""The floor of a report: one update, one row of history in its chain, one commit."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.utils import timezone
from psycopg2.extras import Json

from measures.models import MeasureHistory
from measures.states import MeasureStatus
from rectify.workflow.acts import Act
from rectify.workflow.history import Chain, Entry, HistoryRow

UPDATE = """
UPDATE measures_measure SET version = version + 1, entries = entries + 1, status = %s, progress = %s, work_done = %s,
       next_step = %s, difficulty = %s, reported_on = %s, started_on = LEAST(started_on, %s)
WHERE id = %s
"""
CANDIDATES = """
SELECT DISTINCT ON (m.sub_issue_id) m.id, m.sub_issue_id, h.sequence, h.hash, h.recorded_at
FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id
JOIN issues_round r ON r.id = s.round_id
JOIN measures_measurehistory h ON h.sub_issue_id = s.id
WHERE r.organization_id = %s AND m.lead_department_id <> %s AND m.status = 'in_progress' AND m.kind <> 'long_term'
ORDER BY m.sub_issue_id, h.sequence DESC LIMIT 40
"""


def insert_of(history: type[HistoryRow]) -> str:
    """The statement that inserts one row of history."""
    columns = [str(field.column) for field in _fields(history)]
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {history._meta.db_table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608


def values_of(row: HistoryRow) -> list[Any]:
    """What goes into it."""
    values = [getattr(row, field.attname) for field in _fields(type(row))]
    return [
        Json(value) if isinstance(value, dict) else str(value) if isinstance(value, UUID) else value for value in values
    ]


def _fields(history: type[HistoryRow]) -> list[Any]:
    return [field for field in history._meta.concrete_fields if not field.primary_key]


@dataclass(frozen=True)
class Prepared:
    """The values of one report, ready to be written."""

    update: list[Any]
    insert: list[Any]


class ReportFloor:
    """Reports by hand on measures of other departments than the one that reports through the application.

    The rows are made before the clock runs and fit their chains, so that the database still proves itself afterwards.
    """

    def __init__(self, link: Any, organization_id: int, but_department_id: int, actor_id: int, on: date) -> None:
        self.link, self.on = link, on
        self.actor = SimpleNamespace(pk=actor_id)
        self.insert = insert_of(MeasureHistory)
        with link.cursor() as cursor:
            cursor.execute(CANDIDATES, [organization_id, but_department_id])
            found = cursor.fetchall()
        self.measures = []
        for measure_id, sub_issue_id, *end in found:
            chain = Chain(MeasureHistory, sub_issue_id, is_new=True)
            chain.sequence, chain.hash, chain.recorded_at = end
            self.measures.append((measure_id, chain))

    def prepare(self, nth: int) -> Prepared:
        """The nth report."""
        measure_id, chain = self.measures[nth % len(self.measures)]
        status = MeasureStatus.IN_PROGRESS.value
        new = {
            "progress": nth % 100,
            "work_done": f"第{nth}次填报。",
            "next_step": "按计划推进。",
            "difficulty": "",
            "reported_on": self.on,
            "status": status,
        }
        act = Act(self.actor, self.on, timezone.now)
        entry = Entry("report_progress", from_status=status, to_status=status, new=new, old=new)
        row = chain.make(measure_id, act, ("联络人", "部门"), entry)
        texts = [new["work_done"], new["next_step"], new["difficulty"], self.on, self.on, measure_id]
        return Prepared([status, new["progress"], *texts], values_of(row))

    def write(self, prepared: Prepared) -> int:
        """Writes one report in a transaction of its own."""
        self.link.autocommit = False
        try:
            with self.link.cursor() as cursor:
                cursor.execute(UPDATE, prepared.update)
                written = cursor.rowcount
                cursor.execute(self.insert, prepared.insert)
            self.link.commit()
        finally:
            self.link.autocommit = True
        return written
