"""What waits for a person (待办): to sign, returned to them, asked by them.

Who signs next is decided by `why_not_sign`; the queries here say the same in SQL, because the count stands on every
page. A test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform

from issues.models import AcceptanceRequest, AcceptanceSignature, SubIssueHistory
from issues.services import parties_to as parties_to_sub_issue
from issues.states import SubIssueStatus
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.workflow.signing import Outcome, Signer, SigningRequest

from .models import ClosureRequest, ClosureSignature, Measure, MeasureHistory
from .parties import parties_to
from .standing import waiting_since
from .states import MeasureStatus

# A chain longer than this would have no end anybody waits for.
LONGEST_CHAIN = 10


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


@dataclass(frozen=True)
class Returned:
    """A request that was sent back to a department and not made again.

    Args:
        subject: the measure or the sub-issue.
        reason: what is to be done again, in the words of whoever returned it.
        who: their name.
    """

    request: SigningRequest
    subject: Any
    is_measure: bool
    reason: str
    who: str


def _closures(rows: Any) -> Any:
    """Closure requests with all that a line about them shows: a constant number of statements."""
    return rows.select_related(
        "measure__sub_issue__round__organization", "measure__lead_department", "measure__responsible_leader"
    ).prefetch_related("signatures", "measure__responsible_departments")


def _acceptances(rows: Any) -> Any:
    """The same for acceptance requests."""
    return rows.select_related(
        "sub_issue__round__organization", "sub_issue__lead_department", "sub_issue__responsible_leader"
    ).prefetch_related("signatures")


def _in_my_organizations(posts: Posts, path: str) -> Q:
    organizations = {assignment.organization_id for assignment in posts.held}
    return Q(**{f"{path}__in": organizations})


def pending_closures(posts: Posts) -> list[ClosureRequest]:
    """The closure requests under review in the organisations where a person has a post."""
    mine = _in_my_organizations(posts, "measure__sub_issue__round__organization")
    return list(_closures(ClosureRequest.objects.filter(mine, outcome=Outcome.PENDING)).order_by("asked_at"))


def pending_acceptances(posts: Posts) -> list[AcceptanceRequest]:
    """The acceptance requests under review in the organisations where a person has a post."""
    mine = _in_my_organizations(posts, "sub_issue__round__organization")
    return list(_acceptances(AcceptanceRequest.objects.filter(mine, outcome=Outcome.PENDING)).order_by("asked_at"))


def _sorted_waiting(
    closures: Iterable[ClosureRequest], acceptances: Iterable[AcceptanceRequest], on: date
) -> list[Waiting]:
    """Requests as what waits, oldest first."""
    found = [Waiting(r, r.measure, True, (on - waiting_since(r)).days) for r in closures]
    found += [Waiting(r, r.sub_issue, False, (on - waiting_since(r)).days) for r in acceptances]
    return sorted(found, key=lambda item: (item.request.asked_at, item.request.pk))


def waiting(posts: Posts, on: date) -> list[tuple[Waiting, frozenset[str]]]:
    """Every request under review with what the person is to it, oldest first."""
    found = _sorted_waiting(pending_closures(posts), pending_acceptances(posts), on)
    return [(item, _parties(item, posts)) for item in found]


def _parties(item: Waiting, posts: Posts) -> frozenset[str]:
    request: Any = item.request
    if item.is_measure:
        return parties_to(item.subject, posts, request)
    return parties_to_sub_issue(item.subject, posts, request)


def _turn(posts: Posts, subject: str) -> Q | None:
    """The next signer is a post that this person holds; None where they hold none that signs.

    Args:
        subject: the path from the request to the measure or sub-issue.
    """
    round_ = "measure__sub_issue__round" if subject == "measure" else "sub_issue__round"
    turn: Q | None = None
    for post in posts.held:
        mine = Q(**{f"{round_}__organization": post.organization_id})
        if post.role == Role.HEAD:
            mine &= Q(next=Signer.HEAD, **{f"{subject}__lead_department": post.department_id})
        elif post.role == Role.LEADER:
            mine &= Q(next=Signer.LEADER, **{f"{subject}__responsible_leader": post.leader_id})
        elif post.role == Role.OFFICE:
            mine &= Q(next=Signer.OFFICE)
            if post.department_id is not None:
                mine &= ~Q(**{f"{subject}__lead_department": post.department_id})
        else:
            continue
        turn = mine if turn is None else turn | mine
    return turn


def _awaiting(requests: Any, signatures: Any, posts: Posts, subject: str) -> Any:
    """The requests whose next step this person may sign."""
    turn = _turn(posts, subject)
    if turn is None:
        return requests.none()
    steps = [When(signed=step, then=KeyTextTransform(str(step), F("chain"))) for step in range(LONGEST_CHAIN)]
    mine = signatures.filter(request=OuterRef("pk"), signer=posts.user)
    return (
        requests.filter(~Q(asked_by=posts.user), ~Exists(mine), outcome=Outcome.PENDING)
        .annotate(signed=Count("signatures"))
        .annotate(next=Case(*steps, default=Value(""), output_field=CharField()))
        .filter(turn)
    )


def closures_to_sign(posts: Posts) -> Any:
    """The closure requests whose next step a person may sign."""
    return _awaiting(ClosureRequest.objects.all(), ClosureSignature.objects.all(), posts, "measure")


def acceptances_to_sign(posts: Posts) -> Any:
    """The acceptance requests whose next step a person may sign."""
    return _awaiting(AcceptanceRequest.objects.all(), AcceptanceSignature.objects.all(), posts, "sub_issue")


def to_sign(posts: Posts, on: date) -> list[Waiting]:
    """What a person may sign now, oldest first."""
    return _sorted_waiting(_closures(closures_to_sign(posts)), _acceptances(acceptances_to_sign(posts)), on)


def asked_by(posts: Posts, on: date) -> list[Waiting]:
    """What a person asked for that is still under review."""
    mine = Q(asked_by=posts.user, outcome=Outcome.PENDING)
    closures = _closures(ClosureRequest.objects.filter(mine))
    return _sorted_waiting(closures, _acceptances(AcceptanceRequest.objects.filter(mine)), on)


def _my_departments(posts: Posts) -> list[int | None]:
    return [a.department_id for a in posts.held if a.role in (Role.LIAISON, Role.HEAD)]


def returned_to(posts: Posts) -> Any:
    """Requests to close measures of a person's department that were returned and not made again."""
    departments = _my_departments(posts)
    if not departments:
        return ClosureRequest.objects.none()
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


