"""The states of rounds and sub-issues, and which acts lead from one to another."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rectify.workflow.transitions import Transition, TransitionTable


class RoundStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    NOTICED = "noticed", _("Publicly noticed")
    ARCHIVED = "archived", _("Archived")


# The states of a round in which its sub-issues, and what answers them, can be acted on.
UNDER_WAY = frozenset({RoundStatus.ACTIVE, RoundStatus.NOTICED})


class SubIssueStatus(models.TextChoices):
    RECTIFYING = "rectifying", _("Being rectified")
    IN_REVIEW = "in_review", _("Under acceptance")
    CLOSED = "closed", _("Closed")
    SUSTAINED = "sustained", _("Intensive rectification completed, continuing")


class SuperiorFinding(models.TextChoices):
    """What the superior found of a sub-issue's rectification (上级认定), whatever its own organisation says."""

    ACCEPTED = "accepted", _("Accepted by the superior")
    SENT_BACK = "sent_back", _("Sent back by the superior")


class Kind(models.TextChoices):
    """By when something can be put right: at once, by a date, or never for good."""

    IMMEDIATE = "immediate", _("At once")
    TIME_BOUND = "time_bound", _("By a date")
    LONG_TERM = "long_term", _("Long term")


S = SubIssueStatus

# No longer being rectified: its department says that it is done, others have accepted it or are about to.
DONE = frozenset({S.IN_REVIEW, S.CLOSED, S.SUSTAINED})
# Accepted: no deadline runs any more.
SETTLED = frozenset({S.CLOSED, S.SUSTAINED})

SUB_ISSUE_TRANSITIONS = TransitionTable(
    [
        Transition(
            "request_acceptance",
            _("Request acceptance"),
            frozenset({S.RECTIFYING, S.SUSTAINED}),
            (S.IN_REVIEW,),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "sign",
            _("Accept"),
            frozenset({S.IN_REVIEW}),
            (S.IN_REVIEW, S.CLOSED, S.SUSTAINED),
            frozenset({"signer"}),
            frozenset({"office", "leader"}),
        ),
        Transition(
            "return",
            _("Return for rework"),
            frozenset({S.IN_REVIEW}),
            (S.RECTIFYING, S.SUSTAINED),
            frozenset({"signer"}),
            frozenset({"office", "leader"}),
        ),
        Transition(
            "recall",
            _("Recall"),
            frozenset({S.IN_REVIEW}),
            (S.RECTIFYING, S.SUSTAINED),
            frozenset({"asker"}),
            frozenset({"liaison", "head"}),
        ),
        Transition(
            "register_signature",
            _("Register a signature on paper"),
            frozenset({S.IN_REVIEW}),
            (S.IN_REVIEW, S.CLOSED, S.SUSTAINED),
            frozenset({"office"}),
        ),
        Transition("reopen", _("Reopen"), SETTLED, (S.RECTIFYING,), frozenset({"office"})),
        # The superior decides by its own lights, on whatever day; the state stays as it is.
        Transition(
            "record_superior_finding",
            _("Record the superior's finding"),
            frozenset(S),
            tuple(S),
            frozenset({"office"}),
        ),
    ],
    not_yours=_("Your role does not allow this for this sub-issue."),
    not_now=_("The sub-issue's present state does not allow this."),
)

R = RoundStatus

ROUND_TRANSITIONS = TransitionTable(
    [
        Transition("approve_plan", _("Approve the plan"), frozenset({R.DRAFT}), (R.ACTIVE,), frozenset({"office"})),
        Transition(
            "publish_notice", _("Publish the notice"), frozenset({R.ACTIVE}), (R.NOTICED,), frozenset({"office"})
        ),
    ],
    not_yours=_("Only the rectification office of this organisation may do this."),
    not_now=_("The round's present state does not allow this."),
)


class MilestoneState(models.TextChoices):
    """Follows from whether it was reached or dropped; it is not kept."""

    AHEAD = "ahead", pgettext_lazy("milestone", "Ahead")
    MET = "met", pgettext_lazy("milestone", "Reached")
    DROPPED = "dropped", pgettext_lazy("milestone", "Dropped")


M = MilestoneState

MILESTONE_TRANSITIONS = TransitionTable(
    [
        Transition("set", _("Change"), frozenset({M.AHEAD}), (M.AHEAD,), frozenset({"office"})),
        # Once more, where the day was not right.
        Transition("meet", _("Mark as reached"), frozenset({M.AHEAD, M.MET}), (M.MET,), frozenset({"office"})),
        Transition("drop", _("Drop"), frozenset({M.AHEAD}), (M.DROPPED,), frozenset({"office"})),
    ],
    not_yours=_("Only the rectification office of this organisation may do this."),
    not_now=_("This milestone was reached or dropped already."),
)
