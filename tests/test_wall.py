"""The wall chart through its addresses: what a bar says, what is refused, keeping up, statements counted."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Measure

from .building import DUE_ON, TODAY, Ledger, Place, build_ledger
from .driving import drive
from .ledger_reading import body, browser
from .sending import api, url
from .test_statements import enlarge

pytestmark = [pytest.mark.once, pytest.mark.django_db]
WALL, FULL, FILE, API = "/round/wall/", "/round/wall/full/", "/round/wall.svg", url("dashboards/wall-chart")
ADDRESSES = (WALL, FULL, FILE, API)
# Signing in, the frame around a page and the round are among them.
PINNED = {WALL: 17, FULL: 14, FILE: 10, API: 10}


def bars(html: str, form: str = "wide") -> list[int]:
    """The measures that are drawn in one form, in their order."""
    return [int(pk) for pk in re.findall(rf'id="wall-{form}(?:-\d+)?-measures-(\d+)"', html)]


def told(client: Any, **query: Any) -> dict[str, Any]:
    answer = client.get(API, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def measures_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        measure
        for heading in chart["headings"]
        for sub_issue in heading["sub_issues"]
        for measure in sub_issue["measures"]
    ]


class TestBars:
    def names(self, ledger: Ledger, query: str = "") -> dict[int, str]:
        page = browser(ledger.people["office"]).get(f"{WALL}?round={ledger.round.pk}{query}").content.decode()
        found = re.findall(r'aria-label="([^"]*)" id="wall-wide-measures-(\d+)"', page)
        return {int(pk): words for words, pk in found}

    def test_say_all_in_their_name(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_progress")
        words = self.names(ledger)[ledger.measure.pk]
        for part in ("1-1", "整改措施第1条", "公路处", str(DUE_ON), "In progress"):
            assert part in words

    def test_a_past_day_tells_what_was_known_then(self, ledger: Ledger, evidence_root: Any) -> None:
        drive(ledger.measure, "closed")
        client = api(ledger.people["auditor"])
        now = {row["id"]: row for row in measures_of(told(client, round=ledger.round.pk))}[ledger.measure.pk]
        assert (now["status"], now["closed_on"]) == ("closed", str(TODAY))
        then = measures_of(told(client, round=ledger.round.pk, as_of="2021-03-01"))[0]
        assert (then["status"], then["closed_on"], then["lead_department"]["key"]) == ("not_started", None, "road")
        page = body(browser(ledger.people["office"]).get(f"{WALL}?round={ledger.round.pk}&as_of=2021-03-01"))
        assert "As of 2021-03-01" in page

    def test_an_extension_stands_behind_the_original_deadline(self, ledger: Ledger) -> None:
        Measure.objects.filter(pk=ledger.measure.pk).update(due_on="2021-05-20")
        page = body(browser(ledger.people["office"]).get(f"{WALL}?round={ledger.round.pk}"))
        wide = page[page.index("wall-form-wide") : page.index("wall-form-narrow")]
        assert wide.count("wall-stretch-extended") == 1
        assert "first due 2021-04-24" in self.names(ledger)[ledger.measure.pk]

    def test_what_is_late_says_so_in_red_and_in_words(self, ledger: Ledger) -> None:
        Measure.objects.filter(pk=ledger.measure.pk).update(due_on="2021-03-21")
        assert "10 days overdue" in self.names(ledger)[ledger.measure.pk]
        page = body(browser(ledger.people["office"]).get(f"{WALL}?round={ledger.round.pk}&overdue=true"))
        wide = page[page.index("wall-form-wide") : page.index("wall-form-narrow")]
        assert wide.count("wall-stretch-overdue") == 1 and bars(page) == [ledger.measure.pk]

    def test_what_was_typed_is_escaped(self, ledger: Ledger) -> None:
        Measure.objects.filter(pk=ledger.measure.pk).update(content="<script>alert(1)</script>")
        for address in ADDRESSES[:3]:
            answer = browser(ledger.people["office"]).get(f"{address}?round={ledger.round.pk}")
            assert "<script>alert" not in answer.content.decode()

    def test_nothing_that_fits_is_said(self, ledger: Ledger) -> None:
        for address in (WALL, FULL):
            page = body(browser(ledger.people["office"]).get(f"{address}?round={ledger.round.pk}&status=closed"))
            assert "Nothing fits these filters." in page


class TestAsking:
    WRONG = (
        "status=gone",
        "kind=never",
        "heading=first",
        "lead_department=nowhere",
        "responsible_leader=99999999",
        "overdue=perhaps",
        "behind=x",
        "as_of=2021-02-30",
        "as_of=2099-01-01",
        "as_of=2020-01-01",
        "known_at=never",
    )

    @pytest.mark.parametrize("query", WRONG)
    def test_what_does_not_fit_is_refused(self, ledger: Ledger, query: str) -> None:
        client = browser(ledger.people["office"])
        for address in ADDRESSES:
            answer = client.get(f"{address}?round={ledger.round.pk}&{query}")
            assert answer.status_code == 400, address
        assert list(answer.json()["errors"]) == [query.split("=")[0]]

    def test_an_unknown_parameter_of_the_api_is_refused(self, ledger: Ledger) -> None:
        assert api(ledger.people["office"]).get(API, {"round": ledger.round.pk, "colour": "red"}).status_code == 400
        assert api(ledger.people["office"]).get(API).status_code == 400

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_another_organisations_round_is_not_found(self, ledger: Ledger, other: Ledger, address: str) -> None:
        answer = browser(ledger.people["office"]).get(f"{address}?round={other.round.pk}")
        assert answer.status_code == 404
        assert other.measure.content not in body(answer)

    @pytest.mark.parametrize("who", ["system-admin", "security-admin", "audit-admin", "nobody"])
    def test_who_sees_no_business_data_sees_none_here(self, ledger: Ledger, who: str) -> None:
        client = browser(ledger.people[who])
        for address in ADDRESSES[:3]:
            assert client.get(f"{address}?round={ledger.round.pk}").status_code == 403
        # To whom a round is invisible, the API has none.
        assert client.get(f"{API}?round={ledger.round.pk}").status_code == 404

    @pytest.mark.parametrize("address", [WALL, FULL])
    def test_an_open_chart_keeps_up(self, ledger: Ledger, address: str) -> None:
        client = browser(ledger.people["office"])
        page = body(client.get(f"{address}?round={ledger.round.pk}&kind=time_bound"))
        (asked,) = re.findall(r'(?:hx-get|data-wall)="([^"]*since=[^"]*)"(?= hx-trigger="every 8s"| data-every)', page)
        assert "kind=time_bound" in asked
        assert client.get(asked).status_code == 204
        drive(ledger.measure, "in_progress")
        assert client.get(asked).status_code == 200

    def test_the_api_answers_204_to_who_has_it_already(self, ledger: Ledger) -> None:
        client = api(ledger.people["office"])
        revision = told(client, round=ledger.round.pk)["revision"]
        query = {"round": ledger.round.pk, "since": revision}
        answer = client.get(API, query)
        assert (answer.status_code, answer.content) == (204, b"")
        drive(ledger.measure, "in_progress")
        assert client.get(API, query).status_code == 200

    def test_chips_keep_what_was_chosen_in_the_address(self, ledger: Ledger) -> None:
        client = browser(ledger.people["office"])
        page = body(client.get(f"{WALL}?round={ledger.round.pk}&lead_department=road&overdue=false&due_within=90"))
        assert '<span class="strong">公路处</span>' in page
        assert "Due within: 90" in page and "Clear all" in page
        for address in re.findall(rf'href="((?:{FULL}|{FILE}|{WALL})\?[^"]*due_within[^"]*)"', page):
            assert "lead_department=road" in address
            assert client.get(address).status_code == 200


@pytest.mark.long
@pytest.mark.parametrize("size", [4, 60])
def test_the_number_of_statements_does_not_grow_with_the_rows(place: Place, size: int) -> None:
    ledger = build_ledger(place, sub_issues=1, measures=1)
    drive(ledger.measure, "in_progress")
    enlarge(ledger, size)
    client = browser(ledger.people["office"])
    # The first page keeps in the session which round was looked at.
    client.get(f"{WALL}?round={ledger.round.pk}")
    for query in ("", "&as_of=2021-03-30"):
        found = {address: statements(client, f"{address}?round={ledger.round.pk}{query}") for address in ADDRESSES}
        assert found == PINNED, query


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