def returned_acceptances(posts: Posts) -> Any:
    """The same for acceptances of sub-issues."""
    departments = _my_departments(posts)
    if not departments:
        return AcceptanceRequest.objects.none()
    later = AcceptanceRequest.objects.filter(sub_issue=OuterRef("sub_issue"), pk__gt=OuterRef("pk"))
    return (
        AcceptanceRequest.objects.filter(
            Q(sub_issue__status__in=(SubIssueStatus.RECTIFYING, SubIssueStatus.SUSTAINED)),
            ~Exists(later),
            outcome=Outcome.RETURNED,
            sub_issue__lead_department__in=departments,
        )
        .select_related("sub_issue__round", "sub_issue__lead_department", "sub_issue__responsible_leader")
        .order_by("ended_on", "pk")
    )


def returned_with_reasons(posts: Posts) -> list[Returned]:
    """What was returned to a person's department, oldest first, with the words with which it was: four statements."""
    closures, acceptances = list(returned_to(posts)), list(returned_acceptances(posts))
    measure_words = _last_returns(MeasureHistory, "measure", [r.measure_id for r in closures])
    sub_issue_words = _last_returns(SubIssueHistory, "sub_issue", [r.sub_issue_id for r in acceptances])
    found = [Returned(r, r.measure, True, *measure_words.get(r.measure_id, ("", ""))) for r in closures]
    found += [Returned(r, r.sub_issue, False, *sub_issue_words.get(r.sub_issue_id, ("", ""))) for r in acceptances]
    return sorted(found, key=lambda item: (item.request.ended_on or date.min, item.request.pk))


def _last_returns(history: Any, subject: str, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Reason and name of the last return of each subject."""
    if not ids:
        return {}
    rows: QuerySet[Any] = history.objects.filter(action="return", **{f"{subject}__in": ids}).order_by("sequence")
    return {pk: (reason, name) for pk, reason, name in rows.values_list(f"{subject}_id", "reason", "actor_name")}


def count_todo(posts: Posts, on: date) -> int:
    """How much waits for a person: to sign and returned. One statement, none for who has nothing to wait for."""
    parts = [closures_to_sign(posts), acceptances_to_sign(posts), returned_to(posts), returned_acceptances(posts)]
    asked = [part.order_by().values("pk") for part in parts if not part.query.is_empty()]
    if not asked:
        return 0
    return asked[0].union(*asked[1:], all=True).count() if len(asked) > 1 else asked[0].count()


def my_measures(posts: Posts) -> Any:
    """The unsettled measures that a person's departments lead, or that a leader answers for."""
    leaders = posts.leader_ids()
    return Measure.objects.filter(
        Q(lead_department__in=posts.department_ids()) | Q(responsible_leader__in=leaders)
    ).for_display()
