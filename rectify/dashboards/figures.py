"""The figures of a round on a day, counted from one statement, so that no two of them can disagree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, F, Value

from issues.models import Round, SubIssue
from issues.states import Kind, SubIssueStatus
from measures.models import Measure
from measures.round_digest import round_digest
from measures.states import OMITTED, SETTLED, MeasureStatus
from rectify.organization.models import Department, Leader
from rectify.web.moments import Moment
from rectify.workflow.past import SUFFIX

COUNTED = ("status", "kind", "lead_department", "responsible_leader", "due_on")
SUB_ISSUE_FIGURES = tuple(status.value for status in SubIssueStatus)
MEASURE_FIGURES = tuple(status.value for status in MeasureStatus if status not in OMITTED)


class Row(NamedTuple):
    """What the figures need to know of one sub-issue or measure on the day.

    Department and leader stand by id, on a past day by key, as history names them.
    """

    what: str
    status: str
    kind: str
    department: int | str
    leader: int | str
    due_on: date | None
    original_due_on: date | None


@dataclass(frozen=True)
class RoundFigures:
    """A round's figures as of a moment."""

    round: Round
    moment: Moment
    sub_issues: dict[str, int]
    measures: dict[str, int]
    pressing: dict[str, int]
    by_department: list[dict[str, Any]]
    by_leader: list[dict[str, Any]]
    by_kind: list[dict[str, Any]]
    digest: str

    def as_json(self) -> dict[str, Any]:
        """The figures as the API gives them."""
        return {
            "round": self.round.pk,
            "as_of": self.moment.on,
            "known_at": self.moment.known_on or self.moment.today,
            "sub_issues": self.sub_issues,
            "measures": self.measures,
            **self.pressing,
            "by_department": self.by_department,
            "by_leader": self.by_leader,
            "by_kind": self.by_kind,
            "declared": self.round.declared,
            "digest": self.digest,
        }


def _columns(suffix: str) -> tuple[Any, ...]:
    return tuple(F(f"{name}{suffix}") for name in COUNTED)


def read_rows(round_: Round, moment: Moment) -> list[Row]:
    """Every sub-issue and every measure of a round on the day, in one statement."""
    suffix = SUFFIX if moment.is_past else ""
    sub_issues: Any = SubIssue.objects.filter(round=round_)
    measures: Any = Measure.objects.filter(sub_issue__round=round_)
    if moment.is_past:
        sub_issues = sub_issues.as_of(moment.on, moment.known_at, COUNTED)
        measures = measures.as_of(moment.on, moment.known_at, (*COUNTED, "original_due_on"))
    what = [Value(name, output_field=CharField()) for name in ("sub_issue", "measure")]
    columns = _columns(suffix)
    both = (
        measures.counted(suffix)
        .order_by()
        .values_list(what[1], *columns, F(f"original_due_on{suffix}"))
        .union(sub_issues.order_by().values_list(what[0], *columns, F(f"due_on{suffix}")), all=True)
    )
    return [Row._make(row) for row in both]


def _tally(rows: Iterable[Row], statuses: Iterable[str]) -> dict[str, int]:
    counts = dict.fromkeys(statuses, 0)
    total = 0
    for row in rows:
        counts[row.status] += 1
        total += 1
    return {"total": total, **counts}


def _is_overdue(row: Row, on: date) -> bool:
    return row.status not in SETTLED and row.due_on is not None and row.due_on < on


def _pressing(rows: list[Row], on: date) -> dict[str, int]:
    open_rows = [row for row in rows if row.status not in SETTLED]

    def due_in(days: int) -> int:
        return sum(row.due_on is not None and on <= row.due_on <= on + timedelta(days=days) for row in open_rows)

    return {
        "overdue": sum(_is_overdue(row, on) for row in open_rows),
        "overdue_original": sum(row.original_due_on is not None and row.original_due_on < on for row in open_rows),
        "due_in_10_days": due_in(10),
        "due_in_20_days": due_in(20),
    }


def _grouped(
    rows: list[Row], on: date, key: Callable[[Row], int | str], groups: Iterable[dict[str, Any]], name: str = "key"
) -> list[dict[str, Any]]:
    """The tally of each group that has rows, in the groups' own order; `name`: what of a group the rows name."""
    members: dict[int | str, list[Row]] = {}
    for row in rows:
        members.setdefault(key(row), []).append(row)
    return [
        {
            **group,
            **_tally(members[group[name]], MEASURE_FIGURES),
            "overdue": sum(_is_overdue(row, on) for row in members[group[name]]),
        }
        for group in groups
        if group[name] in members
    ]


def _owners(round_: Round) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The organisation's departments and leaders in their order, in one statement."""
    columns = ("position", "id", "key")
    both = [
        model.objects.filter(organization=round_.organization_id)
        .order_by()
        .values_list(Value(model is Leader), *columns, F("title" if model is Leader else "name"))
        for model in (Department, Leader)
    ]
    departments: list[dict[str, Any]] = []
    leaders: list[dict[str, Any]] = []
    for is_leader, _position, pk, key, name in sorted(both[0].union(both[1], all=True)):
        if is_leader:
            leaders.append({"id": pk, "key": key, "title": name})
        else:
            departments.append({"id": pk, "key": key, "name": name})
    return departments, leaders


def round_figures(round_: Round, moment: Moment) -> RoundFigures:
    """All figures of a round as of a moment."""
    rows = read_rows(round_, moment)
    measures = [row for row in rows if row.what == "measure"]
    departments, leaders = _owners(round_)
    on = moment.on
    owner = "key" if moment.is_past else "id"
    return RoundFigures(
        round=round_,
        moment=moment,
        sub_issues=_tally((row for row in rows if row.what == "sub_issue"), SUB_ISSUE_FIGURES),
        measures={"planned": round_.planned.get("measures", 0), **_tally(measures, MEASURE_FIGURES)},
        pressing=_pressing(measures, on),
        by_department=_grouped(measures, on, lambda row: row.department, departments, owner),
        by_leader=_grouped(measures, on, lambda row: row.leader, leaders, owner),
        by_kind=_grouped(measures, on, lambda row: row.kind, [{"key": k.value, "label": str(k.label)} for k in Kind]),
        digest=round_digest(round_, moment),
    )
