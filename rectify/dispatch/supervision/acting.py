"""One act on a paper: the round locked, then the paper; past the checks, its row in the round's history."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from issues.models import Round, RoundHistory
from issues.plan import locked_round
from issues.states import UNDER_WAY
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import check
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound, WrongState

from ..models import SupervisionOrder
from .states import ORDER_TRANSITIONS


def concern_of(order: SupervisionOrder) -> Concern:
    """The parts of a paper that decide who is a party to it."""
    return Concern(order.round.organization_id, order.department_id, order.leader_id)


def acts_on(order: SupervisionOrder, posts: Posts) -> list[str]:
    """What a person may do about a paper, by role and state."""
    if order.round.status not in UNDER_WAY:
        return []
    return ORDER_TRANSITIONS.available(order.status, posts.parties(concern_of(order)))


def require_under_way(round_: Round, current: Any = None) -> None:
    """Raises WrongState unless the round is under way."""
    if round_.status not in UNDER_WAY:
        raise WrongState(_("The round is not under way; no papers are written on it."), current=current)


def told_of(order: SupervisionOrder) -> dict[str, Any]:
    """A paper as history names it. Its words come with the act that makes them public."""
    return {
        "id": order.pk,
        "number": order.number,
        "kind": order.kind,
        "status": order.status,
        "department": order.department.key if order.department else None,
        "due_on": order.due_on.isoformat() if order.due_on else None,
    }


def write(act: Act, order: SupervisionOrder, name: str, reason: str = "", **extra: Any) -> None:
    """Writes an act on a paper into the round's chain; the round itself stays as it is.

    Args:
        extra: what else belongs to the record beside the paper.
    """
    who = Posts.of(act.actor, act.on).who(concern_of(order), order.department)
    entry = Entry(name, reason=reason, extra={"order": told_of(order), **extra})
    record(order.round, Chain(RoundHistory, order.round_id), act, who, entry, new_version=False)


class OrderStep:
    """An act on a paper under the locks of its round and its own. Make it inside a transaction.

    Raises:
        NotFound, Forbidden, Stale, WrongState: in this order.
    """

    def __init__(self, name: str, act: Act, order_id: int, data: Mapping[str, Any]) -> None:
        round_id = SupervisionOrder.objects.filter(pk=order_id).values_list("round", flat=True).first()
        if round_id is None:
            raise NotFound()
        self.act, self.posts = act, Posts.of(act.actor, act.on)
        round_ = locked_round(act, round_id)
        orders = SupervisionOrder.objects.visible_to(act.actor, act.on).for_display()
        order = orders.select_for_update(of=("self",), no_key=True).filter(pk=order_id).first()
        if order is None:
            raise NotFound()
        order.round = round_
        self.order: SupervisionOrder = order
        subject: Any = order
        check(ORDER_TRANSITIONS, name, subject, order.status, self.posts.parties(concern_of(order)), data)
        require_under_way(round_, order)

    @property
    def who(self) -> str:
        """The actor's name as the paper keeps it."""
        return self.act.actor.get_full_name()

    def save(self, **values: Any) -> SupervisionOrder:
        """Brings the paper to its next version."""
        self.order.version += 1
        for name, value in values.items():
            setattr(self.order, name, value)
        self.order.save(update_fields=["version", *values])
        return self.order

    def write(self, reason: str = "", *, action: str, **extra: Any) -> None:
        """Writes the act into the round's history."""
        write(self.act, self.order, action, reason, **extra)
