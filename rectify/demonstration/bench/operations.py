"""What is measured: each operation as requests to the application, the check of each answer, and its floor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from .databases import MEASURES_PER_ROUND
from .floor import Floor
from .ground import CLIENTS, FILE_ROWS, Ground, Person, in_turns
from .opening import OpeningFloor
from .server import Answer
from .writing import ReportFloor

API = "/api/v1"
OPEN = "not_started,in_progress,completed,in_review"
# The past day lies so long after the feedback: a week was frozen before it.
PAST = timedelta(days=45)
ROUNDS_ON_A_PAGE = 50
# A file takes as long as thousands of pages.
FILES = {"csv": 3, "xlsx": 2}
# A measure on the page of the ledger, and in the table beside the wall chart.
LEDGER_ROW, BAR = b'class="level-4', b"<tr"


def _nothing(*_given: Any) -> None:
    """What most operations need beside their requests."""


@dataclass(frozen=True)
class Operation:
    """One operation.

    Args:
        target: how many times the floor it may take; None where that is only told.
        person: who asks.
        request: gives path and data of the nth request.
        check: says whether an answer holds what it should, rows above all.
        floor: does the nth piece of the same work by hand; returns how many rows there were.
        before: prepares what the nth floor needs, outside the measured time.
        after, after_floor: undo the nth request and the floor's work, outside the measured time too.
        finish: leaves the database as it was.
        page: whether it is a page, for which one signs in by session.
        at_once: how many clients can do it at once; one where that makes no sense.
        most: how often it is done at most.
        memory: what a worker may hold meanwhile, in MB.
        in_round: whether its work lies within one round, however many there are.
    """

    name: str
    target: float | None
    person: Person
    request: Callable[[int], tuple[str, Any]]
    check: Callable[[int, Answer], bool]
    floor: Callable[[Any], int]
    before: Callable[[int], Any] = field(default=lambda nth: nth)
    after: Callable[[int], Any] = _nothing
    after_floor: Callable[[], Any] = _nothing
    finish: Callable[[], Any] = _nothing
    page: bool = False
    at_once: int = CLIENTS
    most: int | None = None
    memory: int = 120
    in_round: bool = True


def _pick(rows: list[Any], nth: int) -> Any:
    # A step that shares no factor with most lengths walks through all of them, not in their order on disk.
    return rows[nth * 37 % len(rows)]


def _get(path: str, **params: Any) -> tuple[str, None]:
    return path + (f"?{urlencode(params)}" if params else ""), None


def _has_rows(least: int) -> Callable[[int, Answer], bool]:
    return lambda nth, answer: len(answer.json()["results"]) >= least


def _counts_all(nth: int, answer: Answer) -> bool:
    told = answer.json()
    return told["measures"]["total"] == MEASURES_PER_ROUND and bool(told["by_department"]) and bool(told["since"])


def _holds(mark: bytes) -> Callable[[int, Answer], bool]:
    return lambda nth, answer: answer.body.count(mark) >= MEASURES_PER_ROUND


def operations(ground: Ground, floor: Floor, link: Any) -> list[Operation]:
    """Everything that is measured on a ground."""
    return [
        *_of_measures(ground, floor),
        _report(ground, link),
        *_dashboards(ground, floor),
        *_pages(ground, floor),
        _opening(ground, link),
        *_files(ground, floor),
    ]


def _round_at(ground: Ground, nth: int) -> int:
    return _pick(ground.rounds, nth)[0]


def _past(ground: Ground, nth: int) -> tuple[int, date]:
    pk, feedback_on = _pick(ground.rounds, nth)
    return pk, feedback_on + PAST


def _as_of(ground: Ground, nth: int) -> dict[str, Any]:
    return dict(zip(("round", "as_of"), _past(ground, nth), strict=True))


def _of_measures(ground: Ground, floor: Floor) -> Iterator[Operation]:
    rows, round_at = f"{API}/measures/", partial(_round_at, ground)
    yield Operation(
        "list of 50",
        4,
        ground.liaison,
        lambda nth: _get(rows, round=round_at(nth), status=OPEN, ordering="due_on"),
        _has_rows(40),
        lambda nth: floor.round_list(round_at(nth)),
    )
    yield Operation(
        "list of 50 as of a past day",
        4,
        ground.liaison,
        lambda nth: _get(rows, status=OPEN, ordering="due_on", **_as_of(ground, nth)),
        _has_rows(40),
        lambda nth: floor.past_list(*_past(ground, nth)),
    )
    yield Operation(
        "my measures",
        4,
        ground.liaison,
        lambda nth: _get(rows, lead_department=ground.department_id, ordering="due_on"),
        _has_rows(5),
        lambda nth: floor.department_list(ground.department_id),
        in_round=False,
    )
    yield Operation(
        "detail",
        2.5,
        ground.liaison,
        lambda nth: _get(f"{rows}{_pick(ground.measures, nth)}/"),
        lambda nth, answer: answer.json()["id"] == _pick(ground.measures, nth),
        lambda nth: floor.detail(_pick(ground.measures, nth)),
    )


def _report(ground: Ground, link: Any) -> Operation:
    """Each report on another measure, with the version that the measure has by then."""
    versions = dict(ground.reportable)
    measures = in_turns(list(versions))
    by_hand = ReportFloor(link, ground.organization_id, ground.department_id, ground.liaison.id, ground.today)

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

    at_once = min(CLIENTS, len(measures))
    return Operation("report", 3, ground.liaison, request, check, by_hand.write, by_hand.prepare, at_once=at_once)


def _dashboards(ground: Ground, floor: Floor) -> Iterator[Operation]:
    path, round_at = f"{API}/dashboards/round/", partial(_round_at, ground)
    yield Operation(
        "round dashboard",
        2.5,
        ground.liaison,
        lambda nth: _get(path, round=round_at(nth)),
        _counts_all,
        lambda nth: floor.dashboard(round_at(nth), ground.today),
    )
    yield Operation(
        "round dashboard as of a past day",
        4,
        ground.liaison,
        lambda nth: _get(path, **_as_of(ground, nth)),
        _counts_all,
        lambda nth: floor.past_dashboard(*_past(ground, nth)),
    )
    least = min(ROUNDS_ON_A_PAGE, round(ground.size / MEASURES_PER_ROUND))
    yield Operation(
        "overview of 50 rounds",
        2.5,
        ground.auditor,
        lambda nth: _get(f"{API}/dashboards/overview/"),
        lambda nth, answer: sum(bool(row["measures"]["total"]) for row in answer.json()["results"]) == least,
        lambda nth: floor.overview(ground.auditor.id, ground.today),
        in_round=False,
    )


def _pages(ground: Ground, floor: Floor) -> Iterator[Operation]:
    round_at = partial(_round_at, ground)
    for name, path, mark, by_hand in (
        ("ledger page", "/ledger/", LEDGER_ROW, floor.ledger),
        ("wall chart page", "/round/wall/", BAR, floor.wall),
    ):
        yield Operation(
            name,
            None,
            ground.liaison,
            lambda nth, path=path: _get(path, round=round_at(nth)),  # type: ignore[misc]
            _holds(mark),
            lambda nth, by_hand=by_hand: by_hand(round_at(nth), ground.today),  # type: ignore[misc]
            page=True,
        )


def _opening(ground: Ground, link: Any) -> Operation:
    """Each opening on another round; undone each time, or the next could not be opened."""
    rounds = in_turns([pk for pk, _feedback_on in ground.rounds])
    by_hand = OpeningFloor(link, rounds, ground.office.id, ground.today)

    def check(nth: int, answer: Answer) -> bool:
        week = answer.json()
        if week["round"] == rounds[0]:
            by_hand.capture(week["id"])
        return week["round"] == rounds[nth % len(rounds)] and sum(week["counts"].values()) == MEASURES_PER_ROUND

    return Operation(
        "opening a week",
        None,
        ground.office,
        lambda nth: (f"{API}/dispatches/", {"round": rounds[nth % len(rounds)]}),
        check,
        by_hand.write,
        by_hand.prepare,
        lambda nth: by_hand.undo(rounds[nth % len(rounds)]),
        lambda: by_hand.undo(rounds[0]),
        by_hand.finish,
        at_once=min(CLIENTS, len(rounds)),
        most=80,
    )


def _files(ground: Ground, floor: Floor) -> Iterator[Operation]:
    """All measures below the auditor as a file; of more than 100,000 those that are due first."""
    if ground.size < FILE_ROWS * 0.9:
        return
    params = {"due_before": ground.file_until} if ground.file_until else {}
    by_hand = {"csv": floor.csv, "xlsx": floor.xlsx}
    least = FILE_ROWS * 50
    for kind, most in FILES.items():
        yield Operation(
            f"{kind.upper()} of 100,000 rows",
            None,
            ground.auditor,
            lambda nth, kind=kind: _get(f"{API}/measures/", format=kind, **params),  # type: ignore[misc]
            # A sheet is compressed; that its rows are all there the floor's count and the size tell.
            lambda nth, answer: len(answer.body) > least,
            lambda nth, kind=kind: by_hand[kind](ground.auditor.id, ground.file_until),  # type: ignore[misc]
            at_once=1,
            most=most,
            memory=150,
            in_round=False,
        )
