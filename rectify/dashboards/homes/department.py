"""The home of a department's liaison and head."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from measures.states import MeasureStatus
from rectify.organization.models import Department, Role, RoleAssignment
from rectify.workflow.signing import Signer

from . import pressing, sentences, waiting, week
from .desk import SOON, Desk, Line, Part, days_left

CONTRIBUTED = 20


def parts(desk: Desk, assignments: Iterable[RoleAssignment]) -> list[Part]:
    """One part for each department; who is both its liaison and its head sees one list."""
    roles: dict[Department, set[str]] = {}
    for assignment in assignments:
        if assignment.department is not None:
            roles.setdefault(assignment.department, set()).add(assignment.role)
    return [_part(desk, department, held) for department, held in roles.items()]


def _part(desk: Desk, department: Department, roles: set[str]) -> Part:
    led = desk.measures(lead_department=department.pk)
    counts = desk.counts(led)
    lines = desk.lines(desk.open_measures(led))
    to_sign = []
    if Role.HEAD in roles:
        to_sign = waiting.to_sign(desk, Signer.HEAD, lead_department_id=department.pk)
    returned = waiting.returned(desk, department.pk)
    remarks = waiting.remarks(desk, department.pk)
    stages = waiting.stages(desk, department.pk)
    return Part(
        template="home/department.html",
        heading=_("%(department)s: progress") % {"department": department},
        lead=_sentence(desk, department, counts),
        pressing=len(to_sign) + len(returned) + len(remarks) + len(stages) + counts["overdue"],
        facts={
            "week": week.of_department(desk, department),
            "sentences": pressing.for_department(desk, department),
            "to_sign": to_sign,
            "returned": returned,
            "remarks": remarks,
            "stages": stages,
            "groups": _groups(lines),
            "total": counts["total"],
            "unlisted": _unlisted(counts, len(lines)),
            "ledger_url": desk.ledger(lead_department=department.pk),
            "asked": waiting.asked(desk, department.pk) if Role.LIAISON in roles else [],
            **_contributed(desk, department),
        },
    )


def _sentence(desk: Desk, department: Department, counts: dict[str, int]) -> Any:
    def url(**filters: Any) -> str:
        return desk.ledger(lead_department=department.pk, **filters)

    words = ngettext("{department} leads {n} measure", "{department} leads {n} measures", counts["total"])
    total = sentences.phrase(words, counts["total"], url(), department=department)
    always = (MeasureStatus.CLOSED, MeasureStatus.IN_PROGRESS)
    states = [
        sentences.phrase(sentences.MEASURES_IN_STATE[state], counts[state], url(status=state.value))
        for state in (*always, *(state for state in sentences.MEASURES_IN_STATE if state not in always))
        if counts[state] or state in always
    ]
    late = [
        sentences.overdue(counts["overdue"], url(overdue="true")),
        *sentences.due_soon(counts["due_soon"], url(due_within=SOON)),
    ]
    return sentences.sentence(states, late, opening=total)


def _unlisted(counts: dict[str, int], listed: int) -> int:
    settled = (MeasureStatus.CLOSED, MeasureStatus.SUSTAINED)
    return counts["total"] - sum(counts[state] for state in settled) - listed


def _groups(lines: list[Line]) -> list[tuple[str, str, list[Line]]]:
    """The lines by what presses: (name, tone, lines), without empty groups."""
    names = (
        (pgettext("heading of a list of measures", "Overdue"), "overdue"),
        (pgettext("heading of a list of measures", "Due within 10 days"), "due-soon"),
        (pgettext("heading of a list of measures", "Later"), ""),
    )
    groups = [(name, tone, [line for line in lines if line.tone == tone]) for name, tone in names]
    return [group for group in groups if group[2]]


def _contributed(desk: Desk, department: Department) -> dict[str, Any]:
    """The open measures that others lead and this department helps with."""
    column = desk.column("lead_department")
    own = department.key if desk.is_past else department
    rows = desk.measures(responsible_department=department.pk).exclude(**{column: own})
    return {
        "contributed": [Line(m, days_left(m, desk.on)) for m in desk.open_measures(rows)[:CONTRIBUTED]],
        "contributed_url": desk.ledger(responsible_department=department.pk),
    }
