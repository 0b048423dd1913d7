"""Lists over the API: filters, search, order, pages, days, and the same rows as files."""

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from measures.models import Measure
from rectify.web import lists

from .building import DUE_ON, TODAY, Ledger, Place, build_ledger
from .driving import attach, do, drive
from .sending import api, url
from .test_bad_input import problem

FORMULA = '=HYPERLINK("http://example.invalid","点此")'


@pytest.fixture
def told(place: Place, evidence_root: Any) -> Ledger:
    """A ledger with differing measures, some of them acted on."""
    plan, party, secretary = place.departments["plan"], place.departments["party"], place.leaders["secretary"]
    ledger = build_ledger(
        place,
        findings=2,
        sub_issues=1,
        measures=[
            {"content": "对农村公路养护资金使用情况开展专项检查", "due_on": date(2021, 3, 10)},
            {"content": "修订招标投标管理办法", "document": "《公路工程招投标管理办法》", "kind": "immediate"},
            {
                "content": FORMULA,
                "lead_department": plan,
                "responsible_leader": secretary,
                "responsible_departments": [party],
                "due_on": date(2021, 4, 5),
            },
            {"content": "长期坚持理论学习", "kind": "long_term", "due_on": None},
        ],
    )
    drive(ledger.measures[1], "completed")
    drive(ledger.measures[4], "closed")
    do(ledger.measures[5], "report_progress", "liaison", progress=20, done="已约谈相关责任人，追缴资金三万元")
    Measure.objects.filter(pk=ledger.measures[6].pk).update(status="cancelled")
    Measure.objects.filter(pk=ledger.measures[7].pk).update(status="merged")
    return ledger


def numbers(ledger: Ledger, by: str = "auditor", **query: Any) -> list[str]:
    answer = api(ledger.people[by]).get(url("measures"), query)
    assert answer.status_code == 200, answer.content
    assert answer.json()["count"] == len(answer.json()["results"])
    return [row["number"] for row in answer.json()["results"]]


def test_a_list_is_in_the_ledgers_order_without_what_was_dropped(told: Ledger) -> None:
    assert numbers(told) == ["1-1", "1-2", "1-3", "1-4", "2-1", "2-2"]
    assert numbers(told, status="cancelled,merged") == ["2-3", "2-4"]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"status": "closed"}, ["2-1"]),
    ({"status": "completed,closed"}, ["1-2", "2-1"]),
    ({"done": "true"}, ["1-2", "2-1"]),
    ({"done": "false"}, ["1-1", "1-3", "1-4", "2-2"]),
    ({"kind": "immediate"}, ["1-2", "2-2"]),
    ({"lead_department": "plan"}, ["1-3"]),
    ({"responsible_department": "party"}, ["1-3"]),
    ({"responsible_leader": "secretary"}, ["1-3"]),
    ({"due_before": "2021-04-05"}, ["1-1", "1-3", "2-1"]),
    ({"due_after": "2021-04-06"}, ["1-2", "2-2"]),
    ({"due_within": "10"}, ["1-3"]),
    ({"overdue": "true"}, ["1-1"]),
    ({"overdue": "false"}, ["1-2", "1-3", "1-4", "2-1", "2-2"]),
    ({"search": "养护"}, ["1-1", "2-1"]),
    ({"search": "追缴"}, ["2-2"]),
    ({"search": "招投"}, ["1-2", "2-2"]),
    ({"search": "养护 专项"}, ["1-1", "2-1"]),
    ({"search": "养护 招标"}, []),
    ({"search": "第2项"}, ["2-1", "2-2"]),
    ({"search": "%"}, []),
    ({"search": "_"}, []),
    ({"search": "'"}, []),
    ({"status": "closed", "kind": "immediate"}, []),
]


@pytest.mark.long
def test_filters_pick_their_rows_now_and_on_a_day(told: Ledger) -> None:
    for query, expected in FILTERS:
        assert numbers(told, **query) == expected, query
        assert numbers(told, round=told.round.pk, **query) == expected, query
        if "search" not in query:  # words are looked for as they are now
            then = numbers(told, round=told.round.pk, as_of=TODAY.isoformat(), known_at="2021-03-30", **query)
            assert then == numbers(told, round=told.round.pk, as_of="2021-03-30", **query), query


