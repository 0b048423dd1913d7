"""What the homes have in common: the round and its measures at a moment, what waits, and where figures lead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.http import urlencode

from issues.models import Round
from issues.scope import Scope
from measures import todo
from measures.figures.round import RoundFigures, round_figures
from measures.filters import MeasureFilterSet
from measures.models import Measure
from measures.pages.look_back_lines import waiting_lines
from measures.parties import available, pending_requests
from measures.past import rewind_measures
from measures.querysets import due_within, late
from measures.standing import waits_for
from measures.states import OPEN, MeasureStatus
from measures.todo import Returned, Waiting
from rectify.dashboards.navigation import Frame

SOON = 10
# A home shows what comes next; the ledger has the rest.
LISTED = 100
# Of a list of names so many are seen at once, the others unfold.
SEEN = 10


@dataclass(frozen=True)
class Part:
    """What one post contributes to its holder's home.

    Args:
        template: draws the part; gets the part itself.
        heading: its title, in words of the job.
        lead: the sentence under it.
        pressing: how much waits for the person in it; what presses comes first.
        facts: what its template shows.
    """

    template: str
    heading: str
    lead: Any = ""
    headline: Any = ""
    pressing: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A measure in a list.

    Args:
        days: left until the deadline, negative when late, None without one.
        act: what its department does next with it here: report_progress, request_closure, or nothing.
        with_whom: who has to sign next, where it is under review.
    """

    measure: Measure
    days: int | None
    act: str = ""
    with_whom: Any = ""

    @property
    def tone(self) -> str:
        if self.days is None or self.days > SOON or self.measure.is_settled:
            return ""
        return "overdue" if self.days < 0 else "due-soon"


@dataclass(frozen=True)
class Named:
    """Some measures by name, and how many there are in all."""

    measures: list[Measure]
    total: int

    @property
    def seen(self) -> list[Measure]:
        return self.measures[:SEEN]

    @property
    def folded(self) -> list[Measure]:
        return self.measures[SEEN:]

    @property
    def unlisted(self) -> int:
        """How many are not even named."""
        return self.total - len(self.measures)


@dataclass
class Desk:
    """The round and the moment that a home shows."""

    frame: Frame
    round: Round

    @property
    def scope(self) -> Scope:
        return self.frame.scope

    @property
    def on(self) -> date:
        return self.scope.moment.on

    @property
    def is_past(self) -> bool:
        return self.scope.moment.is_past

    @cached_property
    def figures(self) -> RoundFigures:
        return round_figures(self.round, self.scope.moment)

    @cached_property
    def to_sign(self) -> list[Waiting]:
        return [] if self.is_past else todo.to_sign(self.frame.posts, self.frame.today)

    @cached_property
    def asked(self) -> list[Waiting]:
        return [] if self.is_past else todo.asked_by(self.frame.posts, self.frame.today)

    @cached_property
    def returned(self) -> list[Returned]:
        return [] if self.is_past else todo.returned_with_reasons(self.frame.posts)

    @cached_property
    def stages(self) -> list[Measure]:
        """Stages that are to be reviewed, of every round."""
        return [] if self.is_past else list(todo.stages_due(self.frame.posts, self.frame.today))

    @cached_property
    def looked_back(self) -> list[dict[str, Any]]:
        """What waits for the person because somebody looked back, in every round."""
        return [] if self.is_past else waiting_lines(self.frame.posts, self.frame.today)

    @cached_property
    def under_review(self) -> list[Waiting]:
        """Every request under review in the person's organisations."""
        if self.is_past:
            return []
        return [item for item, _parties in todo.waiting(self.frame.posts, self.frame.today)]

    def address(self, name: str, filters: Mapping[str, Any] | None = None) -> str:
        """A page of this round and moment."""
        query = urlencode({"round": self.round.pk, **(filters or {})})
        return f"{reverse(name)}?{query}{self.scope.moment.address()}"

    def ledger(self, **filters: Any) -> str:
        """The ledger's rows behind a figure: the same filters as in `measures`."""
        return self.address("ledger", filters)

    def measures(self, **filters: Any) -> Any:
        """The round's measures that fit the ledger's filters, with the columns of the moment."""
        rows = Measure.objects.filter(sub_issue__round=self.round)
        if self.is_past:
            rows = rows.as_of(self.on, self.scope.moment.known_at)
        return MeasureFilterSet({name: str(value) for name, value in filters.items()}, rows, self.scope).filtered()

    def column(self, name: str) -> str:
        return name + self.scope.suffix

    def counts(self, rows: Any) -> dict[str, int]:
        """How many measures there are in each state, late, and due soon: one statement."""
        suffix, states = self.scope.suffix, [status.value for status in MeasureStatus]
        return rows.aggregate(
            total=Count("pk"),
            overdue=Count("pk", filter=late(self.on, suffix)),
            due_soon=Count("pk", filter=due_within(self.on, SOON, suffix)),
            **{state: Count("pk", filter=Q(**{self.column("status"): state})) for state in states},
        )

    def open_measures(self, rows: Any) -> list[Measure]:
        """The unsettled ones, by deadline, those without one last."""
        rows = rows.filter(**{f"{self.column('status')}__in": sorted(OPEN)}).order_by(
            F(self.column("due_on")).asc(nulls_last=True), "sub_issue__position", "position"
        )
        return self.shown(rows[:LISTED])

    def shown(self, rows: Any) -> list[Measure]:
        """Measures with what a row shows, as they were at the moment."""
        rows = rows.for_display()
        return rewind_measures(rows, self.round.organization_id, self.on) if self.is_past else list(rows)

    def named(self, rows: Any) -> Named:
        """The first of some rows by name, and how many there are: one statement more only where they do not all fit."""
        found = self.shown(rows[: LISTED + 1])
        return Named(found[:LISTED], rows.count() if len(found) > LISTED else len(found))

    def lines(self, measures: Iterable[Measure]) -> list[Line]:
        """Measures as lines, with what may be done about each now."""
        found = list(measures)
        if self.is_past:
            return [Line(measure, days_left(measure, self.on)) for measure in found]
        return lines_now(found, self.frame)


def days_left(measure: Measure, on: date) -> int | None:
    return (measure.due_on - on).days if measure.due_on else None


def lines_now(measures: list[Measure], frame: Frame) -> list[Line]:
    """Measures as lines of the present day."""
    requests = pending_requests(measures)
    lines = []
    for measure in measures:
        request = requests.get(measure.pk)
        acts = available(measure, frame.posts, request)
        act = next((act for act in ("report_progress", "request_closure") if act in acts), "")
        with_whom = waits_for(request.next_signer, measure) if request and request.next_signer else ""
        lines.append(Line(measure, days_left(measure, frame.today), act, with_whom))
    return lines
