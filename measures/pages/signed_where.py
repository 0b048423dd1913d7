"""Where something was signed: on which scan, in which meeting. History tells that it was; the way there stands here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from issues.models import AcceptanceMeeting, AcceptanceMeetingItem, SubIssueHistory
from rectify.workflow.history import HistoryRow
from rectify.workflow.signing import Signature, SigningRequest

from ..requests import ACCEPTANCE, CLOSURE, DEADLINE_KINDS, RequestKind
from .paper import paper_item

Beside = dict[str, Any]
Key = tuple[type[HistoryRow], int]


def key_of(row: HistoryRow) -> Key:
    """What names a row among those of several tables."""
    return type(row), row.pk


def beside(rows: Sequence[HistoryRow]) -> dict[Key, Beside]:
    """Rows of history -> the scan on which their signature was given, and the meeting that decided.

    A statement for each kind of request that was signed on paper, and one for meetings.
    """
    found: dict[Key, Beside] = {}
    for key, signature in _on_paper(rows).items():
        found.setdefault(key, {})["evidence"] = [paper_item(signature.paper)]  # type: ignore[attr-defined]
    for key, meeting in _in_meetings([row for row in rows if isinstance(row, SubIssueHistory)]).items():
        found.setdefault(key, {})["meeting"] = meeting
    return found


def _on_paper(rows: Iterable[HistoryRow]) -> dict[Key, Signature]:
    """The signatures of the rows that were given on a scan."""
    by_kind: dict[RequestKind, list[HistoryRow]] = {}
    for row in rows:
        if row.payload.get("on_paper"):
            by_kind.setdefault(_kind_of(row), []).append(row)
    found: dict[Key, Signature] = {}
    for kind, signed in by_kind.items():
        subjects = {f"request__{kind.subject}__in": {row.subject_id for row in signed}}
        signatures: dict[Any, list[Signature]] = {}
        for signature in kind.signatures.objects.filter(paper__isnull=False, **subjects).select_related(
            "paper", "request"
        ):
            signatures.setdefault(_of_signature(signature, kind), []).append(signature)
        for row in signed:
            if same := signatures.get(_of_row(row)):
                # One request may be made again with the same words, and signed by the same person.
                found[key_of(row)] = min(same, key=lambda each, at=row.recorded_at: abs(each.signed_at - at))  # type: ignore[misc]
    return found


def _kind_of(row: HistoryRow) -> RequestKind:
    if isinstance(row, SubIssueHistory):
        return ACCEPTANCE
    return next((kind for kind in DEADLINE_KINDS if kind.key in row.payload), CLOSURE)


def _of_signature(signature: Any, kind: RequestKind) -> tuple[Any, ...]:
    subject = getattr(signature.request, f"{kind.subject}_id")
    return (
        subject,
        signature.position + 1,
        signature.signer_name,
        signature.signed_on.isoformat(),
        signature.digest,
    )


def _of_row(row: HistoryRow) -> tuple[Any, ...]:
    facts = row.payload
    return row.subject_id, facts.get("step"), facts.get("signer"), facts.get("signed_on"), facts.get("digest")


def _in_meetings(rows: Sequence[SubIssueHistory]) -> dict[Key, AcceptanceMeeting]:
    """The rows that a meeting's decisions wrote: those of one act, entered with the meeting."""
    if not any(row.action in ("sign", "register_signature", "return") for row in rows):
        return {}
    items = AcceptanceMeetingItem.objects.filter(sub_issue__in={row.sub_issue_id for row in rows})
    acts: dict[tuple[int, Any], AcceptanceMeeting] = {}
    for item in items.select_related("meeting").order_by("pk"):
        first = next((row for row in sorted(rows, key=lambda row: row.sequence) if _decided(row, item)), None)
        if first is not None:
            acts[item.sub_issue_id, first.act_id] = item.meeting
    found = {key_of(row): acts.get((row.sub_issue_id, row.act_id)) for row in rows}
    return {key: meeting for key, meeting in found.items() if meeting is not None}


def _decided(row: SubIssueHistory, item: AcceptanceMeetingItem) -> bool:
    """Whether a row may be the first that a decision wrote."""
    meeting = item.meeting
    if row.sub_issue_id != item.sub_issue_id or row.actor_id != meeting.recorded_by_id:
        return False
    if row.recorded_at < meeting.recorded_at:
        return False
    if not item.agreed:
        return row.action == "return" and row.reason == item.opinion
    return row.action in ("sign", "register_signature") and row.payload.get("comment", "") == item.opinion


def meetings_of(request: SigningRequest) -> list[AcceptanceMeetingItem]:
    """The decisions of meetings on a request for acceptance: one statement; nothing for any other request."""
    if not isinstance(request, ACCEPTANCE.requests):
        return []
    return list(AcceptanceMeetingItem.objects.filter(request=request).select_related("meeting").order_by("pk"))


def told_where(steps: list[dict[str, Any]], request: SigningRequest) -> list[dict[str, Any]]:
    """The steps of a request's chain with the scan and the meeting of each: read `signatures__paper` with it."""
    items = meetings_of(request)
    signatures = list(request.signatures.all())  # type: ignore[attr-defined]
    for index, step in enumerate(steps):
        if index < len(signatures):
            step["paper"] = signatures[index].paper
            step["meeting"] = next((item.meeting for item in items if _given_in(signatures[index], item)), None)
        elif step["state"] == "returned":
            step["meeting"] = next((item.meeting for item in items if not item.agreed), None)
    return steps


def _given_in(signature: Any, item: AcceptanceMeetingItem) -> bool:
    """Whether a meeting's record gave a signature."""
    meeting = item.meeting
    entered_by = signature.registered_by_id or signature.signer_id
    facts: Mapping[str, bool] = {
        "agreed": item.agreed,
        "day": signature.signed_on == meeting.held_on,
        "paper": signature.paper_id == meeting.paper_id,
        "registrar": entered_by == meeting.recorded_by_id,
        "entered": signature.signed_at >= meeting.recorded_at,
    }
    return all(facts.values())
