"""Who is what to a measure, and which acts that opens."""

from rectify.organization.posts import Concern, Posts
from rectify.workflow.signing import Outcome, why_not_sign

from .models import ClosureRequest, Measure
from .states import MEASURE_TRANSITIONS, MeasureStatus


def concern_of(measure: Measure) -> Concern:
    """The parts of a measure that decide who is a party. Reads responsible departments (prefetch them for lists)."""
    return Concern(
        measure.sub_issue.round.organization_id,
        measure.lead_department_id,
        measure.responsible_leader_id,
        [department.pk for department in measure.responsible_departments.all()],
    )


def pending_request(measure: Measure) -> ClosureRequest | None:
    """The closure request under review, with its signatures."""
    if measure.status != MeasureStatus.IN_REVIEW:
        return None
    return measure.closure_requests.filter(outcome=Outcome.PENDING).prefetch_related("signatures").first()


def pending_requests(measures: list[Measure]) -> dict[int, ClosureRequest]:
    """The requests under review of many measures, by measure: two statements, none where nothing is under review."""
    ids = [measure.pk for measure in measures if measure.status == MeasureStatus.IN_REVIEW]
    if not ids:
        return {}
    requests = ClosureRequest.objects.filter(measure__in=ids, outcome=Outcome.PENDING).prefetch_related("signatures")
    return {request.measure_id: request for request in requests}


def parties_to(measure: Measure, posts: Posts, request: ClosureRequest | None) -> frozenset[str]:
    """What a person is to a measure, including signer of the next step and asker of an unsigned request."""
    parties = set(posts.parties(concern_of(measure)))
    if request is not None:
        signer_ids = request.signer_ids()
        if why_not_sign(request.next_signer, parties, posts.user.pk, request.asked_by_id, signer_ids) is None:
            parties.add("signer")
        if request.asked_by_id == posts.user.pk and not signer_ids:
            parties.add("asker")
    return frozenset(parties)


def available(measure: Measure, posts: Posts, request: ClosureRequest | None) -> list[str]:
    """The acts open to a person on a measure, by role and state."""
    return MEASURE_TRANSITIONS.available(measure.status, parties_to(measure, posts, request))
