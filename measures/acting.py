"""One act on one measure: locks, checks of role, version and state, and the writing of object and history together."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from issues.models import SubIssue
from issues.states import UNDER_WAY, SubIssueStatus
from rectify.organization.posts import Posts
from rectify.organization.signers import hand_of, require_reading, require_turn_of
from rectify.workflow.acts import Act
from rectify.workflow.guards import check
from rectify.workflow.history import Chain, Entry, HistoryRow
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound, WrongState
from rectify.workflow.signing import Hand, Outcome

from .models import ClosureRequest, Measure, MeasureHistory
from .parties import concern_of, parties_to, pending_request
from .states import MEASURE_TRANSITIONS, MeasureStatus

# A closed sub-issue stays as it is but for what reopens it; what was moved to long term goes on under it.
UNDER_CLOSED = frozenset({"reopen"})


class MeasureStep:
    """An act on a locked measure, past every check but that of its input. Make it inside a transaction.

    The sub-issue is locked before the measure is read, so that acts on one sub-issue and its measures queue up and
    closing a sub-issue cannot pass the reopening of a measure.
    """

    def __init__(self, name: str, act: Act, measure_id: int, data: Mapping[str, Any]) -> None:
        self.name, self.act, self.data = name, act, data
        self.posts = Posts.of(act.actor, act.on)
        self.measure, self.sub_issue = locked_measure(self.posts, measure_id)
        self.request = pending_request(self.measure)
        self.parties = parties_to(self.measure, self.posts, self.request)
        require_turn_of(name, self.request, self.posts, concern_of(self.measure), act.on, self.measure)
        check(MEASURE_TRANSITIONS, name, self.measure, self.measure.status, self.parties, data)
        self._require_open_round()

    def _require_open_round(self) -> None:
        if self.sub_issue.round.status not in UNDER_WAY:
            raise WrongState(_("The round is not under way; its measures cannot be changed."), current=self.measure)
        goes_on = self.measure.status == MeasureStatus.SUSTAINED or self.name in UNDER_CLOSED
        if self.sub_issue.status == SubIssueStatus.CLOSED and not goes_on:
            raise WrongState(_("The sub-issue is closed; reopen the measure first."), current=self.measure)

    @property
    def hand(self) -> Hand:
        """The actor as a signer."""
        return hand_of(self.posts, concern_of(self.measure))

    @property
    def who(self) -> tuple[str, str]:
        return self.posts.who(concern_of(self.measure), self.measure.lead_department)

    def write(
        self,
        new: Mapping[str, Any],
        *,
        applies: bool = True,
        new_version: bool = True,
        also: Mapping[str, Any] | None = None,
        **entry: Any,
    ) -> HistoryRow:
        """Writes the change and its row of history; see `record`. `entry`: further fields of an `Entry`."""
        return record(
            self.measure,
            Chain(MeasureHistory, self.sub_issue.pk),
            self.act,
            self.who,
            Entry(self.name, new=new, **entry),
            applies=applies,
            new_version=new_version,
            also=also,
        )

    @property
    def pending(self) -> ClosureRequest:
        """The request under review. Raises WrongState where there is none."""
        if self.request is None:
            raise WrongState(_("There is no request under review."), current=self.measure)
        return self.request

    def end_request(self, outcome: Outcome) -> ClosureRequest:
        """Ends the request under review."""
        request = self.pending
        request.outcome, request.ended_on = outcome, self.act.on
        request.save(update_fields=["outcome", "ended_on"])
        return request


def locked_measure(posts: Posts, measure_id: int) -> tuple[Measure, SubIssue]:
    """The measure under its sub-issue's lock. Raises NotFound where the person may not see it.

    One statement locks the sub-issue, then the measure: whoever had to wait for the sub-issue must see what was written
    to the measure meanwhile, and PostgreSQL reads a row anew only where it was locked itself.
    """
    try:
        measure = (
            Measure.objects.select_for_update(of=("sub_issue", "self"), no_key=True)
            .select_related("lead_department", "responsible_leader", "sub_issue__round__organization")
            .get(pk=measure_id)
        )
    except Measure.DoesNotExist as error:
        raise NotFound() from error
    require_reading(posts, measure.sub_issue.round.organization)
    return measure, measure.sub_issue
