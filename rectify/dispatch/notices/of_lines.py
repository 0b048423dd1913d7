"""What the acts on a line tell, in their own transaction: it came back, it waits again, a department is asked."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from measures.models import MeasureHistory
from rectify.organization.models import Department, Role

from ..models import Line, NoticeKind
from ..weeks import CHINA
from .of_weeks import week_facts
from .outbox import Wanted, post
from .recipients import people_of


def tell_returned_line(line: Line, report: MeasureHistory, now: datetime) -> None:
    """Tells whoever reported and the department's liaisons that a report came back.

    Args:
        line: with its dispatch and round at hand.
        report: the row of history that was sent back.
    """
    users = dict.fromkeys([*_holders(line, line.department_id, [Role.LIAISON], now), report.actor_id])
    _tell(NoticeKind.RETURNED, line, line.pk, f"report {report.sequence}", list(users), now)


def tell_asked(line: Line, department: Department, now: datetime) -> None:
    """Tells a responsible department that it is asked to contribute."""
    users = _holders(line, department.pk, [Role.LIAISON, Role.HEAD], now)
    _tell(NoticeKind.ASKED, line, line.pk, str(department.pk), users, now)


def tell_sent_again(line: Line, report_count: int, now: datetime) -> None:
    """Tells the head that a report which came back waits to be confirmed once more.

    Args:
        report_count: what tells this turn from the one before.
    """
    users = _holders(line, line.department_id, [Role.HEAD], now)
    facts = {**week_facts(line.dispatch), "departments": {str(line.department_id): 1}}
    period = f"{line.department_id} {line.pk} {report_count}"
    _tell(NoticeKind.TO_CONFIRM, line, line.dispatch_id, period, users, now, **facts)


def _holders(line: Line, department: int, roles: list[Any], now: datetime) -> list[int]:
    on = timezone.localtime(now, CHINA).date()
    people = people_of([line.dispatch.round.organization_id], roles, on, department=department)
    return list(dict.fromkeys(user for role in roles for user in people.of(role, department=department)))


def _tell(kind: str, line: Line, subject: int, period: str, users: list[int], now: datetime, **facts: Any) -> None:
    """Tells people of a line; `facts` where they are others than which line it is."""
    told = facts or {"week": line.dispatch_id, "measure": line.measure_id}
    round_id = line.dispatch.round_id
    post([Wanted(kind, round_id, subject, period, recipient_id=user, facts=told) for user in users], now)
