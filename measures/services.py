"""The department's acts on a measure: reporting progress, correcting a report, saying that it is completed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues.inputs import NOT_BEFORE_FEEDBACK, NOT_IN_FUTURE
from issues.states import Kind
from rectify.workflow.acts import Act
from rectify.workflow.guards import validated
from rectify.workflow.history import HistoryRow, fold
from rectify.workflow.refusals import Invalid

from .acting import MeasureStep
from .deadlines import require_none_pending
from .inputs import CompletionInput, CorrectionInput, ReportInput, StageReportInput
from .models import Measure
from .states import MeasureStatus

REPORTS = ("report_progress", "correct")
REPORTED = ("progress", "work_done", "next_step", "difficulty", "reported_on")
STATE_CHANGES = ("draft", "complete", "request_closure", "return", "recall", "reopen", "sustain", "review_stage")


def _report_day(step: MeasureStep, given: date | None) -> date:
    """The day of a report: not before the feedback, not in the future, not behind an act that changed the state."""
    on = given or step.act.on
    if on > step.act.on:
        raise Invalid(errors={"happened_on": [NOT_IN_FUTURE]})
    feedback_on = step.sub_issue.round.feedback_on
    if on < feedback_on:
        raise Invalid(errors={"happened_on": [NOT_BEFORE_FEEDBACK % {"day": feedback_on}]})
    return on


def _require_no_act_since(step: MeasureStep, on: date) -> None:
    """A report dated back behind a return or a reopening would change what the state was on those days."""
    if on == step.act.on:
        return
    days = step.measure.history.filter(action__in=STATE_CHANGES).values_list("happened_on", flat=True)
    if (day := days.order_by("-happened_on").first()) is not None and on < day:
        message = _("The state of the measure changed on %(day)s; a report can be dated back to that day at most.")
        raise Invalid(errors={"happened_on": [message % {"day": day}]})


def _require_no_act_between(step: MeasureStep, row: HistoryRow, on: date) -> None:
    """A report that is moved past an act that changed the state would undo that act from then on."""
    acts = step.measure.history.filter(action__in=STATE_CHANGES, place__gt=row.place, happened_on__lt=on)
    if (day := acts.order_by("happened_on").values_list("happened_on", flat=True).first()) is not None:
        message = _("The state of the measure changed on %(day)s; the report cannot be moved past that day.")
        raise Invalid(errors={"happened_on": [message % {"day": day}]})


def _report_values(step: MeasureStep, values: Mapping[str, Any], on: date) -> dict[str, Any]:
    measure = step.measure
    progress = values["progress"]
    if measure.kind == Kind.LONG_TERM and progress is not None:
        raise Invalid(errors={"progress": [_("A long-term measure has stage goals, no percentage.")]})
    if measure.kind != Kind.LONG_TERM and progress is None:
        raise Invalid(errors={"progress": [_("Please give the progress in percent.")]})
    return {
        "progress": progress,
        "work_done": values["done"],
        "next_step": values["next_step"],
        "difficulty": values["difficulty"],
        "reported_on": on,
    }


@transaction.atomic
def report_progress(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Reports on a measure; `data`: version, progress (percent), done, next_step, difficulty, happened_on.

    A report may be dated back, never before the feedback day; one that is older than the newest report counts for its
    own day and leaves the present as it is.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = MeasureStep("report_progress", act, measure_id, data)
    values = validated(ReportInput, data)
    on = _report_day(step, values["happened_on"])
    _require_no_act_since(step, on)
    measure = step.measure
    new = _report_values(step, values, on) | {"status": MeasureStatus.IN_PROGRESS.value}
    newest = measure.reported_on is None or on >= measure.reported_on
    started_on = min(measure.started_on or on, on)
    step.write(new, applies=newest, happened_on=on, also={"started_on": started_on}, reason=values["reason"])
    return measure


@transaction.atomic
def report_stage(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Reports how the stage of a long-term measure goes; `data`: version, done, next_step, difficulty.

    Long-term items go on reporting (practice: monthly or quarterly); whether the stage's goal is met, others say.
    """
    step = MeasureStep("report_stage", act, measure_id, data)
    values = validated(StageReportInput, data)
    told = {"next_step": values["next_step"], "difficulty": values["difficulty"], "reported_on": act.on}
    step.write({"work_done": values["done"], **told}, reason=values["reason"])
    return step.measure


@transaction.atomic
def correct(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Replaces a report that was wrong; `data`: as for a report, plus replaces (sequence) and reason.

    The replaced row stays and is shown; it stops counting from now on, and this one counts in its place.
    """
    step = MeasureStep("correct", act, measure_id, data)
    values = validated(CorrectionInput, data)
    measure = step.measure
    row = measure.history.counting().filter(sequence=values["replaces"], action__in=REPORTS).first()
    if row is None:
        raise Invalid(errors={"replaces": [_("This is no report of this measure, or it was corrected before.")]})
    on = _report_day(step, values["happened_on"] or row.happened_on)
    if on != row.happened_on:
        _require_no_act_since(step, on)
        _require_no_act_between(step, row, on)
    new = _report_values(step, values, on) | {"status": MeasureStatus.IN_PROGRESS.value}
    old = {name: row.payload["new"].get(name) for name in new}
    # What it says counts for its own day; the state in which the measure is today stays.
    step.write(
        new,
        applies=False,
        happened_on=on,
        to_status=measure.status,
        reason=values["reason"],
        replaces=row,
        old=old,
        extra={"replaces": row.sequence},
    )
    _follow_history(measure)
    return measure


def _follow_history(measure: Measure) -> None:
    """Brings a measure's report up to what its history says after a row in its midst was replaced."""
    rows = list(measure.history.counting())
    state = fold(rows)
    for name in ("progress", "work_done", "next_step", "difficulty"):
        setattr(measure, name, state[name])
    measure.reported_on = date.fromisoformat(state["reported_on"])
    measure.started_on = first_report_day(rows)
    measure.save(update_fields=[*REPORTED, "started_on"])


def first_report_day(rows: Iterable[HistoryRow]) -> date | None:
    """The day from which on a measure was worked on: that of its first report that counts."""
    return min((row.happened_on for row in rows if row.action in REPORTS), default=None)


@transaction.atomic
def complete(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """The lead department says that the measure is done; `data`: version, note. Done is not closed."""
    step = MeasureStep("complete", act, measure_id, data)
    require_none_pending(step.measure)
    values = validated(CompletionInput, data)
    new: dict[str, Any] = {"status": MeasureStatus.COMPLETED.value}
    if step.measure.kind != Kind.LONG_TERM:
        new["progress"] = 100
    step.write(new, extra={"note": values["note"]})
    return step.measure
