"""The superior's finding (上级认定): recorded by the office beside the own state, counted as of any day."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from issues.models import SubIssue, SubIssueHistory
from measures.checking import rebuild_differences, verify_history
from measures.pages.minutes import minutes
from rectify.dashboards.figures.since import _difference
from rectify.workflow import digests
from rectify.workflow.triggers import lift, protect

from .building import FEEDBACK_ON, TODAY, Ledger
from .conftest import HISTORY_TABLES
from .driving import do, drive_sub_issue
from .looking import page
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

ACT = "record_superior_finding"
PAPER = "巡视办〔2021〕12号"
NAMES = ("accepted", "sent_back", "none")
WRONG: dict[str, list[Any]] = {
    "finding": ["", "none", "closed", None, [], {}, 1, "x" * 5000],
    "found_on": ["", None, "2021-02-30", "2021-02-23", "2021-04-01", "昨天", [], 3],
    "paper": ["", "  ", None, [], {}, 5, "长" * 101, "a\x00b"],
    "note": ["长" * 2001, [], None, "\x00"],
    "version": ["x", None, []],
}


def finding(name: str = "accepted", found_on: date = TODAY, paper: str = PAPER, **more: Any) -> dict[str, Any]:
    return {"finding": name, "found_on": found_on.isoformat(), "paper": paper, **more}


def send(ledger: Ledger, key: str = "office", **data: Any) -> Any:
    """The act over the API on the first sub-issue as it is now."""
    ledger.sub_issue.refresh_from_db()
    body = {"version": ledger.sub_issue.version, **data}
    return api(ledger.people[key]).post(url("sub-issues", ledger.sub_issue, ACT), body, format="json")


def figures(ledger: Ledger, **query: Any) -> dict[str, Any]:
    answer = api(ledger.people["auditor"]).get(url("dashboards", "round"), {"round": ledger.round.pk, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def listed(ledger: Ledger, **query: Any) -> list[int]:
    answer = api(ledger.people["auditor"]).get(url("sub-issues"), {"round": ledger.round.pk, **query})
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


class TestAct:
    def test_it_stands_beside_the_state_and_a_later_one_replaces_it(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "sustained")
        body = send(ledger, **finding(found_on=date(2021, 3, 29), note="同意整改结果")).json()
        assert (body["status"], body["superior_finding"]) == ("sustained", "accepted")
        assert (body["superior_found_on"], body["superior_paper"]) == ("2021-03-29", PAPER)
        body = send(ledger, **finding("sent_back", paper="巡视办〔2021〕15号")).json()
        assert (body["status"], body["superior_finding"]) == ("sustained", "sent_back")
        first, second = ledger.sub_issue.history.filter(action=ACT).order_by("sequence")
        assert (first.payload["old"]["superior_finding"], first.payload["note"]) == ("", "同意整改结果")
        assert second.payload["old"] == first.payload["new"]
        assert (second.from_status, second.to_status) == ("sustained", "sustained")
        assert "reopen" in body["available_acts"]

    def test_the_same_once_more_changes_nothing(self, ledger: Ledger) -> None:
        assert send(ledger, **finding()).status_code == 200
        rows = SubIssueHistory.objects.count()
        problem(send(ledger, **finding(note="又一次")), 400, "finding")
        assert SubIssueHistory.objects.count() == rows
        assert send(ledger, **finding(paper="巡视办〔2021〕13号")).status_code == 200

    @pytest.mark.parametrize(
        ("field", "value"),
        [(field, value) for field, values in WRONG.items() for value in values],
    )
    def test_what_does_not_fit_is_named(self, ledger: Ledger, field: str, value: Any) -> None:
        rows = SubIssueHistory.objects.count()
        problem(send(ledger, **{**finding(), field: value}), 400, field)
        assert SubIssueHistory.objects.count() == rows
        ledger.sub_issue.refresh_from_db()
        assert (ledger.sub_issue.superior_finding, ledger.sub_issue.superior_found_on) == ("", None)

    def test_what_is_missing_is_named(self, ledger: Ledger) -> None:
        for field in ("version", *finding()):
            data = {"version": ledger.sub_issue.version, **finding()}
            del data[field]
            answer = api(ledger.people["office"]).post(url("sub-issues", ledger.sub_issue, ACT), data, format="json")
            problem(answer, 400, field)

    def test_the_office_alone_and_of_what_it_saw(self, ledger: Ledger) -> None:
        for key in ("auditor", "liaison-road", "head-road", "leader-vp_road", "assistant-vp_road"):
            problem(send(ledger, key, **finding()), 403)
        problem(send(ledger, **finding(), version=ledger.sub_issue.version + 1), 409)
        problem(send(ledger, "system-admin", **finding()), 404)

    @pytest.mark.parametrize(("status", "expected"), [("noticed", 200), ("draft", 409), ("archived", 409)])
    def test_while_the_round_is_under_way(self, ledger: Ledger, status: str, expected: int) -> None:
        ledger.round.status = status
        ledger.round.save(update_fields=["status"])
        assert send(ledger, **finding()).status_code == expected

    def test_the_office_is_still_told_why_there_is_nothing_to_sign(self, ledger: Ledger) -> None:
        found = api(ledger.people["office"]).get(url("sub-issues", ledger.sub_issue, "standing")).json()
        assert len(found["why_nots"]) == 1


class TestFigures:
    def test_counts_are_those_of_the_lists_on_any_day(self, ledger: Ledger) -> None:
        first, second = ledger.sub_issues[:2]
        total = len(ledger.sub_issues)
        do(first, ACT, "office", date(2021, 3, 10), **finding("sent_back", date(2021, 3, 9)))
        do(second, ACT, "office", date(2021, 3, 10), **finding("accepted", date(2021, 3, 9)))
        do(first, ACT, "office", date(2021, 3, 20), **finding("accepted", date(2021, 3, 19)))
        expected = {
            FEEDBACK_ON: (0, 0, 0),
            date(2021, 3, 9): (0, 0, total),
            date(2021, 3, 10): (1, 1, total - 2),
            date(2021, 3, 20): (2, 0, total - 2),
            TODAY: (2, 0, total - 2),
        }
        for day, counts in expected.items():
            query = {} if day == TODAY else {"as_of": day.isoformat()}
            told = figures(ledger, **query)["superior"]
            assert tuple(told[name] for name in NAMES) == counts, day
            for name in NAMES:
                assert len(listed(ledger, superior_finding=name, **query)) == told[name], (day, name)
            assert len(listed(ledger, superior_finding="accepted,none", **query)) == told["accepted"] + told["none"]
        assert listed(ledger, superior_finding="sent_back", as_of="2021-03-12") == [first.pk]

    def test_a_past_day_tells_the_finding_of_that_day(self, ledger: Ledger) -> None:
        do(ledger.sub_issue, ACT, "office", date(2021, 3, 10), **finding("sent_back", date(2021, 3, 9)))
        do(ledger.sub_issue, ACT, "office", date(2021, 3, 20), **finding("accepted", date(2021, 3, 19), "15号"))
        found = []
        for day in ("2021-03-09", "2021-03-10", "2021-03-20"):
            rows = api(ledger.people["auditor"]).get(url("sub-issues"), {"round": ledger.round.pk, "as_of": day})
            row = next(row for row in rows.json()["results"] if row["id"] == ledger.sub_issue.pk)
            found.append((row["superior_finding"], row["superior_found_on"], row["superior_paper"]))
        assert found == [
            ("", None, ""),
            ("sent_back", "2021-03-09", PAPER),
            ("accepted", "2021-03-19", "15号"),
        ]

    def test_measures_are_found_under_them(self, ledger: Ledger) -> None:
        do(ledger.sub_issue, ACT, "office", date(2021, 3, 10), **finding("accepted", date(2021, 3, 9)))
        own = sum(measure.sub_issue_id == ledger.sub_issue.pk for measure in ledger.measures)
        client = api(ledger.people["auditor"])
        where: dict[str, Any] = {"round": ledger.round.pk, "superior_finding": "accepted"}
        assert client.get(url("measures"), where).json()["count"] == own > 0
        assert client.get(url("measures"), where | {"as_of": "2021-03-09"}).json()["count"] == 0
        for collection in ("measures", "sub-issues"):
            problem(client.get(url(collection), where | {"superior_finding": "maybe"}), 400, "superior_finding")

    def test_weeks_frozen_before_there_were_findings_tell_no_change(self) -> None:
        assert _difference({"accepted": 2}, None) == {"accepted": None}
        assert _difference({"accepted": 2}, {"accepted": 1}) == {"accepted": 1}


def forget_fields(sub_issue: SubIssue) -> None:
    """Rewrites a sub-issue's first row as an earlier release wrote it: without the fields that were added since."""
    connection.check_constraints()
    lift(connection, HISTORY_TABLES)
    (row,) = SubIssueHistory.objects.filter(sub_issue=sub_issue)
    for name in SubIssue.ADDED:
        del row.payload["new"][name]
    digest = digests.chained_hash(digests.GENESIS, row.exported())
    models.QuerySet(SubIssueHistory).filter(pk=row.pk).update(payload=row.payload, hash=digest)
    protect(connection, HISTORY_TABLES)


