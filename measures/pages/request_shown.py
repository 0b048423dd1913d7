"""A request as its signer reads it: what is asked for, in whose words, what was affirmed, and what changed since."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _

from issues.models import AcceptanceRequest, SubIssue
from rectify.organization.posts import Posts
from rectify.workflow.signing import Outcome, SigningRequest

from ..inputs import OUTCOME_UNITS
from ..models import ClosureRequest, ClosureSignature, MeasureHistory
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


def voided(requests: Iterable[SigningRequest | None], posts: Posts, signs: bool) -> dict[int, Shown]:
    """Measure -> which change of its evidence made the earlier signatures under its request void, in words.

    Two statements, none where nothing became void.

    Args:
        signs: the next steps of the requests are the reader's to sign.
    """
    again = {r.measure_id: r for r in requests if isinstance(r, ClosureRequest) and r.follows_id}
    if not again:
        return {}
    void = _void_signatures(again.values())
    shown: dict[int, Shown] = {}
    for row in MeasureHistory.objects.filter(measure__in=again, payload__has_key="void").order_by("sequence"):
        facts = {"name": row.actor_name, "done": sentence(row), "reason": row.reason}
        told = _("%(name)s %(done)s Reason: %(reason)s") if row.reason else _("%(name)s %(done)s")
        request = again[row.measure_id]
        concerned = _has_to_sign_again(request, void.get(row.measure_id, []), posts.user.pk, signs)
        shown[row.measure_id] = {"text": told % facts, "again": concerned}
    return shown


def _void_signatures(requests: Collection[ClosureRequest]) -> dict[int, list[ClosureSignature]]:
    """Measure -> the signatures that became void since its request was asked for. One statement."""
    asked_at = {request.measure_id: request.asked_at for request in requests}
    rows = ClosureSignature.objects.filter(request__measure__in=asked_at, request__outcome=Outcome.VOIDED)
    found: dict[int, list[ClosureSignature]] = {}
    for signature in rows.select_related("request"):
        if signature.request.asked_at == asked_at[signature.request.measure_id]:
            found.setdefault(signature.request.measure_id, []).append(signature)
    return found


def _has_to_sign_again(request: ClosureRequest, void: Collection[ClosureSignature], reader: int, signs: bool) -> bool:
    """Whether a reader's signature became void, or signs a step again that somebody else's had signed."""
    given = request.signer_ids()
    if reader in given:
        return False
    own = any(reader in (signature.signer_id, signature.acting_for_id) for signature in void)
    position = len(request.signatures.all())
    return own or (signs and any(signature.position == position for signature in void))
