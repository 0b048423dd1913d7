"""What the wall chart (挂图作战) shows: headings, their sub-issues, and the bar of each measure, as of a moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.http import QueryDict

from issues.models import Heading, Round
from issues.scope import Scope
from issues.states import SETTLED as SETTLED_SUB_ISSUES
from measures.figures.round import Groups, owners
from measures.filters import MeasureFilterSet
from measures.states import OMITTED, SETTLED, MeasureStatus

from ..ledger.filters import sub_issues_of
from ..ledger.tree import fitting_measures

SOON = 10
# The axis reaches so far beyond the day at least, and to no deadline that would more than double it.
AHEAD = timedelta(days=21)
LEAST = timedelta(days=60)
FIELDS = (
    "content",
    "status",
    "kind",
    "due_on",
    "original_due_on",
    "closed_on",
    "review_on",
    "progress",
    "lead_department",
    "responsible_leader",
)
FILTERS: Sequence[str] = [name for name in MeasureFilterSet.get_filters() if name not in ("ordering", "organization")]
# These narrow the chart by its branches alone; then a sub-issue shows even when no measure is under it.
OF_BRANCHES = frozenset({"heading"})
HeadingRow = tuple[int, int | None, str, str]


@dataclass(frozen=True)
class Bar:
    """A measure on the wall.

    Args:
        start: the day on which the plan was approved, the feedback day where it was not yet.
        on: the day that is shown.
        progress: in per cent; None where there is none.
        department, leader: whose it is, as `Groups` has them; empty where they are not known any more.
    """

    pk: int
    number: str
    content: str
    status: str
    kind: str
    start: date
    on: date
    due_on: date | None
    original_due_on: date | None
    closed_on: date | None
    review_on: date | None
    progress: int | None
    department: Mapping[str, Any]
    leader: Mapping[str, Any]

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED

    @property
    def is_struck(self) -> bool:
        """Whether it answers nothing any more."""
        return self.status in OMITTED

    @property
    def is_overdue(self) -> bool:
        return not self.is_settled and self.due_on is not None and self.due_on < self.on

    @property
    def is_due_soon(self) -> bool:
        return not self.is_settled and self.due_on is not None and 0 <= (self.due_on - self.on).days <= SOON

    @property
    def days(self) -> int | None:
        """Days until the deadline, negative when it is past; None where none presses."""
        return None if self.is_settled or self.due_on is None else (self.due_on - self.on).days

    @property
    def is_extended(self) -> bool:
        due, original = self.due_on, self.original_due_on
        return due is not None and original is not None and due > original

    @property
    def is_endless(self) -> bool:
        """Whether it goes on without a deadline that presses: long-term ones, and those moved to long term."""
        return self.status == MeasureStatus.SUSTAINED or (self.due_on is None and not self.is_settled)

    @property
    def mark(self) -> str:
        """The symbol before it: what presses, else its state."""
        return "overdue" if self.is_overdue else "due_soon" if self.is_due_soon else self.status

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "number": self.number,
            "content": self.content,
            "status": self.status,
            "kind": self.kind,
            "start": self.start,
            "due_on": self.due_on,
            "original_due_on": self.original_due_on,
            "closed_on": self.closed_on,
            "review_on": self.review_on,
            "progress": self.progress,
            "overdue": self.is_overdue,
            "lead_department": dict(self.department) or None,
            "responsible_leader": dict(self.leader) or None,
        }


@dataclass(frozen=True)
class WallSubIssue:
    """A sub-issue with those of its measures that are shown."""

    pk: int
    number: str
    title: str
    status: str
    bars: Sequence[Bar]

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED_SUB_ISSUES

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "number": self.number,
            "title": self.title,
            "status": self.status,
            "measures": [bar.as_json() for bar in self.bars],
        }


@dataclass(frozen=True)
class WallHeading:
    """A heading at the top with all sub-issues beneath it."""

    number: str
    title: str
    sub_issues: Sequence[WallSubIssue]

    @property
    def bars(self) -> list[Bar]:
        return [bar for each in self.sub_issues for bar in each.bars]

    def as_json(self) -> dict[str, Any]:
        sub_issues = [each.as_json() for each in self.sub_issues]
        return {"number": self.number, "title": self.title, "sub_issues": sub_issues}


@dataclass(frozen=True)
class Wall:
    """The chart.

    Args:
        on: the day that is shown.
        start: the first day of the axis.
        more: how many measures fit beside those that are shown.
    """

    round: Round
    on: date
    start: date
    headings: Sequence[WallHeading]
    more: int = 0

    @cached_property
    def bars(self) -> list[Bar]:
        return [bar for heading in self.headings for bar in heading.bars]

    @cached_property
    def sub_issues(self) -> list[WallSubIssue]:
        return [each for heading in self.headings for each in heading.sub_issues]

    @cached_property
    def until(self) -> date:
        """The last day of the axis: a few far deadlines must not press together what is near."""
        near = [self.on + AHEAD, self.start + LEAST]
        if self.round.intensive_until is not None:
            near.append(self.round.intensive_until)
        least = max(near)
        most = self.start + 2 * (least - self.start)
        ends = (day for bar in self.bars for day in (bar.due_on, bar.closed_on) if day is not None and day <= most)
        return _end_of_month(max([least, *ends]))

    def as_json(self) -> dict[str, Any]:
        return {"from": self.start, "until": self.until, "headings": [each.as_json() for each in self.headings]}


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Around:
    """What stands around the measures of a round: read once for the chart and for its filters.

    Args:
        headings: id, id of the heading above, number and title of each, in their order.
    """

    headings: Sequence[HeadingRow]
    departments: Groups
    leaders: Groups

    @classmethod
    def of(cls, round_: Round) -> "Around":
        """Two statements."""
        headings = Heading.objects.filter(round=round_).order_by("position")
        return cls(list(headings.values_list("pk", "parent_id", "number", "title")), *owners(round_))


def active_filters(params: Mapping[str, str]) -> list[str]:
    """The filters that an address sets."""
    return [name for name in FILTERS if params.get(name, "").strip()]


def read_wall(scope: Scope, round_: Round, params: QueryDict, around: Around, most: int | None = None) -> Wall:
    """The chart as of the scope's moment: two statements, and one for each department or leader that is named.

    Args:
        params: an address with filters of the list of measures; its order is the chart's own.
        most: so many measures are shown at most; None for all.

    Raises:
        Invalid: for a filter that does not fit.
    """
    on = scope.moment.on
    start = _start(round_, on)
    found, more = _bars(scope, params, start, around, most)
    headings = around.headings
    tops = _tops(headings)
    wanted = _within(headings, params.get("heading", "").strip())
    whole = OF_BRANCHES.issuperset(active_filters(params))
    columns = ("pk", "finding__heading_id", "number", f"title{scope.suffix}", f"status{scope.suffix}")
    beneath: dict[int, list[WallSubIssue]] = defaultdict(list)
    for pk, heading, number, title, status in sub_issues_of(scope).order_by("position").values_list(*columns):
        if pk in found or (whole and heading in wanted):
            beneath[tops[heading]].append(WallSubIssue(pk, number, title, status, found.get(pk, [])))
    shown = [WallHeading(number, title, beneath[pk]) for pk, _parent, number, title in headings if pk in beneath]
    return Wall(round_, on, start, shown, more)


def _start(round_: Round, on: date) -> date:
    approved = round_.plan_approved_on
    return approved if approved is not None and approved <= on else round_.feedback_on


def _bars(
    scope: Scope, params: QueryDict, start: date, around: Around, most: int | None
) -> tuple[dict[int, list[Bar]], int]:
    """The bars of each sub-issue, and how many more there are."""
    rows = fitting_measures(scope, params).order_by("sub_issue__position", "position")
    columns = ("pk", "sub_issue_id", "number", *(f"{name}{scope.suffix}" for name in FIELDS))
    owner = "key" if scope.moment.is_past else "id"
    departments, leaders = _by(around.departments, owner), _by(around.leaders, owner)
    found: dict[int, list[Bar]] = defaultdict(list)
    more = 0
    for place, (pk, sub_issue, number, *values) in enumerate(rows.values_list(*columns)):
        if most is not None and place >= most:
            more += 1
            continue
        state = dict(zip(FIELDS, values, strict=True))
        department = departments.get(state.pop("lead_department"), {})
        leader = leaders.get(state.pop("responsible_leader"), {})
        bar = Bar(pk, number, start=start, on=scope.moment.on, department=department, leader=leader, **state)
        found[sub_issue].append(bar)
    return found, more


def _by(groups: Groups, owner: str) -> dict[Any, Mapping[str, Any]]:
    return {group[owner]: group for group in groups}


def _tops(headings: Iterable[HeadingRow]) -> dict[int, int]:
    """The heading at the top above each."""
    above = {pk: parent for pk, parent, _number, _title in headings}

    def top(pk: int) -> int:
        while (parent := above[pk]) is not None:
            pk = parent
        return pk

    return {pk: top(pk) for pk in above}


def _within(headings: Iterable[HeadingRow], text: str) -> set[int]:
    """The headings that an address names: one with those right under it, or all."""
    return {pk for pk, parent, _number, _title in headings if not text or text in (str(pk), str(parent))}
