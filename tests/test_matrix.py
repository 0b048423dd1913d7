"""One matrix: who gets which status from which route by which method. A route that is missing from it fails.

To add a route, add a line to MATRIX; `everybody`, `readers` and `only` say who is let in. All others follow: readers of
the round who may not act get 403, who may not see it 404, who is not signed in 401 from the API and the sign-in page
from a page, and every method that is not named 405.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from issues.models import AcceptanceMeeting, Paper
from measures.evidence import add_evidence
from measures.look_back import services as looking
from measures.models import Evidence
from rectify.organization.models import Role

from .building import (
    NOW,
    REASON,
    Ledger,
    act_by,
    ask_extension,
    ask_long_term,
    attach,
    build_ledger,
    build_organization,
    drive,
    drive_sub_issue,
    forget_posts,
    scan,
    sheet,
    sustain,
)

pytestmark = pytest.mark.once

# Role in the matrix -> person. "foreign" is the office of another organisation.
READERS = {
    "liaison": "liaison-road",
    "head": "head-road",
    "contributor": "liaison-plan",
    "outsider": "liaison-party",
    "leader": "leader-vp_road",
    "other leader": "leader-secretary",
    "assistant": "assistant-vp_road",
    "office": "office",
    "auditor": "auditor",
}
STRANGERS = {"system": "system-admin", "security": "security-admin", "audit": "audit-admin", "nobody": "nobody"}
ROLES = (*READERS, *STRANGERS, "foreign", "anonymous")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Rule:
    """Who gets which status.

    Args:
        ok: what those get who are let in.
        to: their roles.
        others: what readers of the round get who are not among them.
        strangers: what those get who may not see the round.
        anonymous: where it differs from 401 and 302.
        foreign: what another organisation's office gets, where it differs from other strangers.
    """

    ok: int
    to: tuple[str, ...]
    others: int = 403
    strangers: int = 404
    anonymous: int | None = None
    foreign: int | None = None


def everybody(ok: int = 200, anonymous: int | None = None) -> Rule:
    """Everyone who is signed in; a list may be empty."""
    return Rule(ok, tuple(READERS), strangers=ok, anonymous=anonymous)


def readers(strangers: int = 404, foreign: int | None = None) -> Rule:
    """Everyone who may see the round."""
    return Rule(200, tuple(READERS), strangers=strangers, foreign=foreign)


def only(*to: str, ok: int = 200, others: int = 403) -> Rule:
    """Some of those who may see the round."""
    return Rule(ok, to, others)


LISTED = {"get": everybody()}
READ = {"get": readers()}
TEAM = ("liaison", "head")
ADDERS = ("liaison", "head", "contributor", "office")
MATRIX: dict[str, dict[str, Rule]] = {
    "me": LISTED,
    "schema": {"get": everybody(anonymous=200)},
    "api-docs": {"get": everybody(anonymous=200)},
    "dashboard-round": READ,
    "organization-list": LISTED,
    "organization-detail": READ,
    "department-list": LISTED,
    "department-detail": READ,
    "round-list": LISTED,
    "round-detail": READ,
    "round-history": READ,
    "round-closing-rules": READ,
    "round-set-closing-rules": {"post": only("office")},
    "rules": {
        "get": Rule(200, ("office",), strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    "round-approve-plan": {"post": only("office")},
    "round-publish-notice": {"post": only("office")},
    "heading-list": LISTED,
    "heading-detail": READ,
    "finding-list": LISTED,
    "finding-detail": READ,
    "sub-issue-list": LISTED,
    "sub-issue-detail": READ,
    "sub-issue-history": READ,
    "sub-issue-request-acceptance": {"post": only(*TEAM)},
    "sub-issue-sign": {"post": only("office")},
    "sub-issue-return": {"post": only("office")},
    "sub-issue-recall": {"post": only("liaison")},
    "sub-issue-reopen": {"post": only("office")},
    "sub-issue-register-signature": {"post": only("office")},
    "sub-issue-acceptance-requests": READ,
    "sub-issue-acceptance-draft": READ,
    "paper-list": {"get": everybody(), "post": only("office", ok=201)},
    "paper-detail": READ,
    "paper-file": READ,
    "acceptance-meeting-list": {"get": everybody(), "post": only("office", ok=201)},
    "acceptance-meeting-detail": READ,
    "measure-list": LISTED,
    "measure-detail": READ,
    "measure-history": READ,
    "measure-report-progress": {"post": only(*TEAM)},
    "measure-correct": {"post": only(*TEAM)},
    "measure-complete": {"post": only(*TEAM)},
    "measure-request-closure": {"post": only("liaison")},
    "measure-sign": {"post": only("head")},
    "measure-return": {"post": only("head")},
    "measure-recall": {"post": only("liaison")},
    "measure-reopen": {"post": only("office")},
    "measure-request-extension": {"post": only(*TEAM)},
    "measure-request-long-term": {"post": only(*TEAM)},
    "measure-review-stage": {"post": only(*TEAM)},
    "extension-list": LISTED,
    "extension-detail": READ,
    "extension-sign": {"post": only("office")},
    "extension-return": {"post": only("office")},
    "extension-recall": {"post": only("liaison")},
    "long-term-request-list": LISTED,
    "long-term-request-detail": READ,
    "long-term-request-sign": {"post": only("office")},
    "long-term-request-return": {"post": only("office")},
    "long-term-request-recall": {"post": only("liaison")},
    "deadline-act": {"post": only("liaison", ok=302)},
    "measure-register-signature": {"post": only("office")},
    "measure-closure-requests": READ,
    "evidence-list": {"get": everybody(), "post": only(*ADDERS, ok=201)},
    "evidence-detail": READ,
    "evidence-file": READ,
    "evidence-preview": READ,
    "evidence-withdraw": {"post": only("liaison", "head", "office")},
    "look-back-list": {"get": everybody(), "post": only("auditor", ok=201)},
    "look-back-detail": READ,
    "look-back-item-list": LISTED,
    "look-back-item-detail": READ,
    "look-back-item-check": {"post": only("auditor")},
    "look-back-item-decline": {"post": only("office")},
    "remark-list": {"get": everybody(), "post": only("auditor", ok=201)},
    "remark-detail": READ,
    "remark-answer": {"post": only(*TEAM)},
    "remark-settle": {"post": only("auditor")},
    "remark-send-back": {"post": only("auditor")},
    "doubt-list": {"get": only("auditor")},
    "history-list": LISTED,
    # Pages. What was done leads on to another page: 302.
    "home": {"get": everybody()},
    "home-row": READ,
    # Another organisation's office has a ledger of its own.
    "ledger": {"get": readers(strangers=403, foreign=200)},
    "ledger-row": {"get": readers(strangers=403, foreign=404)},
    "split-table": {"get": readers(strangers=403, foreign=200)},
    "acceptance": {"get": readers(strangers=403, foreign=200)},
    "acceptance-meeting": {
        "get": Rule(200, ("office",), strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    "acceptance-record": {"get": readers(strangers=403, foreign=404)},
    "look-backs": {
        "get": readers(strangers=403, foreign=404),
        "post": Rule(302, ("auditor",), strangers=403, foreign=404),
    },
    "look-back": READ,
    "look-back-act": {"get": Rule(302, tuple(READERS)), "post": only("auditor", ok=302)},
    "add-remark": {"get": everybody(302), "post": only("auditor", ok=302)},
    "remark-act": {"get": Rule(302, tuple(READERS)), "post": only(*TEAM, ok=302)},
    "doubts": {"get": Rule(200, ("auditor",), strangers=403, foreign=404)},
    "todo": {"get": everybody()},
    # What is not theirs to sign leads to its page, which says whether they may see it.
    "todo-item": {"get": Rule(200, ("head",), 302, 302), "post": Rule(302, ("head",), 302, 404)},
    "measure": READ,
    "report-row": {"get": only(*TEAM), "post": only(*TEAM, ok=302)},
    "measure-act": {"get": everybody(302), "post": only("head", ok=302)},
    "add-evidence": {"get": everybody(302), "post": only(*ADDERS, ok=302)},
    "withdraw-evidence": {"get": everybody(302), "post": only("liaison", "head", "office", ok=302)},
    "evidence": READ,
    "evidence-view": READ,
    "evidence-picture": READ,
    "sub-issue": READ,
    "sub-issue-act": {"get": everybody(302), "post": only("office", ok=302)},
    "sign-in": {"get": everybody(302, anonymous=200), "post": everybody(302, anonymous=400)},
    "sign-out": {"post": everybody(302, anonymous=302), "get": everybody(302, anonymous=302)},
    "set_language": {"get": everybody(302, anonymous=302), "post": everybody(302, anonymous=302)},
    "style": {"get": Rule(404, tuple(READERS), strangers=404, anonymous=404)},
}


# Django's own views and their ways with methods; the style page is there while developing alone.
FRAMEWORKS = ("sign-in", "sign-out", "set_language", "style")


@dataclass
class World:
    """A ledger with a row for each route, and a client for each role."""

    ledger: Ledger
    clients: dict[str, Client]
    addresses: dict[str, str]
    data: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once for the module, around the transactions of its tests; see the fixture `demo`."""
    root, settings.EVIDENCE_ROOT = settings.EVIDENCE_ROOT, tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), transaction.atomic():
        ledger = build_ledger(build_organization(), sub_issues=5, measures=1)
        foreign = build_ledger(build_organization("other"), title="另一轮巡视")
        made = World(ledger, clients_of(ledger, foreign), {}, {})
        fill_rows(made)
        connection.check_constraints()
        yield made
        transaction.set_rollback(True)
    settings.EVIDENCE_ROOT = root


