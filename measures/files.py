"""A list of measures as a table to be downloaded."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, OuterRef
from django.utils.translation import gettext_lazy as _

from issues.states import Kind
from rectify.web.tables import Column

from .answers import JoinedNames, Responsible
from .models import Measure
from .states import SETTLED, MeasureStatus

CHUNK = 1000
COLUMNS = (
    "number",
    "sub_issue__finding__title",
    "sub_issue__title",
    "content",
    "kind",
    "responsible_leader__title",
    "lead_department__name",
    "joined_departments",
    "due_on",
    "original_due_on",
    "status",
    "progress",
    "work_done",
    "next_step",
    "difficulty",
    "reported_on",
    "closed_on",
)


class FileRow(NamedTuple):
    """A measure in a file. Of 100,000 there is no time to make objects."""

    number: str
    finding: str
    sub_issue: str
    content: str
    kind: str
    leader: str
    department: str
    departments: str | None
    due_on: date | None
    original_due_on: date | None
    status: str
    progress: int | None
    work_done: str
    next_step: str
    difficulty: str
    reported_on: date | None
    closed_on: date | None


def present_rows(measures: Any) -> Iterator[FileRow]:
    """The measures of a queryset as they stand now: one statement, read piece by piece."""
    departments = Responsible.objects.filter(measure=OuterRef("pk")).order_by("department__position", "department")
    joined = JoinedNames(departments.values(joined=F("department__name")))
    rows = measures.annotate(joined_departments=joined).values_list(*COLUMNS)
    return map(FileRow._make, rows.iterator(chunk_size=CHUNK))


def rewound_rows(measures: Iterable[Measure]) -> Iterator[FileRow]:
    """Measures that were rewound to a day, with their sub-issues and findings."""
    for measure in measures:
        yield FileRow(
            measure.number,
            measure.sub_issue.finding.title,
            measure.sub_issue.title,
            measure.content,
            measure.kind,
            measure.responsible_leader.title,
            measure.lead_department.name,
            "、".join(department.name for department in measure.responsible_departments.all()),
            measure.due_on,
            measure.original_due_on,
            measure.status,
            measure.progress,
            measure.work_done,
            measure.next_step,
            measure.difficulty,
            measure.reported_on,
            measure.closed_on,
        )


def measure_columns(on: date) -> list[Column]:
    """The columns of an exported list of measures, as of a day that is printed in each row; in the present language."""
    kinds = {kind.value: str(kind.label) for kind in Kind}
    statuses = {status.value: str(status.label) for status in MeasureStatus}
    overdue = str(_("Overdue"))
    return [
        Column(_("No."), lambda row: row.number, 8),
        Column(_("Finding"), lambda row: row.finding, 28),
        Column(_("Sub-issue"), lambda row: row.sub_issue, 28),
        Column(_("Measure"), lambda row: row.content, 40),
        Column(_("Kind"), lambda row: kinds[row.kind], 10),
        Column(_("Responsible leader"), lambda row: row.leader, 16),
        Column(_("Lead department"), lambda row: row.department, 14),
        Column(_("Responsible departments"), lambda row: row.departments or "", 20),
        Column(_("Deadline"), lambda row: row.due_on, 11),
        Column(_("Original deadline"), lambda row: row.original_due_on, 11),
        Column(_("Status"), lambda row: statuses[row.status], 12),
        Column(_("Progress %"), lambda row: row.progress, 8),
        Column(_("Overdue"), lambda row: overdue if _is_overdue(row, on) else "", 8),
        Column(_("What was done"), lambda row: row.work_done, 36),
        Column(_("Next step"), lambda row: row.next_step, 24),
        Column(_("Difficulties"), lambda row: row.difficulty, 24),
        Column(_("Last report"), lambda row: row.reported_on, 11),
        Column(_("Closed on"), lambda row: row.closed_on, 11),
        Column(_("As of"), lambda row: on, 11),
    ]


def _is_overdue(row: FileRow, on: date) -> bool:
    return row.status not in SETTLED and row.due_on is not None and row.due_on < on
