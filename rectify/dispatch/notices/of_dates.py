"""What supervision orders and milestones tell on working mornings: a day comes near, or an answer is late."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat

from issues.models import Milestone
from issues.states import UNDER_WAY
from rectify.organization.models import Role

from ..models import Notice, NoticeKind, SupervisionOrder
from .asking import Look, Question
from .outbox import Wanted, post
from .recipients import people_of

# So many days before an answer is due, and before a milestone.
ANSWER_NEAR = timedelta(days=2)
MILESTONE_NEAR = timedelta(days=10)
AT_DEPARTMENT = (Role.LIAISON, Role.HEAD)

Row = dict[str, Any]


def orders(look: Look) -> Iterator[Question]:
    """A department is told that its answer is due soon, department and office that it is late."""
    if (eve := look.eve) is None:
        return
    waiting, today = SupervisionOrder.objects.awaiting_answer(), look.now.date()
    near = waiting.filter(due_on__gte=today, due_on__lte=eve + ANSWER_NEAR)
    late = waiting.filter(due_on__lt=today)
    yield _question(near, NoticeKind.ORDER_DUE, _by_turn("near"), AT_DEPARTMENT, look)
    yield _question(late, NoticeKind.ORDER_DUE, _by_turn("late"), (*AT_DEPARTMENT, Role.OFFICE), look)


def _by_turn(what: str) -> Any:
    """Each day until which an answer was asked for, and each time it was, is told of anew."""
    return Concat(Cast("due_on", CharField()), Value(" "), Cast("turn", CharField()), Value(f" {what}"))


def milestones(look: Look) -> Iterator[Question]:
    """The office, and the department that has to reach it, are told that a milestone comes near."""
    if (eve := look.eve) is None:
        return
    ahead = Milestone.objects.filter(
        dropped=False, met_on__isnull=True, due_on__gte=look.now.date(), due_on__lte=eve + MILESTONE_NEAR
    )
    roles = (*AT_DEPARTMENT, Role.OFFICE)
    yield _question(ahead, NoticeKind.MILESTONE, Cast("due_on", CharField()), roles, look)


def _question(rows: Any, kind: str, told_as: Any, roles: tuple[Role, ...], look: Look) -> Question:
    told = Notice.objects.told(kind, OuterRef("pk"), OuterRef("told_as"))
    wanted = (
        rows.filter(round__status__in=UNDER_WAY)
        .annotate(told_as=told_as)
        .filter(~Exists(told))
        .values("pk", "told_as", "round", "department", "due_on", organization=F("round__organization"))
    )
    return Question(wanted, partial(_tell, kind, roles, look.now))


def _tell(kind: str, roles: tuple[Role, ...], now: datetime, page: list[Row]) -> int:
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
