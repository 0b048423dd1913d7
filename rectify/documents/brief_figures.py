"""The figures of a weekly brief: counted once from the frozen lines and from the history as it was known at freezing.

Whoever draws the brief up days later, after reports were corrected and measures closed, gets the same figures.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from issues.models import SubIssue
from issues.states import SubIssueStatus
from measures.figures.round import round_figures
from measures.models import Measure
from measures.progress import expected
from measures.states import DONE, SETTLED, MeasureStatus
from rectify.dispatch.frozen_figures import COLUMNS, FrozenMoment
from rectify.dispatch.frozen_figures import COUNTS as REPORTED
from rectify.dispatch.models import Dispatch, FrozenLine
from rectify.dispatch.progress import behind, line_moved, moves_before, stands_still
from rectify.dispatch.representation import reason_of as why
from rectify.dispatch.states import LineState
from rectify.dispatch.weeks import DAYS
from rectify.web.moments import Moment

COUNTS = (*REPORTED, "overdue")


def figures_of(week: Dispatch) -> dict[str, Any]:
    """All figures and lists of a frozen week's brief, ready for JSON.

    Args:
        week: frozen, with its round and organisation at hand.
    """
    moment, before = FrozenMoment.of(week), last_frozen(week)
    moment_before = FrozenMoment.of(before) if before else None
    lines = frozen_lines(week)
    departments = by_department(lines)
    return {
        "week": str(week.iso_week),
        "year": week.year,
        "number": week.week,
        "monday": week.monday.isoformat(),
        "sunday": (week.monday + timedelta(days=DAYS - 1)).isoformat(),
        "as_of": moment.on.isoformat(),
        "before": str(before.iso_week) if before else None,
        "headline": headline(week, moment, moment_before),
        "departments": departments,
        "totals": {name: sum(line[name] for line in departments) for name in COUNTS},
        "changed": changed(week, lines, moment, moment_before),
        "moved": [told(line) for line in lines if line_moved(line)],
        "overdue": overdue(lines, moment.on),
        "slow": slow(week, lines, moment.on),
        "difficulties": [{**told(line), "text": line.difficulty} for line in lines if line.difficulty.strip()],
        "plans": [{**told(line), "text": line.next_step} for line in lines if line.next_step.strip()],
        "due": due(lines, moment.on),
    }


def last_frozen(week: Dispatch) -> Dispatch | None:
    """The frozen week before, against which changes are counted."""
    earlier = Dispatch.objects.filter(round=week.round_id, monday__lt=week.monday, frozen_at__isnull=False)
    return earlier.order_by("-monday").first()


def frozen_lines(week: Dispatch) -> list[FrozenLine]:
    found = FrozenLine.objects.filter(line__dispatch=week).select_related("line__department")
    return list(found.order_by("line__measure__sub_issue__position", "line__measure__position"))


def headline(week: Dispatch, moment: Moment, before: Moment | None) -> dict[str, dict[str, int | None]]:
    """Each figure of the headline now, and when the week before was frozen."""
    now, then = _counted(week, moment), _counted(week, before) if before else {}
    return {name: {"now": count, "before": then.get(name)} for name, count in now.items()}


def _counted(week: Dispatch, moment: Moment) -> dict[str, int]:
    found = round_figures(week.round, moment)
    return {
        "sub_issues": found.sub_issues["total"],
        "sub_issues_closed": found.sub_issues[SubIssueStatus.CLOSED],
        "sub_issues_sustained": found.sub_issues[SubIssueStatus.SUSTAINED],
        "measures": found.measures["total"],
        "measures_done": sum(found.measures[status] for status in DONE),
        "measures_closed": found.measures[MeasureStatus.CLOSED],
        "measures_sustained": found.measures[MeasureStatus.SUSTAINED],
        "overdue": found.pressing["overdue"],
    }


def by_department(lines: Iterable[FrozenLine]) -> list[dict[str, Any]]:
    """A line for each department in the organisation's own order: what it owed, how it reported, what is overdue."""
    found: dict[int, Counter[str]] = {}
    places: dict[int, tuple[int, str]] = {}
    for line in lines:
        department = line.line.department
        places.setdefault(department.pk, (department.position, line.department_name))
        counts = found.setdefault(department.pk, Counter())
        counts[COLUMNS[LineState(line.state)]] += 1
        counts["owed"] += line.state != LineState.EXEMPT
        counts["overdue"] += line.overdue
    return [
        {"name": places[pk][1], **{name: found[pk][name] for name in COUNTS}}
        for pk in sorted(found, key=lambda pk: places[pk])
    ]


