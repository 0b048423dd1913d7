"""What looking back tells: a remark is to be answered, an answer is to be read, a relapse is to be decided upon."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast

from measures.look_back.states import ItemState, in_state
from measures.look_back.waiting import ROUND, UNDER_WAY_NOW
from measures.models import LookBackItem, Remark, RemarkState
from rectify.organization.models import Role

from ..models import Notice, NoticeKind
from .asking import Look, Question
from .outbox import Wanted, post
from .recipients import People, people_of

# Kind -> the rows that wait, and the roles of those for whom they do.
WAITING: Mapping[str, tuple[Any, Q, tuple[Role, ...]]] = {
    NoticeKind.REMARK: (Remark, Q(state=RemarkState.OPEN), (Role.LIAISON, Role.HEAD)),
    NoticeKind.REMARK_ANSWERED: (Remark, Q(state=RemarkState.ANSWERED), (Role.AUDITOR,)),
    NoticeKind.RELAPSE: (LookBackItem, in_state(ItemState.PROPOSED), (Role.OFFICE,)),
}


def waiting_of(kind: str) -> Any:
    """The rows of which a kind of notice tells, as they stand now."""
    model, state, _roles = WAITING[kind]
    return model.objects.filter(UNDER_WAY_NOW, state)


def look_back(look: Look) -> Iterator[Question]:
    """Each of it is told once; what was sent back and comes again is told anew."""
    for kind in WAITING:
        yield Question(_untold(kind), partial(_tell, kind, look.now))


def _untold(kind: str) -> Any:
    told = Notice.objects.told(kind, OuterRef("pk"), OuterRef("told_as"))
    rows = waiting_of(kind).annotate(told_as=Cast("version", CharField()))
    return rows.filter(~Exists(told)).values(
        "pk",
        "told_as",
        "measure",
        round=F(ROUND),
        organization=F(f"{ROUND}__organization"),
        superior=F(f"{ROUND}__organization__parent"),
        department=F("measure__lead_department"),
    )


def _tell(kind: str, now: datetime, page: list[dict[str, Any]]) -> int:
    roles = WAITING[kind][2]
    organizations = {pk for row in page for pk in (row["organization"], row["superior"]) if pk}
    people = people_of(organizations, roles, now.date())
    wanted = {
        (row["pk"], user): Wanted(
            kind,
            row["round"],
            row["pk"],
            row["told_as"],
            recipient_id=user,
            facts={"measure": row["measure"]},
        )
        for row in page
        for role in roles
        for user in _whom(people, role, row)
    }
    return post(wanted.values(), now)


def _whom(people: People, role: Role, row: Mapping[str, Any]) -> Iterator[int]:
    """The holders of a role; auditors of the superior organisation too, of the office those of another department."""
    for organization in (row["organization"], row["superior"] if role == Role.AUDITOR else None):
        for holder in people.holders(role, department=row["department"], organization=organization or 0):
            if role != Role.OFFICE or holder.department != row["department"]:
                yield holder.user
