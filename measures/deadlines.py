"""Changes of until when a measure runs: asking for an extension (延期), for moving to long term, reviewing a stage.

An extension is a later deadline; what has no end moves to long term (转长期坚持) with a goal and a review day instead.
Both are asked for with a reason and decided by a chain of the round's own, in `deadline_signing`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.services import reopen_with
from rectify.workflow.acts import Act
from rectify.workflow.digests import digest_of_content
from rectify.workflow.guards import invalid, validated
from rectify.workflow.history import plain
from rectify.workflow.refusals import WrongState
from rectify.workflow.signing import Outcome

from .acting import MeasureStep
from .farthest import BEYOND, farthest
from .inputs import ExtensionInput, LongTermInput, StageInput
from .models import DeadlineChange, DeadlineStep, Extension, LongTermRequest, Measure
from .requests import DEADLINE_KINDS
from .states import MeasureStatus

NOT_AHEAD = gettext_lazy("This has to lie in the future.")


def pending_deadline(measure: Measure) -> Extension | LongTermRequest | None:
    """The request under review that would change until when a measure runs."""
    for kind in DEADLINE_KINDS:
        rows = kind.requests.objects.filter(measure=measure, outcome=Outcome.PENDING)
        if (found := rows.prefetch_related("signatures").first()) is not None:
            return found
    return None


def require_none_pending(measure: Measure) -> None:
    """Raises WrongState while an extension or moving to long term is under review: it is to be decided first."""
    found = pending_deadline(measure)
    if isinstance(found, Extension):
        raise WrongState(
            _("An extension is under review; it has to be decided or recalled before this."), current=measure
        )
    if found is not None:
        raise WrongState(
            _("Moving to long term is under review; it has to be decided or recalled before this."), current=measure
        )


def _asked(step: MeasureStep, change: str, reason: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What every request of these kinds holds, with the round's chain for the change."""
    steps = DeadlineStep.objects.filter(round=step.sub_issue.round_id, change=change).order_by("position")
    kept = {name: plain(value) for name, value in content.items()}
    return {
        "measure": step.measure,
        "asked_by": step.act.actor,
        "asked_by_name": step.who[0],
        "asked_on": step.act.on,
        "asked_at": step.act.clock(),
        "note": reason,
        "from_status": step.measure.status,
        "chain": list(steps.values_list("signer", flat=True)),
        "digest": digest_of_content({"note": reason, **kept}),
        **content,
    }


