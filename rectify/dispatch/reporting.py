"""What departments do with the lines of a week: saving, sending, confirming, returning, recalling, contributing.

A report that is sent is a progress report on its measure; confirming and returning leave rows in the measure's history.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from rest_framework import serializers

from issues.states import UNDER_WAY
from measures import services
from measures.acting import locked_measure
from measures.models import Measure, MeasureHistory
from measures.parties import concern_of
from measures.states import MeasureStatus
from rectify.organization.models import Department
from rectify.organization.posts import Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, IdField, ReasonInput, TextField, check, validated
from rectify.workflow.history import Chain, Entry, plain
from rectify.workflow.record import record
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, WrongState

from .before import REPORTED, reported_before
from .models import Contribution, Line
from .notices.of_lines import tell_asked, tell_returned_line, tell_sent_again
from .states import LINE_TRANSITIONS, LineState

# From this many weeks in a row 'as last week' is only taken with a reason.
SAME_NEEDS_REASON = 3


class DraftInput(ActInput):
    """What was typed so far; nothing of it is asked for yet."""

    progress = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True, default=None)
    done = TextField(max_length=5000, required=False, allow_blank=True, default="")
    next_step = TextField(max_length=5000, required=False, allow_blank=True, default="")
    difficulty = TextField(max_length=5000, required=False, allow_blank=True, default="")
    reason = TextField(max_length=2000, required=False, allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(
            {**data, "progress": data.get("progress") if data.get("progress") != "" else None}
        )


class SubmitInput(DraftInput):
    """A week's report. What is left out is taken from the draft; `same` takes last week's."""

    same = serializers.BooleanField(default=False, help_text="as last week")


class AskInput(ActInput):
    department = IdField(help_text="a responsible department of the measure")
    question = TextField(max_length=2000, required=False, allow_blank=True, default="")


class ContributeInput(ActInput):
    text = TextField(max_length=5000)


class LineStep:
    """An act on a line under the lock of its measure, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, line_id: int, data: Mapping[str, Any]) -> None:
        self.act, self.posts = act, Posts.of(act.actor, act.on)
        measure_id = Line.objects.filter(pk=line_id).values_list("measure", flat=True).first()
        if measure_id is None:
            raise NotFound()
        self.measure, sub_issue = locked_measure(self.posts, measure_id)
        self.line: Any = Line.objects.with_state().select_related("dispatch__round", "department").get(pk=line_id)
        self.line.measure = self.measure
        self.concern = concern_of(self.measure)
        self.parties = self.posts.parties(self.concern)
        LINE_TRANSITIONS.require_party(name, self.line.state, self.parties)
        if not self.line.dispatch.is_open:
            raise WrongState(_("This week is frozen."), current=self.line)
        check(LINE_TRANSITIONS, name, self.line, self.line.state, self.parties, data)
        if sub_issue.round.status not in UNDER_WAY:
            raise WrongState(_("The round is not under way; its measures cannot be changed."), current=self.line)

    @property
    def who(self) -> tuple[str, str]:
        return self.posts.who(self.concern, self.measure.lead_department)

    @property
    def before(self) -> dict[str, Any]:
        """What had been reported on the measure before this week, with `reported_on`."""
        first = MeasureHistory.objects.filter(pk=self.line.first_report).first()
        return reported_before(self.measure, first)

    @property
    def report(self) -> MeasureHistory:
        """The report that fills the line. Raises WrongState where there is none."""
        found = MeasureHistory.objects.filter(pk=self.line.report).first()
        if found is None:
            raise WrongState(_("Nothing was reported on this line yet."), current=self.line)
        return found

    def save(self, **columns: Any) -> Line:
        """Brings the line to its next version."""
        for name, value in columns.items():
            setattr(self.line, name, value)
        self.line.version += 1
        self.line.save(update_fields=[*columns, "version"])
        return self.line

    def write(self, action: str, reason: str = "", new: Mapping[str, Any] | None = None, **extra: Any) -> None:
        """Writes the act into the measure's history; the measure itself stays but for what is `new`."""
        facts = {"week": str(self.line.dispatch.iso_week), **extra}
        chain = Chain(MeasureHistory, self.measure.sub_issue_id)
        entry = Entry(action, reason=reason, extra=facts, new=new or {})
        record(self.measure, chain, self.act, self.who, entry, new_version=bool(new))


