"""A generated round's milestone, and the one week of it that was dispatched and frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from issues.milestones import told
from issues.models import Milestone, Round, RoundHistory, SubIssue, SubIssueHistory
from measures.figures.round import Groups, figures_of
from measures.figures.rows import MEASURE, SUB_ISSUE, Row
from measures.models import Measure, MeasureHistory
from measures.states import DONE, SETTLED
from rectify.dispatch.before import REPORTED
from rectify.dispatch.frozen_figures import FrozenMoment, counted
from rectify.dispatch.models import Dispatch, FrozenFigures, FrozenLine, Line, Schedule
from rectify.dispatch.states import LineState
from rectify.dispatch.weeks import Week, moments_of
from rectify.workflow.digests import digest_of_heads
from rectify.workflow.history import CHINA, Chain, Entry, HistoryRow

from .acts import Company

# The week that is frozen lies so long after the feedback.
FROZEN_AFTER = timedelta(days=35)
# What is known at the freezing does not know the row that tells of it.
FROZEN_AT, TOLD_AT = time(18), time(18, 0, 1)
# No holiday is looked up: the same seed tells the same story whatever the calendar says.
WORKING_DAYS = 5


@dataclass
class State:
    """One object as its history tells it up to a day."""

    new: dict[str, Any] = field(default_factory=dict)
    report: HistoryRow | None = None

    def day(self, name: str) -> date | None:
        text = self.new[name]
        return date.fromisoformat(text) if text else None


def set_milestone(company: Company, round_: Round, chain: Chain) -> None:
    """The end of the intensive period, set with the plan."""
    act = company.act("office", round_.plan_approved_on or round_.feedback_on)
    milestone = Milestone(
        round=round_,
        title="集中整改期结束",
        due_on=round_.intensive_until or round_.feedback_on,
        position=1,
        changed_at=act.clock(),
    )
    company.writer.add(milestone)
    facts = {"milestone": {"id": milestone.pk, **told(milestone)}}
    company.change(round_, chain, "office", act.on, Entry("set_milestone", extra=facts), new_version=False)


def tell_week(company: Company, round_: Round, chain: Chain) -> None:
    """One week: opened on Monday, frozen on Friday evening with the figures of that moment.

    Everything in the round up to its last day must have been told: what stood then is read from it.
    """
    week = Week.of(round_.feedback_on + FROZEN_AFTER)
    friday = week.days[WORKING_DAYS - 1]
    moments = moments_of(week, Schedule().rhythm, week.days[:WORKING_DAYS])
    assert moments is not None  # noqa: S101  a week with five working days has them
    dispatch = company.writer.add(
        Dispatch(
            round=round_,
            year=week.year,
            week=week.number,
            monday=week.monday,
            opened_at=moments.opens_at,
            opened_by=company.cast.users["office"],
            cutoff_at=moments.cutoff_at,
            freezes_at=moments.freezes_at,
            confirms=False,
        )
    )
    states = dict(_states(company, MeasureHistory, friday))
    before = dict(_states(company, MeasureHistory, week.monday - timedelta(days=1)))
    lines = [
        _frozen_line(company, dispatch, measure, states[measure.pk], before[measure.pk], friday)
        for measure in _of(company, Measure)
    ]
    facts = {"week": str(week), "lines": len(lines), "owed": sum(state != LineState.EXEMPT for state in lines)}
    entry = Entry("open_dispatch", extra={**facts, "cutoff": moments.cutoff_at.isoformat(timespec="minutes")})
    company.change(round_, chain, "office", week.monday, entry, new_version=False)
    _freeze(company, dispatch, chain, states, lines)


def _freeze(
    company: Company, dispatch: Dispatch, chain: Chain, states: Mapping[int, State], lines: list[LineState]
) -> None:
    round_ = dispatch.round
    friday = dispatch.monday + timedelta(days=WORKING_DAYS - 1)
    dispatch.frozen_at = datetime.combine(friday, FROZEN_AT, CHINA)
    dispatch.frozen_by, dispatch.version = company.cast.users["office"], 2
    dispatch.digest = _digest(company, round_, friday)
    rows = [*_measure_rows(company, states), *_sub_issue_rows(company, friday)]
    figures = figures_of(round_, FrozenMoment.of(dispatch), rows, _owners(company), dispatch.digest).as_json()
    days = {name: figures[name].isoformat() for name in ("as_of", "known_at")}
    kept = {**figures, **days, "reported": counted(lines)}
    company.writer.keep(FrozenFigures(dispatch=dispatch, round=round_, on=friday, figures=kept))
    told_of_lines = {state.value: lines.count(state) for state in sorted(set(lines))}
    facts = {"week": str(dispatch.iso_week), "digest": dispatch.digest, "lines": told_of_lines}
    entry = Entry("freeze_dispatch", extra=facts)
    company.change(round_, chain, "office", friday, entry, at=TOLD_AT, new_version=False)


def _of(company: Company, model: Any) -> list[Any]:
    """What the round has of a kind: the writer holds one round at a time."""
    return company.writer.rows[model]


def _states(company: Company, history: Any, until: date) -> Iterator[tuple[int, State]]:
    """Each object of a kind as it stood at the end of a day."""
    states: dict[int, State] = {}
    for row in _of(company, history):
        if row.happened_on <= until:
            state = states.setdefault(row.subject_id, State())
            state.new.update(row.payload.get("new", {}))
            if row.action == "report_progress":
                state.report = row
    yield from states.items()


def _measure_rows(company: Company, states: Mapping[int, State]) -> Iterator[Row]:
    for measure in _of(company, Measure):
        state = states[measure.pk]
        shared = _shared(MEASURE, measure.pk, measure.sub_issue, state)
        yield Row._make([*shared, state.day("original_due_on"), state.new["progress"], ""])


def _sub_issue_rows(company: Company, until: date) -> Iterator[Row]:
    states = dict(_states(company, SubIssueHistory, until))
    for sub_issue in _of(company, SubIssue):
        yield Row._make([*_shared(SUB_ISSUE, sub_issue.pk, sub_issue, states[sub_issue.pk]), None, None, ""])


def _shared(what: str, pk: int, sub_issue: SubIssue, state: State) -> tuple[Any, ...]:
    """The columns of a row that measures and sub-issues both have."""
    new = state.new
    owner = (new["lead_department"], new["responsible_leader"])
    return what, pk, sub_issue.finding.heading_id, new["status"], new["kind"], *owner, state.day("due_on")


def _owners(company: Company) -> tuple[Groups, Groups]:
    cast = company.cast
    departments = [{"id": each.pk, "key": each.key, "name": each.name} for each in cast.departments.values()]
    return departments, [{"id": each.pk, "key": each.key, "title": each.title} for each in cast.leaders.values()]


def _digest(company: Company, round_: Round, until: date) -> str:
    """The digest over the heads of all chains at the end of a day."""
    above = _heads(company, RoundHistory, until).get(round_.pk, "")
    own, below = (_heads(company, history, until) for history in (SubIssueHistory, MeasureHistory))
    heads = {("round", round_.pk, above)}
    for sub_issue in _of(company, SubIssue):
        pk = sub_issue.pk
        heads |= {("sub_issue", pk, own.get(pk, "")), ("measures", pk, below.get(pk, ""))}
    return digest_of_heads(heads)


def _heads(company: Company, history: Any, until: date) -> dict[int, str]:
    return {row.chain_id: row.hash for row in _of(company, history) if row.happened_on <= until}


def _frozen_line(
    company: Company, dispatch: Dispatch, measure: Measure, state: State, before: State, on: date
) -> LineState:
    """Adds a measure's line and how it was frozen; returns in which state."""
    new, due_on = state.new, state.day("due_on")
    report = state.report if state.report is not None and state.report.happened_on >= dispatch.monday else None
    found = LineState.EXEMPT if new["status"] in DONE else LineState.TO_REPORT
    exempt = "done" if before.new["status"] in DONE else ""
    line = company.writer.add(
        Line(dispatch=dispatch, measure=measure, department=measure.lead_department, exempt=exempt)
    )
    frozen = FrozenLine(
        line=line,
        state=LineState.REPORTED if report else found,
        department_name=measure.lead_department.name,
        number=measure.number,
        content=measure.content,
        status=new["status"],
        progress=new["progress"],
        progress_before=before.new["progress"],
        due_on=due_on,
        overdue=new["status"] not in SETTLED and due_on is not None and due_on < on,
        facts={
            "before": {name: before.new[column] for name, column in REPORTED.items()},
            "exempt": exempt,
            "same": 0,
            "reason": "",
            "return_reason": "",
            "report": report.sequence if report else None,
        },
    )
    if report is not None:
        frozen.done, frozen.next_step, frozen.difficulty = (
            new[name] for name in ("work_done", "next_step", "difficulty")
        )
        frozen.reported_at, frozen.reported_by_name = report.recorded_at, report.actor_name
    company.writer.keep(frozen)
    return LineState(frozen.state)