def test_filters_of_a_past_day_go_by_that_day(told: Ledger) -> None:
    def then(day: str, **query: Any) -> list[str]:
        found = numbers(told, round=told.round.pk, as_of=day, **query)
        return [number for number in found if number not in ("2-3", "2-4")]  # set aside by hand, without history

    assert then("2021-03-31", status="closed") == ["2-1"]
    assert then("2021-03-30", status="closed") == []
    assert then("2021-03-10", overdue="true") == []
    assert then("2021-03-11", overdue="true") == ["1-1", "2-1"]
    assert then("2021-03-31", overdue="true") == ["1-1"]
    assert then("2021-03-30", responsible_leader="secretary") == ["1-3"]
    assert then("2021-03-31", done="true", ordering="-number") == ["2-1", "1-2"]
    assert then("2021-03-31", search="追缴") == ["2-2"]


def test_a_number_of_the_ledger_is_found(told: Ledger) -> None:
    client = api(told.people["auditor"])
    found = client.get(url("measures"), {"search": told.measures[0].number}).json()["results"]
    assert [row["id"] for row in found] == [told.measures[0].pk]
    found = client.get(url("measures"), {"search": told.sub_issues[0].number}).json()["results"]
    assert {row["sub_issue"] for row in found} == {told.sub_issues[0].pk}


def test_only_lists_are_tables(told: Ledger) -> None:
    client = api(told.people["auditor"])
    for address in (url("measures", told.measures[0]), url("measures", told.measures[0], "history")):
        assert client.get(address, {"format": "csv"}).status_code == 404
        assert client.get(address, {"format": "json"}).status_code == 200


def test_ids_do_as_well_as_keys(told: Ledger) -> None:
    place = told.place
    assert numbers(told, lead_department=place.departments["plan"].pk) == ["1-3"]
    assert numbers(told, responsible_leader=place.leaders["secretary"].pk) == ["1-3"]
    assert numbers(told, organization=place.organization.pk, lead_department="plan") == ["1-3"]
    for name, row in (("sub_issue", told.sub_issues[1]), ("finding", told.findings[1])):
        assert numbers(told, **{name: row.pk}) == ["2-1", "2-2"]
    heading = told.findings[0].heading
    assert len(numbers(told, heading=heading.pk)) == len(numbers(told, heading=heading.parent_id)) == 6


ORDERINGS = [
    ("number", ["1-1", "1-2", "1-3", "1-4", "2-1", "2-2"]),
    ("-number", ["2-2", "2-1", "1-4", "1-3", "1-2", "1-1"]),
    ("due_on", ["1-1", "2-1", "1-3", "1-2", "2-2", "1-4"]),
    ("-due_on", ["1-2", "2-2", "1-3", "1-1", "2-1", "1-4"]),
    ("progress,-due_on", ["2-2", "1-2", "2-1", "1-3", "1-1", "1-4"]),
    ("-progress", ["1-2", "2-1", "2-2", "1-1", "1-3", "1-4"]),
]


