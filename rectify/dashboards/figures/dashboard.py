"""Everything that the dashboard of a round shows, as of a moment."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from issues.models import Heading, Milestone, Round
from measures.figures.closing import Waiting, outcomes, waiting
from measures.figures.counting import grouped
from measures.figures.round import RoundFigures, of_measures, round_figures
from rectify.dispatch.models import FrozenFigures
from rectify.web.moments import Moment

from .since import Since, since
from .weeks import Reported, frozen_by, newest_week


@dataclass(frozen=True)
class Ahead:
    """The next milestone that is not reached; `days` until it, negative where it is late."""

    title: str
    due_on: date
    days: int


@dataclass(frozen=True)
class RoundDashboard:
    """A round's figures with all that goes beside them.

    Args:
        by_heading: of the headings at the top, with what lies beneath them.
        reported: the newest week, None before the first.
        since: what changed since the week that was frozen last before the day, None before the first.
    """

    figures: RoundFigures
    by_heading: list[dict[str, Any]]
    waiting: Waiting
    outcomes: dict[str, Decimal]
    reported: Reported | None
    milestone: Ahead | None
    since: Since | None

    def as_json(self) -> dict[str, Any]:
        """The dashboard as the API gives it."""
        milestone = self.milestone
        return {
            **self.figures.as_json(),
            "by_heading": self.by_heading,
            "waiting": self.waiting.as_json(),
            "outcomes": {name: format(quantity.normalize(), "f") for name, quantity in self.outcomes.items()},
            "reported": self.reported.as_json() if self.reported else None,
            "milestone": {"title": milestone.title, "due_on": milestone.due_on, "days": milestone.days}
            if milestone
            else None,
            "since": self.since.as_json() if self.since else None,
        }


def round_dashboard(round_: Round, moment: Moment) -> RoundDashboard:
    """All that a round's dashboard shows as of a moment, at a constant number of statements."""
    figures = round_figures(round_, moment)
    kept = list(frozen_by(round_, moment)[:2])
    return RoundDashboard(
        figures=figures,
        by_heading=_by_heading(figures),
        waiting=waiting(figures.rows, moment),
        outcomes=outcomes(figures.rows, moment),
        reported=newest_week(round_, moment, kept[0] if kept else None),
        milestone=_ahead(round_, moment.on),
        since=since(figures.as_json(), last_before(kept, moment.on)),
    )


def last_before(kept: list[FrozenFigures], on: date) -> FrozenFigures | None:
    """The newest of those kept before a day: what was frozen on the day itself is no change against itself."""
    return next((each for each in kept if each.on < on), None)


def _by_heading(figures: RoundFigures) -> list[dict[str, Any]]:
    headings = list(Heading.objects.filter(round=figures.round).order_by("position"))
    above = {heading.pk: heading.parent_id for heading in headings}

    def top(pk: int) -> int:
        while (parent := above[pk]) is not None:
            pk = parent
        return pk

    tops = [
        {"id": heading.pk, "number": heading.number, "title": heading.title}
        for heading in headings
        if heading.parent_id is None
    ]
    on, start = figures.moment.on, figures.round.plan_approved_on
    return grouped(of_measures(figures.rows), on, start, lambda row: top(row.heading), tops, "id")


def _ahead(round_: Round, on: date) -> Ahead | None:
    """The first milestone that was not reached by a day."""
    unmet = Q(met_on__isnull=True) | Q(met_on__gt=on)
    found = Milestone.objects.filter(unmet, round=round_, dropped=False).order_by("due_on", "position").first()
    return Ahead(found.title, found.due_on, (found.due_on - on).days) if found is not None else None