@transaction.atomic
def save_draft(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """Keeps what was typed; `data`: version, progress, done, next_step, difficulty. No act of its own in history."""
    step = LineStep("save", act, line_id, data)
    values = validated(DraftInput, data)
    draft = {name: values[name] for name in ("progress", "done", "next_step", "difficulty", "reason")}
    return step.save(draft=draft, drafted_at=act.clock(), drafted_by=act.actor)


@transaction.atomic
def submit(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """Sends the week's report; `data`: version, progress, done, next_step, difficulty, same, reason.

    A reason is asked for where the progress falls, and from the third week in a row that is reported as the one before.

    Raises:
        NotFound, Forbidden (another department's), Stale, WrongState (frozen, sent already), Invalid.
    """
    step = LineStep("submit", act, line_id, data)
    given = {name: value for name, value in data.items() if value not in ("", None)}
    values = validated(SubmitInput, {**(step.line.draft or {}), **given})
    measure, before = step.measure, step.before
    last = None if before["reported_on"] is None else before
    if values["same"]:
        if last is None:
            raise Invalid(errors={"same": [_("Nothing was reported before; please report what was done.")]})
        values |= {name: last[name] for name in REPORTED}
    same = same_before(step.line) + 1 if last is not None and told(values) == told(last) else 0
    _require_reason(before["progress"], values, same)
    _report(act, measure, values)
    if step.line.state == LineState.RETURNED and step.line.dispatch.confirms and "head" not in step.parties:
        tell_sent_again(step.line, step.line.version, act.clock())
    return step.save(
        draft=None,
        drafted_at=None,
        drafted_by=None,
        same=same,
        recalled=None,
    )


def told(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two reports the same."""
    return values["progress"], values["done"].strip(), values["next_step"].strip(), values["difficulty"].strip()


def same_before(line: Line) -> int:
    """How many reports in a row, up to the last earlier week's, were as the one before; a week without is no break."""
    before = Line.objects.filter(
        measure=line.measure_id, dispatch__monday__lt=line.dispatch.monday, frozen__reported_at__isnull=False
    )
    return before.order_by("-dispatch__monday").values_list("same", flat=True).first() or 0


def _require_reason(before: int | None, values: Mapping[str, Any], same: int) -> None:
    """Raises Invalid where a reason is wanted and none is given; `before`: the progress before this week."""
    if values["reason"].strip():
        return
    if same >= SAME_NEEDS_REASON:
        words = _("For the %(count)d. time in a row it is reported as the week before; please say why nothing moved.")
        raise Invalid(errors={"reason": [words % {"count": same}]})
    progress = values["progress"]
    if progress is not None and before is not None and progress < before:
        words = _("The progress falls from %(old)d to %(new)d percent; please say why.")
        raise Invalid(errors={"reason": [words % {"old": before, "new": progress}]})


def _report(act: Act, measure: Measure, values: Mapping[str, Any]) -> None:
    """The report on the measure itself, by its own service."""
    words = {name: values[name] for name in ("done", "next_step", "difficulty", "reason")}
    if measure.status == MeasureStatus.SUSTAINED:
        services.report_stage(act, measure.pk, {"version": measure.version, **words})
    else:
        data = {"version": measure.version, "progress": values["progress"], **words}
        services.report_progress(act, measure.pk, data)


@transaction.atomic
def confirm(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """The department's head confirms what was reported; `data`: version."""
    step = LineStep("confirm", act, line_id, data)
    validated(ActInput, data)
    report = step.report
    step.write("confirm_report", report=report.sequence)
    return step.save(confirmed=report, confirmed_by_name=step.who[0])


@transaction.atomic
def return_line(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """The head, or the office once it was confirmed, sends a report back; `data`: version, reason."""
    step = LineStep("return", act, line_id, data)
    if step.line.state == LineState.TO_CONFIRM and "head" not in step.parties:
        raise Forbidden(_("The department's head has not confirmed it yet."))
    if step.line.state != LineState.TO_CONFIRM and "office" not in step.parties:
        raise Forbidden(_("It is reported; only the rectification office can return it."))
    reason, report = validated(ReasonInput, data)["reason"], step.report
    step.write("return_report", reason, report=report.sequence)
    tell_returned_line(step.line, report, act.clock())
    return step.save(returned=report, returned_by_name=step.who[0], return_reason=reason)


@transaction.atomic
def recall(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """Takes one's own report back before the cut-off, to mend it; `data`: version.

    What it said becomes the draft, and the measure stands again as it did before the report.
    """
    step = LineStep("recall", act, line_id, data)
    validated(ActInput, data)
    report = step.report
    if report.actor_id != act.actor.pk:
        raise Forbidden(_("Only whoever reported can take it back."))
    if act.clock() > step.line.dispatch.cutoff_at:
        raise WrongState(_("The week is cut off; ask the office to return it."), current=step.line)
    if step.line.confirmed_id == report.pk:
        raise WrongState(_("The head has confirmed it; ask the office to return it."), current=step.line)
    new = report.payload.get("new", {})
    draft = {"progress": new.get("progress"), "done": new.get("work_done", ""), "reason": report.reason}
    draft |= {name: new.get(name, "") for name in ("next_step", "difficulty")}
    step.write("recall_report", new=_as_before(step.measure, report), report=report.sequence)
    return step.save(recalled=report, draft=draft, drafted_at=act.clock(), drafted_by=act.actor)


def _as_before(measure: Measure, report: MeasureHistory) -> dict[str, Any]:
    """The values that a report replaced, where the measure still holds those of the report.

    The state stays: work has begun, whatever is said of it.
    """
    new, old = report.payload.get("new", {}), report.payload.get("old", {})
    if any(plain(getattr(measure, name)) != new[name] for name in new.keys() - {"status"}):
        return {}
    values = {name: value for name, value in old.items() if name != "status"}
    return values | {"reported_on": parse_date(old.get("reported_on") or "")}


@transaction.atomic
def ask_department(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """Asks a responsible department to contribute to a line; `data`: version, department, question."""
    step = LineStep("ask", act, line_id, data)
    values = validated(AskInput, data)
    department = step.measure.responsible_departments.filter(pk=values["department"]).first()
    if department is None:
        raise Invalid(errors={"department": [_("This department is not responsible for the measure.")]})
    _row, made = Contribution.objects.get_or_create(
        line=step.line,
        department=department,
        defaults={
            "question": values["question"],
            "asked_by": act.actor,
            "asked_by_name": step.who[0],
            "asked_at": act.clock(),
        },
    )
    if not made:
        raise WrongState(_("This department was asked already."), current=step.line)
    step.write("ask_department", values["question"], department=department.key)
    tell_asked(step.line, department, act.clock())
    return step.save()


@transaction.atomic
def contribute(act: Act, line_id: int, data: Mapping[str, Any]) -> Line:
    """A responsible department adds what it did, where it was asked; `data`: version, text."""
    step = LineStep("contribute", act, line_id, data)
    text = validated(ContributeInput, data)["text"]
    asked = Contribution.objects.filter(line=step.line, department__in=step.posts.department_ids())
    row = asked.order_by("pk").first()
    if row is None:
        raise Forbidden(_("Your department was not asked to contribute to this line."))
    row.text, row.by_name, row.answered_at = text, step.who[0], act.clock()
    row.save(update_fields=["text", "by_name", "answered_at"])
    department: Department = row.department
    step.write("contribute", text, department=department.key)
    return step.save()