def test_what_has_no_value_comes_last_in_either_order(told: Ledger) -> None:
    for ordering, expected in ORDERINGS:
        assert numbers(told, ordering=ordering) == expected, ordering


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("measures", {"lead_department": "nonsense"}, "lead_department"),
    ("measures", {"lead_department": "999999"}, "lead_department"),
    ("measures", {"lead_department": "9" * 40}, "lead_department"),
    ("measures", {"responsible_department": "x" * 61}, "responsible_department"),
    ("measures", {"responsible_leader": "nobody"}, "responsible_leader"),
    ("measures", {"round": "999999"}, "round"),
    ("measures", {"round": "abc"}, "round"),
    ("measures", {"ordering": "password"}, "ordering"),
    ("measures", {"ordering": "sub_issue__round__organization__name"}, "ordering"),
    ("measures", {"status": "nonsense"}, "status"),
    ("measures", {"kind": "nonsense"}, "kind"),
    ("measures", {"due_before": "2021-02-30"}, "due_before"),
    ("measures", {"due_within": "-1"}, "due_within"),
    ("measures", {"due_within": "99999999"}, "due_within"),
    ("measures", {"heading": "1e999"}, "heading"),
    ("measures", {"search": "长" * 101}, "search"),
    ("measures", {"search": "a\x00b"}, "search"),
    ("measures", {"as_of": "2021-03-01"}, "round"),
    ("measures", {"known_at": "2021-03-01"}, "round"),
    ("sub-issues", {"as_of": "2021-03-01"}, "round"),
    ("sub-issues", {"status": "completed"}, "status"),
    ("sub-issues", {"ordering": "x"}, "ordering"),
    ("sub-issues", {"responsible_leader": "nobody"}, "responsible_leader"),
    ("rounds", {"status": "nonsense"}, "status"),
    ("findings", {"round": "abc"}, "round"),
    ("evidence", {"kind": "nonsense"}, "kind"),
    *(("measures", {name: "maybe"}, name) for name in ("overdue", "done")),
    ("sub-issues", {"disclosed": "maybe"}, "disclosed"),
    *((name, {"ordering": "x"}, "ordering") for name in ("rounds", "findings", "headings", "departments", "evidence")),
    ("history", {"subject": "nonsense"}, "subject"),
    ("history", {"round": "abc"}, "round"),
    ("dashboards/round", {}, "round"),
    *((name, {"page": value}, "page") for name in ("measures", "history") for value in ("0", "-1", "x", "1" * 30)),
    *(("measures", {"page_size": value}, "page_size") for value in ("0", "501", "５", "1.5")),
]


@pytest.mark.long
def test_what_a_list_cannot_take_is_named(ledger: Ledger) -> None:
    client = api(ledger.people["auditor"])
    for collection, query, field in REFUSED:
        problem(client.get(url(collection), query), 400, field)


@pytest.mark.parametrize("collection", ["measures", "sub-issues", "dashboards/round"])
def test_days_lie_between_the_feedback_and_today(ledger: Ledger, collection: str) -> None:
    client = api(ledger.people["auditor"])
    for day in ("2021-02-30", "2021-02-23", "2021-04-01", "heute", "1.3.2021", "9999-99-99", "\x00"):
        for name in ("as_of", "known_at"):
            problem(client.get(url(collection), {"round": ledger.round.pk, name: day}), 400, name)


def test_other_organisations_names_are_not_known(told: Ledger, other: Ledger) -> None:
    client = api(told.people["auditor"])
    theirs = other.place.departments["road"].pk
    problem(client.get(url("measures"), {"lead_department": theirs}), 400, "lead_department")
    problem(client.get(url("measures"), {"round": other.round.pk}), 400, "round")
    problem(client.get(url("measures"), {"organization": other.place.organization.pk}), 400, "organization")
    problem(client.get(url("dashboards/round"), {"round": other.round.pk}), 404)


def test_pages_follow_each_other(told: Ledger) -> None:
    client = api(told.people["auditor"])
    seen: list[str] = []
    address: str | None = f"{url('measures')}?page_size=4&round={told.round.pk}"
    while address:
        body = client.get(address).json()
        assert (body["count"], body["count_exact"]) == (6, True)
        seen += [row["number"] for row in body["results"]]
        address = body["next"]
    assert seen == ["1-1", "1-2", "1-3", "1-4", "2-1", "2-2"]
    last = client.get(url("measures"), {"page_size": 4, "page": 2}).json()
    assert last["next"] is None and "page=" not in last["previous"].replace("page_size=", "")
    problem(client.get(url("measures"), {"page": 2}), 404)
    assert client.get(url("measures"), {"search": "没有的"}).json()["results"] == []