def clients_of(ledger: Ledger, foreign: Ledger) -> dict[str, Client]:
    people = {role: ledger.people[key] for role, key in {**READERS, **STRANGERS}.items()}
    people["foreign"] = foreign.people["office"]
    clients = {"anonymous": Client(raise_request_exception=False)}
    for role, user in people.items():
        clients[role] = Client(raise_request_exception=False)
        clients[role].force_login(user)
        forget_posts(user)
    return clients


def fill_rows(made: World) -> None:
    """A row in the right state for each act, and input that would do."""
    ledger, place = made.ledger, made.ledger.place
    fresh, going, asked, closed, _last = ledger.measures
    drive(fresh, "in_progress")
    drive(going, "in_progress")
    drive(asked, "in_review")
    drive(closed, "closed")
    asking, accepted, done = ledger.sub_issues[0], ledger.sub_issues[4], ledger.sub_issues[3]
    drive_sub_issue(accepted, "in_review", result="sustained")
    drive_sub_issue(done, "sustained")
    draft = build_ledger(place, title="草稿", sub_issues=1, measures=1, approve=False).round
    report = {"progress": 20, "done": "已部署"}
    correction = {**report, "replaces": going.history.latest("sequence").sequence, "reason": "有误"}
    evidence = attach(going)
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "measure-report-progress": (fresh, report),
        "measure-correct": (going, correction),
        "measure-complete": (going, {"note": "已完成"}),
        "measure-request-closure": (going, {"note": "申请销号"}),
        "measure-sign": (asked, {}),
        "measure-return": (asked, {"reason": REASON}),
        "measure-recall": (asked, {}),
        "measure-reopen": (closed, {"reason": REASON}),
        "sub-issue-request-acceptance": (asking, {"note": "申请验收", "result": "sustained"}),
        "sub-issue-sign": (accepted, {}),
        "sub-issue-return": (accepted, {"reason": REASON}),
        "sub-issue-recall": (accepted, {}),
        "sub-issue-reopen": (done, {"reason": REASON}),
        "round-approve-plan": (draft, {"meeting": "党组会议", "approved_on": "2021-03-01"}),
        "round-set-closing-rules": (ledger.round, {"return_reasons": ["请补充"]}),
        "round-publish-notice": (ledger.round, {"notice_on": "2021-03-30"}),
        "report-row": (fresh, report),
        "add-evidence": (going, {"title": "纪要", "kind": "minutes"}),
    }
    acts |= {
        "measure-register-signature": (asked, {"title": "签批单", "signed_on": "2021-03-31"}),
        "sub-issue-register-signature": (
            accepted,
            {"title": "签批单", "signed_on": "2021-03-31", "signer": place.add_person("office-two", Role.OFFICE).pk},
        ),
    }
    for route, (row, data) in acts.items():
        row.refresh_from_db()
        made.addresses[route] = reverse(route, args=[row.pk])
        made.data[route] = {"version": row.version, **data}
    signing = {
        "measure-act": (asked.pk, "sign"),
        "sub-issue-act": (accepted.pk, "sign"),
        "todo-item": ("measure", asked.pk),
    }
    for route, place_of in signing.items():
        made.addresses[route] = reverse(route, args=place_of)
        made.data[route] = {"act": "sign", "version": (accepted if route == "sub-issue-act" else asked).version}
    made.data["evidence-list"] = {"measure": going.pk, "title": "纪要", "kind": "minutes"}
    fill_evidence(made, going, evidence)
    fill_meetings(made, asked, accepted)
    fill_deadlines(made)
    fill_look_backs(made, closed)
    fill_addresses(made, going, evidence)


