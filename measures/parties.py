"""Who is what to a measure, and which acts that opens."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import SimpleLazyObject

from issues.states import UNDER_WAY
from rectify.organization.models import Organization
from rectify.organization.posts import Concern, Posts
from rectify.organization.signers import parties_with_turn
from rectify.workflow.prepared import Prepared
from rectify.workflow.signing import Outcome

from .models import ClosureRequest, Measure
from .states import MEASURE_TRANSITIONS, MeasureStatus


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a measure: what its row says beside its own columns, and what decides who may do what to it.

    Args:
        organization: whose it is, as far as the rule on reading looks at it.
    """

    organization: Organization
    round_id: int
    round_status: str
    leader_title: str
    department_name: str
    concern: Concern


def around_objects(measure: Measure) -> Around:
    """What stands around a measure whose sub-issue, leader and departments are at hand as objects."""
    round_ = measure.sub_issue.round
    leader, department = measure.responsible_leader.title, measure.lead_department.name
    return Around(round_.organization, round_.pk, round_.status, leader, department, concern_of(measure))


def concern_of(measure: Measure) -> Concern:
    """The parts of a measure that decide who is a party. Prefetch the responsible departments for lists."""
    return Concern(
        measure.sub_issue.round.organization_id,
        measure.lead_department_id,
        measure.responsible_leader_id,
        # Most who act belong to the lead department, and then nobody asks.
        SimpleLazyObject(lambda: _responsible(measure)),
    )


def _responsible(measure: Measure) -> list[int]:
    """The responsible departments in their order; they are not read again where they are at hand."""
    if "responsible_departments" in getattr(measure, "_prefetched_objects_cache", ()):
        return [department.pk for department in measure.responsible_departments.all()]
    return [pk for (pk,) in _responsible_ids(measure=measure.pk)]


@Prepared
def _responsible_ids(measure: int) -> Any:
    rows = Measure.responsible_departments.through.objects.filter(measure=measure)
    return rows.order_by("department__position", "department").values_list("department")


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


def parties_to(
    measure: Measure, posts: Posts, request: ClosureRequest | None, concern: Concern | None = None
) -> frozenset[str]:
    """What a person is to a measure, including signer of the next step and asker of an unsigned request.

    Args:
        concern: the measure's, where it was read already.
    """
    return parties_with_turn(posts, concern or concern_of(measure), request)


def available(
    measure: Measure, posts: Posts, request: ClosureRequest | None, around: Around | None = None
) -> list[str]:
    """The acts open to a person on a measure, by role and state; none while its round is not under way.

    Args:
        around: the measure's, where it was read already.
    """
    around = around or around_objects(measure)
    if around.round_status not in UNDER_WAY:
        return []
    acts = MEASURE_TRANSITIONS.available(measure.status, parties_to(measure, posts, request, around.concern))
    # Without a deadline there is none to extend.
    return acts if measure.due_on is not None else [act for act in acts if act != "request_extension"]
