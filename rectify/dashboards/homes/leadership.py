"""The home of the leadership: the secretary's, the other leaders', and that of whoever assists one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from measures.models import Measure
from measures.querysets import due_within, late
from measures.states import MeasureStatus
from rectify.organization.models import Leader, Role, RoleAssignment
from rectify.workflow.signing import Signer

from . import pressing, sentences, waiting
from .changes import changes, since_by_name
from .desk import SOON, Desk, Line, Part, days_left
from .whole import intensive_sentence, round_sentence

WORST = 5


@dataclass(frozen=True)
class Member:
    """A member of the leading group, with what they answer for; in the order of posts, not of results."""

    title: str
    total: int
    total_url: str
    closed: int
    closed_url: str
    overdue: int
    overdue_url: str


def is_secretary(leader: Leader) -> bool:
    """The first post of the leadership answers for the round as a whole."""
    return leader.position == 0


def parts(desk: Desk, assignments: Iterable[RoleAssignment]) -> list[Part]:
    """One part for each post that a person holds or assists."""
    held: dict[Leader, set[str]] = {}
    for assignment in assignments:
        if assignment.leader is not None:
            held.setdefault(assignment.leader, set()).add(assignment.role)
    first = next((leader for leader, roles in held.items() if Role.LEADER in roles), None)
    return [_part(desk, leader, Role.LEADER not in roles, leader == first) for leader, roles in held.items()]


def _part(desk: Desk, leader: Leader, assists: bool, is_first: bool) -> Part:
    items = waiting.for_leader(desk, leader.pk) if assists else _to_sign(desk, leader, is_first)
    facts = {
        "to_sign": items,
        "leader": leader,
        "assists": _("You prepare and read for this post; signing is the leader's own.") if assists else "",
        "period": intensive_sentence(desk),
        "sentences": pressing.for_leadership(desk) if is_first else [],
    }
    if is_secretary(leader):
        since = changes(desk)
        return Part(
            template="home/secretary.html",
            heading=_("The rectification as a whole"),
            headline=round_sentence(desk, since),
            pressing=len(items),
            facts={**facts, "worst": _worst(desk), "members": members(desk), "since": since_by_name(desk, since)},
        )
    own = desk.measures(responsible_leader=leader.pk)
    counts = desk.counts(own)
    lines = desk.lines(desk.open_measures(own))
    return Part(
        template="home/leader.html",
        heading=_("What the %(post)s answers for") % {"post": leader},
        headline=_own_sentence(desk, leader, counts),
        pressing=len(items),
        facts={
            **facts,
            "lines": lines,
            "total": counts["total"],
            "whole": round_sentence(desk),
            "ledger_url": desk.ledger(responsible_leader=leader.pk),
        },
    )


def _to_sign(desk: Desk, leader: Leader, is_first: bool) -> list[waiting.Item]:
    """What a leader signs; who heads the leading group finds what it decides with the first of their posts."""
    items = waiting.to_sign(desk, Signer.LEADER, responsible_leader_id=leader.pk)
    if is_first:
        items += waiting.to_sign(desk, Signer.CHAIR)
    return sorted(items, key=lambda item: item.asked_on)


def _own_sentence(desk: Desk, leader: Leader, counts: dict[str, int]) -> Any:
    def url(**filters: Any) -> str:
        return desk.ledger(responsible_leader=leader.pk, **filters)

    total = sentences.measures(counts["total"], url())
    states = [
        sentences.phrase(sentences.MEASURES_IN_STATE[state], counts[state], url(status=state.value))
        for state in (MeasureStatus.CLOSED, MeasureStatus.IN_REVIEW, MeasureStatus.IN_PROGRESS)
        if counts[state] or state == MeasureStatus.CLOSED
    ]
    late_ones = [
        sentences.overdue(counts["overdue"], url(overdue="true")),
        *sentences.due_soon(counts["due_soon"], url(due_within=SOON)),
    ]
    return sentences.sentence(states, late_ones, opening=total)


def _worst(desk: Desk) -> list[Line]:
    """What presses most: late ones, then those due soon, by deadline."""
    suffix = desk.scope.suffix
    worst = desk.measures().filter(late(desk.on, suffix) | due_within(desk.on, SOON, suffix))
    ordered = worst.order_by(F(desk.column("due_on")).asc(), "sub_issue__position", "position")
    found: list[Measure] = desk.shown(ordered[:WORST])
    return [Line(measure, days_left(measure, desk.on)) for measure in found]


def members(desk: Desk) -> list[Member]:
    """The members of the group who answer for measures, in the order of their posts."""
    found = []
    for group in desk.figures.by_leader:
        mine = {"responsible_leader": group["id"]}
        found.append(
            Member(
                title=group["title"],
                total=group["total"],
                total_url=desk.ledger(**mine),
                closed=group["closed"],
                closed_url=desk.ledger(**mine, status="closed"),
                overdue=group["overdue"],
                overdue_url=desk.ledger(**mine, overdue="true"),
            )
        )
    return found
