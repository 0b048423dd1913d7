"""What is told of evidence beside its own columns: where else the same file stands, what came after the request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify.workflow.signing import Outcome

from .models import ClosureRequest, Evidence

# A file that proves this many measures proves none of them; nobody reads a longer list.
MOST_TOLD = 6
# As many rows are looked at for all files of a page.
MOST_READ = 300


@dataclass(frozen=True)
class OtherUse:
    """Another measure under which the same file stands."""

    measure: int
    number: str
    round: int
    round_title: str


def with_facts(files: Sequence[Evidence], user: Any, on: date) -> Sequence[Evidence]:
    """Sets `also_under` and `added_later` on pieces of evidence that are read by somebody. Two statements."""
    uses, asked = _uses(files, user, on), _asked(files)
    for file in files:
        others = (use for use in uses.get(file.sha256, ()) if use.measure != file.measure_id)
        file.also_under = list(dict.fromkeys(others))[:MOST_TOLD]  # type: ignore[attr-defined]
        file.added_later = came_later(file, asked.get(file.measure_id))  # type: ignore[attr-defined]
    return files


def _uses(files: Sequence[Evidence], user: Any, on: date) -> dict[str, list[OtherUse]]:
    """Digest -> the measures that the reader may see under which a file with this digest counts."""
    digests = {file.sha256 for file in files if file.standing}
    if not digests:
        return {}
    seen: Any = Evidence.objects.visible_to(user, on)
    rows = (
        seen.standing()
        .filter(sha256__in=digests)
        .order_by()
        .values_list(
            "sha256",
            "measure",
            "measure__number",
            "measure__sub_issue__round",
            "measure__sub_issue__round__title",
            "measure__sub_issue__position",
            "measure__position",
        )[:MOST_READ]
    )
    found: dict[str, list[OtherUse]] = {}
    for digest, measure, number, round_, title, *_place in sorted(rows, key=lambda row: (row[3], row[5:])):
        found.setdefault(digest, []).append(OtherUse(measure, number, round_, title))
    return found


def _asked(files: Sequence[Evidence]) -> dict[int, ClosureRequest]:
    """Measure -> the newest request to close it that was not taken back: under review, passed or returned."""
    requests = ClosureRequest.objects.filter(
        measure__in={file.measure_id for file in files},
        outcome__in=(Outcome.PENDING, Outcome.PASSED, Outcome.RETURNED),
    )
    return {request.measure_id: request for request in requests.order_by("pk")}


def came_later(file: Evidence, request: ClosureRequest | None) -> bool:
    """Whether a file was added after closure was asked for: who asked did not rest on it.

    What is added once the request has ended belongs to the next one.
    """
    if request is None or (request.ended_on is not None and file.uploaded_on > request.ended_on):
        return False
    if file.uploaded_at != request.asked_at:
        return file.uploaded_at > request.asked_at
    return file.pk not in {stood["id"] for stood in request.evidence}
