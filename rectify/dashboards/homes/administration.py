"""The home of the three administrators: what each is for. None of them sees business data."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from rectify.dashboards.navigation import Frame, post_name
from rectify.organization.models import Role, RoleAssignment, User

from .desk import Part

LISTED = 500


def parts(frame: Frame, assignments: Iterable[RoleAssignment]) -> list[Part]:
    """One part for each of the three roles that a person holds."""
    held: dict[str, list[int]] = {}
    for assignment in assignments:
        held.setdefault(assignment.role, []).append(assignment.organization_id)
    return [_part(frame, role, organizations) for role, organizations in held.items()]


def _part(frame: Frame, role: str, organizations: list[int]) -> Part:
    heading, words = {
        Role.SYSTEM_ADMIN: (
            _("Accounts"),
            _("You look after the accounts of your organisation: who has one, and whether it is in use."),
        ),
        Role.SECURITY_ADMIN: (
            _("Rights"),
            _("You look after the roles of your organisation: who may see and do what."),
        ),
        Role.AUDIT_ADMIN: (
            _("Logs"),
            _("You look after the records of sign-ins and of what administrators do."),
        ),
    }[Role(role)]
    return Part(
        template="home/administration.html",
        heading=heading,
        lead=words,
        facts={"accounts": accounts(frame, organizations) if role == Role.SYSTEM_ADMIN else None},
    )


def accounts(frame: Frame, organizations: list[int]) -> list[dict[str, Any]]:
    """The accounts that have a role in these organisations, with the roles in force: two statements."""
    theirs = RoleAssignment.objects.active(frame.today).filter(organization__in=organizations)
    users = (
        User.objects.filter(pk__in=RoleAssignment.objects.filter(organization__in=organizations).values("user"))
        .prefetch_related(
            Prefetch("assignments", theirs.select_related("department", "leader").order_by("pk"), to_attr="posts")
        )
        .order_by("username")
    )
    return [
        {
            "name": user.name,
            "username": user.username,
            "posts": [post_name(post) for post in user.posts],
            "active": user.is_active,
        }
        for user in users[:LISTED]
    ]
