"""Who is told: the people who hold a post on a day, substitutes included, by the place of the post."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from rectify.organization.models import Role, RoleAssignment

from ..models import Channel

AT_DEPARTMENT = frozenset({Role.LIAISON, Role.HEAD})
AT_LEADER = frozenset({Role.LEADER, Role.ASSISTANT})


class Holder(NamedTuple):
    """Who holds a post: in which department, and in whose place where they are a substitute."""

    user: int
    department: int | None
    principal: int | None


@dataclass
class People:
    """The holders of posts: by role and the department, leadership post or organisation at which they hold it."""

    found: dict[tuple[str, int], list[Holder]] = field(default_factory=dict)

    def holders(self, role: str, *, department: int = 0, leader: int = 0, organization: int = 0) -> list[Holder]:
        """Those with a role at the place that the role has."""
        place = department if role in AT_DEPARTMENT else leader if role in AT_LEADER else organization
        return self.found.get((role, place), [])

    def of(self, role: str, **place: int) -> list[int]:
        """Their ids, each once."""
        return list(dict.fromkeys(holder.user for holder in self.holders(role, **place)))


def people_of(organizations: Collection[int], roles: Collection[str], on: date, **within: Any) -> People:
    """Those who hold one of the roles in one of the organisations on a day. One statement.

    Args:
        within: more filters of the role assignments, as department__in=…
    """
    posts = RoleAssignment.objects.active(on).filter(
        organization__in=organizations, role__in=roles, user__is_active=True, **within
    )
    people = People()
    rows = posts.order_by("pk").values_list("role", "department", "leader", "organization", "user", "acting_for")
    for role, department, leader, organization, user, principal in rows:
        place = department if role in AT_DEPARTMENT else leader if role in AT_LEADER else organization
        people.found.setdefault((role, place), []).append(Holder(user, department, principal))
    return people


def channels_of(rounds: Collection[int], kind: str) -> dict[int, list[int]]:
    """Round -> the channels that are told of a kind. One statement."""
    found: dict[int, list[int]] = {}
    rows = Channel.objects.filter(round__in=rounds, active=True).order_by("pk")
    for pk, round_id, kinds in rows.values_list("pk", "round", "kinds"):
        if kind in kinds:
            found.setdefault(round_id, []).append(pk)
    return found
