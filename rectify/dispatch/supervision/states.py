"""The kinds of supervision papers, what becomes of one, and who may do what about it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rectify.workflow.transitions import Transition, TransitionTable


class OrderKind(models.TextChoices):
    """The escalation papers in the order in which practice goes from one to the next, and a leader's instruction."""

    REMINDER_LETTER = "reminder_letter", _("Reminder letter")
    ORDER = "order", _("Supervision order")
    INTERVIEW = "interview", _("Interview")
    ACCOUNTABILITY = "accountability", _("Proposal of accountability")
    INSTRUCTION = "instruction", _("Instruction")


ESCALATION = (OrderKind.REMINDER_LETTER, OrderKind.ORDER, OrderKind.INTERVIEW, OrderKind.ACCOUNTABILITY)


class OrderStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("supervision paper", "Draft")
    ISSUED = "issued", _("To be answered")
    ANSWERED = "answered", _("Answered, to be checked")
    CLOSED = "closed", pgettext_lazy("supervision paper", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("supervision paper", "Cancelled")


S = OrderStatus

# Somebody still has something to do about it.
OPEN = frozenset({S.ISSUED, S.ANSWERED})

# Somebody of the office to whose own department it goes may write it, but neither returns nor accepts the answer.
WRITERS = frozenset({"office", "office_itself"})

ORDER_TRANSITIONS = TransitionTable(
    [
        Transition("edit", _("Save the draft"), frozenset({S.DRAFT}), (S.DRAFT,), WRITERS),
        Transition("issue", _("Issue"), frozenset({S.DRAFT}), (S.ISSUED,), WRITERS),
        Transition("answer", _("Answer"), frozenset({S.ISSUED}), (S.ANSWERED,), frozenset({"liaison", "head"})),
        Transition(
            "return_answer", _("Return the answer"), frozenset({S.ANSWERED}), (S.ISSUED,), frozenset({"office"})
        ),
        Transition("conclude", _("Conclude"), frozenset({S.ANSWERED}), (S.CLOSED,), frozenset({"office"})),
        Transition("cancel", _("Cancel the paper"), OPEN | {S.DRAFT}, (S.CANCELLED,), WRITERS),
    ],
    not_yours=_("Your role does not allow this for this paper."),
    not_now=_("The paper's present state does not allow this."),
)


def overdue(on: date) -> Q:
    """The condition under which a paper is to be answered and the day until which it was is past."""
    return Q(status=OrderStatus.ISSUED, due_on__lt=on)


def next_kind(last: str | None) -> OrderKind:
    """The kind that follows another one in practice's order; the first where there was none, the last after the last.

    An instruction stands outside that order.
    """
    if last is None or last not in ESCALATION:
        return ESCALATION[0]
    return ESCALATION[min(ESCALATION.index(OrderKind(last)) + 1, len(ESCALATION) - 1)]
