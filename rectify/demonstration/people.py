"""The demonstration's organisation, its departments and the people who sign in. No person is named: posts are."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

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


def sign_ins_path() -> Path:
    return Path(settings.DATA_DIR) / "sign-ins.json"


def make_cast(ledger: Mapping[str, Any]) -> Cast:
    """Makes organisation, departments, leaders, people and roles."""
    name = ledger["round"]["inspected_organization"].removesuffix("党组")
    cast = Cast(Organization.objects.create(key="transport", name=name))
    for position, row in enumerate(ledger["departments"]):
        cast.departments[row["key"]] = Department.objects.create(
            organization=cast.organization, key=row["key"], name=row["name"], position=position
        )
    for position, row in enumerate(ledger["leaders"]):
        cast.leaders[row["key"]] = Leader.objects.create(
            organization=cast.organization, key=row["key"], title=row["title"], position=position
        )
    for key, department in cast.departments.items():
        _add(cast, f"liaison-{key}", f"{department.name}联络人", Role.LIAISON, department=department)
        _add(cast, f"head-{key}", f"{department.name}负责人", Role.HEAD, department=department)
    for key, leader in cast.leaders.items():
        _add(cast, f"leader-{key}", leader.title, Role.LEADER, leader=leader)
    for username, label, role in (
        ("office", "整改办经办人", Role.OFFICE),
        ("auditor", "巡视监督人员", Role.AUDITOR),
        ("system-admin", "系统管理员", Role.SYSTEM_ADMIN),
        ("security-admin", "安全管理员", Role.SECURITY_ADMIN),
        ("audit-admin", "审计管理员", Role.AUDIT_ADMIN),
    ):
        _add(cast, username, label, role)
    return cast


def _add(cast: Cast, username: str, name: str, role: Role, **place: Any) -> None:
    user = User(username=username, name=name)
    user.set_unusable_password()
    user.save()
    RoleAssignment.objects.create(user=user, role=role, organization=cast.organization, **place)
    cast.users[username] = user


def give_passwords(cast: Cast) -> list[tuple[str, str, str]]:
    """Gives each shown sign-in a password made at random. Returns (role, user name, password)."""
    shown = []
    for username, label in SHOWN:
        password = secrets.token_urlsafe(9)
        user = cast.users[username]
        user.set_password(password)
        user.save(update_fields=["password"])
        shown.append((label, username, password))
    return shown


def keep_sign_ins(shown: list[tuple[str, str, str]]) -> None:
    """Writes the sign-ins to a file that only its owner reads."""
    path = sign_ins_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(shown, file, ensure_ascii=False, indent=1)
