"""The home of each role: what waits, what changed, what is doubtful, and what administrators do not see."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures import services
from rectify.organization.models import Role

from .building import APPROVED_ON, REASON, TODAY, Ledger, Place, act_by, build_ledger, build_organization
from .driving import do, drive
from .looking import numbers, page, signed_in

pytestmark = pytest.mark.once

ADMINISTRATORS = ("system-admin", "security-admin", "audit-admin")


class TestWhatWaits:
    def test_the_head_signs_what_the_liaison_asked_for(self, ledger: Ledger, evidence_root: Any) -> None:
        drive(ledger.measure, "in_review")
        folder = reverse("todo-item", args=["measure", ledger.measure.pk])
        assert folder in page(ledger.people["head-road"])
        html = page(ledger.people["liaison-road"])
        assert folder not in html
        assert reverse("measure", args=[ledger.measure.pk]) in html
        assert reverse("report-row", args=[ledger.measure.pk]) not in html
        assert folder not in page(ledger.people["head-plan"])

    def test_then_the_office_and_then_the_leader(self, ledger: Ledger, evidence_root: Any) -> None:
        drive(ledger.measure, "in_review")
        folder = reverse("todo-item", args=["measure", ledger.measure.pk])
        do(ledger.measure, "sign", "head")
        assert folder in page(ledger.people["office"])
        do(ledger.measure, "sign", "office")
        assert folder not in page(ledger.people["office"])
        assert folder in page(ledger.people["leader-vp_road"])

    def test_an_assistant_reads_and_does_not_sign(self, ledger: Ledger, evidence_root: Any) -> None:
        drive(ledger.measure, "in_review")
        do(ledger.measure, "sign", "head")
        do(ledger.measure, "sign", "office")
        html = page(ledger.people["assistant-vp_road"])
        assert reverse("measure", args=[ledger.measure.pk]) in html
        assert reverse("todo-item", args=["measure", ledger.measure.pk]) not in html

    def test_what_came_back_says_why(self, ledger: Ledger, evidence_root: Any) -> None:
        drive(ledger.measure, "in_review")
        do(ledger.measure, "return", "head", reason=REASON)
        for person in ("liaison-road", "head-road"):
            assert REASON in page(ledger.people[person])
        assert REASON not in page(ledger.people["liaison-plan"])

    def test_what_a_department_helps_with_stands_below(self, ledger: Ledger) -> None:
        html = page(ledger.people["liaison-plan"])
        assert reverse("measure", args=[ledger.measure.pk]) in html
        assert reverse("report-row", args=[ledger.measure.pk]) not in html

    def test_a_row_is_given_anew_and_leaves_when_closed(self, ledger: Ledger, evidence_root: Any) -> None:
        liaison, address = signed_in(ledger.people["liaison-road"]), reverse("home-row", args=[ledger.measure.pk])
        assert reverse("report-row", args=[ledger.measure.pk]) in liaison.get(address).content.decode()
        drive(ledger.measure, "closed")
        assert liaison.get(address).content == b""

    def test_a_row_of_others_is_not_there(self, ledger: Ledger, other: Ledger) -> None:
        client = signed_in(ledger.people["liaison-road"])
        assert client.get(reverse("home-row", args=[other.measure.pk])).status_code == 404


class TestSeveralPosts:
    def test_the_sections_stand_under_each_other_the_pressing_first(self, ledger: Ledger, evidence_root: Any) -> None:
        place = ledger.place
        person = place.add_person("both", Role.LIAISON, department=place.departments["plan"])
        place.assign(person, Role.HEAD, department=place.departments["road"])
        place.assign(person, Role.AUDITOR)
        drive(ledger.measure, "in_review")
        html = page(person)
        headings = re.findall(r'<h1>(.*?)</h1>|home-part-heading">(.*?)</h2>', html)
        assert len(headings) == 3
        assert "公路处" in headings[0][0]
        assert "综合规划处" in headings[1][1]

    def test_liaison_and_head_of_one_department_see_one_list(self, ledger: Ledger) -> None:
        place = ledger.place
        person = place.add_person("both", Role.LIAISON, department=place.departments["road"])
        place.assign(person, Role.HEAD, department=place.departments["road"])
        assert page(person).count(f'data-measure="{ledger.measure.pk}"') == 1

    def test_the_office_of_a_superior_reads(self, ledger: Ledger, evidence_root: Any) -> None:
        superior = build_organization("superior")
        ledger.place.organization.parent = superior.organization
        ledger.place.organization.save()
        drive(ledger.measure, "in_review")
        do(ledger.measure, "sign", "head")
        html = page(superior.people["office"])
        assert numbers(html)[f"lead_department={ledger.place.departments['road'].pk}"] == len(ledger.measures)
        assert reverse("todo-item", args=["measure", ledger.measure.pk]) not in html

    def test_nobody_is_told_whom_to_ask(self, place: Place) -> None:
        html = page(place.people["nobody"])
        assert "/ledger/" not in html
        assert html.count("<h1>") == 1

    def test_without_a_round_the_page_says_so(self, place: Place) -> None:
        assert page(place.people["liaison-road"]).count("<h1>") == 1


class TestSinceAWeekAgo:
    def test_newly_closed_and_newly_overdue(self, place: Place, evidence_root: Any) -> None:
        wanted = [{"due_on": "2021-03-26"}, {"due_on": "2021-03-20"}, {}, {}]
        ledger = build_ledger(place, sub_issues=1, measures=[_dated(fields) for fields in wanted])
        drive(ledger.measures[2], "closed", on=APPROVED_ON)
        drive(ledger.measures[3], "closed", on=TODAY)
        html = page(place.people["office"])
        since = html[html.index('id="since"') : html.index("</section>", html.index('id="since"'))]
        named = [int(pk) for pk in re.findall(r"/measures/(\d+)/", since)]
        assert named == [ledger.measures[0].pk, ledger.measures[3].pk]


def _dated(fields: dict[str, str]) -> dict[str, Any]:
    from_text = type(TODAY).fromisoformat
    return {name: from_text(text) for name, text in fields.items()}


class TestDoubts:
    @staticmethod
    def _told(ledger: Ledger) -> dict[str, str]:
        """Kind -> how many, of those that there are."""
        html = page(ledger.people["auditor"])
        found = re.findall(r'class="home-doubt" href="[^"]*kind=(\w+)">[^<]*<span class="home-count">(\d+)<', html)
        return dict(found)

    def test_fast_and_late(self, ledger: Ledger, evidence_root: Any) -> None:
        fast, late = ledger.measures[:2]
        drive(fast, "closed")
        liaison = ledger.people["liaison-road"]
        report = {"version": late.version, "progress": 10, "done": "已部署", "happened_on": "2021-03-01"}
        services.report_progress(act_by(liaison), late.pk, report)
        assert self._told(ledger) == {"fast_closure": "1", "late_entry": "1"}

    def test_a_report_of_the_same_week_is_no_doubt(self, ledger: Ledger) -> None:
        measure = ledger.measure
        data = {"version": measure.version, "progress": 10, "done": "已部署", "happened_on": "2021-03-24"}
        services.report_progress(act_by(ledger.people["liaison-road"]), measure.pk, data)
        assert self._told(ledger) == {}


class TestAdministrators:
    @pytest.mark.long
    @pytest.mark.parametrize("key", ADMINISTRATORS)
    def test_no_page_shows_them_business_data(self, ledger: Ledger, evidence_root: Any, key: str) -> None:
        drive(ledger.measure, "in_review")
        evidence = ledger.measure.evidence.get()
        client = signed_in(ledger.people[key])
        addresses = ["/", reverse("todo"), reverse("ledger"), reverse("split-table")]
        addresses += [f"{address}?round={ledger.round.pk}" for address in addresses]
        addresses += [reverse(name, args=[ledger.measure.pk]) for name in ("measure", "report-row", "home-row")]
        addresses += [reverse("sub-issue", args=[ledger.sub_issue.pk]), reverse("evidence", args=[evidence.pk])]
        for address in addresses:
            response = client.get(address)
            html = response.getvalue().decode()
            assert response.status_code in (200, 302, 403, 404), address
            for secret in (ledger.round.title, ledger.measure.content, ledger.sub_issue.title, evidence.sha256):
                assert secret not in html, address

    def test_the_system_administrator_sees_the_accounts_of_the_own_organisation(
        self, ledger: Ledger, other: Ledger
    ) -> None:
        html = page(ledger.people["system-admin"])
        assert "<td" in html
        assert all(f">{user.username}<" in html for key, user in ledger.people.items() if key != "nobody")
        assert not any(f">{user.username}<" in html for user in other.people.values())

    @pytest.mark.parametrize("key", ["security-admin", "audit-admin"])
    def test_the_others_find_words(self, place: Place, key: str) -> None:
        html = page(place.people[key])
        assert "liaison-road" not in html
        assert "<table" not in html


class TestStatements:
    """The number of statements does not grow with the round."""

    MOST = {
        "liaison-road": 25,
        "head-road": 25,
        "office": 28,
        "leader-vp_road": 27,
        "leader-secretary": 19,
        "assistant-vp_road": 23,
        "auditor": 17,
        "system-admin": 6,
    }

    @staticmethod
    def _filled(place: Place, size: int) -> Ledger:
        ledger = build_ledger(place, title="大小不同的一轮", sub_issues=size, measures=5, responsible=["plan"])
        for sub_issue in range(size):
            closed, head, office, leader, returned = ledger.measures[sub_issue * 5 : sub_issue * 5 + 5]
            drive(closed, "closed")
            for measure in (head, office, leader, returned):
                drive(measure, "in_review")
            for measure in (office, leader):
                do(measure, "sign", "head")
            do(leader, "sign", "office")
            do(returned, "return", "head", reason=REASON)
        return ledger

    @pytest.mark.soak
    def test_constant(self, evidence_root: Any, db: None) -> None:
        small = self._filled(build_organization("small"), 1)
        large = self._filled(build_organization("large"), 4)
        for key, most in self.MOST.items():
            counts = []
            for ledger in (small, large):
                client = signed_in(ledger.people[key])
                client.get("/")
                with CaptureQueriesContext(connection) as statements:
                    assert client.get("/").status_code == 200
                counts.append(len(statements))
            assert counts[0] == counts[1] <= most, key
