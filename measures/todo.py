"""What waits for a person (待办): to sign, returned to them, stages to review, asked by them.

Who signs next is decided by `why_not_sign`; the queries here say the same in SQL, because the count stands on every
page. A test holds the two together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform

from issues.models import SubIssueHistory
from issues.services import parties_to as parties_to_sub_issue
from issues.states import UNDER_WAY
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.workflow.signing import Outcome, Signer, SigningRequest

from .look_back.waiting import all_waiting, waiting_rows
from .models import Measure, MeasureHistory
from .parties import parties_to
from .requests import DEADLINE_KINDS, KINDS, RequestKind
from .standing import waiting_since
from .states import MeasureStatus

# The lists in which all of it stands, in the order in which they are shown.
LISTS = ("to_sign", "returned", "stages", "look_back", "asked")
# A chain longer than this would have no end anybody waits for.
LONGEST_CHAIN = 10


@dataclass(frozen=True)
class OfRequest:
    """Something that a request is about."""

    kind: RequestKind
    request: SigningRequest

    @property
    def subject(self) -> Any:
        """Its measure or sub-issue."""
        return getattr(self.request, self.kind.subject)

    @property
    def is_measure(self) -> bool:
        return self.kind.is_measure

    @property
    def key(self) -> int:
        """What names it in addresses: several deadlines of one measure are asked for one after the other."""
        return self.request.pk if self.kind in DEADLINE_KINDS else self.subject.pk

    @property
    def version(self) -> int:
        """Of the row that signing changes: the request where it has one, else what it is about."""
        return getattr(self.request, "version", None) or self.subject.version


@dataclass(frozen=True)
class Waiting(OfRequest):
    """A request that waits for somebody.

    Args:
        days: for how many days it has waited with the present signer.
    """

    days: int


@dataclass(frozen=True)
class Returned(OfRequest):
    """A request that was sent back to a department and not made again.

    Args:
        reason: what is to be done again, in the words of whoever returned it.
        who: their name.
    """

    reason: str
    who: str


def _whole(kind: RequestKind, rows: Any) -> Any:
    """Requests with all that a line about them shows: a constant number of statements."""
    subject = kind.subject
    found = rows.select_related(
        f"{kind.round}__organization", f"{subject}__lead_department", f"{subject}__responsible_leader"
    ).prefetch_related("signatures")
    return found.prefetch_related("measure__responsible_departments") if kind.is_measure else found


def pending(kind: RequestKind, posts: Posts) -> Any:
    """The requests of a kind under review in the organisations where a person has a post."""
    organizations = {assignment.organization_id for assignment in posts.held}
    return kind.requests.objects.filter(outcome=Outcome.PENDING, **{f"{kind.round}__organization__in": organizations})


def _filled(parts: Mapping[RequestKind, Any]) -> list[RequestKind]:
    """The kinds of which there is anything, in one statement: most of the time there is little of few."""
    asked = [
        rows.order_by().annotate(which=Value(kind.name, CharField())).values_list("which", flat=True)
        for kind, rows in parts.items()
        if not rows.query.is_empty()
    ]
    names = set(asked[0].union(*asked[1:])) if asked else set()
    return [kind for kind in parts if kind.name in names]


def _read(parts: Mapping[RequestKind, Any], on: date) -> list[Waiting]:
    """Requests of several kinds as what waits, oldest first."""
    return _sorted([(kind, request) for kind in _filled(parts) for request in _whole(kind, parts[kind])], on)


def _sorted(found: Iterable[tuple[RequestKind, Any]], on: date) -> list[Waiting]:
    """Requests as what waits, oldest first."""
    items = [Waiting(kind, request, (on - waiting_since(request)).days) for kind, request in found]
    return sorted(items, key=lambda item: (item.request.asked_at, KINDS.index(item.kind), item.request.pk))


def waiting(posts: Posts, on: date) -> list[tuple[Waiting, frozenset[str]]]:
    """Every request under review with what the person is to it, oldest first."""
    found = _read({kind: pending(kind, posts) for kind in KINDS}, on)
    return [(item, _parties(item, posts)) for item in found]


def _parties(item: Waiting, posts: Posts) -> frozenset[str]:
    request: Any = item.request
    if item.is_measure:
        return parties_to(item.subject, posts, request)
    return parties_to_sub_issue(item.subject, posts, request)


def _turn(kind: RequestKind, posts: Posts) -> Q | None:
    """The next signer is a post that this person holds; None where they hold none that signs."""
    subject, signatures = kind.subject, kind.signatures.objects.all()
    turn: Q | None = None
    for post in posts.held:
        mine = Q(**{f"{kind.round}__organization": post.organization_id})
        if post.role == Role.HEAD:
            mine &= Q(next=Signer.HEAD, **{f"{subject}__lead_department": post.department_id})
        elif post.role == Role.LEADER:
            mine &= Q(next=Signer.LEADER, **{f"{subject}__responsible_leader": post.leader_id})
        elif post.role == Role.OFFICE:
            mine &= Q(next=Signer.OFFICE)
            if post.department_id is not None:
                mine &= ~Q(**{f"{subject}__lead_department": post.department_id})
        elif post.role == Role.CHAIR:
            mine &= Q(next=Signer.CHAIR)
        else:
            continue
        if (principal := post.acting_for_id) is not None:
            # A substitute has no more rights than whom they stand for.
            signed = Q(signer=principal) | Q(acting_for=principal)
            mine &= ~Q(asked_by=principal) & ~Q(Exists(signatures.filter(signed, request=OuterRef("pk"))))
        turn = mine if turn is None else turn | mine
    return turn


def awaiting(kind: RequestKind, posts: Posts) -> Any:
    """The requests of a kind whose next step a person may sign."""
    turn = _turn(kind, posts)
    if turn is None:
        return kind.requests.objects.none()
    steps = [When(signed=step, then=KeyTextTransform(str(step), F("chain"))) for step in range(LONGEST_CHAIN)]
    mine = kind.signatures.objects.filter(Q(signer=posts.user) | Q(acting_for=posts.user), request=OuterRef("pk"))
    return (
        kind.requests.objects.filter(~Q(asked_by=posts.user), ~Exists(mine), outcome=Outcome.PENDING)
        .annotate(signed=Count("signatures"))
        .annotate(next=Case(*steps, default=Value(""), output_field=CharField()))
        .filter(turn)
    )


def to_sign(posts: Posts, on: date) -> list[Waiting]:
    """What a person may sign now, oldest first."""
    return _read({kind: awaiting(kind, posts) for kind in KINDS}, on)


def asked_by(posts: Posts, on: date) -> list[Waiting]:
    """What a person asked for that is still under review."""
    mine = Q(asked_by=posts.user, outcome=Outcome.PENDING)
    return _read({kind: kind.requests.objects.filter(mine) for kind in KINDS}, on)


def _my_departments(posts: Posts) -> list[int | None]:
    return [a.department_id for a in posts.held if a.role in (Role.LIAISON, Role.HEAD)]


def returned(kind: RequestKind) -> Any:
    """The requests of a kind that were returned and not made again.

    One that asked for a later deadline is answered, too, by the next report: the department goes on without it.
    """
    subject = kind.subject
    later = kind.requests.objects.filter(pk__gt=OuterRef("pk"), **{subject: OuterRef(subject)})
    still_open = {f"{subject}__status__in": kind.open_in}
    rows = kind.requests.objects.filter(~Exists(later), outcome=Outcome.RETURNED, **still_open)
    if kind in DEADLINE_KINDS:
        rows = rows.filter(~Q(measure__reported_on__gt=F("ended_on")))
    return rows


def returned_to(kind: RequestKind, posts: Posts) -> Any:
    """Those of a person's departments."""
    departments = _my_departments(posts)
    if not departments:
        return kind.requests.objects.none()
    subject = kind.subject
    rows = returned(kind).filter(**{f"{subject}__lead_department__in": departments})
    return rows.select_related(kind.round, f"{subject}__lead_department", f"{subject}__responsible_leader").order_by(
        "ended_on", "pk"
    )


