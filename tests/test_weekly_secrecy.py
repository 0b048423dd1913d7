"""What is not out yet is nobody else's: drafts, secrets of channels and feeds, on every page and in every answer.

A reader who may not know of them follows every link that there is, and asks every address of the API.
"""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from rectify.dispatch import feeds, opening, reporting
from rectify.dispatch.freezing import freeze_week
from rectify.dispatch.models import Line
from rectify.dispatch.notices import configuring
from rectify.dispatch.supervision import drafting
from rectify.documents import briefs
from rectify.organization.models import Role, RoleAssignment, User
from rectify.web import clock

from .building import DRAFTED_ON, NOW, TODAY, Ledger, act_by, build_organization
from .sending import api, url

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
LINE, ORDER, WORDS, BRIEF = "行内草稿甲", "单内草稿乙", "批示原话丙", "周报草稿丁"
SECRET = "channel-secret-0123456789"
HOOK = "https://robots.example/send?key=hook-key-9876"
LATER = NOW + timedelta(days=6)
MOST_PAGES = 150
LONG_AGO = {"valid_from": DRAFTED_ON, "valid_until": DRAFTED_ON}


@pytest.fixture
def told(ledger: Ledger) -> Iterator[Ledger]:
    """A frozen week with a brief in draft, an open one with a line in draft, papers in draft, a channel, a feed."""
    place = ledger.place
    superior = build_organization("superior")
    place.organization.parent = superior.organization
    place.organization.save()
    office, liaison = act_by(place.people["office"]), act_by(place.people["liaison-road"])
    first = opening.open_week(office, ledger.round.pk, {})
    freeze_week(office, first.pk, {"version": 1})
    brief = briefs.draw_up(office, first.pk, {})
    briefs.edit(office, brief.pk, {"version": 1, "overview": BRIEF})
    opening.open_week(act_by(place.people["office"], LATER.date()), ledger.round.pk, {})
    line = Line.objects.get(measure=ledger.measure, dispatch__frozen_at__isnull=True)
    reporting.save_draft(act_by(liaison.actor, LATER.date()), line.pk, {"version": 1, "done": LINE, "difficulty": LINE})
    about = {"kind": "order", "measure": ledger.measure.pk}
    drafting.draft_order(office, ledger.round.pk, {**about, "title": ORDER, "question": ORDER, "text": ORDER})
    leader = act_by(place.people["leader-vp_road"])
    drafting.draft_order(leader, ledger.round.pk, {**about, "kind": "instruction", "instruction": WORDS})
    group = {"way": "dingtalk", "name": "工作群", "address": HOOK, "secret": SECRET}
    ledger.round.refresh_from_db()
    configuring.add_channel(office, ledger.round.pk, {"version": ledger.round.version, **group})
    feeds.make_address(liaison)
    place.add_person("former", Role.OFFICE, acting_for=place.people["office"], **LONG_AGO)
    place.people |= {f"superior-{key}": superior.people[key] for key in ("office", "auditor", "leader-secretary")}
    with clock.stopped_at(LATER):
        yield ledger


def pages(user: User) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links from the first one, and its text."""
    client, seen, ahead = Client(raise_request_exception=False), {"/"}, ["/"]
    client.force_login(user)
    while ahead and len(seen) < MOST_PAGES:
        address = ahead.pop(0)
        answer = client.get(address, follow=True)
        assert answer.status_code < 500, address
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        yield address, text
        for link in re.findall(r'href="(/[^"#]*)', text):
            link = link.replace("&amp;", "&")
            if link not in seen and not link.startswith(("/static/", "/api/", "/language")):
                seen.add(link)
                ahead.append(link)


def answers(user: User, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Every collection of the API by several queries, every row that could be there, every row of history."""
    client = api(user)
    for name in ("supervision-orders", "weekly-briefs", "progress-reports", "dispatches", "notifications", "history"):
        for query in ("", "?ordering=due_on", "?status=draft", f"?round={ledger.round.pk}", "?page_size=500"):
            address = url(name) + query
            yield address, client.get(address).content.decode()
        for pk in range(1, 12):
            yield url(name, pk), client.get(url(name, pk)).content.decode()
    for pk in (1, 2):
        yield "docx", client.get(url("weekly-briefs", pk, "docx")).content.decode(errors="replace")
    for act in ("history", "channels", "warnings", "paper_templates", "brief_template"):
        address = url("rounds", ledger.round, act)
        yield address, client.get(address).content.decode()
    for collection, row in (("measures", ledger.measure), ("sub-issues", ledger.sub_issue)):
        yield collection, client.get(url(collection, row, "history")).content.decode()
        yield collection, client.get(url(collection), {"search": LINE}).json().get("count", "").__str__()


