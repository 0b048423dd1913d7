"""A request as its signer reads it: what is asked for, in whose words, what was affirmed, and what changed since."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from issues.models import AcceptanceRequest, SubIssue
from rectify.workflow.signing import SigningRequest

from ..inputs import OUTCOME_UNITS
from ..models import ClosureRequest, MeasureHistory
from .minutes import sentence

Shown = dict[str, Any]


def request_shown(request: Any, subject: Any) -> Shown:
    """A request for closure or acceptance, for `request_section.html`: one statement at most.

    Args:
        subject: its measure or sub-issue.
    """
    shown: Shown = {"note": request.note, "asked_on": request.asked_on, "who": request.asked_by_name}
    if isinstance(request, AcceptanceRequest):
        shown["facts"] = of_acceptance(request, subject)
    else:
        shown["facts"] = [
            {"term": OUTCOME_UNITS.get(name, name), "text": value}
            for name, value in getattr(request, "outcomes", {}).items()
        ]
    return shown


def of_acceptance(request: AcceptanceRequest, sub_issue: SubIssue) -> list[dict[str, Any]]:
    """As what a sub-issue is to be accepted, and which criteria whoever asked affirmed."""
    facts: list[dict[str, Any]] = [{"term": _("Accepted as"), "text": request.get_result_display()}]
    criteria = sub_issue.round.acceptance_criteria.all()
    affirmed = [{"title": each.title, "yes": each.key in request.criteria} for each in criteria]
    if affirmed:
        template = "measures/affirmed_item.html"
        facts.append({"term": _("Affirmed by who asked"), "template": template, "criteria": affirmed})
    return facts


def voided(requests: Iterable[SigningRequest]) -> dict[int, str]:
    """Measure -> which change of its evidence made the earlier signatures under its request void, in words.

    One statement, none where nothing became void.
    """

    measures = {r.measure_id for r in requests if isinstance(r, ClosureRequest) and r.follows_id}
    if not measures:
        return {}
    rows = MeasureHistory.objects.filter(measure__in=measures, payload__has_key="void").order_by("sequence")
    words = {}
    for row in rows:
        facts = {"name": row.actor_name, "done": sentence(row), "reason": row.reason}
        told = _("%(name)s %(done)s Reason: %(reason)s") if row.reason else _("%(name)s %(done)s")
        words[row.measure_id] = told % facts
    return words
