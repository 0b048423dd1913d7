"""The forms with which one asks for another deadline, or tells how a stage went."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ..models import Measure
from ..standing import in_words

# The acts whose forms these are.
ACTS = ("request_extension", "request_long_term", "review_stage")


def form_of(measure: Measure, act: str, form: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What the forms of these acts show beside what was typed."""
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
    if act in ("request_long_term", "review_stage") and not form.get("values"):
        return {"values": {"stage_goal": measure.stage_goal}}
    return {}