def test_history_of_an_earlier_release_had_no_finding(ledger: Ledger) -> None:
    forget_fields(ledger.sub_issue)
    query = {"as_of": "2021-03-20"}
    assert ledger.sub_issue.pk in listed(ledger, superior_finding="none", **query)
    assert figures(ledger, **query)["superior"]["none"] == len(ledger.sub_issues)
    do(ledger.sub_issue, ACT, "office", **finding())
    assert listed(ledger, superior_finding="accepted") == [ledger.sub_issue.pk]
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


@pytest.mark.once
class TestPages:
    def form(self, ledger: Ledger, **data: Any) -> Any:
        ledger.sub_issue.refresh_from_db()
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
        client.force_login(ledger.people["office"])
        address = reverse("sub-issue-act", args=[ledger.sub_issue.pk, ACT])
        return client.post(address, {"version": ledger.sub_issue.version, **data}, follow=True)

    def test_recorded_by_form_shown_and_led_on_to_reopening(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "sustained")
        here, office = reverse("sub-issue", args=[ledger.sub_issue.pk]), ledger.people["office"]
        assert f"{here}?act={ACT}#act" in page(office, here)
        shown = page(office, f"{here}?act={ACT}")
        assert 'name="finding" value="accepted"' in shown and 'value="none"' not in shown
        refused = self.form(ledger, **finding("sent_back", date(2021, 2, 1), note="回访发现反弹"))
        html = refused.content.decode()
        assert refused.status_code == 400 and 'href="#act-found_on"' in html
        assert "回访发现反弹" in html and 'value="sent_back" checked' in html and PAPER in html
        html = self.form(ledger, **finding("sent_back", note="回访发现反弹")).content.decode()
        assert "退回再整改" in html and f"2021-03-31 · {PAPER}" in html and "上级已退回再整改" in html
        assert f'href="{here}?act=reopen#act"' in html
        assert f"登记2021年3月31日上级认定（{PAPER}）：退回再整改。" in unescape(html)
        do(ledger.sub_issue, "reopen", "office", reason="上级退回")
        html = page(office, here)
        assert "退回再整改" in html and "上级已退回再整改" not in html

    def test_nothing_is_led_on_to_where_there_is_nothing_to_reopen(self, ledger: Ledger) -> None:
        html = self.form(ledger, **finding("sent_back")).content.decode()
        assert "退回再整改" in html and "上级已退回再整改" not in html
        assert "认定通过" in self.form(ledger, **finding("accepted")).content.decode()

    def test_every_reader_sees_it_and_a_past_day_does_not(self, ledger: Ledger) -> None:
        do(ledger.sub_issue, ACT, "office", date(2021, 3, 20), **finding("accepted", date(2021, 3, 19)))
        here, auditor = reverse("sub-issue", args=[ledger.sub_issue.pk]), ledger.people["auditor"]
        assert "认定通过" in page(auditor, here) and f"{here}?act={ACT}" not in page(auditor, here)
        assert "认定通过" in page(auditor, f"{here}?as_of=2021-03-20")
        assert "上级认定" not in page(auditor, f"{here}?as_of=2021-03-19")

    def test_minutes_tell_what_was_replaced(self, ledger: Ledger) -> None:
        do(ledger.sub_issue, ACT, "office", **finding())
        do(ledger.sub_issue, ACT, "office", **finding("sent_back"))
        second, first = minutes(ledger.sub_issue.history.filter(action=ACT).order_by("-sequence"))
        assert first["changes"] == []
        (change,) = second["changes"]
        assert (str(change["old"]), str(change["new"])) == ("认定通过", "退回再整改")

    def test_the_round_page_leads_to_just_its_rows(self, ledger: Ledger) -> None:
        do(ledger.sub_issue, ACT, "office", **finding())
        auditor = ledger.people["auditor"]
        html = unescape(page(auditor, f"{reverse('round')}?round={ledger.round.pk}"))
        ledger_address = f"{reverse('ledger')}?round={ledger.round.pk}&superior_finding="
        assert f'{ledger_address}accepted">1</a>' in html and f"{ledger_address}sent_back" not in html
        rows = page(auditor, f"{ledger_address}accepted")
        others = [each for each in ledger.sub_issues if each.pk != ledger.sub_issue.pk]
        assert reverse("sub-issue", args=[ledger.sub_issue.pk]) in rows
        assert all(f'"{reverse("sub-issue", args=[each.pk])}"' not in rows for each in others)
