"""The states of a sampled measure and of a remark, and who may do what about them."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rectify.workflow.transitions import Transition, TransitionTable

from ..models import Finding, LookBackItem, Measure, RemarkState
from ..states import MeasureStatus


class ItemState(models.TextChoices):
    """Where a sampled measure stands; derived, see `state_of`."""

    PENDING = "pending", _("To be checked")
    REOPENED_BEFORE = "reopened_before", _("Reopened before it was checked")
    HOLDS = "holds", _("Holds")
    PROPOSED = "proposed", _("Relapsed, reopening proposed")
    REOPENED = "reopened", _("Relapsed, reopened")
    DECLINED = "declined", _("Relapsed, left closed")


def state_of(item: LookBackItem, measure: Measure) -> ItemState:
    """The state of a sampled measure. `in_state` says the same in SQL."""
    if item.result == Finding.HOLDS:
        return ItemState.HOLDS
    if item.result == Finding.RELAPSED:
        if item.reopening is not None:
            return ItemState.REOPENED
        return ItemState.PROPOSED if item.declined_on is None else ItemState.DECLINED
    return ItemState.PENDING if measure.status == MeasureStatus.CLOSED else ItemState.REOPENED_BEFORE


def in_state(state: str) -> Q:
    """The condition under which a sampled measure is in a state."""
    pending, relapsed = Q(result=Finding.PENDING), Q(result=Finding.RELAPSED)
    closed, reopened = Q(measure__status=MeasureStatus.CLOSED), Q(reopening__isnull=False)
    declined = Q(declined_on__isnull=False)
    return {
        ItemState.PENDING: pending & closed,
        ItemState.REOPENED_BEFORE: pending & ~closed,
        ItemState.HOLDS: Q(result=Finding.HOLDS),
        ItemState.PROPOSED: relapsed & ~reopened & ~declined,
        ItemState.REOPENED: relapsed & reopened,
        ItemState.DECLINED: relapsed & ~reopened & declined,
    }[ItemState(state)]


def overdue(on: date) -> Q:
    """The condition under which an answer to a remark is late."""
    return Q(state=RemarkState.OPEN, answer_due_on__lt=on)


I = ItemState  # noqa: E741

ITEM_TRANSITIONS = TransitionTable(
    [
        Transition("check", _("Check"), frozenset({I.PENDING}), (I.HOLDS, I.PROPOSED), frozenset({"checker"})),
        Transition("decline", _("Leave it closed"), frozenset({I.PROPOSED}), (I.DECLINED,), frozenset({"office"})),
    ],
    not_yours=_("Your role does not allow this for this sampled measure."),
    not_now=_("The present state of this sampled measure does not allow this."),
)

R = RemarkState

REMARK_TRANSITIONS = TransitionTable(
    [
        Transition("answer", _("Answer"), frozenset({R.OPEN}), (R.ANSWERED,), frozenset({"liaison", "head"})),
        Transition("settle", _("Accept the answer"), frozenset({R.ANSWERED}), (R.ACCEPTED,), frozenset({"auditor"})),
        Transition("send_back", _("Send the answer back"), frozenset({R.ANSWERED}), (R.OPEN,), frozenset({"auditor"})),
    ],
    not_yours=_("Your role does not allow this for this remark."),
    not_now=_("The remark's present state does not allow this."),
)