def fill_look_backs(made: World, closed: Any) -> None:
    """Two samples, one checked, and two remarks, one answered; and the input for others."""
    ledger, round_ = made.ledger, made.ledger.round
    auditor, head = act_by(ledger.people["auditor"]), act_by(ledger.people["head-road"])
    draw = {"size": 1, "seed": "1"}
    item, relapsed = (looking.draw_sample(auditor, round_.pk, draw).items.get() for _nth in range(2))
    assert item.measure_id == closed.pk
    looking.check_item(auditor, relapsed.pk, {"version": 1, "result": "relapsed", "note": "反弹"})
    asked, answered = (looking.make_remark(auditor, closed.pk, {"text": "请补充"}) for _nth in range(2))
    looking.answer_remark(head, answered.pk, {"version": 1, "answer": "已补充"})
    acts: dict[str, tuple[int, dict[str, Any]]] = {
        "look-back-item-check": (item.pk, {"version": 1, "result": "holds", "note": "属实"}),
        "look-back-item-decline": (relapsed.pk, {"version": 2, "reason": REASON}),
        "remark-answer": (asked.pk, {"version": 1, "answer": "已补充"}),
        "remark-settle": (answered.pk, {"version": 2}),
        "remark-send-back": (answered.pk, {"version": 2, "reason": REASON}),
        "add-remark": (closed.pk, {"text": "请补充"}),
    }
    for route, (pk, data) in acts.items():
        made.addresses[route], made.data[route] = reverse(route, args=[pk]), data
    for route, (pk, act), data in (
        ("look-back-act", (item.pk, "check"), acts["look-back-item-check"][1]),
        ("remark-act", (asked.pk, "answer"), acts["remark-answer"][1]),
    ):
        made.addresses[route], made.data[route] = reverse(route, args=[pk, act]), data
    rows = {"look-back": item.look_back_id, "look-back-detail": item.look_back_id}
    for route, pk in {**rows, "look-back-item-detail": item.pk, "remark-detail": asked.pk}.items():
        made.addresses[route] = reverse(route, args=[pk])
    for route in ("look-backs", "doubts", "doubt-list"):
        made.addresses[route] = f"{reverse(route)}?round={round_.pk}"
    made.data["look-back-list"] = {"round": round_.pk, **draw}
    made.data["look-backs"] = draw
    made.data["remark-list"] = {"measure": closed.pk, "text": "请补充"}


