"""The forms with which one asks for another deadline, or tells how a stage went."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rectify.workflow.signing import Outcome, SigningRequest

from ..models import Measure
from ..requests import kind_of
from ..standing import in_words
from ..todo import last_returns

# The acts whose forms these are.
ACTS = ("request_extension", "request_long_term", "review_stage")


# What a returned or recalled request had filled in: the request's relation to the measure, and its fields.
BEFORE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "request_extension": ("extensions", ("due_on",)),
    "request_long_term": ("long_term_requests", ("stage_goal", "review_on", "final_on")),
}


def asked_before(measure: Measure, act: str) -> dict[str, Any]:
    """What stood in the newest request of this kind, where that was returned or recalled, and why it was returned."""
    relation, names = BEFORE[act]
    last = getattr(measure, relation).order_by("-pk").first()
    if last is None or last.outcome not in (Outcome.RETURNED, Outcome.RECALLED):
        return {}
    values = {name: getattr(last, name) for name in names}
    shown = {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in values.items()}
    return {"values": {"reason": last.note, **shown}, "returned": why_returned(last)}


def why_returned(request: SigningRequest) -> str:
    """The words with which a request was sent back; empty where it was not."""
    kind = kind_of(request)
    subject = getattr(request, f"{kind.subject}_id")
    return last_returns(kind, [subject])[subject][0] if request.outcome == Outcome.RETURNED else ""


def form_of(measure: Measure, act: str, form: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What the forms of these acts show beside what was typed."""
    if act in BEFORE and not form.get("values") and (before := asked_before(measure, act)):
        return form_of(measure, act, {**form, **before}, on) | before
    if act == "request_extension" and measure.due_on:
        until = measure.sub_issue.round.intensive_until
        return {
            "overdue_words": _("The deadline has passed: this is asked for when overdue and stays counted as such.")
            if measure.due_on < on
            else "",
            "beyond_words": _(
                "What reaches beyond %(day)s, the end of the intensive period, the leading group decides."
            )
            % {"day": in_words(until)}
            if until
            else "",
        }
    more: dict[str, Any] = {}
    if act == "review_stage" and measure.review_on is not None and on < measure.review_on:
        more["early"] = _("The stage is reviewed on %(day)s, not before.") % {"day": in_words(measure.review_on)}
    if act in ("request_long_term", "review_stage") and not form.get("values"):
        more["values"] = {"stage_goal": measure.stage_goal}
    return more
