"""The overview's pages and their API: one set of figures everywhere, each figure with its rows, kept up live."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rectify.organization.models import User

from .building import NOW, Ledger
from .driving import attach, do, drive
from .sending import api, url

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("db")]
PAGES = ("round", "reporting", "by-department", "by-leader")


def page(user: User, name: str = "round", *where: Any, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=where), query)


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def figures(user: User, **query: Any) -> dict[str, Any]:
    answer = api(user).get(url("dashboards", "round"), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestLive:
    def test_an_act_renews_an_open_page_and_nothing_else_does(self, ledger: Ledger, other: Ledger) -> None:
        office = ledger.people["office"]
        client = Client()
        client.force_login(office)
        html = words(client.get(reverse("round"), {"round": ledger.round.pk}))
        (address,) = re.findall(r'hx-get="([^"]+)"', html.partition('id="live"')[2])[:1]
        address = unescape(address)
        assert client.get(address).status_code == 204
        do(other.measure, "report_progress", "liaison", progress=10, done="别处的填报")
        assert client.get(address).status_code == 204
        do(ledger.measure, "report_progress", "liaison", progress=10, done="填报")
        renewed = client.get(address)
        assert renewed.status_code == 200 and address not in unescape(words(renewed).partition('id="live"')[2])
        assert client.get(address.replace("/round/", "/round/reporting/")).status_code == 200

    def test_asking_in_vain_costs_little(self, ledger: Ledger) -> None:
        office = ledger.people["office"]
        client = api(office)
        told = client.get(url("dashboards", "round"), {"round": ledger.round.pk}).json()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(url("dashboards", "round"), {"round": ledger.round.pk, "since": told["revision"]})
        assert (answer.status_code, answer.content) == (204, b"") and len(asked) <= 4

    def test_the_next_day_is_another_one(self, ledger: Ledger) -> None:
        from_today = figures(ledger.people["office"], round=ledger.round.pk)["revision"]
        assert from_today.startswith(f"{NOW:%Y%m%d}-")


class TestOutcomes:
    def test_they_are_summed_over_what_is_closed_and_lead_there(self, ledger: Ledger, evidence_root: Any) -> None:
        office = ledger.people["office"]
        told = ({"rules": "2", "loss_recovered": "12.5"}, {"rules": "7"})
        for measure, came in zip(ledger.measures[:2], told, strict=True):
            drive(measure, "completed")
            attach(measure)
            do(measure, "request_closure", "liaison", note="已完成", outcomes=came)
        for role in ("head", "office", "leader"):
            do(ledger.measure, "sign", role)
        told = figures(office, round=ledger.round.pk)
        assert told["outcomes"]["rules"] == "2" and told["outcomes"]["loss_recovered"] == "12.5"
        assert told["waiting"]["measures"] == 1
        for name, count in (("rules", 1), ("held_accountable", 0)):
            query = {"round": ledger.round.pk, "outcome": name}
            assert api(office).get(url("measures"), query).json()["count"] == count
