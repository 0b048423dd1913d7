"""What a person is on a day, and what that makes them to a given object: its parties."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection

from rectify.workflow.prepared import Prepared

from .models import BUSINESS_ROLES, SUPERIOR_ROLES, Department, Organization, Role, RoleAssignment

COLUMNS = [field.attname for field in RoleAssignment._meta.concrete_fields]
# How history names the unit of somebody who belongs to no department: records are kept in one language.
UNITS = {Role.OFFICE.value: "整改办", Role.AUDITOR.value: "巡视监督"}


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


def _with_names(rows: Any) -> Any:
    return rows.select_related("organization", "department", "leader").order_by("pk")


def _plain(user_id: int, on: date) -> Iterator[RoleAssignment]:
    for row in _held(user=user_id, on=on):
        yield RoleAssignment.from_db(connection.alias, COLUMNS, row)


@Prepared
def _held(user: int, on: date) -> Any:
    return RoleAssignment.objects.active(on).filter(user=user).order_by("pk").values_list(*COLUMNS)


@dataclass(frozen=True)
class Posts:
    """The role assignments of one person in force on one day."""

    user: Any
    held: tuple[RoleAssignment, ...]
    named: bool = False
    on: date | None = None

    @cached_property
    def assignments(self) -> tuple[RoleAssignment, ...]:
        """The same with organisation, department and leader at hand, for those who show them."""
        ids = [assignment.pk for assignment in self.held]
        return self.held if self.named else tuple(_with_names(RoleAssignment.objects.filter(pk__in=ids)))

    @classmethod
    def of(cls, user: Any, on: date, *, named: bool = False) -> "Posts":
        """Reads them: one statement for each user object, that is, for each request.

        Args:
            named: with organisation, department and leader, which a page shows and an answer of the API does not.
        """
        kept = user.__dict__.setdefault("_posts_by_day", {})
        if on not in kept:
            rows = RoleAssignment.objects.active(on).filter(user=user)
            kept[on] = cls(user, tuple(_with_names(rows) if named else _plain(user.pk, on)), named, on)
        return kept[on]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(assignment.role for assignment in self.held)

    @property
    def sees_business(self) -> bool:
        return not self.roles.isdisjoint(BUSINESS_ROLES)

    def department_ids(self) -> frozenset[int]:
        """The departments for which this person is liaison or head."""
        return frozenset(a.department_id for a in self.held if a.role in (Role.LIAISON, Role.HEAD) and a.department_id)

    def leader_ids(self) -> frozenset[int]:
        """The leadership posts that this person holds or assists."""
        return frozenset(a.leader_id for a in self.held if a.leader_id)

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
        found = {self._party(assignment, concern) for assignment in self.held}
        return frozenset(party for party in found if party)

    def principals(self, concern: Concern) -> dict[str, int]:
        """Party -> the person in whose place this person is it; not for what they are by a post of their own."""
        own = {self._party(a, concern) for a in self.held if a.acting_for_id is None}
        substitutions = [(self._party(a, concern), a.acting_for_id) for a in self.held if a.acting_for_id is not None]
        return {party: pk for party, pk in substitutions if party and pk and party not in own}

    def who(self, concern: Concern, lead_department: Department | None = None) -> tuple[str, str]:
        """The person's name and department as history keeps them: the post by which they are party to the object.

        Args:
            lead_department: the object's, where it is at hand already.
        """
        candidates = [a for a in self.held if self._party(a, concern)] or [
            a for a in self.held if a.organization_id == concern.organization_id
        ]
        if not candidates:
            return self.user.get_full_name(), ""
        best = candidates[0]
        if lead_department is not None and best.department_id == lead_department.pk:
            return self.user.get_full_name(), str(lead_department)
        return self.user.get_full_name(), str(best.department or best.leader or UNITS.get(best.role, ""))

    def reads(self, organization: Organization) -> bool:
        """Whether this person may read an organisation's business data.

        The same rule as `Organization.objects.readable_by`, for one object that is at hand; a test holds them together.
        """
        return any(
            (a.organization_id == organization.pk and a.role in BUSINESS_ROLES)
            or (a.organization_id == organization.parent_id and a.role in SUPERIOR_ROLES)
            for a in self.held
        )
