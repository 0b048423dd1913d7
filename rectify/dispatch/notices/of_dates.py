"""What supervision orders and milestones tell on working mornings: a day comes near, or an answer is late."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat

from issues.models import Milestone
from issues.states import UNDER_WAY
from rectify.organization.models import Role

from ..models import Notice, NoticeKind, SupervisionOrder
from .of_deadlines import MORNING, eve_of_next
from .outbox import Wanted, pages_of, post
from .recipients import people_of

# So many days before an answer is due, and before a milestone.
ANSWER_NEAR = timedelta(days=2)
MILESTONE_NEAR = timedelta(days=10)
AT_DEPARTMENT = (Role.LIAISON, Role.HEAD)

Row = dict[str, Any]


def tell_orders(now: datetime) -> int:
    """Tells a department that its answer is due soon, and department and office that it is late. Returns how many."""
    if now.time() < MORNING or (eve := eve_of_next(now.date())) is None:
        return 0
    waiting = SupervisionOrder.objects.awaiting_answer()
    near = waiting.filter(due_on__gte=now.date(), due_on__lte=eve + ANSWER_NEAR)
    late = waiting.filter(due_on__lt=now.date())
    told = _tell_all(near, NoticeKind.ORDER_DUE, _by_turn("near"), AT_DEPARTMENT, now)
    return told + _tell_all(late, NoticeKind.ORDER_DUE, _by_turn("late"), (*AT_DEPARTMENT, Role.OFFICE), now)


def _by_turn(what: str) -> Any:
    """Each day until which an answer was asked for, and each time it was, is told of anew."""
    return Concat(Cast("due_on", CharField()), Value(" "), Cast("turn", CharField()), Value(f" {what}"))


def tell_milestones(now: datetime) -> int:
    """Tells the office, and the department that has to reach it, that a milestone comes near. Returns how many."""
    if now.time() < MORNING or (eve := eve_of_next(now.date())) is None:
        return 0
    ahead = Milestone.objects.filter(
        dropped=False, met_on__isnull=True, due_on__gte=now.date(), due_on__lte=eve + MILESTONE_NEAR
    )
    roles = (*AT_DEPARTMENT, Role.OFFICE)
    return _tell_all(ahead, NoticeKind.MILESTONE, Cast("due_on", CharField()), roles, now)


def _tell_all(rows: Any, kind: str, told_as: Any, roles: tuple[Role, ...], now: datetime) -> int:
    told = Notice.objects.told(kind, OuterRef("pk"), OuterRef("told_as"))
    wanted = (
        rows.filter(round__status__in=UNDER_WAY)
        .annotate(told_as=told_as)
        .filter(~Exists(told))
        .values("pk", "told_as", "round", "department", "due_on", organization=F("round__organization"))
    )
    return sum(_tell(page, kind, roles, now) for page in pages_of(wanted))


def _tell(page: list[Row], kind: str, roles: tuple[Role, ...], now: datetime) -> int:
    people = people_of({row["organization"] for row in page}, roles, now.date())
    wanted = {
        (row["pk"], user): Wanted(
            kind,
            row["round"],
            row["pk"],
            row["told_as"],
            recipient_id=user,
            facts={"due_on": row["due_on"].isoformat()},
        )
        for row in page
        for role in roles
        for user in people.of(role, department=row["department"] or 0, organization=row["organization"])
    }
    return post(wanted.values(), now)
