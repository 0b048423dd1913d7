"""What a person is on a day, and what that makes them to a given object: its parties."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation

from .models import BUSINESS_ROLES, SUPERIOR_ROLES, Organization, Role, RoleAssignment


@dataclass(frozen=True)
class Concern:
    """The parts of an object that decide who is a party to it.

    Args:
        organization_id: the organisation whose round it belongs to.
        lead_department_id: the department that answers for it.
        leader_id: the responsible leader's post.
        contributor_ids: the responsible departments beside the lead.
    """

    organization_id: int
    lead_department_id: int | None = None
    leader_id: int | None = None
    contributor_ids: Collection[int] = ()


@dataclass(frozen=True)
class Posts:
    """The role assignments of one person in force on one day."""

    user: Any
    assignments: tuple[RoleAssignment, ...]

    @classmethod
    def of(cls, user: Any, on: date) -> "Posts":
        """Reads them: one statement for each user object, that is, for each request."""
        kept = user.__dict__.setdefault("_posts_by_day", {})
        if on not in kept:
            kept[on] = cls._read(user, on)
        return kept[on]

    @classmethod
    def _read(cls, user: Any, on: date) -> "Posts":
        rows = (
            RoleAssignment.objects.active(on)
            .filter(user=user)
            .select_related("organization", "department", "leader")
            .order_by("pk")
        )
        return cls(user, tuple(rows))

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(assignment.role for assignment in self.assignments)

    @property
    def sees_business(self) -> bool:
        return not self.roles.isdisjoint(BUSINESS_ROLES)

    def department_ids(self) -> frozenset[int]:
        """The departments for which this person is liaison or head."""
        return frozenset(
            a.department_id for a in self.assignments if a.role in (Role.LIAISON, Role.HEAD) and a.department_id
        )

    def leader_ids(self) -> frozenset[int]:
        """The leadership posts that this person holds or assists."""
        return frozenset(a.leader_id for a in self.assignments if a.leader_id)

    def _party(self, assignment: RoleAssignment, concern: Concern) -> str | None:
        """The party that one assignment makes its holder to an object, if any."""
        if assignment.organization_id != concern.organization_id:
            return None
        role, department = assignment.role, assignment.department_id
        if role in (Role.LIAISON, Role.HEAD):
            if department == concern.lead_department_id:
                return role
            return "contributor" if department in concern.contributor_ids else None
        if role in (Role.LEADER, Role.ASSISTANT):
            return role if assignment.leader_id == concern.leader_id else None
        # The office's own matters are checked by somebody from outside it.
        if role == Role.OFFICE and department is not None and department == concern.lead_department_id:
            return "office_itself"
        return role

    def parties(self, concern: Concern) -> frozenset[str]:
        """What this person is to an object: any of liaison, head, contributor, leader, assistant, office, auditor."""
        found = {self._party(assignment, concern) for assignment in self.assignments}
        return frozenset(party for party in found if party)

    def who(self, concern: Concern) -> tuple[str, str]:
        """The person's name and department as history keeps them: the post by which they are party to the object."""
        candidates = [a for a in self.assignments if self._party(a, concern)] or [
            a for a in self.assignments if a.organization_id == concern.organization_id
        ]
        if not candidates:
            return self.user.get_full_name(), ""
        best = candidates[0]
        with translation.override("zh-hans"):
            return self.user.get_full_name(), str(best.department or best.leader or best.get_role_display())

    def reads(self, organization: Organization) -> bool:
        """Whether this person may read an organisation's business data.

        The same rule as `Organization.objects.readable_by`, for one object that is at hand; a test holds them together.
        """
        return any(
            (a.organization_id == organization.pk and a.role in BUSINESS_ROLES)
            or (a.organization_id == organization.parent_id and a.role in SUPERIOR_ROLES)
            for a in self.assignments
        )