def leaks(user: User, ledger: Ledger, words: tuple[str, ...]) -> list[str]:
    found = [*pages(user), *answers(user, ledger)]
    assert len(found) > 30
    return [f"{address}: {word}" for address, text in found for word in words if word in text or escape(word) in text]


ALL = (LINE, ORDER, WORDS, BRIEF, SECRET, "hook-key-9876")
STRANGERS = ("auditor", "liaison-plan", "head-party", "leader-secretary", "assistant-secretary", "assistant-vp_road")
STRANGERS += ("superior-office", "superior-auditor", "superior-leader-secretary", "former", "nobody")
STRANGERS += ("system-admin", "security-admin", "audit-admin")


@pytest.mark.soak
@pytest.mark.parametrize("who", STRANGERS)
def test_drafts_and_secrets_are_seen_by_nobody_else(told: Ledger, who: str) -> None:
    assert leaks(told.people[who], told, ALL) == []


@pytest.mark.soak
@pytest.mark.parametrize(
    ("who", "known"),
    [("liaison-road", {LINE}), ("leader-vp_road", {WORDS}), ("office", {ORDER, WORDS, BRIEF, "hook-key-9876"})],
)
def test_whoever_knows_of_some_knows_of_no_other(told: Ledger, who: str, known: set[str]) -> None:
    found = leaks(told.people[who], told, ALL)
    # Whether the office reads a line that is being typed is not settled here.
    assert {leak.rpartition(": ")[2] for leak in found} - ({LINE} if who == "office" else set()) == known


def test_a_channels_secret_is_in_no_answer_and_no_log(told: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office, address = api(told.people["office"]), url("rounds", told.round, "channels")
    channel = office.get(address).json()[0]
    changed = office.post(
        f"/api/v1/channels/{channel['id']}/", {"version": 1, "secret": SECRET, "name": "新名"}, "json"
    )
    assert changed.status_code == 200
    texts = [changed.content.decode(), office.get(address).content.decode(), caplog.text]
    texts.append(office.get(url("rounds", told.round, "history")).content.decode())
    assert not [text for text in texts if SECRET in text]
    assert "hook-key" not in texts[-1]


@pytest.mark.long
@pytest.mark.parametrize("who", ["superior-office", "superior-leader-secretary", "former", "auditor", "system-admin"])
def test_nobody_else_acts(told: Ledger, who: str) -> None:
    client, round_ = api(told.people[who]), told.round.pk
    calls: list[tuple[str, dict[str, Any]]] = [
        (url("supervision-orders"), {"round": round_, "kind": "order"}),
        (url("supervision-orders"), {"round": round_, "kind": "instruction", "instruction": "办"}),
        (url("supervision-orders", 1, "issue"), {"version": 1}),
        (url("supervision-orders", 2, "cancel"), {"version": 1, "reason": "x"}),
        (url("weekly-briefs"), {"dispatch": 1}),
        (url("weekly-briefs", 1, "issue"), {"version": 2}),
        (url("rounds", round_, "warnings"), {"version": 1, "blue_days": 30}),
        (url("rounds", round_, "channels"), {"version": 1}),
        (url("channels", 1), {"version": 1}),
        (url("channels", 1, "test"), {"version": 1}),
        (url("dispatches", 2, "urge"), {"version": 1}),
        (url("dispatches", 2, "freeze"), {"version": 1}),
        (url("milestones"), {"round": round_, "title": "x", "due_on": TODAY.isoformat()}),
    ]
    statuses = {address: client.post(address, body, "json").status_code for address, body in calls}
    assert set(statuses.values()) <= {403, 404}, statuses


def test_a_feed_of_one_who_left_is_empty_or_gone(told: Ledger) -> None:
    secret = feeds.make_address(act_by(told.people["head-road"]))
    user, client = told.people["head-road"], Client()
    assert b"BEGIN:VEVENT" in client.get(f"/feeds/{secret}.ics").content
    RoleAssignment.objects.filter(user=user).delete()
    assert b"BEGIN:VEVENT" not in client.get(f"/feeds/{secret}.ics").content
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(f"/feeds/{secret}.ics").status_code == 404
