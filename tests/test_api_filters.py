"""Filters of every list over the API: the common ones where they have a meaning, and no unknown one passed over."""

from datetime import date
from typing import Any

import pytest

from measures.look_back.services import make_remark
from measures.models import Extension
from rectify.api import router

from .building import Ledger, Place, act_by, build_ledger
from .driving import ask_extension, ask_long_term, attach, decide, drive, drive_sub_issue
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

COLLECTIONS = [prefix for prefix, _viewset, _name in router.registry]
# Of what is common to all organisations, or is the organisations.
WITHOUT_ORGANIZATION = ("organizations", "working-days")
OF_MEASURES = ("evidence", "extensions", "long-term-requests", "look-back-items", "remarks")


@pytest.fixture
def told(place: Place) -> Ledger:
    """Two sub-issues with two measures each; the first is the road department's, the second the plan's."""
    party = [place.departments["party"]]
    plan = {"lead_department": place.departments["plan"], "responsible_leader": place.leaders["secretary"]}
    own: list[dict[str, Any]] = [{}, {**plan, "responsible_departments": party, "content": "修订管理办法"}]
    return build_ledger(place, sub_issues=2, measures=own)


@pytest.mark.parametrize("collection", [*COLLECTIONS, "doubts", "todo"])
def test_a_parameter_that_a_list_does_not_know_is_named(told: Ledger, collection: str) -> None:
    client = api(told.people["auditor"])
    query = {"round": told.round.pk} if collection == "doubts" else {}
    body = problem(client.get(url(collection), {**query, "oragnization": "x", "page": 1}), 400, "oragnization")
    assert "page_size" in body["errors"]["oragnization"][0]
    assert client.get(url(collection), {**query, "format": "json", "page": 1, "page_size": 2}).status_code == 200
    problem(api().get(url(collection), {"oragnization": "x"}), 401)


def test_a_file_of_a_list_knows_as_much(told: Ledger) -> None:
    client = api(told.people["auditor"])
    for collection in ("measures", "look-back-items"):
        problem(client.get(url(collection), {"format": "csv", "oragnization": "x"}), 400, "oragnization")


@pytest.mark.long
@pytest.mark.parametrize("collection", [name for name in COLLECTIONS if name not in WITHOUT_ORGANIZATION])
def test_an_organisation_is_named_by_id_or_key_or_refused(told: Ledger, other: Ledger, collection: str) -> None:
    client, organization = api(told.people["auditor"]), told.place.organization
    every = client.get(url(collection)).json()["count"]
    for value in (organization.pk, organization.key):
        assert client.get(url(collection), {"organization": value}).json()["count"] == every
    for value in ("nope", "9" * 30, other.place.organization.key, other.place.organization.pk):
        problem(client.get(url(collection), {"organization": value}), 400, "organization")


def count(told: Ledger, collection: str, **query: Any) -> int:
    answer = api(told.people["auditor"]).get(url(collection), query)
    assert answer.status_code == 200, answer.content
    assert answer.json()["count"] == len(answer.json()["results"])
    return answer.json()["count"]


def fill(told: Ledger) -> None:
    """A row of each kind of the road department's first measure, and of the plan department's."""
    road, plan = told.measures[:2]
    auditor = act_by(told.people["auditor"])
    for measure in (road, plan):
        drive(measure, "in_progress")
        attach(measure)
        decide(ask_extension(measure), "return", "office", reason="补充")
        ask_long_term(measure)
        make_remark(auditor, measure.pk, {"text": "请补充"})


@pytest.mark.long
@pytest.mark.parametrize("collection", [name for name in OF_MEASURES if name != "look-back-items"])
def test_what_belongs_to_measures_is_filtered_by_them(told: Ledger, collection: str) -> None:
    fill(told)
    plan, secretary = told.place.departments["plan"], told.place.leaders["secretary"]
    picks: list[dict[str, Any]] = [{"lead_department": plan.pk}, {"responsible_leader": secretary.pk}]
    picks += [{"lead_department": "plan"}, {"responsible_leader": "secretary"}, {"responsible_department": "party"}]
    picks += [{"search": "修订"}, {"search": "1-2"}, {"round": told.round.pk, "lead_department": "plan"}]
    for query in picks:
        assert count(told, collection, **query) == 1, query
    assert count(told, collection) == count(told, collection, round=told.round.pk) == 2
    assert count(told, collection, search="没有的词") == 0
    client = api(told.people["auditor"])
    for name in ("lead_department", "responsible_department", "responsible_leader"):
        problem(client.get(url(collection), {name: "nope"}), 400, name)


