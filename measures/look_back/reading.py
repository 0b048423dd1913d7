"""Samples, sampled measures and remarks with all that is shown of them, at a constant number of statements."""

from typing import Any

from django.db.models import Count, Prefetch, Q

from rectify.workflow.signing import Outcome

from ..models import ClosureRequest, Evidence, Finding, LookBackItem, RemarkState
from .parties import taking_part

AROUND = ("measure__sub_issue__round__organization", "measure__lead_department", "measure__responsible_leader")


def with_progress(look_backs: Any) -> Any:
    """Samples with how far they were checked: `drawn`, `checked`, `relapsed`, `reopened`, `unanswered`."""
    return look_backs.select_related("round__organization").annotate(
        drawn=Count("items", distinct=True),
        checked=Count("items", filter=~Q(items__result=Finding.PENDING), distinct=True),
        relapsed=Count("items", filter=Q(items__result=Finding.RELAPSED), distinct=True),
        reopened=Count("items", filter=Q(items__reopening__isnull=False), distinct=True),
        remarked=Count("items__remarks", distinct=True),
        unanswered=Count("items__remarks", filter=Q(items__remarks__state=RemarkState.OPEN), distinct=True),
    )


def shown_items(items: Any, user: Any) -> Any:
    """Sampled measures with the evidence and the chain of their closing, and whether the reader took part in that."""
    passed = ClosureRequest.objects.filter(outcome=Outcome.PASSED).order_by("pk").prefetch_related("signatures")
    files = Evidence.objects.standing().select_related("replaced_by").order_by("pk")
    return (
        items.select_related("look_back", *AROUND)
        .annotate(took_part=taking_part(user))
        .prefetch_related(
            Prefetch("measure__closure_requests", passed, to_attr="passed_requests"),
            Prefetch("measure__evidence", files, to_attr="standing_files"),
        )
    )


def closing_request(item: LookBackItem) -> ClosureRequest | None:
    """The request by which a sampled measure was closed when it was drawn."""
    requests: list[ClosureRequest] = item.measure.passed_requests  # type: ignore[attr-defined]
    before = [request for request in requests if request.ended_on and request.ended_on <= item.closed_on]
    return before[-1] if before else None


def shown_remarks(remarks: Any) -> Any:
    """Remarks with their measures, and the files of their answers."""
    return remarks.select_related("item", *AROUND).prefetch_related("files")
