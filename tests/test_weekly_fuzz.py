"""Whatever is sent to weeks, papers, briefs, channels, inbox and calendar: an answer, and a refusal changes nothing."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from issues.milestones import add_milestone
from measures.checking import rebuild_differences, verify_history
from rectify.dispatch import feeds, opening, reporting
from rectify.dispatch.freezing import freeze_week
from rectify.dispatch.models import Line, Notice
from rectify.dispatch.notices import configuring, urging
from rectify.dispatch.supervision import answering, drafting
from rectify.documents import briefs
from rectify.organization.models import User
from rectify.web import clock

from .building import DUE_ON, REASON, Ledger, act_by, forget_posts
from .soaking import soaked
from .test_crashes import everything
from .test_weekly_secrecy import HOOK, LATER, SECRET

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
PEOPLE = ("office", "office", "office", "liaison-road", "head-road", "leader-vp_road", "auditor", "system-admin")
ENDED_STATUSES = {200, 201, 202, 204, 301, 302, 304}
TEXTS = ("", " ", "x", "{部门}", "{", "{{ ''.__class__ }}", "\x00", "a\x00b", "\ud800", "<script>alert(1)</script>")
TEXTS += ("\r\nBcc: x@example.com", "é" * 300, "长" * 30_000, "😀", "2021-04-01", "9999-12-31", "0001-01-01", "24:00")
TEXTS += (
    "08:30",
    "liaison",
    "order",
    "instruction",
    "dingtalk",
    "webhook",
    HOOK,
    "http://[::1]/",
    "http://[",
    "on",
    "1",
)
TEXTS += ("../../etc/passwd", "-1", "1e9", "NaN", "99999999999999999999", "١٢", "1.0", "0x1")
OTHERS = (None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, -(2**70), 1.5, 1e308, [], {}, [[]], [None], {"a": 1})
OTHERS += (["liaison", "liaison"], ["opened", "x"], [1, 2], {"order": {"title": "{x}", "body": 1}}, [{}] * 3)
OTHERS += ({"order": {"title": "督办单", "body": "{问题}"}}, {"order": None}, {"x" * 300: {}})
NAMES = "version round kind measure sub_issue department title question text due_on instruction leader parent answer"
NAMES += " reason conclusion templates dispatch overview difficulties matters next_week year week until address email"
NAMES += " quiet_from quiet_until quiet_days muted hidden blue_days yellow_days blue_to red_to way name secret kinds"
NAMES += " active met_on day source seen preview progress done same act id opens_weekday cutoff_time grace_hours paused"
NAMES += " runs_from body page unread file csrfmiddlewaretoken next"
IDS = ("{id}", "{id}", "{id}", "{id}", "0", "-1", "99999999999999999999", "9223372036854775807", "9223372036854775808")
IDS += ("999999999999999999", "1e3", "%00", "١", "null", "..", "1;", "1%2F2", "true")


@pytest.fixture
def told(ledger: Ledger) -> Iterator[Ledger]:
    """One or two rows of each kind, in several states."""
    office, liaison = act_by(ledger.people["office"]), act_by(ledger.people["liaison-road"])
    first = opening.open_week(office, ledger.round.pk, {})
    freeze_week(office, first.pk, {"version": 1})
    briefs.issue(office, briefs.draw_up(office, first.pk, {}).pk, {"version": 1})
    week = opening.open_week(act_by(office.actor, LATER.date()), ledger.round.pk, {})
    later = act_by(liaison.actor, LATER.date())
    line = Line.objects.get(measure=ledger.measure, dispatch=week)
    reporting.submit(later, line.pk, {"version": 1, "progress": 10, "done": "x"})
    urging.urge(act_by(office.actor, LATER.date()), week.pk, {"version": 1})
    about = {"kind": "order", "measure": ledger.measure.pk}
    for state in range(3):
        order = drafting.draft_order(office, ledger.round.pk, about)
        road = ledger.place.departments["road"].pk
        if state:
            order = drafting.issue_order(office, order.pk, {"version": 1, "department": road})
        if state == 2:
            answering.answer_order(liaison, order.pk, {"version": 2, "answer": "x"})
    add_milestone(office, ledger.round.pk, {"title": "x", "due_on": DUE_ON.isoformat()})
    ledger.round.refresh_from_db()
    group = {"way": "webhook", "name": "x", "address": HOOK, "secret": SECRET, "version": ledger.round.version}
    channel = configuring.add_channel(office, ledger.round.pk, group)
    configuring.test_channel(office, channel.pk, {"version": 1})
    feeds.make_address(liaison)
    with clock.stopped_at(LATER):
        yield ledger


API = {
    "dispatches": "urge freeze",
    "progress-reports": "save submit confirm return recall ask contribute",
    "supervision-orders": "edit issue answer return_answer conclude cancel",
    "weekly-briefs": "edit issue new_edition docx",
    "milestones": "set meet drop",
    "notifications": "read",
}
BARE = "dispatches supervision-orders weekly-briefs milestones notifications/read_all notifications/count me/contact "
BARE += "working-days working-days/seed working-days/import notifications progress-reports"
ROUND = "schedule warnings channels paper-templates brief-template brief-template/built-in"
ROOMS = (
    "/supervision/",
    "/notices/",
    "/dispatch/",
    "/feeds/",
    "/milestones/",
    "/briefs/",
    "/this-week/",
    "/working-days/",
)
ARGUMENT = re.compile(r"%\(\w+\)s")


def addresses() -> list[str]:
    """Every address of these rooms, `{id}` where a row is named."""
    found = [f"/api/v1/{name}/" for name in BARE.split()]
    found += [f"/api/v1/{name}/{{id}}/{act}/" for name, acts in API.items() for act in acts.split()]
    found += [f"/api/v1/{name}/{{id}}/" for name in (*API, "channels")] + ["/api/v1/channels/{id}/test/"]
    found += [f"/api/v1/rounds/{{id}}/{name}/" for name in ROUND.split()]
    return found + pages()


def pages() -> list[str]:
    """The addresses of the pages, from the routes themselves."""
    found = set()
    for name, entries in get_resolver().reverse_dict.lists():
        for possibilities, *_rest in entries if isinstance(name, str) else []:
            found |= {"/" + ARGUMENT.sub("{id}", route) for route, _arguments in possibilities}
    return sorted(route for route in found if route.startswith(ROOMS))


class Fuzz:
    """One client of many people that sends anything anywhere."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.rng, self.ledger = random.Random(seed), ledger  # noqa: S311 -- nothing here is secret
        self.addresses = addresses()
        self.clients: dict[str, Client] = {}
        for who in set(PEOPLE):
            self.clients[who] = Client(raise_request_exception=False)
            self.clients[who].force_login(User.objects.get(pk=ledger.people[who].pk))

    def value(self) -> Any:
        return self.rng.choice(TEXTS if self.rng.random() < 0.5 else OTHERS)

    def right(self, name: str) -> Any:
        """What a field may well hold."""
        known = {
            "version": self.rng.choice([1, 2, 3, 4]),
            "round": self.ledger.round.pk,
            "measure": self.ledger.measure.pk,
            "department": self.ledger.place.departments["road"].pk,
            "due_on": "2021-05-01",
            "until": Notice.objects.order_by("-pk")[0].pk,
            "kind": self.rng.choice(["order", "instruction", "working"]),
            "reason": REASON,
            "id": self.rng.choice([1, 2]),
            "act": self.rng.choice(
                ["warnings", "add", "switch", "test", "retry", "make", "off", "drop", "edit", "save"]
            ),
        }
        return known.get(name, "x")

    def body(self) -> dict[str, Any]:
        names = self.rng.sample(NAMES.split(), self.rng.randint(0, 14)) + ["version"] * (self.rng.random() < 0.7)
        return {name: self.right(name) if self.rng.random() < 0.6 else self.value() for name in names}

    def request(self) -> tuple[str, str, dict[str, Any]]:
        """Method, address and what goes with it."""
        rng = self.rng
        number = rng.choice(IDS).replace("{id}", str(rng.randint(1, 4)))
        address = rng.choice(self.addresses).replace("{id}", number)
        if rng.random() < 0.3:
            address += f"?{rng.choice(NAMES.split())}={rng.choice(['1', 'x', '%00', '9' * 30, '-1', '%ff', '[]'])}"
        elif not address.startswith("/api/"):
            address += f"?round={self.ledger.round.pk}"
        method = rng.choices(["post", "get", "put", "patch", "delete", "options"], [12, 3, 1, 1, 1, 1])[0]
        return method, address, self.content(address)

    def content(self, address: str) -> dict[str, Any]:
        rng, body = self.rng, self.body()
        shape = rng.random()
        if address.startswith("/api/") and shape < 0.75:
            raw = json.dumps(body)
            if shape < 0.08:
                raw = rng.choice(["", "[]", "null", "{", '"x"', "1", raw[:-1], "[" * 5000, '{"a":' * 2000, "\xff"])
            return {"data": raw.encode("utf-8", "surrogatepass"), "content_type": "application/json"}
        if shape > 0.97:
            return {
                "data": b"x" * 100,
                "content_type": rng.choice(["text/plain", "application/xml", "multipart/form-data", ""]),
            }
        form = {name: str(value).encode("utf-8", "replace").decode() for name, value in body.items()}
        if rng.random() < 0.2:
            form["file"] = SimpleUploadedFile(
                rng.choice(["a.docx", "a.csv", "a\x00.docx", ""]) or "x", b"PK\x03\x04abc"
            )
        return {"data": form}

    def send(self) -> tuple[int, str]:
        who = self.rng.choice(PEOPLE)
        method, address, content = self.request()
        if method == "get":
            content = {}
        if method in ("put", "patch", "delete", "options") and not isinstance(content.get("data"), bytes):
            content = {}
        forget_posts(self.ledger.people[who])
        answer = getattr(self.clients[who], method)(address, **content)
        if hasattr(answer, "streaming_content"):
            answer.getvalue()
        return answer.status_code, f"{who} {method} {address} {str(content)[:1500]}"


def storm(told: Ledger, count: int, seed: int) -> Counter[int]:
    fuzz, statuses = Fuzz(told, seed), Counter[int]()
    before = everything()
    for _each in range(count):
        status, what = fuzz.send()
        statuses[status] += 1
        assert status < 500, what
        after = everything()
        if status not in ENDED_STATUSES:
            assert after == before, f"{status} changed something: {what}"
        before = after
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []
    return statuses


@pytest.mark.soak
def test_anything_is_answered_and_a_refusal_changes_nothing(told: Ledger) -> None:
    for seed in range(soaked(3)):
        with transaction.atomic():
            statuses = storm(told, 250, seed)
            transaction.set_rollback(True)
        assert statuses[400] and statuses[404], statuses