def fill_meetings(made: World, measure: Any, sub_issue: Any) -> None:
    """A paper and a meeting that stand, and the input for others."""
    ledger = made.ledger
    item = {"measure": measure.pk, "version": measure.version}
    made.data["paper-list"] = {"round": ledger.round.pk, "items": json.dumps([item]), **sheet()}
    decision = {"sub_issue": sub_issue.pk, "version": sub_issue.version, "agreed": True, "criteria": None}
    office = ledger.people["office"]
    meeting = {
        "title": "验收会",
        "held_on": "2021-03-31",
        "chair": "厅党组书记",
        "participants": [office.pk],
        "decisions": [decision],
    }
    made.data["acceptance-meeting-list"] = {"round": ledger.round.pk, **meeting}
    made.data["acceptance-meeting"] = {
        **{name: meeting[name] for name in ("title", "held_on", "chair", "participants")},
        "sub_issue": [sub_issue.pk],
        f"version-{sub_issue.pk}": sub_issue.version,
        f"decision-{sub_issue.pk}": "agreed",
        f"criteria-{sub_issue.pk}": [criterion.key for criterion in ledger.round.acceptance_criteria.all()],
    }
    paper = Paper.objects.create(
        round=ledger.round,
        title="会议纪要",
        signed_on="2021-03-31",
        filename="纪要.txt",
        content_type="text/plain",
        size=12,
        sha256=Evidence.objects.values_list("sha256", flat=True)[0],
        registered_by=office,
        registered_by_name=office.name,
        registered_on="2021-03-31",
        registered_at=NOW,
    )
    held = AcceptanceMeeting.objects.create(
        round=ledger.round, title="验收会", held_on="2021-03-31", chair="书记", recorded_by=office, recorded_at=NOW
    )
    made.addresses["acceptance-meeting"] = f"{reverse('acceptance-meeting')}?round={ledger.round.pk}"
    for route in ("paper-detail", "paper-file"):
        made.addresses[route] = reverse(route, args=[paper.pk])
    for route in ("acceptance-meeting-detail", "acceptance-record"):
        made.addresses[route] = reverse(route, args=[held.pk])
    for route in ("sub-issue-acceptance-requests", "sub-issue-acceptance-draft"):
        made.addresses[route] = reverse(route, args=[sub_issue.pk])
    made.addresses["round-closing-rules"] = reverse("round-closing-rules", args=[ledger.round.pk])
    made.addresses["rules"] = f"{reverse('rules')}?round={ledger.round.pk}"
    made.data["rules"] = {"version": ledger.round.version, "reasons": "请补充", "days": 10}
    made.addresses["measure-closure-requests"] = reverse("measure-closure-requests", args=[measure.pk])