def test_requests_and_remarks_are_filtered_by_their_own_state(told: Ledger) -> None:
    fill(told)
    assert count(told, "extensions", status="returned") == count(told, "extensions", done="true") == 2
    assert count(told, "extensions", status="pending") == count(told, "extensions", done="false") == 0
    assert count(told, "long-term-requests", status="pending", done="false") == 2
    due_on = Extension.objects.values_list("due_on", flat=True)[0]
    assert count(told, "extensions", due_before=due_on) == count(told, "extensions", due_after=due_on) == 2
    assert count(told, "extensions", due_before="2021-01-01") == 0
    assert count(told, "remarks", status="open", due_after="2021-04-15", done="false") == 2
    assert count(told, "remarks", due_before="2021-04-14") == count(told, "remarks", done="true") == 0


def test_sampled_measures_are_filtered_too(told: Ledger) -> None:
    drive(told.measures[0], "closed")
    drive(told.measures[1], "closed")
    client = api(told.people["auditor"])
    drawn = client.post(url("look-backs"), {"round": told.round.pk, "size": 2, "seed": "1"}, format="json")
    assert drawn.status_code == 201
    for query in (
        {"lead_department": "plan"},
        {"responsible_leader": "secretary"},
        {"responsible_department": "party"},
    ):
        assert count(told, "look-back-items", **query) == 1
    assert count(told, "look-back-items", status="pending", done="false", kind="time_bound") == 2
    assert count(told, "look-back-items", status="holds") == count(told, "look-back-items", done="true") == 0


def test_sub_issues_are_done_overdue_and_answered_for(told: Ledger) -> None:
    first, second = told.sub_issues

    def ids(**query: Any) -> list[int]:
        rows = api(told.people["auditor"]).get(url("sub-issues"), {"round": told.round.pk, **query}).json()["results"]
        return [row["id"] for row in rows]

    type(first).objects.filter(pk=first.pk).update(due_on=date(2021, 3, 30))
    assert ids(overdue="true") == [first.pk] and ids(overdue="false") == [second.pk]
    assert ids(done="true") == [] and ids(done="false") == [first.pk, second.pk]
    drive_sub_issue(first, "in_review", result="sustained")
    assert ids(done="true") == [first.pk] == ids(overdue="true")
    drive_sub_issue(second, "sustained")
    assert ids(done="true") == [first.pk, second.pk] and ids(done="false") == []
    type(second).objects.filter(pk=second.pk).update(due_on=date(2021, 3, 30))
    assert ids(overdue="true") == [first.pk], "what is accepted is late no more"
    assert ids(done="true", as_of="2021-03-30") == [] and ids(overdue="true", as_of="2021-03-30") == []
    assert ids(responsible_department="party") == ids(responsible_department="plan") == [first.pk, second.pk]
    assert ids(responsible_department="party", as_of="2021-03-30") == [first.pk, second.pk]
    assert ids(responsible_department="road") == []
    problem(
        api(told.people["auditor"]).get(url("sub-issues"), {"responsible_department": "x"}),
        400,
        *["responsible_department"],
    )


def test_a_key_of_several_organisations_is_found_in_the_one_that_is_named(place: Place, other: Ledger) -> None:
    ledger = build_ledger(place)
    type(other.place.organization).objects.filter(pk=other.place.organization.pk).update(parent=place.organization)
    client = api(ledger.people["auditor"])
    for collection in ("measures", "sub-issues", "extensions"):
        problem(client.get(url(collection), {"lead_department": "road"}), 400, "lead_department")
        for query in ({"organization": "bureau"}, {"round": ledger.round.pk}):
            answer = client.get(url(collection), {"lead_department": "road", **query})
            assert answer.status_code == 200, answer.content
