"""Where something was signed: on which scan, in which meeting. History tells that it was; the way there stands here."""

from collections.abc import Sequence
from typing import Any

from issues.models import AcceptanceMeeting, AcceptanceMeetingItem, Paper
from rectify.workflow.history import HistoryRow
from rectify.workflow.signing import SigningRequest

from ..requests import ACCEPTANCE
from .paper import paper_item

Beside = dict[str, Any]
Key = tuple[type[HistoryRow], int]
# Among the meetings of a request, the one that sent it back.
RETURNED = 0


def key_of(row: HistoryRow) -> Key:
    """What names a row among those of several tables."""
    return type(row), row.pk


def beside(rows: Sequence[HistoryRow]) -> dict[Key, Beside]:
    """Rows of history -> the scan on which their signature was given, and the meeting that decided: two statements."""
    papers = Paper.objects.in_bulk({row.payload["paper"] for row in rows if "paper" in row.payload})
    meetings = AcceptanceMeeting.objects.in_bulk({row.payload["meeting"] for row in rows if "meeting" in row.payload})
    found: dict[Key, Beside] = {}
    for row in rows:
        if (paper := papers.get(row.payload.get("paper"))) is not None:
            found.setdefault(key_of(row), {})["evidence"] = [paper_item(paper)]
        if (meeting := meetings.get(row.payload.get("meeting"))) is not None:
            found.setdefault(key_of(row), {})["meeting"] = meeting
    return found


def told_where(steps: list[dict[str, Any]], request: SigningRequest) -> list[dict[str, Any]]:
    """The steps of a request's chain with the scan and the meeting of each: read `signatures__paper` with it."""
    signatures: list[Any] = list(request.signatures.all())  # type: ignore[attr-defined]
    meetings = _meetings_of(request)
    for index, step in enumerate(steps):
        if index < len(signatures):
            step["paper"] = signatures[index].paper
            step["meeting"] = meetings.get(getattr(signatures[index], "meeting_id", None))
        elif step["state"] == "returned":
            step["meeting"] = meetings.get(RETURNED)
    return steps


def _meetings_of(request: SigningRequest) -> dict[int | None, AcceptanceMeeting]:
    """The meetings that decided on a request for acceptance, by id, and the one that returned it. One statement."""
    if not isinstance(request, ACCEPTANCE.requests):
        return {}
    items = list(AcceptanceMeetingItem.objects.filter(request=request).select_related("meeting"))
    found: dict[int | None, AcceptanceMeeting] = {}
    for item in items:
        found[item.meeting_id if item.agreed else RETURNED] = item.meeting
    return found