def changed(
    week: Dispatch, lines: Sequence[FrozenLine], moment: FrozenMoment, before: FrozenMoment | None
) -> dict[str, list[dict[str, Any]]]:
    """What was closed, sustained or reopened since the week before was frozen; since Monday where none was."""
    eve = week.monday - timedelta(days=1)
    since = before or Moment(eve, eve, eve)
    measures: Any = Measure.objects.filter(sub_issue__round=week.round_id)
    sub_issues: Any = SubIssue.objects.filter(round=week.round_id)
    was, now = _statuses(measures, since), _statuses(measures, moment)
    closed = set(_became(now, was, {MeasureStatus.CLOSED}))
    reopened = {pk for pk, status in was.items() if status in SETTLED and now.get(pk) not in SETTLED}
    issues_now = _statuses(sub_issues, moment)
    accepted = _became(issues_now, _statuses(sub_issues, since), {SubIssueStatus.CLOSED, SubIssueStatus.SUSTAINED})
    rows = sub_issues.filter(pk__in=accepted).select_related("lead_department").order_by("position")
    return {
        "closed": [told(line) for line in lines if line.line.measure_id in closed],
        "reopened": [told(line) for line in lines if line.line.measure_id in reopened],
        "accepted": [
            {
                "number": row.number,
                "content": row.title,
                "department": row.lead_department.name,
                "status": issues_now[row.pk],
            }
            for row in rows
        ],
    }


def _statuses(rows: Any, moment: Moment) -> dict[int, str]:
    return dict(rows.as_of(moment.on, moment.known_at, ("status",)).values_list("pk", "status_then"))


def _became(now: dict[int, str], then: dict[int, str], wanted: Iterable[str]) -> list[int]:
    return [pk for pk, status in now.items() if status in wanted and then.get(pk) != status]


def told(line: FrozenLine) -> dict[str, Any]:
    """What a brief tells of a measure."""
    return {
        "number": line.number,
        "content": line.content,
        "department": line.department_name,
        "due_on": line.due_on.isoformat() if line.due_on else "",
        "progress": line.progress,
        "progress_before": line.facts["before"]["progress"],
        "status": line.status,
        "state": line.state,
        "done": line.done,
    }


def reason_of(line: FrozenLine) -> str:
    """The reason that was given: the difficulty, or why nothing moved or fell back; empty where none was."""
    return (line.difficulty or why(line)).strip()


def overdue(lines: Iterable[FrozenLine], on: date) -> list[dict[str, Any]]:
    """The overdue ones, those that are so for longest first."""
    late = sorted((line.due_on, place, line) for place, line in enumerate(lines) if line.overdue and line.due_on)
    return [{**told(line), "days": (on - day).days, "reason": reason_of(line)} for day, _place, line in late]


def slow(week: Dispatch, lines: Iterable[FrozenLine], on: date) -> list[dict[str, Any]]:
    """What is not overdue, and stands still for weeks or lags behind even progress, with why it counts as slow."""
    found, earlier = [], moves_before(week)
    for line in lines:
        if line.overdue or line.state == LineState.EXEMPT:
            continue
        same = line.facts.get("same", line.line.same)
        still = stands_still(line_moved(line), earlier.get(line.line.measure_id, []))
        starts_on = week.round.plan_approved_on
        row = {
            "starts_on": starts_on,
            "due_on": line.due_on,
            "progress": line.progress,
            "before": line.facts["before"],
        }
        lags = behind(row, on)
        if still or lags:
            wanted = expected(starts_on, line.due_on, on) if lags else None  # type: ignore[arg-type]
            found.append({**told(line), "same": same, "still": still, "expected": wanted, "reason": reason_of(line)})
    return found


def due(lines: Iterable[FrozenLine], on: date) -> list[dict[str, Any]]:
    """What is due after the freezing until the end of the next week, and not settled."""
    last = on + timedelta(days=2 * DAYS - on.isoweekday())
    near = sorted(
        (line.due_on, place, line)
        for place, line in enumerate(lines)
        if line.status not in SETTLED and line.due_on and on < line.due_on <= last
    )
    return [told(line) for _day, _place, line in near]
