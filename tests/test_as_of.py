"""Every figure of a round, on random days and as known on random days, against a slow recount from history alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from issues.models import Round, SubIssueHistory
from issues.states import SUB_ISSUE_TRANSITIONS
from measures.checking import rebuild_differences, verify_history
from measures.models import Measure, MeasureHistory
from measures.states import MEASURE_TRANSITIONS
from rectify.workflow.refusals import Refusal

from .building import CHINA, FEEDBACK_ON, REASON, TODAY, Ledger, Place, build_ledger
from .driving import MEASURE_SERVICES, SUB_ISSUE_SERVICES, ask_extension, ask_long_term, attach, decide, do
from .sending import api, url
from .soaking import soaked

FIRST_DAY = date(2021, 2, 26)
DAYS = (TODAY - FIRST_DAY).days
CHANGES = ("request_extension", "request_long_term")
SETTLED = {"closed", "sustained", "cancelled", "merged"}
MEASURE_STATES = ("not_started", "in_progress", "completed", "in_review", "closed", "sustained")
SUB_ISSUE_STATES = ("rectifying", "in_review", "closed", "sustained")


@dataclass(frozen=True)
class Step:
    """One random act: so many days after the last, on which object, which of its open acts, with which numbers."""

    days: int
    subject: int
    choice: int
    back: int
    progress: int


steps = st.builds(
    Step,
    days=st.sampled_from([0, 0, 0, 1, 1, 2]),
    subject=st.integers(0, 7),
    choice=st.sampled_from([0, 0, 1, 1, 2, 2, 3, 4, 5]),
    back=st.sampled_from([0, 0, 0, 1, 3, 9, 30]),
    progress=st.integers(0, 100),
)
days = st.integers(0, DAYS).map(lambda number: FIRST_DAY + timedelta(days=number))


@pytest.fixture
def told(place: Place, evidence_root: Any) -> Ledger:
    measures = [
        {"due_on": date(2021, 3, 10)},
        {"due_on": date(2021, 3, 28), "lead_department": place.departments["plan"]},
        {"due_on": None, "kind": "long_term", "responsible_leader": place.leaders["secretary"]},
    ]
    return build_ledger(place, measures=measures)


def play(ledger: Ledger, program: list[Step]) -> None:
    """Acts the steps day by day; what is refused (a day that does not fit) is left out, as in life."""
    on = FIRST_DAY
    subjects = [*ledger.measures, *ledger.sub_issues]
    for step in program:
        on = min(TODAY, on + timedelta(days=step.days))
        subject = subjects[step.subject]
        subject.refresh_from_db()
        table, services = MEASURE_TRANSITIONS, MEASURE_SERVICES
        if not isinstance(subject, Measure):
            table, services = SUB_ISSUE_TRANSITIONS, SUB_ISSUE_SERVICES
        # Acts with a file leave the figures as they are.
        acts = [name for name, t in table.transitions.items() if subject.status in t.sources and name in services]
        act = acts[step.choice % len(acts)]
        try:
            with transaction.atomic():
                (grant if act in CHANGES else perform)(subject, act, on, step)
        except Refusal as refusal:
            assert refusal.status in (400, 409), (act, refusal.detail)


def perform(subject: Any, act: str, on: date, step: Step) -> None:
    role, data = "liaison", {}
    dated = {"happened_on": (on - timedelta(days=step.back)).isoformat()} if step.back else {}
    report = {"done": "进展", **dated}
    if isinstance(subject, Measure) and subject.kind != "long_term":
        report["progress"] = step.progress
    if act in ("report_progress", "report_stage"):
        data = report if act == "report_progress" else {"done": "按季度排查"}
    elif act == "correct":
        reports = [row.sequence for row in subject.history.filter(action__in=("report_progress", "correct"))]
        # Without any it came back from long term before it was ever reported on; then there is nothing to correct.
        data = {**report, "replaces": [*reports, 1][step.progress % (len(reports) or 1)], "reason": "有误"}
    elif act in ("complete", "request_closure"):
        data = {"note": "已完成"}
        if act == "request_closure":
            attach(subject, on=on)
            data["outcomes"] = {"rules": str(1 + step.progress)} if step.choice % 2 else {}
    elif act == "request_acceptance":
        data = {"note": "申请验收", "result": ("closed", "sustained")[step.progress % 2]}
    elif act in ("sign", "return"):
        requests = subject.closure_requests if isinstance(subject, Measure) else subject.acceptance_requests
        role, data = requests.get(outcome="pending").next_signer, {"reason": REASON} if act == "return" else {}
    elif act in ("reopen", "record_superior_finding"):
        found = {"finding": ("accepted", "sent_back")[step.progress % 2], "found_on": str(on), "paper": "12号"}
        role, data = "office", {"reason": REASON} if act == "reopen" else found
    elif act == "review_stage":
        role, data = (
            "office",
            {"met": step.back == 0, "note": "已复核", "review_on": (on + timedelta(days=90)).isoformat()},
        )
    do(subject, act, role, on, **data)


def grant(measure: Measure, act: str, on: date, step: Step) -> None:
    """A change of deadline from its request to the last signature, or returned half-way."""
    later = (max(on, measure.due_on or on) + timedelta(days=1 + step.progress)).isoformat()
    request = ask_extension(measure, later, on) if act == "request_extension" else ask_long_term(measure, later, on)
    for role in ("office", "leader"):
        decide(request, "return" if role == "leader" and step.back else "sign", role, on, reason=REASON)


def recount(model: Any, on: date, known_on: date) -> Iterator[dict[str, Any]]:
    """How every subject stood on a day, from its rows alone, in plain Python."""
    end = datetime.combine(known_on, time.max, CHINA)
    known = [row for row in model.objects.all() if row.recorded_at <= end]
    replaced = {row.replaces_id for row in known}
    by_subject: dict[int, list[Any]] = {}
    for row in known:
        if row.pk not in replaced and row.happened_on <= on:
            by_subject.setdefault(row.subject_id, []).append(row)
    for rows in by_subject.values():
        state: dict[str, Any] = {}
        for row in sorted(rows, key=lambda row: (row.happened_on, row.place)):
            if row.to_status == "in_review" != row.from_status:
                state["waits_since"] = row.happened_on
            if row.action == "request_closure":
                state["outcomes"] = row.payload["outcomes"]
            state.update(row.payload.get("new", {}))
        if "status" in state:
            yield state


def by_superior(sub_issues: list[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(state["superior_finding"] or "none" for state in sub_issues)
    return {name: counts[name] for name in ("accepted", "sent_back", "none")}


def due(state: dict[str, Any]) -> date | None:
    return date.fromisoformat(state["due_on"]) if state["due_on"] else None


def late(states: list[dict[str, Any]], on: date) -> int:
    return sum(s["status"] not in SETTLED and (day := due(s)) is not None and day < on for s in states)


def late_originally(states: list[dict[str, Any]], on: date) -> int:
    days = [s["original_due_on"] for s in states if s["status"] not in SETTLED and s["original_due_on"]]
    return sum(date.fromisoformat(day) < on for day in days)


def behind(states: list[dict[str, Any]], start: date, on: date) -> int:
    """How many lag behind even progress, by fractions that are not rounded before they have to be."""
    found = 0
    for state in states:
        day = due(state)
        if state["status"] in ("not_started", "in_progress") and day is not None and (day - start).days > 60:
            expected = 100 if on >= day else floor(Fraction(100 * max(0, (on - start).days), (day - start).days))
            found += (state["progress"] or 0) < expected
    return found


def due_in(states: list[dict[str, Any]], on: date, ahead: int) -> int:
    until = on + timedelta(days=ahead)
    return sum(s["status"] not in SETTLED and (day := due(s)) is not None and on <= day <= until for s in states)


def expect_figures(figures: dict[str, Any], measures: list[dict[str, Any]], sub_issues: list[Any], on: date) -> None:
    """Compares the answer of the round dashboard with the recount."""
    by_status = Counter(state["status"] for state in measures)
    expected = {name: by_status[name] for name in MEASURE_STATES}
    assert figures["measures"] == {"planned": 6, "total": len(measures), **expected}
    by_status = Counter(state["status"] for state in sub_issues)
    assert figures["sub_issues"] == {"total": len(sub_issues), **{name: by_status[name] for name in SUB_ISSUE_STATES}}
    assert figures["superior"] == by_superior(sub_issues)
    pressing = [figures["overdue"], figures["due_in_10_days"], figures["due_in_20_days"]]
    assert pressing == [late(measures, on), due_in(measures, on, 10), due_in(measures, on, 20)]
    started_on = Round.objects.get(pk=figures["round"]).plan_approved_on
    assert started_on is not None
    assert figures["done"] == sum(s["status"] in ("completed", "in_review", "closed") for s in measures)
    assert figures["overdue_original"] == late_originally(measures, on)
    assert figures["behind"] == behind(measures, started_on, on)
    waits = [(on - s["waits_since"]).days for s in [*measures, *sub_issues] if s["status"] == "in_review"]
    assert figures["waiting"]["measures"] + figures["waiting"]["sub_issues"] == len(waits)
    assert figures["waiting"]["longest_days"] == max(waits, default=None)
    rules = [Decimal(s["outcomes"].get("rules", 0)) for s in measures if s["status"] == "closed"]
    assert Decimal(figures["outcomes"]["rules"]) == sum(rules)
    assert sum(group["total"] for group in figures["by_heading"]) == len(measures)
    for name, field in (("by_department", "lead_department"), ("by_leader", "responsible_leader"), ("by_kind", "kind")):
        for group in figures[name]:
            own = [state for state in measures if state[field] == group["key"]]
            counts = Counter(state["status"] for state in own)
            assert group["total"] == len(own)
            assert {status: group[status] for status in MEASURE_STATES} == {s: counts[s] for s in MEASURE_STATES}
            assert group["overdue"] == late(own, on)
            assert group["behind"] == behind(own, started_on, on)
        assert sum(group["total"] for group in figures[name]) == len(measures)


def expect_lists(client: Any, query: dict[str, Any], measures: list[dict[str, Any]], sub_issues: list[Any]) -> None:
    """Each figure is the count of the list that it leads to, and the rows of the list are those of the recount."""
    on = date.fromisoformat(query["as_of"])

    def count(collection: str, **filters: Any) -> int:
        answer = client.get(url(collection), {**query, "page_size": 1, **filters})
        assert answer.status_code == 200, answer.content
        return answer.json()["count"]

    for status in MEASURE_STATES:
        assert count("measures", status=status) == sum(state["status"] == status for state in measures), status
    for status in SUB_ISSUE_STATES:
        assert count("sub-issues", status=status) == sum(state["status"] == status for state in sub_issues), status
    for finding, expected in by_superior(sub_issues).items():
        assert count("sub-issues", superior_finding=finding) == expected, finding
    assert count("measures", overdue="true") == late(measures, on)
    assert count("measures", overdue="false") == len(measures) - late(measures, on)
    assert count("measures", overdue_original="true") == late_originally(measures, on)
    started_on = Round.objects.get(pk=query["round"]).plan_approved_on
    assert started_on is not None and count("measures", behind="true") == behind(measures, started_on, on)
    closed = [s for s in measures if s["status"] == "closed"]
    assert count("measures", outcome="rules") == sum("rules" in s["outcomes"] for s in closed)
    assert count("measures", due_within="10") == due_in(measures, on, 10)
    assert count("measures", lead_department="plan") == sum(s["lead_department"] == "plan" for s in measures)
    assert count("measures", responsible_department="plan") == len(measures)
    rows = client.get(url("measures"), {**query, "page_size": 500}).json()["results"]
    shown = sorted((row["number"], row["status"], row["progress"], row["reported_on"]) for row in rows)
    assert shown == sorted((s["number"], s["status"], s["progress"], s["reported_on"]) for s in measures)


def expect_trend(client: Any, query: dict[str, Any]) -> None:
    """The curve's points up to the day are what the day's figures were, as known then."""
    known_on = date.fromisoformat(query["known_at"])
    points = client.get("/api/v1/dashboards/trend/", query).json()["points"]
    assert [point["on"] for point in points] == sorted({point["on"] for point in points})
    for point in (points[len(points) // 2], points[-1]):
        day = date.fromisoformat(point["on"])
        measures = Counter(state["status"] for state in recount(MeasureHistory, day, known_on))
        sub_issues = Counter(state["status"] for state in recount(SubIssueHistory, day, known_on))
        assert point["closed"] == measures["closed"] and point["total"] == measures.total()
        assert point["done"] == measures["completed"] + measures["in_review"] + measures["closed"]
        assert point["sub_issues_closed"] == sub_issues["closed"]


def expect_all(told: Ledger, moments: list[tuple[date, date]]) -> None:
    """Every figure and list on each (as of, known at), and the history itself."""
    client = api(told.people["auditor"])
    for on, known_on in moments:
        query = {"round": told.round.pk, "as_of": on.isoformat(), "known_at": known_on.isoformat()}
        measures = list(recount(MeasureHistory, on, known_on))
        sub_issues = list(recount(SubIssueHistory, on, known_on))
        figures = client.get("/api/v1/dashboards/round/", query)
        assert figures.status_code == 200, figures.content
        expect_figures(figures.json(), measures, sub_issues, on)
        expect_lists(client, query, measures, sub_issues)
        expect_trend(client, query)
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


def run_random_rounds(told: Ledger, examples: int) -> set[tuple[str, str]]:
    """Plays random rounds, the same ones every time. Returns the (object, state) pairs that were reached."""
    reached: set[tuple[str, str]] = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(steps, min_size=25, max_size=45), st.tuples(days, days))
    def holds(program: list[Step], moment: tuple[date, date]) -> None:
        with transaction.atomic():
            play(told, program)
            for model in (MeasureHistory, SubIssueHistory):
                reached.update((model.SUBJECT, status) for status in model.objects.values_list("to_status", flat=True))
            expect_all(told, [moment, (TODAY, TODAY)])
            transaction.set_rollback(True)

    holds()
    return reached


@pytest.mark.long
def test_figures_and_lists_follow_history(told: Ledger) -> None:
    reached = run_random_rounds(told, 3)
    assert {status for _subject, status in reached} >= {"in_progress", "completed", "in_review", "sustained"}


@pytest.mark.soak
def test_figures_and_lists_follow_history_in_many_rounds(told: Ledger) -> None:
    examples = soaked(40)
    reached = run_random_rounds(told, examples)
    # Fewer rounds may not come so far.
    assert examples < 40 or {("measure", "closed"), ("sub_issue", "sustained")} <= reached


@pytest.mark.long
def test_before_the_plan_there_is_nothing(told: Ledger) -> None:
    expect_all(told, [(FEEDBACK_ON, TODAY), (TODAY, FEEDBACK_ON)])
