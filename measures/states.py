"""The states of a measure, and which acts lead from one to another.

Done is not closed: a department says `completed`, others strike it off against evidence (销号) and it is `closed`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rectify.workflow.signing import Outcome
from rectify.workflow.transitions import Transition, TransitionTable


class MeasureStatus(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed, not closed yet")
    IN_REVIEW = "in_review", _("Closure under review")
    CLOSED = "closed", _("Closed")
    SUSTAINED = "sustained", _("Moved to long term")
    CANCELLED = "cancelled", _("Cancelled")
    MERGED = "merged", _("Merged")


S = MeasureStatus

DONE = frozenset({S.COMPLETED, S.IN_REVIEW, S.CLOSED})
SETTLED = frozenset({S.CLOSED, S.SUSTAINED, S.CANCELLED, S.MERGED})
# What nobody has called done yet; only that can be behind even progress.
UNDONE = frozenset({S.NOT_STARTED, S.IN_PROGRESS})
# Left out of lists and totals unless asked for: they answer nothing any more.
OMITTED = frozenset({S.CANCELLED, S.MERGED})
OPEN = frozenset(S) - SETTLED
# What is worked on: its deadline can be changed.
UNDER_WORK = frozenset({S.NOT_STARTED, S.IN_PROGRESS})
SIGNERS = frozenset({"head", "office", "leader", "chair"})

MEASURE_TRANSITIONS = TransitionTable(
    [
        Transition(
            "report_progress",
            _("Report progress"),
            UNDER_WORK,
            (S.IN_PROGRESS,),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "complete", _("Completed"), frozenset({S.IN_PROGRESS}), (S.COMPLETED,), frozenset({"liaison", "head"})
        ),
        Transition(
            "request_closure",
            _("Request closure"),
            frozenset({S.IN_PROGRESS, S.COMPLETED}),
            (S.IN_REVIEW,),
            frozenset({"liaison"}),
        ),
        Transition(
            "sign", _("Agree"), frozenset({S.IN_REVIEW}), (S.IN_REVIEW, S.CLOSED), frozenset({"signer"}), SIGNERS
        ),
        Transition(
            "return", _("Return for rework"), frozenset({S.IN_REVIEW}), (S.IN_PROGRESS,), frozenset({"signer"}), SIGNERS
        ),
        Transition(
            "recall",
            _("Recall"),
            frozenset({S.IN_REVIEW}),
            (S.IN_PROGRESS, S.COMPLETED),
            frozenset({"asker"}),
            frozenset({"liaison"}),
        ),
        Transition(
            "register_signature",
            _("Register a signature on paper"),
            frozenset({S.IN_REVIEW}),
            (S.IN_REVIEW, S.CLOSED),
            frozenset({"office"}),
        ),
        Transition("reopen", _("Reopen"), frozenset({S.CLOSED}), (S.IN_PROGRESS,), frozenset({"office"})),
        Transition(
            "correct",
            _("Correct a report"),
            frozenset({S.IN_PROGRESS, S.COMPLETED}),
            (S.IN_PROGRESS, S.COMPLETED),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "request_extension",
            _("Request an extension"),
            UNDER_WORK,
            tuple(sorted(UNDER_WORK)),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "request_long_term",
            _("Request moving to long term"),
            UNDER_WORK,
            tuple(sorted(UNDER_WORK)),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "report_stage",
            _("Report on the stage"),
            frozenset({S.SUSTAINED}),
            (S.SUSTAINED,),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "review_stage",
            _("Review the stage"),
            frozenset({S.SUSTAINED}),
            (S.SUSTAINED, S.IN_PROGRESS),
            frozenset({"office"}),
        ),
        Transition(
            "add_evidence",
            _("Add evidence"),
            OPEN | {S.SUSTAINED},
            tuple(OPEN | {S.SUSTAINED}),
            frozenset({"liaison", "head", "contributor", "office"}),
        ),
        # Of one's own department's files; who that is, is told by each file.
        *(
            Transition(name, label, OPEN, tuple(OPEN), frozenset({"liaison", "head", "contributor", "office"}))
            for name, label in (
                ("replace_evidence", _("Upload a newer version")),
                ("withdraw_evidence", _("Withdraw evidence")),
            )
        ),
    ],
    not_yours=_("Your role does not allow this for this measure."),
    not_now=_("The measure's present state does not allow this."),
)

PENDING = frozenset({Outcome.PENDING})

# Of a request that changes until when a measure runs: its state is its outcome.
DEADLINE_TRANSITIONS = TransitionTable(
    [
        Transition("sign", _("Agree"), PENDING, (Outcome.PENDING, Outcome.PASSED), frozenset({"signer"}), SIGNERS),
        Transition("return", _("Return for rework"), PENDING, (Outcome.RETURNED,), frozenset({"signer"}), SIGNERS),
        Transition(
            "recall",
            _("Recall"),
            PENDING,
            (Outcome.RECALLED,),
            frozenset({"asker"}),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "register_signature",
            _("Register a signature on paper"),
            PENDING,
            (Outcome.PENDING, Outcome.PASSED),
            frozenset({"office"}),
        ),
    ],
    not_yours=_("Your role does not allow this for this request."),
    not_now=_("This request has been decided, returned or recalled already."),
)
