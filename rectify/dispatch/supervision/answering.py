"""What follows an issued paper: its department answers, the office returns the answer, concludes, or cancels."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rectify.workflow.acts import Act
from rectify.workflow.guards import ReasonInput, validated
from rectify.workflow.refusals import Invalid

from ..models import OrderStatus, SupervisionOrder
from .acting import OrderStep
from .inputs import AnswerOrderInput, ConcludeOrderInput, ReturnAnswerInput
from .telling import tell_department, tell_of_answer


@transaction.atomic
def answer_order(act: Act, order_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """The addressed department's liaison or head answers; `data`: version, answer.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = OrderStep("answer", act, order_id, data)
    answer = validated(AnswerOrderInput, data)["answer"]
    late = step.order.is_overdue(act.on)
    order = step.save(
        status=OrderStatus.ANSWERED,
        answer=answer,
        answered_by=act.actor,
        answered_by_name=step.who,
        answered_on=act.on,
        answered_at=act.clock(),
    )
    step.write(action="answer_order", answer=answer, late=late)
    tell_of_answer(act, order)
    return order


@transaction.atomic
def return_answer(act: Act, order_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """The office sends an answer back; `data`: version, reason, and due_on where it is to be answered by another day.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = OrderStep("return_answer", act, order_id, data)
    values = validated(ReturnAnswerInput, data)
    due_on = values["due_on"] or step.order.due_on
    if values["due_on"] and values["due_on"] < act.on:
        raise Invalid(errors={"due_on": [_("The answer cannot be due in the past.")]})
    order = step.save(
        status=OrderStatus.ISSUED, return_reason=values["reason"], due_on=due_on, turn=step.order.turn + 1
    )
    step.write(values["reason"], action="return_order_answer", turn=order.turn)
    tell_department(act, order)
    return order


@transaction.atomic
def conclude_order(act: Act, order_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """The office accepts the answer and closes the paper; `data`: version, conclusion.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = OrderStep("conclude", act, order_id, data)
    conclusion = validated(ConcludeOrderInput, data)["conclusion"]
    order = step.save(status=OrderStatus.CLOSED, conclusion=conclusion, ended_by_name=step.who, ended_on=act.on)
    step.write(action="conclude_order", conclusion=conclusion)
    return order


@transaction.atomic
def cancel_order(act: Act, order_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """The office takes a paper back; `data`: version, reason. A number that was given stays given.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = OrderStep("cancel", act, order_id, data)
    reason = validated(ReasonInput, data)["reason"]
    order = step.save(status=OrderStatus.CANCELLED, cancel_reason=reason, ended_by_name=step.who, ended_on=act.on)
    step.write(reason, action="cancel_order")
    return order
