"""Two days of a round compared: what happened in between, both figures, and which days may be named."""

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.figures.rows import MEASURE, Row
from rectify.dashboards.figures.compared import ChangeKind, Entry, _changes
from rectify.organization.models import User

from .building import FEEDBACK_ON, TODAY, Ledger
from .driving import ask_extension, decide, do, drive
from .looking import signed_in
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("db", "evidence_root")]
EARLIER, LATER = date(2021, 3, 1), date(2021, 3, 20)


def asked(user: User, round_: Any, **query: Any) -> dict[str, Any]:
    answer = api(user).get(url("dashboards/changes"), {"round": round_.pk, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(body: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(change["change"], change["what"], change["id"]) for change in body["changes"]]


def between(ledger: Ledger, earlier: date = EARLIER, later: date = LATER) -> dict[str, Any]:
    return asked(ledger.people["auditor"], ledger.round, **{"from": earlier.isoformat(), "to": later.isoformat()})


@pytest.mark.long
def test_what_happened_between_two_days_is_told_and_nothing_else(ledger: Ledger) -> None:
    closed, extended, sustained, untouched = ledger.measures
    drive(closed, "closed", date(2021, 3, 10))
    drive(extended, "in_progress", date(2021, 3, 10))
    request = ask_extension(extended, on=date(2021, 3, 11))
    for role in ("office", "leader"):
        decide(request, "sign", role, date(2021, 3, 12))
    drive(sustained, "sustained", date(2021, 3, 15))
    body = between(ledger)
    assert told(body) == [
        ("closed", "measure", closed.pk),
        ("sustained", "measure", sustained.pk),
        ("extended", "measure", extended.pk),
    ]
    change = body["changes"][2]
    assert change["turns"] == [{"field": "due_on", "old": "2021-04-24", "new": "2021-05-20"}]
    assert change["lead_department"]["name"] == ledger.place.departments["road"].name
    assert change["responsible_leader"]["title"] == ledger.place.leaders["vp_road"].title
    assert body["counts"]["closed"] == {"sub_issues": 0, "measures": 1}
    assert told(between(ledger, later=date(2021, 3, 9))) == []
    assert told(between(ledger, earlier=date(2021, 3, 16))) == []
    assert untouched.pk not in {pk for _kind, _what, pk in told(body)}


def test_what_is_reopened_is_told(ledger: Ledger) -> None:
    first = ledger.measure
    drive(first, "closed", date(2021, 3, 10))
    do(first, "reopen", "office", date(2021, 3, 18), reason="材料不实")
    assert ("opened", "measure", first.pk) in told(between(ledger, date(2021, 3, 12)))
    assert told(between(ledger)) == []


def entry(**fields: Any) -> Entry:
    row = Row(MEASURE, 1, 1, "in_progress", "time_bound", "road", "vp", date(2021, 4, 24), date(2021, 4, 24), 50)
    return Entry(row._replace(**fields), (1, 1), "1-1", "措施")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({}, {"status": "closed"}, ["closed"]),
        ({"status": "in_review"}, {"status": "in_progress"}, []),
        ({"status": "closed"}, {"status": "in_progress"}, ["opened"]),
        ({"status": "sustained"}, {"status": "in_progress"}, ["opened"]),
        (None, {}, ["opened"]),
        (None, {"status": "closed"}, ["closed"]),
        ({}, {"status": "merged"}, ["left"]),
        (None, {"status": "cancelled"}, []),
        ({"status": "cancelled"}, {"status": "cancelled"}, []),
        ({"status": "cancelled"}, {}, ["opened"]),
        ({}, {"progress": 40}, ["slipped"]),
        ({}, {"progress": 60}, []),
        ({"progress": None}, {"progress": 0}, []),
        ({}, {"due_on": date(2021, 5, 1)}, ["extended"]),
        ({}, {"due_on": date(2021, 4, 1)}, ["slipped"]),
        ({"due_on": date(2021, 4, 2)}, {"due_on": date(2021, 4, 3)}, ["slipped", "extended"]),
        ({"due_on": date(2021, 3, 30)}, {"due_on": date(2021, 3, 30)}, []),
        ({"due_on": None}, {"due_on": date(2021, 5, 1)}, []),
        ({}, {"department": "plan"}, ["reassigned"]),
        ({}, {"leader": "secretary", "status": "closed"}, ["closed", "reassigned"]),
    ],
)
def test_each_kind_of_change(before: dict[str, Any] | None, after: dict[str, Any], expected: list[str]) -> None:
    old = None if before is None else entry(**before)
    found = list(_changes(old, entry(**after), date(2021, 4, 1), date(2021, 4, 10)))
    assert [change.kind for change in found] == expected


