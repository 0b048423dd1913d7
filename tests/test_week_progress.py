"""What a week's report is held against: what stood before the week, whatever was sent back or taken back in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from .building import NOW, REASON, TODAY, Ledger
from .driving import do
from .sending import api, url
from .test_bad_input import problem
from .test_dispatch import FRIDAY_NOON, REPORT, at, frozen, line_of, opened, post, submitted

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def page_of(ledger: Ledger, by: str, name: str, **parameters: Any) -> str:
    """A page as somebody sees it."""
    client = Client()
    client.force_login(ledger.people[by])
    answer = client.get(reverse(name), {"round": ledger.round.pk, **parameters})
    assert answer.status_code == 200
    return answer.content.decode()


class TestReasons:
    def test_a_progress_that_falls_needs_a_reason(self, ledger: Ledger) -> None:
        do(ledger.measure, "report_progress", "liaison", TODAY - timedelta(days=7), **REPORT | {"progress": 70})
        do(ledger.measure, "report_progress", "liaison", **REPORT)
        with at(NOW + timedelta(hours=1)):
            # Opened late, what was reported since Monday counts.
            opened(ledger)
            line = line_of(ledger)
            assert line["state"] == "to_confirm" and line["before"]["progress"] == 70
            back = post(ledger.people["head-road"], line, "return", reason=REASON).json()
            assert back["state"] == "returned" and back["return_reason"] == REASON
            # Held against what stood before the week, not against what was sent back.
            problem(submitted(ledger, progress=65), 400, "reason")
            sent = submitted(ledger, progress=65, reason="复核后更正").json()
            assert (sent["state"], sent["before"]["progress"], sent["reason"]) == ("to_confirm", 70, "复核后更正")
            assert ledger.measure.history.latest("sequence").reason == "复核后更正"
            # Whoever looks on sees it: the head, the office; and it is kept with the week.
            assert "复核后更正" in page_of(ledger, "head-road", "this-week")
            assert "复核后更正" in page_of(ledger, "office", "dispatch-board", department=line["department"])
            week = frozen(ledger)
            kept = api(ledger.people["office"]).get(url("progress-reports"), {"dispatch": week["id"]}).json()["results"]
            assert [row["reason"] for row in kept if row["measure"] == ledger.measure.pk] == ["复核后更正"]

    def test_what_was_taken_back_is_a_draft_for_the_department_alone(self, ledger: Ledger) -> None:
        do(
            ledger.measure,
            "report_progress",
            "liaison",
            TODAY - timedelta(days=7),
            **REPORT | {"progress": 20, "done": "上周所做"},
        )
        opened(ledger)
        sent = submitted(ledger, progress=60, done="撤回的话").json()
        assert post(ledger.people["liaison-road"], sent, "recall").status_code == 200
        ledger.measure.refresh_from_db()
        assert (ledger.measure.progress, ledger.measure.work_done) == (20, "上周所做")
        for name in ("auditor", "office"):
            row = line_of(ledger, by=name)
            assert (row["progress"], row["done"], row["draft"], row["reported_at"]) == (None, "", None, None)
            assert "撤回的话" not in page_of(ledger, name, "dispatch-board", department=row["department"])
        # As last week is as last week, whatever was taken back.
        again = post(ledger.people["liaison-road"], line_of(ledger), "submit", same=True).json()
        assert (again["done"], again["progress"], again["same"]) == ("上周所做", 20, 1)

    def test_a_fall_that_was_taken_back_still_needs_its_reason(self, ledger: Ledger) -> None:
        do(ledger.measure, "report_progress", "liaison", TODAY - timedelta(days=7), **REPORT | {"progress": 80})
        opened(ledger)
        sent = submitted(ledger, progress=60, reason="口径有误").json()
        back = post(ledger.people["liaison-road"], sent, "recall").json()
        assert back["draft"]["reason"] == "口径有误" and back["before"]["progress"] == 80
        problem(submitted(ledger, progress=50, reason=" "), 400, "reason")

    def test_a_week_without_a_report_does_not_break_the_row(self, ledger: Ledger) -> None:
        do(ledger.measure, "report_progress", "liaison", **REPORT)
        for week, wanted in enumerate((1, 2, None, 3)):
            with at(NOW + timedelta(weeks=week + 1)):
                opened(ledger)
                if wanted is None:
                    frozen(ledger)
                    continue
                line = line_of(ledger)
                if wanted == 3:
                    problem(post(ledger.people["liaison-road"], line, "submit", same=True), 400, "reason")
                answer = post(ledger.people["liaison-road"], line, "submit", same=True, reason="等待批复")
                assert answer.json()["same"] == wanted
                frozen(ledger)

    def test_recall_is_not_offered_after_the_cut_off(self, ledger: Ledger) -> None:
        opened(ledger)
        assert "recall" in submitted(ledger).json()["available_acts"]
        with at(FRIDAY_NOON + timedelta(minutes=1)):
            assert "recall" not in line_of(ledger)["available_acts"]


class TestStandingStill:
    """Without progress, or without a report, for two weeks; whatever words were found for it."""

    def board(self, ledger: Ledger) -> str:
        return page_of(ledger, "office", "dispatch-board").partition('id="still"')[2].partition("</section>")[0]

    @pytest.mark.long
    def test_over_the_weeks(self, ledger: Ledger) -> None:
        opened(ledger)
        assert submitted(ledger, progress=30).status_code == 200
        frozen(ledger)
        with at(NOW + timedelta(weeks=1)):
            opened(ledger)
            # Nothing was reported yet in the week that is open, and the one before brought the first one on.
            assert "1-1" not in self.board(ledger) and "1-2" not in self.board(ledger)
            assert submitted(ledger, progress=30, done="换了一种说法").status_code == 200
            assert "1-1" not in self.board(ledger)
            week = frozen(ledger)
        with at(NOW + timedelta(weeks=2)):
            opened(ledger)
            board = self.board(ledger)
            assert "1-1" not in board and "1-2" in board
            assert submitted(ledger, progress=30, done="又换了一种说法").status_code == 200
            assert "1-1" in self.board(ledger)
            week = frozen(ledger)
            assert "1-1" in self.board(ledger) and "2-2" in self.board(ledger)
            brief = api(ledger.people["office"]).post(url("weekly-briefs"), {"dispatch": week["id"]}, "json").json()
            slow = {row["number"]: row["still"] for row in brief["figures"]["slow"]}
            assert slow["1-1"] is True

    @pytest.mark.long
    def test_one_that_moves_again_does_not(self, ledger: Ledger) -> None:
        for week, progress in enumerate((30, 30, 30, 40)):
            with at(NOW + timedelta(weeks=week)):
                opened(ledger)
                assert submitted(ledger, progress=progress, done=f"第{week}周").status_code == 200
                assert ("1-1" in self.board(ledger)) is (week == 2)
                frozen(ledger)
