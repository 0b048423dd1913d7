"""The figures of a round on a day, counted from one statement, so that no two of them can disagree."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value

from issues.models import Round
from issues.states import Kind
from rectify.organization.models import Department, Leader
from rectify.web.moments import Moment
from rectify.workflow.prepared import Prepared

from ..round_digest import round_digest
from .counting import (
    MEASURE_FIGURES,
    SUB_ISSUE_FIGURES,
    found_by_superior,
    grouped,
    pressing,
    tally,
)
from .rows import MEASURE, SUB_ISSUE, Row, read_rows

Groups = list[dict[str, Any]]


@dataclass(frozen=True)
class RoundFigures:
    """A round's figures as of a moment.

    Args:
        rows: what was counted.
        pressing: done, overdue, overdue_original, due_in_10_days, due_in_20_days, behind: of measures.
        sub_issues_overdue: by the sub-issues' own deadlines.
        superior: sub-issues by what the superior found of them: accepted, sent_back, none.
    """

    round: Round
    moment: Moment
    rows: list[Row]
    sub_issues: dict[str, int]
    measures: dict[str, int]
    pressing: dict[str, int]
    sub_issues_overdue: int
    superior: dict[str, int]
    by_department: Groups
    by_leader: Groups
    by_kind: Groups
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
            "sub_issues_overdue": self.sub_issues_overdue,
            "superior": self.superior,
            "by_department": self.by_department,
            "by_leader": self.by_leader,
            "by_kind": self.by_kind,
            "declared": self.round.declared,
            "digest": self.digest,
        }


def owners(round_: Round) -> tuple[Groups, Groups]:
    """The organisation's departments and leaders in their order, in one statement."""
    departments: Groups = []
    leaders: Groups = []
    for is_leader, _position, pk, key, name in sorted(_owners(organization=round_.organization_id)):
        if is_leader:
            leaders.append({"id": pk, "key": key, "title": name})
        else:
            departments.append({"id": pk, "key": key, "name": name})
    return departments, leaders


@Prepared
def _owners(organization: int) -> Any:
    columns = ("position", "id", "key")
    departments, leaders = (
        model.objects.filter(organization=organization)
        .order_by()
        .values_list(Value(model is Leader), *columns, F("title" if model is Leader else "name"))
        for model in (Department, Leader)
    )
    return departments.union(leaders, all=True)


def of_measures(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.what == MEASURE]


def round_figures(round_: Round, moment: Moment) -> RoundFigures:
    """All figures of a round as of a moment: three statements."""
    return figures_of(round_, moment, read_rows(round_, moment), owners(round_), round_digest(round_, moment))


def figures_of(
    round_: Round, moment: Moment, rows: list[Row], owning: tuple[Groups, Groups], digest: str
) -> RoundFigures:
    """The same from rows that are at hand: no statement.

    Args:
        owning: departments and leaders, as `owners` gives them.
    """
    measures = of_measures(rows)
    sub_issues = [row for row in rows if row.what == SUB_ISSUE]
    departments, leaders = owning
    on, start = moment.on, round_.plan_approved_on
    owner = "key" if moment.is_past else "id"
    kinds = [{"key": kind.value, "label": str(kind.label)} for kind in Kind]
    return RoundFigures(
        round=round_,
        moment=moment,
        rows=rows,
        sub_issues=tally(sub_issues, SUB_ISSUE_FIGURES),
        measures={"planned": round_.planned.get("measures", 0), **tally(measures, MEASURE_FIGURES)},
        pressing=pressing(measures, on, start),
        sub_issues_overdue=sum(row.is_overdue(on) for row in sub_issues),
        superior=found_by_superior(sub_issues),
        by_department=grouped(measures, on, start, lambda row: row.department, departments, owner),
        by_leader=grouped(measures, on, start, lambda row: row.leader, leaders, owner),
        by_kind=grouped(measures, on, start, lambda row: row.kind, kinds),
        digest=digest,
    )
