"""Where a size is measured: who signs in, and what lies within their reach."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from ..generate import SUPERIOR_AUDITOR
from .databases import connected

# As many clients as are measured at once.
CLIENTS = 8
# Files are measured with so many rows.
FILE_ROWS = 100_000
# The department whose liaison signs in: of an organisation in the middle of the table the one with most to report on.
ACTOR = """
SELECT r.organization_id, m.lead_department_id, u.id, u.username
FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id AND s.status = 'rectifying'
JOIN issues_round r ON r.id = s.round_id
JOIN organization_roleassignment a ON a.department_id = m.lead_department_id AND a.role = 'liaison'
JOIN organization_user u ON u.id = a.user_id
WHERE m.status = 'in_progress' AND m.kind <> 'long_term'
  AND r.organization_id = (SELECT organization_id FROM issues_round ORDER BY id OFFSET
                           (SELECT COUNT(*) / 2 FROM issues_round) LIMIT 1)
GROUP BY 1, 2, 3, 4 ORDER BY COUNT(*) DESC, 2 LIMIT 1
"""
OFFICE = """
SELECT u.id, u.username FROM organization_roleassignment a JOIN organization_user u ON u.id = a.user_id
WHERE a.organization_id = %s AND a.role = 'office' ORDER BY u.id LIMIT 1
"""
AUDITOR = "SELECT id, username FROM organization_user WHERE username = %s"
REPORTABLE = """
SELECT m.id, m.version FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id AND s.status = 'rectifying'
WHERE m.lead_department_id = %s AND m.status = 'in_progress' AND m.kind <> 'long_term' ORDER BY m.id LIMIT 96
"""
MEASURES = """
SELECT m.id FROM measures_measure m JOIN issues_subissue s ON s.id = m.sub_issue_id
JOIN issues_round r ON r.id = s.round_id WHERE r.organization_id = %s ORDER BY m.id
"""
# The deadline up to which there are as many rows as a file is measured with.
FILE_UNTIL = "SELECT due_on FROM measures_measure WHERE due_on IS NOT NULL ORDER BY due_on, id OFFSET %s LIMIT 1"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in."""

    id: int
    username: str


@dataclass(frozen=True)
class Ground:
    """One organisation with its people, and who stands above.

    Args:
        rounds: with their feedback days.
        reportable: measures with their versions.
        measures: all of the organisation's.
        size: how many measures there are in all.
        file_until: only what is due by this day goes into a file; None for everything.
        today: the day of the floor's reports; the application reads its own clock.
    """

    organization_id: int
    department_id: int
    liaison: Person
    office: Person
    auditor: Person
    rounds: list[tuple[int, date]]
    measures: list[int]
    reportable: list[tuple[int, int]]
    size: int
    file_until: date | None
    today: date

    @property
    def people(self) -> list[Person]:
        return [self.liaison, self.office, self.auditor]


def survey(url: str, today: date) -> Ground:
    """Looks for people to sign in and for what they can ask; forgets the tokens and sessions of earlier ones."""
    with connected(url) as link, link.cursor() as cursor:

        def found(statement: str, values: list[Any] | None = None) -> list[Any]:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

        actors = found(ACTOR)
        if not actors:
            raise CommandError("There is nothing in this database that could be reported on.")
        organization_id, department_id, *liaison = actors[0]
        people = [
            Person(*liaison),
            Person(*found(OFFICE, [organization_id])[0]),
            Person(*found(AUDITOR, [SUPERIOR_AUDITOR])[0]),
        ]
        # Each sign-in reads all tokens of its person: those of earlier measurements would slow this one down.
        cursor.execute("DELETE FROM knox_authtoken WHERE user_id = ANY(%s)", [[person.id for person in people]])
        cursor.execute("TRUNCATE django_session")
        size = found("SELECT COUNT(*) FROM measures_measure")[0][0]
        until = found(FILE_UNTIL, [FILE_ROWS])[0][0] if size > FILE_ROWS else None
        return Ground(
            organization_id,
            department_id,
            people[0],
            people[1],
            people[2],
            rounds=found("SELECT id, feedback_on FROM issues_round WHERE organization_id = %s", [organization_id]),
            measures=[pk for (pk,) in found(MEASURES, [organization_id])],
            reportable=found(REPORTABLE, [department_id]),
            size=size,
            file_until=until,
            today=today,
        )


def in_turns(items: list[Any]) -> list[Any]:
    """As many of them as clients can share out so that no two have the same one at once."""
    return items[: len(items) - len(items) % CLIENTS] or items