def test_beyond_a_round_counting_stops(told: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNT_LIMIT", 4)
    client = api(told.people["auditor"])
    body = client.get(url("measures"), {"page_size": 2}).json()
    assert (body["count"], body["count_exact"]) == (4, False)
    assert client.get(url("measures"), {"page_size": 2, "page": 2}).json()["next"] is None
    problem(client.get(url("measures"), {"page_size": 2, "page": 3}), 400, "page")
    within = client.get(url("measures"), {"page_size": 2, "round": told.round.pk}).json()
    assert (within["count"], within["count_exact"]) == (6, True)


def test_a_list_of_a_past_day_offers_no_acts(told: Ledger) -> None:
    client = api(told.people["liaison-road"])
    now = client.get(url("measures"), {"round": told.round.pk}).json()["results"]
    then = client.get(url("measures"), {"round": told.round.pk, "as_of": "2021-03-30"}).json()["results"]
    assert any(row["available_acts"] for row in now)
    assert {row["status"] for row in then} == {"not_started"}
    assert not any(row["available_acts"] for row in then)


def cells(kind: str, content: bytes) -> list[list[str]]:
    """A downloaded table's rows as text."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [["" if cell.value is None else cell.value for cell in row] for row in sheet.iter_rows()]
    return [[value.date().isoformat() if hasattr(value, "date") else str(value) for value in row] for row in rows]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_holds_just_the_rows_of_the_list(told: Ledger, kind: str) -> None:
    queries: tuple[dict[str, Any], ...] = ({}, {"search": "养护"}, {"ordering": "-due_on"}, {"as_of": "2021-03-30"})
    for query in queries:
        query = {"round": told.round.pk, **query}
        answer = api(told.people["auditor"]).get(url("measures"), {**query, "format": kind})
        assert answer.status_code == 200
        assert f".{kind}" in answer.headers["Content-Disposition"]
        head, *rows = cells(kind, answer.getvalue())
        assert [row[0] for row in rows] == numbers(told, **query), query
        assert {row[head.index("As of")] for row in rows} == {query.get("as_of", TODAY.isoformat())}
        first = next(row for row in rows if row[0] == "1-1")
        assert first[head.index("Deadline")] == "2021-03-10"


@pytest.mark.long
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formulas_come_out_as_text(told: Ledger, kind: str) -> None:
    liaison = told.people["liaison-road"]
    for start in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"):
        do(told.measures[5], "report_progress", liaison, progress=20, done="已办", difficulty=f"{start}")
        answer = api(liaison).get(url("measures"), {"round": told.round.pk, "format": kind})
        content = answer.getvalue()
        head, *rows = cells(kind, content)
        row = next(row for row in rows if row[0] == "2-2")
        if kind == "csv":
            assert row[head.index("Difficulties")][:1] in ("'", "")
            assert next(r for r in rows if r[0] == "1-3")[head.index("Measure")] == f"'{FORMULA}"
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n", "d"}
            assert next(r for r in rows if r[0] == "1-3")[head.index("Measure")] == FORMULA


def test_a_refused_file_is_a_problem_too(told: Ledger) -> None:
    client = api(told.people["auditor"])
    for kind in ("csv", "xlsx"):
        problem(client.get(url("measures"), {"format": kind, "ordering": "x"}), 400, "ordering")
    problem(client.get(url("measures"), {"format": "pdf"}), 404)


def test_sub_issues_are_listed_and_filtered(told: Ledger) -> None:
    client = api(told.people["auditor"])
    first, second = told.sub_issues

    def ids(**query: Any) -> list[int]:
        return [row["id"] for row in client.get(url("sub-issues"), query).json()["results"]]

    assert ids() == [first.pk, second.pk]
    assert ids(search="第2") == [second.pk]
    assert ids(finding=first.finding_id) == [first.pk]
    assert ids(lead_department="plan") == []
    assert ids(due_before=DUE_ON.isoformat(), ordering="-number") == [second.pk, first.pk]
    assert ids(disclosed="false") == []
    assert ids(round=told.round.pk, as_of="2021-02-24") == []


def test_the_other_collections_hold_what_one_may_see(told: Ledger, other: Ledger) -> None:
    attach(told.measures[0])
    client = api(told.people["liaison-party"])
    counts = {
        name: client.get(url(name)).json()["count"]
        for name in ("organizations", "departments", "rounds", "headings", "findings", "sub-issues", "evidence")
    }
    assert counts == {
        "organizations": 1,
        "departments": 4,
        "rounds": 1,
        "headings": 2,
        "findings": 2,
        "sub-issues": 2,
        "evidence": 2,
    }
    assert client.get(url("history"), {"measure": told.measures[5].pk}).json()["count"] == 2
    assert client.get(url("history"), {"round": other.round.pk}).json()["count"] == 0


def test_me_tells_who_one_is(told: Ledger) -> None:
    body = api(told.people["head-plan"]).get(url("me")).json()
    assert body["username"] == "head-plan"
    assert [post["role"] for post in body["posts"]] == ["head"]
