"""Who is told of an order, an answer and an instruction: numbers and names of departments, no word of the paper."""

from collections.abc import Iterable
from typing import Any

from rectify.organization.models import Role
from rectify.workflow.acts import Act

from ..models import NoticeKind, OrderKind, SupervisionOrder
from ..notices.outbox import Wanted, post
from ..notices.recipients import people_of


def facts_of(order: SupervisionOrder) -> dict[str, Any]:
    """What the words of a notice are made of."""
    return {
        "number": order.number,
        "kind": order.kind,
        "department": order.department.name if order.department else "",
        "due_on": order.due_on.isoformat() if order.due_on else None,
    }


def tell_department(act: Act, order: SupervisionOrder) -> None:
    """The department's liaison and head learn that there is something to answer, or to answer again."""
    roles, department = (Role.LIAISON, Role.HEAD), order.department_id or 0
    people = people_of([order.round.organization_id], roles, act.on, department=department)
    period = "issued" if order.turn == 1 else f"returned-{order.turn}"
    told = [pk for role in roles for pk in people.of(role, department=department)]
    _post(act, order, NoticeKind.ORDER, period, told)


def tell_of_answer(act: Act, order: SupervisionOrder) -> None:
    """The office learns that an answer is there; of an instruction, the leader who gave it does, too."""
    organization = order.round.organization_id
    people = people_of([organization], [Role.OFFICE, Role.LEADER], act.on)
    told = people.of(Role.OFFICE, organization=organization)
    if order.kind == OrderKind.INSTRUCTION and order.leader_id:
        told += people.of(Role.LEADER, leader=order.leader_id)
    _post(act, order, NoticeKind.ORDER_ANSWERED, f"answer-{order.turn}", told)


def tell_of_instruction(act: Act, order: SupervisionOrder) -> None:
    """The office learns that a leader wrote an instruction, which it has to assign and to issue."""
    organization = order.round.organization_id
    people = people_of([organization], [Role.OFFICE], act.on).of(Role.OFFICE, organization=organization)
    _post(act, order, NoticeKind.INSTRUCTION, "written", people)


def _post(act: Act, order: SupervisionOrder, kind: str, period: str, people: Iterable[int]) -> None:
    facts = facts_of(order)
    wanted = [Wanted(kind, order.round_id, order.pk, period, recipient_id=pk, facts=facts) for pk in people]
    post(wanted, now=act.clock())
