"""One matrix: who gets which status from which route by which method. A route that is missing from it fails.

To add a route, add a line to MATRIX in matrix.py; `everybody`, `readers` and `only` say who is let in. All others
follow: readers of the round who may not act get 403, who may not see it 404, who is not signed in 401 from the API and
the sign-in page from a page, and every method that is not named 405.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rectify.documents.brief_templates import starter

from .building import NOW
from .matrix import FRAMEWORKS, MATRIX, METHODS, READERS, ROLES, Rule
from .sending import scan
from .world import World, build_world

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once for the module, around the transactions of its tests; see the fixture `demo`."""
    root, settings.EVIDENCE_ROOT = settings.EVIDENCE_ROOT, tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)
    settings.EVIDENCE_ROOT = root


def routes(resolver: URLResolver | None = None) -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name)


def test_every_route_is_in_the_matrix() -> None:
    assert sorted(set(routes()) ^ set(MATRIX)) == []


def expected(route: str, rule: Rule, role: str, address: str) -> int:
    if role == "anonymous":
        return rule.anonymous or (401 if address.startswith("/api/") else 302)
    if role == "foreign" and rule.foreign is not None:
        return rule.foreign
    if role in rule.to:
        return rule.ok
    return rule.others if role in READERS else rule.strangers


def ask(world: World, route: str, method: str, role: str) -> int:
    """The status of a request; what it did is undone."""
    address = world.addresses.get(route) or reverse(route)
    data = dict(world.data.get(route, {})) if method == "post" else {}
    if method == "post" and route in ("evidence-list", "add-evidence"):
        data["file"] = SimpleUploadedFile("纪要.txt", "会议纪要".encode(), "text/plain")
    if method == "post" and (
        route in ("paper-list", "many-on-paper") or route.endswith(("register-signature", "-record"))
    ):
        data["file"] = scan()
    if method == "post" and route == "working-day-import":
        data["file"] = SimpleUploadedFile("日历.csv", "2031-01-01,休,元旦".encode(), "text/csv")
    if method == "post" and route in ("round-brief-template", "brief-template"):
        data["file"] = SimpleUploadedFile("模板.docx", starter(NOW))
    api = address.startswith("/api/") and "file" not in data
    kind = {"content_type": "application/json"} if api and method != "get" else {}
    client = world.clients[role]
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, method)(address, data, **kind)
        if hasattr(answer, "streaming_content"):
            answer.getvalue()
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out and switching the language leave theirs
    return answer.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("route", list(MATRIX))
@pytest.mark.soak
def test_each_role_gets_its_status(world: World, route: str) -> None:
    address = world.addresses.get(route) or reverse(route)
    found, wanted = {}, {}
    for method, rule in MATRIX[route].items():
        for role in ROLES:
            found[method, role] = ask(world, route, method, role)
            wanted[method, role] = expected(route, rule, role, address)
    assert {key: value for key, value in found.items() if value != wanted[key]} == {}, wanted


@pytest.mark.django_db
@pytest.mark.parametrize("route", [name for name in MATRIX if name not in FRAMEWORKS])
@pytest.mark.soak
def test_methods_that_are_not_named_are_refused(world: World, route: str) -> None:
    for method in METHODS:
        if method not in MATRIX[route]:
            answers = {role: ask(world, route, method, role) for role in ("office", "system")}
            assert answers == {"office": 405, "system": 405}, method
