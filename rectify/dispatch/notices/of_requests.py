"""What requests tell: that it is somebody's turn to sign, and that what a department asked for came back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from issues.states import UNDER_WAY
from measures.requests import KINDS, RequestKind
from measures.todo import returned
from rectify.organization.models import Role
from rectify.workflow.signing import Outcome

from ..models import Notice, NoticeKind
from .asking import Look, Question
from .outbox import Wanted, post
from .recipients import People, people_of

# The parties of a chain, as roles.
SIGNERS = (Role.HEAD, Role.OFFICE, Role.LEADER, Role.CHAIR)


def to_sign(look: Look) -> Iterator[Question]:
    """Those whose turn it is to sign are told, once for each step of each request."""
    for kind in KINDS:
        yield Question(_named(kind, under_review(kind)), partial(_tell_signers, kind, look.now))


def _tell_signers(kind: RequestKind, now: datetime, page: list[dict[str, Any]]) -> int:
    return _tell(NoticeKind.TO_SIGN, kind, now, _untold(kind, page))


def to_do_again(look: Look) -> Iterator[Question]:
    """A department's liaisons, and whoever asked, are told that a request came back."""
    for kind in KINDS:
        yield Question(_returned(kind), partial(_tell, NoticeKind.RETURNED, kind, look.now))


def under_review(kind: RequestKind) -> Any:
    """The requests of a kind that wait for a signature, with `signed`: how many steps are signed."""
    signed = kind.signatures.objects.filter(request=OuterRef("pk")).order_by().values("request")
    return kind.requests.objects.filter(outcome=Outcome.PENDING).annotate(
        signed=Coalesce(Subquery(signed.annotate(count=Count("pk")).values("count")), 0)
    )


def turn(kind: RequestKind, row: Mapping[str, Any]) -> str:
    """The step that a request waits at, as the notice of it is called; empty where all have signed."""
    return f"{kind.name}:{row['chain'][row['signed']]}" if row["signed"] < len(row["chain"]) else ""


def _untold(kind: RequestKind, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a page of requests those whose step nobody was told of. One statement."""
    told = Notice.objects.filter(
        recipient__isnull=False, kind=NoticeKind.TO_SIGN, subject_id__in=[row["pk"] for row in page]
    )
    known = set(told.values_list("subject_id", "period").distinct())
    turns = [row | {"told_as": turn(kind, row)} for row in page]
    return [row for row in turns if row["told_as"] and (row["pk"], row["told_as"]) not in known]


def _returned(kind: RequestKind) -> Any:
    """The requests that came back, of which nobody was told."""
    named = f"{kind.name}:returned"
    told = Notice.objects.told(NoticeKind.RETURNED, OuterRef("pk"), named)
    return _named(kind, returned(kind).filter(~Exists(told)), told_as=Value(named, CharField()), signed=Value(0))


def _named(kind: RequestKind, requests: Any, **more: Any) -> Any:
    """What telling of a request needs."""
    subject = kind.subject
    return (
        requests.filter(**{f"{kind.round}__status__in": UNDER_WAY})
        .annotate(**more)
        .values(
            "pk",
            "chain",
            "signed",
            "asked_by",
            *(["told_as"] if "told_as" in more else []),
            department=F(f"{subject}__lead_department"),
            leader=F(f"{subject}__responsible_leader"),
            round=F(kind.round),
            organization=F(f"{kind.round}__organization"),
            about=F(subject),
        )
    )


def _tell(notice: str, kind: RequestKind, now: datetime, page: list[dict[str, Any]]) -> int:
    if not page:
        return 0
    people = people_of({row["organization"] for row in page}, [*SIGNERS, Role.LIAISON], now.date())
    signed = _signed(kind, page) if notice == NoticeKind.TO_SIGN else {}
    wanted = {
        (row["pk"], user): Wanted(
            notice,
            row["round"],
            row["pk"],
            row["told_as"],
            recipient_id=user,
            facts={"request": kind.name, "about": row["about"]},
        )
        for row in page
        for user in _whom(notice, people, row, signed.get(row["pk"], set()))
    }
    return post(wanted.values(), now)


def _whom(notice: str, people: People, row: dict[str, Any], signed: set[int]) -> list[int]:
    """Who is to do it again; or whose turn it is, as `why_not_sign` has it: nobody who asked, or signed before."""
    place = {"department": row["department"], "leader": row["leader"], "organization": row["organization"]}
    if notice == NoticeKind.RETURNED:
        return [*people.of(Role.LIAISON, **place), row["asked_by"]]
    party, barred = row["told_as"].partition(":")[2], signed | {row["asked_by"]}
    return [
        holder.user
        for holder in people.holders(party, **place)
        if barred.isdisjoint({holder.user, holder.principal}) and not _own_office(party, holder.department, row)
    ]


def _own_office(party: str, department: int | None, row: dict[str, Any]) -> bool:
    """Whether somebody of the office would sign for the department to which they belong."""
    return party == Role.OFFICE and department is not None and department == row["department"]


def _signed(kind: RequestKind, page: list[dict[str, Any]]) -> dict[int, set[int]]:
    """Request -> those in whose name an earlier step was signed; nobody signs two."""
    found: dict[int, set[int]] = {}
    rows = kind.signatures.objects.filter(request__in=[row["pk"] for row in page])
    for request, signer, principal in rows.values_list("request", "signer", "acting_for"):
        found.setdefault(request, set()).update(pk for pk in (signer, principal) if pk)
    return found
