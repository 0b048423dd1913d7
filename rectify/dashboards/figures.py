"""The figures of a round on a day, counted from one statement, so that no two of them can disagree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, F, OuterRef, Subquery, Value

from issues.models import Round, RoundHistory, SubIssue, SubIssueHistory
from issues.states import Kind, SubIssueStatus
from measures.models import Measure, MeasureHistory
from measures.states import OMITTED, SETTLED, MeasureStatus
from rectify.organization.models import Department, Leader
from rectify.web.moments import Moment
from rectify.workflow.digests import digest_of_heads
from rectify.workflow.past import SUFFIX

SUB_ISSUE_FIGURES = tuple(status.value for status in SubIssueStatus)
MEASURE_FIGURES = tuple(status.value for status in MeasureStatus if status not in OMITTED)


@dataclass(frozen=True)
class Row:
    """What the figures need to know of one sub-issue or measure on the day."""

    what: str
    status: str
    kind: str
    department: str
    leader: str
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
    keys = ("lead_department", "responsible_leader")
    owners = [F(f"{name}{suffix}" if suffix else f"{name}__key") for name in keys]
    return (F(f"status{suffix}"), F(f"kind{suffix}"), *owners, F(f"due_on{suffix}"))


def read_rows(round_: Round, moment: Moment) -> list[Row]:
    """Every sub-issue and every measure of a round on the day, in one statement."""
    suffix = SUFFIX if moment.is_past else ""
    sub_issues: Any = SubIssue.objects.filter(round=round_)
    measures: Any = Measure.objects.filter(sub_issue__round=round_)
    if moment.is_past:
        sub_issues = sub_issues.as_of(moment.on, moment.known_at)
        measures = measures.as_of(moment.on, moment.known_at)
    what = [Value(name, output_field=CharField()) for name in ("sub_issue", "measure")]
    columns = _columns(suffix)
    both = (
        measures.counted(suffix)
        .order_by()
        .values_list(what[1], *columns, F(f"original_due_on{suffix}"))
        .union(sub_issues.order_by().values_list(what[0], *columns, F(f"due_on{suffix}")), all=True)
    )
    return [Row(*row) for row in both]


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
    rows: list[Row], on: date, key: Callable[[Row], str], groups: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The tally of each group that has rows, in the groups' own order."""
    members: dict[str, list[Row]] = {}
    for row in rows:
        members.setdefault(key(row), []).append(row)
    return [
        {
            **group,
            **_tally(members[group["key"]], MEASURE_FIGURES),
            "overdue": sum(_is_overdue(row, on) for row in members[group["key"]]),
        }
        for group in groups
        if group["key"] in members
    ]


def round_digest(round_: Round, moment: Moment) -> str:
    """The digest (校验码) over the heads of all chains of a round, as known at the moment: one statement."""

    def head(model: Any, chain: str) -> Subquery:
        rows = model.objects.filter(**{chain: OuterRef("pk" if chain == "sub_issue" else "round_id")})
        if moment.known_at is not None:
            rows = rows.filter(recorded_at__lte=moment.known_at)
        return Subquery(rows.order_by("-sequence").values("hash")[:1])

    heads: set[tuple[str, int, str]] = set()
    rows = (
        SubIssue.objects.filter(round=round_)
        .order_by("pk")
        .values_list("pk", head(SubIssueHistory, "sub_issue"), head(MeasureHistory, "sub_issue"), head(RoundHistory, "round"))
    )
    for pk, own, below, above in rows:
        heads.update({("sub_issue", pk, own or ""), ("measures", pk, below or ""), ("round", round_.pk, above or "")})
    return digest_of_heads(heads)


def round_figures(round_: Round, moment: Moment) -> RoundFigures:
    """All figures of a round as of a moment."""
    rows = read_rows(round_, moment)
    measures = [row for row in rows if row.what == "measure"]
    departments = Department.objects.filter(organization=round_.organization_id).values("id", "key", "name")
    leaders = Leader.objects.filter(organization=round_.organization_id).values("id", "key", "title")
    on = moment.on
    return RoundFigures(
        round=round_,
        moment=moment,
        sub_issues=_tally((row for row in rows if row.what == "sub_issue"), SUB_ISSUE_FIGURES),
        measures={"planned": round_.planned.get("measures", 0), **_tally(measures, MEASURE_FIGURES)},
        pressing=_pressing(measures, on),
        by_department=_grouped(measures, on, lambda row: row.department, departments),
        by_leader=_grouped(measures, on, lambda row: row.leader, leaders),
        by_kind=_grouped(measures, on, lambda row: row.kind, [{"key": k.value, "label": str(k.label)} for k in Kind]),
        digest=round_digest(round_, moment),
    )
