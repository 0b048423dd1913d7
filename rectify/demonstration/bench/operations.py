"""What is measured: each operation as requests to the application, the check of each answer, and its floor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import CommandError

from .databases import MEASURES_PER_ROUND, connected
from .floors import Floor
from .server import Answer
from .writing import ReportFloor

API = "/api/v1"
OPEN = "not_started,in_progress,completed,in_review"
# The department whose liaison signs in: of an organisation in the middle of the table the one with most to report on.
ACTOR = """
SELECT r.organization_id, m.lead_department_id, u.id, u.username
FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id AND s.status = 'rectifying'
JOIN issues_round r ON r.id = s.round_id
JOIN organization_roleassignment a ON a.department_id = m.lead_department_id AND a.role = 'liaison'
JOIN organization_user u ON u.id = a.user_id
WHERE m.status = 'in_progress' AND m.kind <> 'long_term'
  AND r.organization_id = (SELECT organization_id FROM issues_round ORDER BY id OFFSET
                           (SELECT COUNT(*) / 2 FROM issues_round) LIMIT 1)
GROUP BY 1, 2, 3, 4 ORDER BY COUNT(*) DESC, 2 LIMIT 1
"""
REPORTABLE = """
SELECT m.id, m.version FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id AND s.status = 'rectifying'
WHERE m.lead_department_id = %s AND m.status = 'in_progress' AND m.kind <> 'long_term' ORDER BY m.id LIMIT 100
"""
MEASURES = """
SELECT m.id FROM measures_measure m JOIN issues_subissue s ON s.id = m.sub_issue_id
JOIN issues_round r ON r.id = s.round_id WHERE r.organization_id = %s ORDER BY m.id
"""


@dataclass(frozen=True)
class Ground:
    """Where a size is measured: one organisation's liaison and what lies within reach.

    Args:
        today: the day of the floor's reports; the application reads its own clock.
    """

    organization_id: int
    department_id: int
    user_id: int
    username: str
    rounds: list[tuple[int, date]]
    measures: list[int]
    reportable: list[tuple[int, int]]
    today: date


def survey(url: str, today: date) -> Ground:
    """Looks for somebody to sign in and for what they can ask."""
    with connected(url) as link, link.cursor() as cursor:
        cursor.execute(ACTOR)
        found = cursor.fetchone()
        if found is None:
            raise CommandError("There is nothing in this database that could be reported on.")
        organization_id, department_id, user_id, username = found
        # Each sign-in reads all tokens of its person: those of earlier measurements would slow this one down.
        cursor.execute("DELETE FROM knox_authtoken WHERE user_id = %s", [user_id])
        cursor.execute("SELECT id, feedback_on FROM issues_round WHERE organization_id = %s", [organization_id])
        rounds = cursor.fetchall()
        cursor.execute(MEASURES, [organization_id])
        measures = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(REPORTABLE, [department_id])
        return Ground(organization_id, department_id, user_id, username, rounds, measures, cursor.fetchall(), today)


@dataclass(frozen=True)
class Operation:
    """One operation.

    Args:
        request: gives path and data of the nth request.
        check: says whether an answer holds what it should, rows above all.
        floor: does the nth piece of the same work by hand; returns how many rows there were.
        before: prepares what the nth floor needs, outside the measured time.
        target: how many times the floor it may take; None where that is only told.
    """

    name: str
    target: float | None
    request: Callable[[int], tuple[str, Any]]
    check: Callable[[int, Answer], bool]
    floor: Callable[[Any], int]
    before: Callable[[int], Any] = field(default=lambda nth: nth)


def _pick(rows: list[Any], nth: int) -> Any:
    # A step that shares no factor with most lengths walks through all of them, not in their order on disk.
    return rows[nth * 37 % len(rows)]


def _get(path: str, **params: Any) -> tuple[str, None]:
    return f"{API}{path}" + (f"?{urlencode(params)}" if params else ""), None


def _has_rows(least: int) -> Callable[[int, Answer], bool]:
    return lambda nth, answer: len(answer.json()["results"]) >= least


def _counts_all(nth: int, answer: Answer) -> bool:
    return answer.json()["measures"]["total"] == MEASURES_PER_ROUND and bool(answer.json()["by_department"])


def operations(ground: Ground, floor: Floor, link: Any) -> list[Operation]:
    """Everything that is measured on a ground."""

    def round_at(nth: int) -> int:
        return _pick(ground.rounds, nth)[0]

    def past(nth: int) -> tuple[int, date]:
        pk, feedback_on = _pick(ground.rounds, nth)
        return pk, feedback_on + timedelta(days=45)

    def as_of(nth: int) -> dict[str, Any]:
        return dict(zip(("round", "as_of"), past(nth), strict=True))

    return [
        Operation(
            "list of 50, a round's",
            4,
            lambda nth: _get("/measures/", round=round_at(nth), status=OPEN, ordering="due_on"),
            _has_rows(40),
            lambda nth: floor.round_list(round_at(nth)),
        ),
        Operation(
            "list of 50, a department's",
            4,
            lambda nth: _get("/measures/", lead_department=ground.department_id, ordering="due_on"),
            _has_rows(5),
            lambda nth: floor.department_list(ground.department_id),
        ),
        Operation(
            "detail",
            2.5,
            lambda nth: _get(f"/measures/{_pick(ground.measures, nth)}/"),
            lambda nth, answer: answer.json()["id"] == _pick(ground.measures, nth),
            lambda nth: floor.detail(_pick(ground.measures, nth)),
        ),
        _report(ground, link),
        Operation(
            "round dashboard",
            2.5,
            lambda nth: _get("/dashboards/round/", round=round_at(nth)),
            _counts_all,
            lambda nth: floor.figures(round_at(nth), ground.today),
        ),
        Operation(
            "list as of a past day",
            None,
            lambda nth: _get("/measures/", status=OPEN, ordering="due_on", **as_of(nth)),
            _has_rows(40),
            lambda nth: floor.past_list(*past(nth)),
        ),
        Operation(
            "round dashboard as of a past day",
            None,
            lambda nth: _get("/dashboards/round/", **as_of(nth)),
            _counts_all,
            lambda nth: floor.past_figures(*past(nth)),
        ),
    ]


def _report(ground: Ground, link: Any) -> Operation:
    """Each report on another measure, with the version that the measure has by then."""
    versions = dict(ground.reportable)
    measures = list(versions)
    by_hand = ReportFloor(link, ground.organization_id, ground.department_id, ground.user_id, ground.today)

    def request(nth: int) -> tuple[str, Any]:
        pk = measures[nth % len(measures)]
        data = {"version": versions[pk], "progress": nth % 100, "done": f"第{nth}次填报。", "next_step": "按计划推进。"}
        return f"{API}/measures/{pk}/report_progress/", data

    def check(nth: int, answer: Answer) -> bool:
        row = answer.json()
        pk = measures[nth % len(measures)]
        fits = row["id"] == pk and row["version"] == versions[pk] + 1
        versions[pk] = row["version"]
        return fits

    return Operation("report", 3, request, check, by_hand.write, by_hand.prepare)
