"""Messages that leave the house, to real receivers: a mail server, robots and webhooks that check what they get."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from rectify.dispatch.models import Channel, Delivery, Notice, NoticeKind
from rectify.dispatch.notices import delivering
from rectify.dispatch.notices.bundling import bundle
from rectify.dispatch.notices.configuring import retry_delivery
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.notices.outbox import Wanted, post
from rectify.dispatch.notices.planning import plan
from rectify.dispatch.notices.ways import allowed
from rectify.organization.models import User

from .building import NOW, Ledger, act_by
from .forms_sent import at
from .receivers import MailServer, WebServer, mail_server, web_server
from .sending import api, url
from .test_bad_input import problem
from .test_dispatch import opened

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
SECRET = "of the receiver's own making"


@pytest.fixture(scope="module")
def running_mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def mail(running_mail: MailServer, settings: Any) -> MailServer:
    running_mail.received.clear()
    running_mail.refusals.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running_mail.port
    settings.SITE_URL = "https://ledger.example"
    return running_mail


@pytest.fixture(scope="module")
def running_web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def web(running_web: WebServer, settings: Any) -> WebServer:
    running_web.requests.clear()
    running_web.answers[:] = [(200, {"errcode": 0, "errmsg": "ok"})]
    settings.ALLOWED_CHANNELS = [f"{running_web.address}/robot/", "https://oapi.example/robot"]
    return running_web


def told(ledger: Ledger, *people: str) -> None:
    """A message for each person is in the outbox."""
    for key in people:
        user = ledger.people[key]
        User.objects.filter(pk=user.pk).update(email=f"{key}@example.com")
        post([Wanted(NoticeKind.BRIEF, ledger.round.pk, 1, "", recipient_id=user.pk)], NOW)
    assert bundle(NOW) == len(people)


def sent_at(moment: datetime) -> dict[str, int]:
    return dict(deliver(lambda: moment))


class TestMail:
    def test_a_real_server_gets_each_message_once(self, ledger: Ledger, mail: MailServer) -> None:
        told(ledger, "liaison-road", "head-road")
        assert sent_at(NOW) == {"sent": 2}
        assert sent_at(NOW) == {}
        assert [address for address, _message in mail.received] == ["liaison-road@example.com", "head-road@example.com"]
        _address, message = mail.received[0]
        delivery = Delivery.objects.order_by("pk")[0]
        assert message["Message-ID"] == f"<{delivery.key}@localhost>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert "整改提醒" in message["Subject"]
        assert "https://ledger.example/notices/" in message.get_content()

    def test_one_that_is_refused_for_good_is_given_up_visibly_and_tried_again_by_hand(
        self, ledger: Ledger, mail: MailServer
    ) -> None:
        told(ledger, "liaison-road", "head-road")
        mail.refusals["liaison-road@example.com"] = "550 no such user"
        assert sent_at(NOW) == {"failed": 1, "sent": 1}
        failed = Delivery.objects.get(status="failed")
        assert "no such user" in failed.error and failed.tries == 1
        mail.refusals.clear()
        assert sent_at(NOW + timedelta(hours=1)) == {}
        retry_delivery(act_by(ledger.people["office"]), failed.pk, {})
        assert sent_at(NOW) == {"sent": 1}

    def test_a_server_that_is_away_is_tried_again_later_and_asked_once_a_look(
        self, ledger: Ledger, mail: MailServer, settings: Any
    ) -> None:
        told(ledger, "liaison-road", "head-road")
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
        assert sent_at(NOW) == {"pending": 1}
        assert sent_at(NOW + timedelta(seconds=59)) == {"pending": 1}
        settings.EMAIL_PORT = port
        assert sent_at(NOW + timedelta(seconds=60)) == {"sent": 1}
        assert sent_at(NOW + timedelta(minutes=3)) == {"sent": 1}
        assert len(mail.received) == 2

    def test_after_three_days_it_is_given_up(self, ledger: Ledger, mail: MailServer, settings: Any) -> None:
        told(ledger, "liaison-road")
        settings.EMAIL_PORT = 1
        moment = NOW
        for _hour in range(80):
            if sent_at(moment) == {"failed": 1}:
                break
            moment += timedelta(hours=1)
        assert Delivery.objects.get().status == "failed"
        assert delivering.GIVES_UP_AFTER <= moment - NOW < delivering.GIVES_UP_AFTER + timedelta(hours=2)

    def test_what_is_no_longer_true_when_the_server_is_back_is_dropped(
        self, ledger: Ledger, mail: MailServer, settings: Any
    ) -> None:
        User.objects.filter(username="liaison-road").update(email="liaison-road@example.com")
        opened(ledger)
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
        assert bundle(NOW) == 1 and sent_at(NOW) == {"pending": 1}
        settings.EMAIL_PORT = port
        assert sent_at(NOW + timedelta(days=3)) == {"dropped": 1}
        assert mail.received == []

    def test_a_worker_that_died_leaves_its_message_to_the_next_one(
        self, ledger: Ledger, mail: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told(ledger, "liaison-road")

        def killed(*_args: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr("rectify.dispatch.notices.ways.EmailMessage.send", killed)
            deliver(lambda: NOW)
        assert sent_at(NOW + timedelta(seconds=60)) == {}
        assert sent_at(NOW + timedelta(seconds=120)) == {"sent": 1}
        # A clock that was set back holds a message up; it never sends it twice.
        assert sent_at(NOW - timedelta(hours=1)) == {}
        assert len(mail.received) == 1


def channel(ledger: Ledger, web: WebServer, way: str, **fields: Any) -> Any:
    ledger.round.refresh_from_db()
    data = {
        "version": ledger.round.version,
        "way": way,
        "name": "整改联络群",
        "address": f"{web.address}/robot/send?key=1",
        **fields,
    }
    return api(ledger.people["office"]).post(url("rounds", ledger.round.pk, "channels"), data, "json")


class TestGroups:
    def test_wecom_gets_departments_and_counts(self, ledger: Ledger, web: WebServer) -> None:
        assert channel(ledger, web, "wecom").status_code == 201
        opened(ledger)
        assert bundle(NOW) == 1 and sent_at(NOW) == {"sent": 1}
        (request,) = web.requests
        body = json.loads(request["body"])
        assert body["msgtype"] == "text" and "应报4条" in body["text"]["content"]
        assert request["path"] == "/robot/send?key=1"
        assert all(measure.content not in body["text"]["content"] for measure in ledger.measures)

    def test_dingtalk_is_signed(self, ledger: Ledger, web: WebServer) -> None:
        assert channel(ledger, web, "dingtalk", secret="SECabc").status_code == 201
        opened(ledger)
        bundle(NOW)
        assert sent_at(NOW) == {"sent": 1}
        query = parse_qs(urlsplit(web.requests[0]["path"]).query)
        (stamp,), (sign,) = query["timestamp"], query["sign"]
        mac = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
        assert base64.b64decode(sign) == mac and stamp == str(int(NOW.timestamp() * 1000))

    def test_a_webhook_is_signed_and_keeps_its_key(self, ledger: Ledger, web: WebServer) -> None:
        assert "secret" in problem(channel(ledger, web, "webhook"), 400)["errors"]
        assert channel(ledger, web, "webhook", secret=SECRET).status_code == 201
        opened(ledger)
        bundle(NOW)
        web.answers[:] = [(503, "later"), (204, "")]
        assert sent_at(NOW) == {"pending": 1}
        assert sent_at(NOW + timedelta(minutes=1)) == {"sent": 1}
        first, second = web.requests
        assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"] == str(Delivery.objects.get().key)
        signed = ".".join([second["headers"]["webhook-id"], second["headers"]["webhook-timestamp"]]).encode()
        mac = hmac.new(SECRET.encode(), signed + b"." + second["body"], hashlib.sha256).digest()
        assert second["headers"]["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("answer", "end"),
        [
            ((200, {"errcode": 45009, "errmsg": "api freq out of limit"}), "pending"),
            ((200, {"errcode": 93000, "errmsg": "invalid webhook url"}), "failed"),
            ((200, "what?"), "pending"),
            ((500, ""), "pending"),
            ((429, ""), "pending"),
            ((404, ""), "failed"),
            ((302, "http://127.0.0.1:1/"), "failed"),
        ],
    )
    def test_what_a_robot_answers(self, ledger: Ledger, web: WebServer, answer: Any, end: str) -> None:
        channel(ledger, web, "wecom")
        opened(ledger)
        bundle(NOW)
        web.answers[:] = [answer]
        assert sent_at(NOW) == {end: 1}
        assert Delivery.objects.get().error
        assert len(web.requests) == 1

    def test_the_cut_off_names_who_owes(self, ledger: Ledger, web: WebServer) -> None:
        channel(ledger, web, "wecom", kinds=["missed"])
        opened(ledger)
        assert not Notice.objects.filter(channel__isnull=False).exists()
        noon = NOW + timedelta(days=2, hours=2)
        plan(noon)
        assert bundle(noon) == 1
        assert "公路处4" in Delivery.objects.get().text


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1:6379/robot/",
            "http://169.254.169.254/latest",
            "https://oapi.example.evil.test/robot/send",
            "https://oapi.example@evil.test/robot/send",
            "https://oapi.example/robotics",
            "https://oapi.example/robot/../admin",
            "https://oapi.example:8443/robot/send",
            "http://oapi.example/robot/send",
            "file:///etc/passwd",
            "https://oapi.example\\@evil.test/robot/send",
            "https://oapi.example:port/robot/send",
            "robot",
        ],
    )
    def test_off_the_list_is_refused(self, ledger: Ledger, web: WebServer, address: str) -> None:
        answer = channel(ledger, web, "wecom", address=address)
        assert "address" in problem(answer, 400)["errors"]
        assert not Channel.objects.exists()

    @pytest.mark.long
    def test_on_the_list(self, web: WebServer) -> None:
        assert allowed("https://oapi.example/robot/send?access_token=1") and allowed("https://oapi.example/robot")

    def test_what_the_administrator_takes_from_the_list_is_sent_to_no_more(
        self, ledger: Ledger, web: WebServer, settings: Any
    ) -> None:
        channel(ledger, web, "wecom")
        opened(ledger)
        bundle(NOW)
        settings.ALLOWED_CHANNELS = []
        assert sent_at(NOW) == {"failed": 1}
        assert web.requests == []


class TestOffice:
    def test_a_channel_is_tried_switched_off_and_its_secret_never_shown(self, ledger: Ledger, web: WebServer) -> None:
        row = channel(ledger, web, "webhook", secret=SECRET).json()
        office = api(ledger.people["office"])
        listed = office.get(url("rounds", ledger.round.pk, "channels"))
        assert SECRET not in listed.content.decode() and listed.json()[0]["id"] == row["id"]
        assert all(SECRET not in json.dumps(each.payload) for each in ledger.round.history.all())
        address = f"/api/v1/channels/{row['id']}/"
        assert office.post(f"{address}test/", {"version": 1}, "json").status_code == 202
        assert sent_at(NOW) == {"sent": 1}
        off = office.post(address, {"version": 1, "active": False}, "json")
        assert off.status_code == 200 and off.json()["active"] is False
        assert problem(office.post(f"{address}test/", {"version": 2}, "json"), 409)
        opened(ledger)
        assert bundle(NOW) == 0

    def test_the_page_says_what_is_wrong_and_hides_the_robots_key(
        self, ledger: Ledger, web: WebServer, settings: Any
    ) -> None:
        office, page = at(ledger.people["office"]), f"{reverse('reminders')}?round={ledger.round.pk}"
        new = {"act": "add", "version": ledger.round.version, "way": "wecom", "name": "工作群"}
        wrong = office.post(page, {**new, "address": "http://evil.test/x"})
        assert wrong.status_code == 400 and '<a href="#address">地址</a>' in wrong.content.decode()
        answer = office.post(page, {**new, "address": f"{web.address}/robot/send?key=a-robots-key"})
        row = Channel.objects.get()
        assert answer.status_code == 302 and row.kinds == [], "what was not ticked is not told"
        shown = office.get(page).content.decode()
        assert f"{web.address}/robot/send?…" in shown and "a-robots-key" not in shown
        switch = {"act": "switch", "id": row.pk}
        assert office.post(page, {**switch, "version": 1, "active": "0"}).status_code == 302
        settings.ALLOWED_CHANNELS = ["https://elsewhere.test/"]
        refused = office.post(page, {**switch, "version": 2, "active": "1"})
        assert refused.status_code == 400 and "notice-warning" in refused.content.decode()

    def test_only_the_rounds_office(self, ledger: Ledger, other: Ledger, web: WebServer) -> None:
        row = channel(ledger, web, "wecom").json()
        for user, status in ((ledger.people["liaison-road"], 403), (other.people["office"], 404)):
            assert api(user).post(f"/api/v1/channels/{row['id']}/", {"version": 1}, "json").status_code == status
            assert api(user).get(url("rounds", ledger.round.pk, "channels")).status_code == status
