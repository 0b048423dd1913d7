"""Many rounds side by side, with the figures of each round's page: of the present, or of the weeks frozen by a day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from issues.models import Round, SubIssue
from measures.figures.counting import LATER, MEASURE_FIGURES, SOON, SUB_ISSUE_FIGURES
from measures.models import Measure
from measures.querysets import behind, due_within, late
from measures.states import DONE, OMITTED
from rectify.dispatch.frozen_figures import counted
from rectify.dispatch.models import Dispatch, FrozenFigures, Line
from rectify.dispatch.weeks import Week
from rectify.web.moments import Moment
from rectify.workflow.prepared import Prepared

from .weeks import Reported

PRESSING = ("done", "overdue", "due_in_10_days", "due_in_20_days", "behind")
KEPT = ("sub_issues", "measures", *PRESSING, "reported")
Figures = Mapping[str, Any]


class Frozen(NamedTuple):
    """What was kept with the newest frozen week of a round."""

    week: Week
    dispatch_id: int
    on: date
    figures: Figures

    @property
    def reported(self) -> Reported:
        return Reported(self.week, self.dispatch_id, False, self.figures["reported"])


@dataclass(frozen=True)
class RoundLine:
    """One round among many.

    Args:
        as_of: the day whose figures stand here; None where there are none.
        figures: sub_issues, measures, and what presses; None on a past day by which no week was frozen.
        frozen: the newest week frozen by the day, None before the first.
        reported: the week that is open, else the newest that is frozen; None before the first.
    """

    round: Round
    as_of: date | None
    figures: Figures | None
    frozen: Frozen | None
    reported: Reported | None

    def as_json(self) -> dict[str, Any]:
        """The line as the API gives it."""
        figures = self.figures or dict.fromkeys(KEPT)
        return {
            "round": self.round.pk,
            "title": self.round.title,
            "organization": self.round.organization_id,
            "organization_name": self.round.organization.name,
            "status": self.round.status,
            "as_of": self.as_of,
            "week": str(self.frozen.week) if self.frozen else None,
            "frozen_on": self.frozen.on if self.frozen else None,
            "sub_issues": figures["sub_issues"],
            "measures": figures["measures"],
            **{name: figures[name] for name in PRESSING},
            "reported": self.reported.as_json() if self.reported else None,
        }


def round_lines(rounds: Sequence[Round], moment: Moment) -> list[RoundLine]:
    """The rounds with their figures: four statements, one on a past day.

    On a past day the figures are those that were kept with the newest week frozen by then.

    Args:
        rounds: a page of them, with their organisations.
    """
    keys = [round_.pk for round_ in rounds]
    frozen = _frozen(keys, moment)
    if moment.is_past:
        return [_past_line(round_, frozen.get(round_.pk)) for round_ in rounds]
    figures, open_weeks = _present(keys, moment.on), _open_weeks(keys)
    return [
        RoundLine(
            round=round_,
            as_of=moment.on,
            figures=_with_plan(round_, figures[round_.pk]),
            frozen=(kept := frozen.get(round_.pk)),
            reported=open_weeks.get(round_.pk) or (kept.reported if kept else None),
        )
        for round_ in rounds
    ]


def together(lines: Iterable[RoundLine]) -> dict[str, dict[str, int]]:
    """The sums over some lines, of those that have figures: sub_issues, measures, pressing, reported."""
    sums: dict[str, dict[str, int]] = {"sub_issues": {}, "measures": {}, "pressing": {}, "reported": {}}
    for line in lines:
        if line.figures is None:
            continue
        pressing = {name: line.figures[name] for name in PRESSING}
        reported = line.reported.counts if line.reported else {}
        parts = {**{name: line.figures[name] for name in ("sub_issues", "measures")}, "pressing": pressing}
        for name, counts in (parts | {"reported": reported}).items():
            for key, number in counts.items():
                sums[name][key] = sums[name].get(key, 0) + number
    return sums


def _past_line(round_: Round, kept: Frozen | None) -> RoundLine:
    if kept is None:
        return RoundLine(round_, None, None, None, None)
    return RoundLine(round_, kept.on, kept.figures, kept, kept.reported)


def _with_plan(round_: Round, figures: Figures) -> Figures:
    planned = {"planned": round_.planned.get("measures", 0)}
    return {**figures, "measures": planned | figures["measures"]}


# Of a round without anything in it.
NOTHING: Figures = {
    "sub_issues": dict.fromkeys(("total", *SUB_ISSUE_FIGURES), 0),
    "measures": dict.fromkeys(("total", *MEASURE_FIGURES), 0),
    **dict.fromkeys(PRESSING, 0),
}


def _present(keys: Collection[int], on: date) -> Mapping[int, Figures]:
    """The figures of rounds as they stand now, by round: one statement that reads the rows of these rounds alone."""
    found: dict[int, Figures] = {}
    for round_, measures, sub_issues in _figures(keys=list(keys), on=on):
        counts = measures or {**NOTHING["measures"], **{name: NOTHING[name] for name in PRESSING}}
        pressing = {name: counts.pop(name) for name in PRESSING}
        found[round_] = {"sub_issues": sub_issues or NOTHING["sub_issues"], "measures": counts, **pressing}
    return found


@Prepared
def _figures(keys: list[int], on: date) -> Any:
    of_measures = {
        "total": ~Q(status__in=OMITTED),
        **{status: Q(status=status) for status in MEASURE_FIGURES},
        "done": Q(status__in=DONE),
        "overdue": late(on),
        "due_in_10_days": due_within(on, SOON),
        "due_in_20_days": due_within(on, LATER),
        "behind": behind(on),
    }
    of_sub_issues = {status: Q(status=status) for status in SUB_ISSUE_FIGURES}
    rows = Round.objects.filter(pk__in=keys).values_list(
        "pk",
        _counts(Measure.objects.all(), "sub_issue__round", of_measures),
        _counts(SubIssue.objects.all(), "round", {"total": Q(pk__isnull=False), **of_sub_issues}),
    )
    return rows.order_by()


def _counts(rows: Any, by: str, conditions: Mapping[str, Q]) -> Subquery:
    """How many rows of the outer query's round meet each condition, as one value.

    Grouped over many rounds at once, PostgreSQL would rather read the whole table than look up some thousand rows.
    """
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    of_round = rows.filter(**{by: OuterRef("pk")}).order_by().values(by)
    return Subquery(of_round.annotate(counts=JSONObject(**counts)).values("counts"))


def _open_weeks(keys: Collection[int]) -> dict[int, Reported]:
    """The open week of each round that has one, with how it is reported so far: two statements."""
    weeks: dict[int, Dispatch] = {}
    for week in Dispatch.objects.filter(round__in=keys).open():
        weeks.setdefault(week.round_id, week)
    if not weeks:
        return {}
    lines = Line.objects.filter(dispatch__in=[week.pk for week in weeks.values()]).with_state().order_by()
    states: dict[int, list[str]] = {}
    for dispatch, state in lines.values_list("dispatch", "state"):
        states.setdefault(dispatch, []).append(state)
    return {
        round_: Reported(week.iso_week, week.pk, True, counted(states.get(week.pk, ())))
        for round_, week in weeks.items()
    }


def _frozen(keys: Collection[int], moment: Moment) -> dict[int, Frozen]:
    """What was kept with the newest week of each round that was frozen by a day: one statement."""
    rows = _newest_kept(keys=list(keys), on=moment.on, known_at=moment.known_at)
    return {
        round_: Frozen(Week(year, week), dispatch, on, dict(zip(KEPT, figures, strict=True)))
        for round_, dispatch, on, year, week, *figures in rows
    }


@Prepared
def _newest_kept(keys: list[int], on: date, known_at: datetime | None) -> Any:
    kept = FrozenFigures.objects.filter(round=OuterRef("pk"), on__lte=on)
    if known_at is not None:
        kept = kept.filter(dispatch__frozen_at__lte=known_at)
    newest = Subquery(kept.order_by("-on", "-dispatch__monday").values("pk")[:1])
    chosen = Round.objects.filter(pk__in=keys).order_by().annotate(newest=newest).values("newest")
    # The figures of departments and leaders, which fill most of what was kept, are left where they are.
    return FrozenFigures.objects.filter(pk__in=chosen).values_list(
        "round", "dispatch", "on", "dispatch__year", "dispatch__week", *(f"figures__{name}" for name in KEPT)
    )