def returned_with_reasons(posts: Posts) -> list[Returned]:
    """What was returned to a person's department, oldest first, with the words: two statements for a kind there is."""
    found = []
    parts = {kind: returned_to(kind, posts) for kind in KINDS}
    for kind in _filled(parts):
        requests = list(parts[kind])
        words = last_returns(kind, [getattr(request, f"{kind.subject}_id") for request in requests])
        found += [Returned(kind, r, *words.get(getattr(r, f"{kind.subject}_id"), ("", ""))) for r in requests]
    return sorted(found, key=lambda item: (item.request.ended_on or date.min, item.request.pk))


def last_returns(kind: RequestKind, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Subject -> reason and name of its last return, of requests of a kind."""
    if not ids:
        return {}
    history: Any = MeasureHistory if kind.is_measure else SubIssueHistory
    rows: QuerySet[Any] = history.objects.filter(action=kind.act("return"), **{f"{kind.subject}__in": ids})
    words = rows.order_by("sequence").values_list(f"{kind.subject}_id", "reason", "actor_name")
    return {pk: (reason, name) for pk, reason, name in words}


def reviews_due(on: date) -> Any:
    """The long-term measures of rounds under way whose review day has come, with `stage_work`."""
    return Measure.objects.filter(
        status=MeasureStatus.SUSTAINED, review_on__lte=on, sub_issue__round__status__in=UNDER_WAY
    ).with_stage_work()


def stages_due(posts: Posts, on: date) -> Any:
    """Those that wait for a person, the longest overdue first.

    For the office, which reviews them; for the departments that lead them, until they have reported.
    """
    departments = _my_departments(posts)
    offices = [post.organization_id for post in posts.held if post.role == Role.OFFICE]
    if not departments and not offices:
        return Measure.objects.none()
    due = reviews_due(on).filter(
        Q(lead_department__in=departments, stage_work=False) | Q(sub_issue__round__organization__in=offices)
    )
    return due.order_by("review_on", "pk")


def lists_of(posts: Posts, on: date) -> dict[str, list[Any]]:
    """Everything that waits for a person, by the list in which it stands: a constant number of statements."""
    return {
        "to_sign": to_sign(posts, on),
        "returned": returned_with_reasons(posts),
        "stages": list(stages_due(posts, on).select_related("lead_department", "sub_issue")),
        "look_back": waiting_rows(posts),
        "asked": asked_by(posts, on),
    }


def count_todo(posts: Posts, on: date) -> int:
    """How much waits for a person: to sign, returned, to review, to answer. One statement, none where nothing can."""
    parts = [awaiting(kind, posts) for kind in KINDS] + [returned_to(kind, posts) for kind in KINDS]
    parts += [stages_due(posts, on), *all_waiting(posts)]
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
