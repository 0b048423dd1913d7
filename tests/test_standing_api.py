"""Where measures and sub-issues stand over the API: in the page's words; and with which digest one signs now."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .building import Ledger
from .driving import ask_extension, attach, decide, do, drive, drive_sub_issue
from .looking import page
from .sending import api, url
from .test_bad_input import post

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def standing(ledger: Ledger, key: str, row: Any = None, **headers: Any) -> dict[str, Any]:
    row = row or ledger.measure
    collection = "measures" if row in ledger.measures else "sub-issues"
    answer = api(ledger.people[key]).get(url(collection, row, "standing"), **headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.soak
def test_it_says_what_the_page_says(ledger: Ledger) -> None:
    drive(ledger.measures[0], "in_review")
    drive(ledger.measures[1], "in_progress")
    ask_extension(ledger.measures[1])
    drive_sub_issue(ledger.sub_issues[1], "in_review", result="sustained")
    rows = [("measures", row) for row in ledger.measures[:2]] + [("sub-issues", row) for row in ledger.sub_issues]
    said = 0
    for key in (
        "liaison-road",
        "head-road",
        "liaison-plan",
        "leader-vp_road",
        "assistant-vp_road",
        "office",
        "auditor",
    ):
        for collection, row in rows:
            shown = unescape(page(ledger.people[key], f"/{collection}/{row.pk}/"))
            told = standing(ledger, key, row, HTTP_ACCEPT_LANGUAGE="zh-CN")
            assert told["turn"] in shown and all(words in shown for words in told["why_nots"]), (key, row, told)
            said += len(told["why_nots"])
    assert said >= 10


def test_who_has_it_and_since_when(ledger: Ledger) -> None:
    measure = ledger.measure
    fresh = standing(ledger, "head-road")
    assert (fresh["waits_for"], fresh["since"], fresh["days"]) == ("", "2021-02-25", 34)
    assert fresh["missing"] == ["There is no evidence yet; add at least one file."]
    drive(measure, "in_review")
    told = standing(ledger, "office")
    assert told["waits_for"] == "waiting for Head of 公路处 to check" and told["days"] == 0
    assert told["missing"] == []
    assert told["why_nots"] == ["Not your turn: waiting for Head of 公路处 to check."]
    assert standing(ledger, "head-road")["why_nots"] == []


def test_every_approved_deadline_is_told(ledger: Ledger) -> None:
    measure = ledger.measure
    for due_on in ("2021-05-20", "2021-06-20"):
        request = ask_extension(measure, due_on)
        for role in ("office", "leader"):
            decide(request, "sign", role)
    told = standing(ledger, "auditor")
    assert (told["extensions"], told["extensions_overdue"], told["due_on"]) == (2, 0, "2021-06-20")
    assert told["original_due_on"] == measure.original_due_on.isoformat()
    assert [row["due_on"] for row in told["approved_deadlines"]] == ["2021-05-20", "2021-06-20"]
    assert all(len(row["approved_by"]) == 2 for row in told["approved_deadlines"])


def test_what_a_sub_issue_lacks_is_its_unsettled_measures(ledger: Ledger) -> None:
    told = standing(ledger, "liaison-road", ledger.sub_issue)
    assert (told["total"], told["unsettled"], len(told["missing"])) == (2, 2, 1)
    drive_sub_issue(ledger.sub_issue, "in_review")
    told = standing(ledger, "office", ledger.sub_issue)
    assert (told["unsettled"], told["missing"]) == (0, []) and told["waits_for"]


def test_its_statements_do_not_grow(ledger: Ledger) -> None:
    def statements(row: Any) -> int:
        with CaptureQueriesContext(connection) as caught:
            standing(ledger, "head-road", row)
        return len(caught)

    measure, sub_issue = ledger.measure, ledger.sub_issue
    decide(ask_extension(measure), "return", "office", reason="补充")
    decide(decide(ask_extension(measure), "sign", "office"), "sign", "leader")
    do(drive(measure, "in_review"), "sign", "head")
    before = [statements(measure), statements(sub_issue)]
    do(measure, "return", "office", reason="补充")
    for due_on in ("2021-07-20", "2021-08-20"):
        decide(decide(ask_extension(measure, due_on), "sign", "office"), "sign", "leader")
    attach(measure)
    do(measure, "request_closure", "liaison", note="申请销号")
    do(measure, "sign", "head")
    assert [statements(measure), statements(sub_issue)] == before
    assert max(before) <= 15


def test_who_saw_an_added_file_signs_with_its_digest(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    head = ledger.people["head-road"]

    def seen() -> dict[str, Any]:
        return api(head).get(url("measures", measure, "closure_requests")).json()[0]

    assert seen()["digest_now"] == seen()["digest"]
    attach(measure, by=ledger.people["office"], text="补充材料")
    measure.refresh_from_db()
    asked = seen()
    assert asked["digest_now"] != asked["digest"]
    stale = post(head, url("measures", measure, "sign"), {"version": measure.version, "digest": asked["digest"]})
    assert stale.status_code == 409
    done = post(head, url("measures", measure, "sign"), {"version": measure.version, "digest": asked["digest_now"]})
    assert done.status_code == 200, done.content
    assert seen()["chain"][0]["digest"] == asked["digest_now"]
    do(measure, "return", "office", reason="补充")
    assert seen()["digest_now"] is None