def fill_deadlines(made: World) -> None:
    """Measures whose deadlines are about to change, in a round of their own."""
    ledger = build_ledger(made.ledger.place, title="延期", sub_issues=1, measures=4)
    fresh, extended, moved, sustained = ledger.measures
    extension, long_term = ask_extension(extended), ask_long_term(moved)
    sustain(sustained)
    day = {"reason": REASON, "due_on": "2021-05-20", "review_on": "2021-06-30", "stage_goal": "巩固"}
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "measure-request-extension": (fresh, day),
        "measure-request-long-term": (fresh, day),
        "measure-review-stage": (sustained, {"met": True, "note": "达到", "review_on": "2021-09-30"}),
    }
    for name, row in (("extension", extension), ("long-term-request", long_term)):
        acts |= {f"{name}-{act}": (row, {"reason": REASON}) for act in ("detail", "sign", "return", "recall")}
    for route, (row, data) in acts.items():
        made.addresses[route] = reverse(route, args=[row.pk])
        made.data[route] = {"version": row.version, **data}
    made.addresses["deadline-act"] = reverse("deadline-act", args=["extension", extension.pk, "recall"])
    made.data["deadline-act"] = {"version": 1}


def fill_evidence(made: World, measure: Any, evidence: Any) -> None:
    """A file to withdraw, and one with pages to look at."""
    act = act_by(made.ledger.people["liaison-road"])
    pages = add_evidence(act, measure.pk, {"title": "签批件", "kind": "document"}, scan())
    made.addresses["withdraw-evidence"] = reverse("withdraw-evidence", args=[measure.pk])
    made.addresses["evidence-withdraw"] = reverse("evidence-withdraw", args=[evidence.pk])
    made.data["withdraw-evidence"] = {"evidence": evidence.pk, "reason": REASON}
    made.data["evidence-withdraw"] = {"reason": REASON}
    for route in ("evidence-view", "evidence-picture", "evidence-preview"):
        made.addresses[route] = reverse(route, args=[pages.pk])


def fill_addresses(made: World, measure: Any, evidence: Any) -> None:
    """Where the rows stand that are only read."""
    ledger = made.ledger
    made.addresses["dashboard-round"] = f"{reverse('dashboard-round')}?round={ledger.round.pk}"
    rows = {
        "organization": ledger.place.organization,
        "department": ledger.place.departments["road"],
        "round": ledger.round,
        "heading": ledger.findings[0].heading,
        "finding": ledger.findings[0],
        "sub-issue": ledger.sub_issue,
        "measure": measure,
        "evidence": evidence,
        "ledger-row": measure,
        "home-row": measure,
    }
    for name, row in rows.items():
        for route in (name, f"{name}-detail", f"{name}-history", f"{name}-file"):
            if route in MATRIX:
                made.addresses[route] = reverse(route, args=[row.pk])


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
    if method == "post" and (route == "paper-list" or route.endswith("register-signature")):
        data["file"] = scan()
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
