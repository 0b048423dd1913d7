"""What waits for a person (待办): to sign, returned to them, asked by them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from issues.models import AcceptanceRequest
from issues.services import parties_to as parties_to_sub_issue
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.workflow.signing import Outcome, SigningRequest

from .models import ClosureRequest, Measure
from .parties import parties_to
from .states import MeasureStatus


@dataclass(frozen=True)
class Waiting:
    """A request that waits for somebody.

    Args:
        request: a closure or an acceptance request; `subject` is its measure or sub-issue.
        days: for how many days it has waited with the present signer.
    """

    request: SigningRequest
    subject: Any
    is_measure: bool
    days: int


def _waiting_since(request: SigningRequest) -> date:
    signatures = list(request.signatures.all())  # type: ignore[attr-defined]
    return signatures[-1].signed_on if signatures else request.asked_on


def pending_closures(posts: Posts) -> list[ClosureRequest]:
    """The closure requests under review in the organisations where a person has a post."""
    organizations = [assignment.organization_id for assignment in posts.assignments]
    return list(
        ClosureRequest.objects.filter(
            outcome=Outcome.PENDING, measure__sub_issue__round__organization__in=organizations
        )
        .select_related(
            "measure__sub_issue__round__organization", "measure__lead_department", "measure__responsible_leader"
        )
        .prefetch_related("signatures", "measure__responsible_departments")
        .order_by("asked_at")
    )


def pending_acceptances(posts: Posts) -> list[AcceptanceRequest]:
    """The acceptance requests under review in the organisations where a person has a post."""
    organizations = [assignment.organization_id for assignment in posts.assignments]
    return list(
        AcceptanceRequest.objects.filter(outcome=Outcome.PENDING, sub_issue__round__organization__in=organizations)
        .select_related(
            "sub_issue__round__organization", "sub_issue__lead_department", "sub_issue__responsible_leader"
        )
        .prefetch_related("signatures")
        .order_by("asked_at")
    )


def waiting(posts: Posts, on: date) -> list[tuple[Waiting, frozenset[str]]]:
    """Every request under review with what the person is to it, oldest first."""
    found = []
    for request in pending_closures(posts):
        item = Waiting(request, request.measure, True, (on - _waiting_since(request)).days)
        found.append((item, parties_to(request.measure, posts, request)))
    for request in pending_acceptances(posts):
        item = Waiting(request, request.sub_issue, False, (on - _waiting_since(request)).days)
        found.append((item, parties_to_sub_issue(request.sub_issue, posts, request)))
    return sorted(found, key=lambda pair: pair[0].request.asked_at)


def to_sign(posts: Posts, on: date) -> list[Waiting]:
    """What a person may sign now."""
    return [item for item, parties in waiting(posts, on) if "signer" in parties]


def asked_by(posts: Posts, on: date) -> list[Waiting]:
    """What a person asked for that is still under review."""
    return [item for item, _parties in waiting(posts, on) if item.request.asked_by_id == posts.user.pk]


def returned_to(posts: Posts) -> Any:
    """Measures of a person's department whose last request was returned and which were not asked for again."""
    departments = [a.department_id for a in posts.assignments if a.role in (Role.LIAISON, Role.HEAD)]
    later = ClosureRequest.objects.filter(measure=OuterRef("measure"), pk__gt=OuterRef("pk"))
    return (
        ClosureRequest.objects.filter(
            Q(measure__status=MeasureStatus.IN_PROGRESS),
            ~Exists(later),
            outcome=Outcome.RETURNED,
            measure__lead_department__in=departments,
        )
        .select_related("measure__sub_issue__round", "measure__lead_department", "measure__responsible_leader")
        .order_by("ended_on", "pk")
    )


def count_todo(posts: Posts, on: date) -> int:
    """How much waits for a person: to sign and returned."""
    return len(to_sign(posts, on)) + returned_to(posts).count()


def my_measures(posts: Posts) -> Any:
    """The unsettled measures that a person's departments lead, or that a leader answers for."""
    leaders = posts.leader_ids()
    return Measure.objects.filter(
        Q(lead_department__in=posts.department_ids()) | Q(responsible_leader__in=leaders)
    ).for_display()
