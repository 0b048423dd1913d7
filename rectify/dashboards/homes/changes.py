"""What changed within a round since some days before: the state then beside the state now."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Value

from issues.models import SubIssue
from issues.states import SubIssueStatus
from measures.models import Measure
from measures.querysets import late
from measures.states import MeasureStatus
from rectify.web.moments import Moment
from rectify.workflow.past import SUFFIX

from .desk import LISTED, Desk, Named

WEEK = 7
# Status, and whether it is late.
State = tuple[str, bool]
ABSENT: State = ("", False)


@dataclass(frozen=True)
class Changes:
    """Primary keys of what changed, in the ledger's order."""

    closed: list[int]
    overdue: list[int]
    sub_issues_closed: list[int]

    @property
    def none(self) -> bool:
        return not (self.closed or self.overdue or self.sub_issues_closed)


def changes(desk: Desk, days: int = WEEK) -> Changes:
    """What was closed and what fell overdue since so many days before the moment: four statements."""
    moment = desk.scope.moment
    before = replace(moment, on=moment.on - timedelta(days=days))
    measures = Measure.objects.filter(sub_issue__round=desk.round).order_by("sub_issue__position", "position")
    sub_issues = SubIssue.objects.filter(round=desk.round).order_by("position")
    now, then = _states(measures, moment, True), _states(measures, before, True)
    return Changes(
        closed=_newly(now, then, MeasureStatus.CLOSED),
        overdue=[pk for pk, state in now.items() if state[1] and not then.get(pk, ABSENT)[1]],
        sub_issues_closed=_newly(
            _states(sub_issues, moment, False), _states(sub_issues, before, False), SubIssueStatus.CLOSED
        ),
    )


def _states(rows: Any, moment: Moment, may_be_late: bool) -> dict[int, State]:
    """The state of each row at a moment, by primary key."""
    suffix = SUFFIX if moment.is_past else ""
    if moment.is_past:
        rows = rows.as_of(moment.on, moment.known_at)
    condition: Any = late(moment.on, suffix) if may_be_late else Value(False)
    is_late = ExpressionWrapper(condition, output_field=BooleanField())
    found = rows.annotate(is_late=is_late).values_list("pk", f"status{suffix}", "is_late")
    return {pk: (status, bool(late_then)) for pk, status, late_then in found}


def _newly(now: dict[int, State], then: dict[int, State], status: str) -> list[int]:
    return [pk for pk, state in now.items() if state[0] == status and then.get(pk, ABSENT)[0] != status]


def since_by_name(desk: Desk, since: Changes) -> dict[str, Any]:
    """What changed by name: three statements at most."""
    return {
        "none": since.none,
        "closed": _by_name(desk, since.closed),
        "overdue": _by_name(desk, since.overdue),
        "sub_issues_closed": list(SubIssue.objects.filter(pk__in=since.sub_issues_closed).order_by("position"))
        if since.sub_issues_closed
        else [],
    }


def _by_name(desk: Desk, keys: list[int]) -> Named:
    named = keys[:LISTED]
    found = {measure.pk: measure for measure in desk.shown(desk.measures().filter(pk__in=named))} if named else {}
    return Named([found[pk] for pk in named if pk in found], len(keys))
