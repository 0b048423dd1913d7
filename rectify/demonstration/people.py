"""The demonstration's organisation, its departments and the people who sign in. No person is named: posts are."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from rectify.organization.models import Department, Leader, Organization, Role, RoleAssignment, User

# One sign-in per role gets a password, enough to walk a measure from report to closed; hashing one for each of the 44
# would take longer than everything else. `manage.py changepassword NAME` gives another one a password.
SHOWN = (
    ("liaison-road", "联络人（公路处）"),
    ("head-road", "部门负责人（公路处）"),
    ("office", "整改办"),
    ("leader-vp_road", "责任领导（分管公路）"),
    ("leader-secretary", "党组书记"),
    ("auditor", "巡视监督人员"),
    ("system-admin", "系统管理员"),
    ("security-admin", "安全管理员"),
    ("audit-admin", "审计管理员"),
)


@dataclass
class Cast:
    """Who is there, by key."""

    organization: Organization
    departments: dict[str, Department] = field(default_factory=dict)
    leaders: dict[str, Leader] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    assignments: list[RoleAssignment] = field(default_factory=list)


def sign_ins_path() -> Path:
    return Path(settings.DATA_DIR) / "sign-ins.json"


def make_cast(
    ledger: Mapping[str, Any],
    key: str = "transport",
    name: str = "",
    prefix: str = "",
    parent: Organization | None = None,
) -> Cast:
    """Makes an organisation of the source's shape with its departments, leaders, people and roles.

    Args:
        key: the organisation's.
        name: the organisation's; the source's own where none is given.
        prefix: what its user names begin with, where several organisations stand side by side.
        parent: the superior organisation, which reads what this one does.
    """
    name = name or ledger["round"]["inspected_organization"].removesuffix("党组")
    organization = Organization.objects.create(key=key, name=name, parent=parent)
    departments = Department.objects.bulk_create(
        Department(organization=organization, key=row["key"], name=row["name"], position=position)
        for position, row in enumerate(ledger["departments"])
    )
    leaders = Leader.objects.bulk_create(
        Leader(organization=organization, key=row["key"], title=row["title"], position=position)
        for position, row in enumerate(ledger["leaders"])
    )
    cast = Cast(organization, {d.key: d for d in departments}, {leader.key: leader for leader in leaders})
    posts = list(_posts(cast))
    users = [User(username=f"{prefix}{username}", name=label) for username, label, _role, _place in posts]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    cast.assignments = RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, organization=organization, **place)
        for user, (_username, _label, role, place) in zip(users, posts, strict=True)
    )
    # The Party secretary heads the leading group (领导小组).
    RoleAssignment.objects.create(
        user=users[[username for username, *_rest in posts].index("leader-secretary")],
        role=Role.CHAIR,
        organization=organization,
    )
    cast.users = {username: user for user, (username, _label, _role, _place) in zip(users, posts, strict=True)}
    return cast


def _posts(cast: Cast) -> Iterator[tuple[str, str, Role, dict[str, Any]]]:
    """Each person's user name, name, role, and the department or leadership post of the role."""
    for key, department in cast.departments.items():
        yield f"liaison-{key}", f"{department.name}联络人", Role.LIAISON, {"department": department}
        yield f"head-{key}", f"{department.name}负责人", Role.HEAD, {"department": department}
    for key, leader in cast.leaders.items():
        yield f"leader-{key}", leader.title, Role.LEADER, {"leader": leader}
    yield "office", "整改办经办人", Role.OFFICE, {}
    yield "auditor", "巡视监督人员", Role.AUDITOR, {}
    yield "system-admin", "系统管理员", Role.SYSTEM_ADMIN, {}
    yield "security-admin", "安全管理员", Role.SECURITY_ADMIN, {}
    yield "audit-admin", "审计管理员", Role.AUDIT_ADMIN, {}


def add_substitute(cast: Cast, today: date) -> User:
    """Somebody who signs in place of the road department's head for the weeks around a day (授权代行)."""
    user = User(username="deputy-road", name="公路处副处长")
    user.set_unusable_password()
    user.save()
    cast.users[user.username] = user
    RoleAssignment.objects.create(
        user=user,
        role=Role.HEAD,
        organization=cast.organization,
        department=cast.departments["road"],
        acting_for=cast.users["head-road"],
        valid_from=today - timedelta(days=7),
        valid_until=today + timedelta(days=21),
    )
    return user


@dataclass(frozen=True)
class NewPassword:
    """A password made at random, and its hash, which takes a while to come."""

    text: str
    hashed: Future[str]


def draw_passwords(pool: Executor) -> dict[str, NewPassword]:
    """A password for each shown sign-in. Hashing leaves the interpreter free: another thread does it meanwhile."""
    texts = {username: secrets.token_urlsafe(9) for username, _label in SHOWN}
    return {username: NewPassword(text, pool.submit(make_password, text)) for username, text in texts.items()}


def give_passwords(cast: Cast, passwords: Mapping[str, NewPassword]) -> list[tuple[str, str, str]]:
    """Gives each shown sign-in its password. Returns (role, user name, password)."""
    shown = []
    for username, label in SHOWN:
        user = cast.users[username]
        user.password = passwords[username].hashed.result()
        user.save(update_fields=["password"])
        shown.append((label, username, passwords[username].text))
    return shown


def keep_sign_ins(shown: list[tuple[str, str, str]]) -> None:
    """Writes the sign-ins to a file that only its owner reads."""
    path = sign_ins_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(shown, file, ensure_ascii=False, indent=1)
