"""What somebody types is shown as typed and does nothing: on pages, in mails, chats, calendars, templates."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from rectify.dispatch import feeds, opening
from rectify.dispatch.models import Delivery, Notice
from rectify.dispatch.notices import configuring
from rectify.dispatch.notices.bundling import bundle
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.notices.ways import allowed
from rectify.dispatch.scheduling import tick
from rectify.documents.models import BriefTemplate
from rectify.organization.models import User

from .building import DUE_ON, NOW, Ledger, act_by
from .receivers import mail_server, web_server
from .sending import api, url
from .test_bad_input import problem
from .test_brief import template_form, template_of, with_part
from .test_supervision import answered, drafted
from .test_supervision import post as act_on_order
from .test_weekly_secrecy import pages

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
SCRIPT = '<script>alert("甲")</script>{n.x}{0}%s%(x)s'
HOOK = "https://robots.example/hook"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
IMAGE = f'<Relationship Id="a" Type="{TYPES}image" Target="%s" TargetMode="%s"/>'
DOCUMENT = '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">%s</w:p>'


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "https://robots.example/hook/%2e%2e/admin",
            "https://robots.example/hook/.%2E/admin",
            "https://robots.example/hook%2f..%2fadmin",
            "https://robots.example/hook/../admin",
            "https://robots.example/hookadmin",
            "https://robots.example\\@127.0.0.1/hook",
            "https://robots.example:8443/hook",
            "https://robots.example./hook",
            "https://robots.example@127.0.0.1/hook",
            "https://user@robots.example/hook",
            "https://robots.example/hook\n/x",
            "https://robots.example/hook#@127.0.0.1",
            "https://127.0.0.1/hook",
            "https://[::ffff:127.0.0.1]/hook",
            "http://robots.example/hook",
            "file:///etc/passwd",
            "//robots.example/hook",
            "https://ｒobots.example/hook",
            "https://robots.example:٤٤٣/hook",
        ],
    )
    def test_what_the_administrator_did_not_allow(self, ledger: Ledger, settings: Any, address: str) -> None:
        settings.ALLOWED_CHANNELS = [HOOK]
        assert not allowed(address)
        body = {"version": ledger.round.version, "way": "wecom", "name": "x", "address": address}
        answer = api(ledger.people["office"]).post(url("rounds", ledger.round, "channels"), body, "json")
        problem(answer, 400, "address")

    @pytest.mark.parametrize(
        "address", [HOOK, f"{HOOK}/", f"{HOOK}?key=1", f"{HOOK}/a%20b", "HTTPS://ROBOTS.example/hook"]
    )
    def test_what_is_allowed(self, settings: Any, address: str) -> None:
        settings.ALLOWED_CHANNELS = [HOOK]
        assert allowed(address)

    @pytest.mark.long
    def test_an_address_that_is_no_longer_allowed_is_given_up(self, ledger: Ledger, settings: Any) -> None:
        with web_server() as there:
            settings.ALLOWED_CHANNELS = [there.address]
            body = {"version": ledger.round.version, "way": "wecom", "name": "x", "address": there.address}
            office = act_by(ledger.people["office"])
            channel = configuring.add_channel(office, ledger.round.pk, body)
            configuring.test_channel(office, channel.pk, {"version": 1})
            settings.ALLOWED_CHANNELS = [HOOK]
            assert deliver(lambda: NOW) == {"failed": 1} and there.requests == []


PARTS = {
    "a picture that names a hyperlink": (
        "word/_rels/x.xml.rels",
        RELS
        % f'<Relationship Id="a" Type="{TYPES}image" Target="http://x/relationships/hyperlink" TargetMode="External"/>',
    ),
    "external in another spelling": (
        "word/_rels/x.xml.rels",
        RELS % (IMAGE % ("http://x/a.png", "Ext&#101;rnal")),
    ),
    "in another encoding": (
        "word/_rels/x.xml.rels",
        f'<?xml version="1.0" encoding="UTF-16"?>{RELS % (IMAGE % ("http://x/a.png", "External"))}'.encode("utf-16"),
    ),
    "a page within": ("word/_rels/x.xml.rels", RELS % f'<Relationship Id="a" Type="{TYPES}aFChunk" Target="a.html"/>'),
    "a field that fetches": (
        "word/x.xml",
        DOCUMENT % '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>INCLUDE</w:instrText>'
        '<w:instrText>PICTURE "http://x/a.png"</w:instrText></w:r>',
    ),
    "a field that starts a program": ("word/x.bin", DOCUMENT % '<w:fldSimple w:instr=" DDEAUTO c:\\\\cmd.exe"/>'),
    "a part that names a file": ("word/x.xml", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
}


class TestTemplates:
    @pytest.mark.long
    @pytest.mark.parametrize("name", list(PARTS))
    def test_a_template_that_fetches_or_runs_something_is_not_taken(self, ledger: Ledger, name: str) -> None:
        part, content = PARTS[name]
        whole = with_part(template_of(""), part, content.encode() if isinstance(content, str) else content)
        answer = api(ledger.people["office"]).post(
            url("rounds", ledger.round, "brief-template"), template_form(ledger, whole)
        )
        problem(answer, 400, "file")
        assert not BriefTemplate.objects.exists()

    @pytest.mark.parametrize("text", ["{部门.__class__}", "{部门!r:>{部门}}", "{0}", "{}", "{部门[0]}", "{settings}"])
    def test_a_papers_template_reaches_nothing_but_its_names(self, ledger: Ledger, text: str) -> None:
        body = {"version": ledger.round.version, "templates": {"order": {"title": "督办单", "body": text}}}
        answer = api(ledger.people["office"]).post(url("rounds", ledger.round, "paper-templates"), body, "json")
        problem(answer, 400, "body")

    def test_braces_that_come_with_a_measure_stay_braces(self, ledger: Ledger) -> None:
        type(ledger.measure).objects.filter(pk=ledger.measure.pk).update(content="{部门.__class__} {{ 7*7 }} %s %(x)s")
        order = drafted(ledger)
        road = ledger.place.departments["road"].pk
        issued = act_on_order(ledger.people["office"], order, "issue", department=road, question="{编号} {何时}？")
        assert issued.status_code == 200, issued.content
        assert "{部门.__class__} {{ 7*7 }} %s %(x)s" in issued.json()["text"]
        assert "{编号} {何时}？" in issued.json()["text"]


def named_badly(ledger: Ledger) -> None:
    """Every name in the house is a script, as far as somebody may choose it."""
    for row, field in ((ledger.place.organization, "name"), (ledger.place.departments["road"], "name")):
        setattr(row, field, SCRIPT)
        row.save()
    type(ledger.measure).objects.update(content=SCRIPT, work_done=SCRIPT)
    type(ledger.round).objects.update(title=SCRIPT)
    User.objects.update(name=SCRIPT)


@pytest.mark.long
@pytest.mark.parametrize("who", ["office", "liaison-road", "head-road", "leader-vp_road", "auditor"])
def test_the_first_page_shows_names_as_they_are(ledger: Ledger, who: str) -> None:
    named_badly(ledger)
    client = Client()
    client.force_login(User.objects.get(pk=ledger.people[who].pk))
    text = client.get("/").content.decode()
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


@pytest.mark.soak
@pytest.mark.parametrize("who", ["office", "liaison-road", "leader-vp_road", "auditor"])
def test_pages_show_what_was_typed_and_run_none_of_it(ledger: Ledger, who: str) -> None:
    typed = SCRIPT.replace("{", "{{").replace("}", "}}")
    answered(ledger, title=typed, text=typed, question=SCRIPT)
    drafted(ledger, by="leader-vp_road", kind="instruction", instruction=SCRIPT)
    named_badly(ledger)
    office = api(ledger.people["office"])
    milestone = {"round": ledger.round.pk, "title": SCRIPT, "due_on": DUE_ON.isoformat()}
    assert office.post(url("milestones"), milestone, "json").status_code == 201
    week = opening.open_week(act_by(ledger.people["office"]), ledger.round.pk, {})
    office.post(url("dispatches", week, "urge"), {"version": 1}, "json")
    office.post(url("dispatches", week, "freeze"), {"version": 1}, "json")
    brief = office.post(url("weekly-briefs"), {"dispatch": week.pk}, "json").json()
    office.post(url("weekly-briefs", brief["id"], "issue"), {"version": 1, "overview": SCRIPT}, "json")
    found = list(pages(ledger.people[who]))
    assert len(found) > 15
    assert any("&lt;script&gt;alert" in text for _address, text in found)
    assert [address for address, text in found if SCRIPT in text or "<script>alert" in text] == []


@pytest.mark.long
def test_mails_and_chats_carry_no_header_and_no_text_of_anybodys(ledger: Ledger, settings: Any) -> None:
    named_badly(ledger)
    address = url("me", "contact")
    me = api(ledger.people["liaison-road"])
    for bad in ("a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "<a@example.com>\n", "a@b@c"):
        problem(me.post(address, {"version": 1, "address": bad}, "json"), 400, "address")
    assert me.post(address, {"version": 1, "address": "road@example.com"}, "json").status_code == 200
    User.objects.filter(username="head-road").update(email="x@example.com\r\nBcc: evil@example.com")
    with mail_server() as post, web_server() as chat:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.ALLOWED_CHANNELS = "127.0.0.1", post.port, [chat.address]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        ledger.round.refresh_from_db()
        group = {"version": ledger.round.version, "way": "wecom", "name": SCRIPT, "address": chat.address}
        configuring.add_channel(act_by(ledger.people["office"]), ledger.round.pk, group)
        week = opening.open_week(act_by(ledger.people["office"]), ledger.round.pk, {})
        api(ledger.people["office"]).post(url("dispatches", week, "urge"), {"version": 1}, "json")
        bundle(NOW)
        deliver(lambda: NOW)
    assert [to for to, _message in post.received] == ["road@example.com"]
    assert "<script>" not in post.received[0][1].as_string()
    assert Delivery.objects.get(person=ledger.people["head-road"]).status == "failed"
    (said,) = chat.requests
    assert json.loads(said["body"])["msgtype"] == "text"


def test_a_calendar_holds_one_line_for_each_thing_that_it_says(ledger: Ledger) -> None:
    number = "1\r\nX-EVIL:1;,\\\n"
    type(ledger.measure).objects.filter(pk=ledger.measure.pk).update(number=number)
    secret = feeds.make_address(act_by(ledger.people["liaison-road"]))
    body = Client().get(f"/feeds/{secret}.ics").content
    assert not [line for line in body.split(b"\r\n") if line.startswith(b"X-EVIL") or len(line) > 75]
    assert b"\r" not in body.replace(b"\r\n", b"") and b"\n" not in body.replace(b"\r\n", b"")
    events = Calendar.from_ical(body).walk("VEVENT")
    assert len(events) == 4


def test_a_notice_leads_nowhere_outside(ledger: Ledger) -> None:
    tick(lambda: NOW + timedelta(days=8))
    opening.open_week(act_by(ledger.people["office"]), ledger.round.pk, {})
    client = Client()
    client.force_login(ledger.people["liaison-road"])
    for notice in Notice.objects.filter(recipient=ledger.people["liaison-road"]):
        answer = client.post(f"/notices/{notice.pk}/?next=https://evil.example/", {"next": "https://evil.example/"})
        assert answer.status_code in (302, 405) and "evil" not in answer.headers.get("Location", "")
