"""What a measure's line in a week's dispatch can be, and which acts lead from one to another.

The state is not kept; it follows from what was reported, confirmed, returned and recalled (`LineQuerySet.with_state`).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rectify.workflow.transitions import Transition, TransitionTable


class LineState(models.TextChoices):
    TO_REPORT = "to_report", _("To report")
    SAVED = "saved", _("Saved, not sent")
    TO_CONFIRM = "to_confirm", _("To be confirmed by the head")
    REPORTED = "reported", _("Reported")
    LATE = "late", _("Reported late")
    RETURNED = "returned", _("Returned for more")
    EXEMPT = "exempt", _("Exempt this week")


S = LineState

# What a department still owes; worst first on the board.
OWED = frozenset({S.TO_REPORT, S.SAVED, S.RETURNED})
SENT = frozenset({S.TO_CONFIRM, S.REPORTED, S.LATE})

LINE_TRANSITIONS = TransitionTable(
    [
        Transition("save", _("Save"), OWED, (S.SAVED, S.RETURNED), frozenset({"liaison", "head"})),
        Transition("submit", _("Send"), OWED, (S.TO_CONFIRM, S.REPORTED, S.LATE), frozenset({"liaison", "head"})),
        Transition("confirm", _("Agree"), frozenset({S.TO_CONFIRM}), (S.REPORTED, S.LATE), frozenset({"head"})),
        Transition("return", _("Return for more"), SENT, (S.RETURNED,), frozenset({"head", "office"})),
        Transition("recall", _("Recall"), SENT, (S.SAVED,), frozenset({"liaison"})),
        Transition(
            "ask", _("Ask a department"), OWED | SENT, tuple(OWED | SENT), frozenset({"liaison", "head", "office"})
        ),
        Transition("contribute", _("Contribute"), OWED | SENT, tuple(OWED | SENT), frozenset({"contributor"})),
    ],
    not_yours=_("Your role does not allow this for this line."),
    not_now=_("The line's present state does not allow this."),
)