def test_what_was_reassigned_tells_from_whom_to_whom() -> None:
    (change,) = _changes(entry(), entry(department="plan", leader="secretary"), EARLIER, LATER)
    assert change.kind == ChangeKind.REASSIGNED
    turns = [(turn.field, turn.old, turn.new) for turn in change.turns]
    assert turns == [("lead_department", "road", "plan"), ("responsible_leader", "vp", "secretary")]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2021-03-20", "to": "2021-03-10"}, "from"),
        ({"from": (FEEDBACK_ON - timedelta(days=1)).isoformat()}, "from"),
        ({"to": (FEEDBACK_ON - timedelta(days=1)).isoformat()}, "to"),
        ({"to": (TODAY + timedelta(days=1)).isoformat()}, "to"),
        ({"from": (TODAY + timedelta(days=1)).isoformat()}, "from"),
        ({"from": "2021-02-30"}, "from"),
        ({"to": "昨天"}, "to"),
        ({"to": "2021-03-10", "as_of": "x"}, "as_of"),
        ({"known_at": "2099-01-01"}, "known_at"),
    ],
)
def test_wrong_days_are_told_at_their_field(ledger: Ledger, query: dict[str, str], field: str) -> None:
    office = ledger.people["office"]
    body = problem(api(office).get(url("dashboards/changes"), {"round": ledger.round.pk, **query}), 400)
    assert list(body["errors"]) == [field]
    answer = signed_in(office).get("/round/changes/", {"round": ledger.round.pk, **query})
    assert answer.status_code == 400 and str(body["errors"][field][0])


def test_what_it_does_not_know_or_show_is_refused(ledger: Ledger, other: Ledger) -> None:
    office = ledger.people["office"]
    address = url("dashboards/changes")
    problem(api(office).get(address, {"round": ledger.round.pk, "since": "2021-03-01"}), 400)
    problem(api(office).get(address), 400)
    problem(api(office).get(address, {"round": other.round.pk}), 404)
    assert signed_in(office).get("/round/changes/", {"round": other.round.pk}).status_code == 404
    assert signed_in(ledger.people["system-admin"]).get("/round/changes/").status_code == 403
    problem(api(ledger.people["system-admin"]).get(address, {"round": ledger.round.pk}), 404)


def test_an_open_page_asks_and_hears_nothing_until_something_changed(ledger: Ledger) -> None:
    client = signed_in(ledger.people["office"])
    html = client.get("/round/changes/", {"round": ledger.round.pk}).content.decode()
    asking = unescape(html.split('class="live" hx-get="')[1].split('"')[0])
    assert client.get(asking).status_code == 204
    drive(ledger.measure, "in_progress")
    assert client.get(asking).status_code == 200


@pytest.mark.parametrize(("query", "pinned"), [({}, 7), ({"from": "2021-03-01", "to": "2021-03-20"}, 6)])
def test_the_statements_are_pinned(ledger: Ledger, query: dict[str, str], pinned: int) -> None:
    auditor = ledger.people["auditor"]
    with CaptureQueriesContext(connection) as captured:
        asked(auditor, ledger.round, **query)
    said = [each["sql"] for each in captured.captured_queries]
    assert len(said) == pinned, said