@transaction.atomic
def request_extension(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Asks for a later deadline; `data`: version, due_on, reason. The deadline moves with the last signature.

    Asked for after the deadline it is 逾期补办 and stays counted as such; what reaches beyond the intensive period is
    decided by the leading group.
    """
    step = MeasureStep("request_extension", act, measure_id, data)
    measure = step.measure
    if measure.due_on is None:
        raise WrongState(_("This measure has no deadline that could be extended."), current=measure)
    require_none_pending(measure)
    values = validated(ExtensionInput, data)
    due_on = _later(measure.due_on, values["due_on"], act.on)
    until = step.sub_issue.round.intensive_until
    content = {
        "due_on": due_on,
        "old_due_on": measure.due_on,
        "overdue": measure.due_on < act.on,
        "beyond_intensive": until is not None and due_on > until,
    }
    change = DeadlineChange.LATE_EXTENSION if content["beyond_intensive"] else DeadlineChange.EXTENSION
    request = Extension.objects.create(**_asked(step, change, values["reason"], content))
    told = {"extension": request.pk, "digest": request.digest, **content}
    step.write({}, new_version=False, reason=values["reason"], extra=told)
    return measure


def _later(old: date, new: date, on: date) -> date:
    """A new deadline behind the old one, not in the past. Raises Invalid."""
    if new <= old:
        raise invalid({"due_on": [_("The new deadline has to lie behind the present one, %(day)s.") % {"day": old}]})
    if new < on:
        raise invalid({"due_on": [_("The new deadline lies in the past.")]})
    if new > farthest(on):
        raise invalid({"due_on": [BEYOND]})
    return new


@transaction.atomic
def request_long_term(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """Asks for moving to long term; `data`: version, stage_goal, review_on, final_on, reason.

    With the last signature the measure counts as settled, and comes back on its review day.
    """
    step = MeasureStep("request_long_term", act, measure_id, data)
    require_none_pending(step.measure)
    values = validated(LongTermInput, data)
    _require_stage_days(act.on, values["review_on"], values["final_on"])
    content = {name: values[name] for name in ("stage_goal", "review_on", "final_on")}
    request = LongTermRequest.objects.create(**_asked(step, DeadlineChange.LONG_TERM, values["reason"], content))
    told = {"long_term": request.pk, "digest": request.digest, **content}
    step.write({}, new_version=False, reason=values["reason"], extra=told)
    return step.measure


def _require_stage_days(on: date, review_on: date, final_on: date | None) -> None:
    """Raises Invalid unless the review lies ahead and not behind the final day."""
    errors: dict[str, list[Any]] = {}
    if review_on <= on:
        errors["review_on"] = [NOT_AHEAD]
    elif review_on > farthest(on):
        errors["review_on"] = [BEYOND]
    if final_on is not None and final_on < review_on:
        errors["final_on"] = [_("The final day cannot lie before the next review.")]
    elif final_on is not None and final_on > farthest(on):
        errors["final_on"] = [BEYOND]
    if errors:
        raise invalid(errors)


@transaction.atomic
def review_stage(act: Act, measure_id: int, data: Mapping[str, Any]) -> Measure:
    """The office says whether a stage's goal is met; `data`: version, met, note, stage_goal, review_on.

    The department reports on the stage and adds its evidence; it does not judge itself. Met is not said before the
    review day.

    Met, it stays settled and goes on to the next stage; not met, it is rectified again and reopens its closed
    sub-issue, under which no unsettled measure may lie.
    """
    step = MeasureStep("review_stage", act, measure_id, data)
    values = validated(StageInput, data)
    new = _next_stage(step, values) if values["met"] else _not_met(step, values)
    step.write(new, reason=values["note"], extra={"met": values["met"]})
    if not values["met"]:
        reopen_with(act, step.sub_issue, step.who, values["note"])
    return step.measure


def _next_stage(step: MeasureStep, values: Mapping[str, Any]) -> dict[str, Any]:
    """The next goal and review day; none is needed once the final day is reached."""
    measure, on, review_on = step.measure, step.act.on, values["review_on"]
    if measure.review_on is not None and on < measure.review_on:
        raise invalid({"met": [_("The stage is reviewed on %(day)s, not before.") % {"day": measure.review_on}]})
    if not Measure.objects.filter(pk=measure.pk).with_stage_work().filter(stage_work=True).exists():
        words = _("%(department)s has neither reported on this stage nor added evidence.")
        raise invalid({"met": [words % {"department": measure.lead_department}]})
    ended = measure.due_on is not None and measure.due_on <= on
    if review_on is None and not ended:
        raise invalid({"review_on": [_("Please give the day of the next review.")]})
    if review_on is not None:
        _require_stage_days(on, review_on, None)
        if not ended and measure.due_on is not None and review_on > measure.due_on:
            raise invalid({"review_on": [_("This lies behind the final day, %(day)s.") % {"day": measure.due_on}]})
    return {"stage_goal": values["stage_goal"] or measure.stage_goal, "review_on": review_on}


def _not_met(step: MeasureStep, values: Mapping[str, Any]) -> dict[str, Any]:
    """Back to work: the deadline from before it was moved to long term counts again where there is no final day."""
    if values["review_on"] is not None:
        _require_stage_days(step.act.on, values["review_on"], None)
    new: dict[str, Any] = {
        "status": MeasureStatus.IN_PROGRESS.value,
        "stage_goal": values["stage_goal"],
        "review_on": values["review_on"],
    }
    if step.measure.due_on is None:
        moved = step.measure.history.filter(action="sustain").order_by("-sequence").first()
        if moved is not None and (before := moved.payload.get("old", {}).get("due_on")):
            new["due_on"] = date.fromisoformat(before)
    return new
