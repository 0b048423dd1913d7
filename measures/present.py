"""A measure as it stands now for a reader: what is under review, which acts are open, and why others are not."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from rectify.organization.posts import Posts
from rectify.organization.signers import parties_with_turn
from rectify.web.moments import Moment
from rectify.workflow.signing import Outcome

from .models import ClosureRequest, Extension, LongTermRequest, Measure
from .parties import available, concern_of, parties_to
from .standing import deadline_turn, whose_turn
from .states import DEADLINE_TRANSITIONS, UNDER_WORK, MeasureStatus
from .why_not import why_nots, why_nots_of_deadline

Request = Extension | LongTermRequest

# What waits while such a request is under review.
WAITING_ACTS = ("request_extension", "request_long_term", "complete", "request_closure")


@dataclass
class Deadlines:
    """What changed a measure's deadline, oldest first, and what is to change it.

    Args:
        granted: extensions that were granted.
        pending: the request under review.
    """

    granted: list[Extension] = field(default_factory=list)
    pending: Request | None = None


def deadlines_of(measure: Measure, moment: Moment) -> Deadlines:
    """A measure's changes of deadline as of the day that is shown; nothing pends on a past day."""
    rows = measure.extensions.filter(outcome__in=(Outcome.PASSED, Outcome.PENDING)).order_by("pk")
    extensions = list(rows.prefetch_related("signatures__paper"))
    granted = [extension for extension in extensions if extension.ended_on is not None]
    if moment.is_past:
        until = min(moment.on, moment.known_on or moment.on)
        return Deadlines([extension for extension in granted if extension.ended_on and extension.ended_on <= until])
    pending: Request | None = next((extension for extension in extensions if extension.ended_on is None), None)
    if pending is None and measure.status in UNDER_WORK:
        moves = measure.long_term_requests.filter(outcome=Outcome.PENDING)
        pending = moves.prefetch_related("signatures__paper").first()
    return Deadlines(granted, pending)


@dataclass
class Present:
    """A measure as a person sees it.

    Args:
        request: the newest request to close it.
        parties: what the person is to it.
        acts: what they may do now.
        stage_work: it was reported on in a stage whose review day has come.
    """

    measure: Measure
    posts: Posts
    request: ClosureRequest | None
    parties: frozenset[str]
    acts: list[str]
    deadlines: Deadlines
    stage_work: bool

    def why_nots(self) -> list[str]:
        """Why acts that the person would expect are not open now, in words."""
        pending = self.deadlines.pending
        if pending is not None:
            words = why_nots_of_deadline(self.measure, self.posts, self.parties, pending)
            parties = parties_with_turn(self.posts, concern_of(self.measure), pending)
            # Who may decide on it, recall or register it has that to do.
            if words or DEADLINE_TRANSITIONS.available(pending.outcome, parties):
                return words
        return why_nots(self.measure, self.posts, self.parties, self.request, self.acts)

    def turn(self, since: date | None, on: date) -> str:
        """Who has the measure now and for how long; while another deadline is asked for, who decides on that.

        Args:
            since: the day on which its state last changed.
        """
        if self.deadlines.pending is not None:
            return deadline_turn(self.measure, self.deadlines.pending, on)
        if self.stage_work:
            return _("With the rectification office: the stage is reported on and waits to be reviewed.")
        return whose_turn(self.measure, self.request, since, on)


def present_of(measure: Measure, posts: Posts, on: date) -> Present:
    """A measure that `for_display` read, as it is on the present day: a constant number of statements."""
    newest = measure.closure_requests.prefetch_related("signatures__paper").order_by("-pk").first()
    pending = newest if newest is not None and newest.outcome == Outcome.PENDING else None
    acts, deadlines = available(measure, posts, pending), deadlines_of(measure, Moment(on, None, on))
    if deadlines.pending is not None:
        acts = [act for act in acts if act not in WAITING_ACTS]
    due = measure.status == MeasureStatus.SUSTAINED and measure.review_on is not None and measure.review_on <= on
    worked = due and Measure.objects.filter(pk=measure.pk).with_stage_work().get().stage_work
    return Present(measure, posts, newest, parties_to(measure, posts, pending), acts, deadlines, worked)
