"""What waits for a person over the API: the same as on the page, with what one needs to act from there."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures import todo
from measures.look_back import services as looking
from rectify.organization.models import User
from rectify.organization.posts import Posts

from . import copies
from .building import TODAY, Ledger, Place, act_by, build_ledger, forget_posts
from .driving import ask_extension, ask_long_term, attach, do, drive, drive_sub_issue, sustain
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def todo_of(user: User, **query: Any) -> dict[str, Any]:
    answer = api(user).get(url("todo"), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def fill(ledger: Ledger) -> None:
    """Something in every list of somebody."""
    asked, returned, extended, moved, sustained, closed, *more = ledger.measures
    drive(asked, "in_review")
    do(drive(returned, "in_review"), "return", "head", reason="请补充会议纪要")
    ask_extension(extended)
    ask_long_term(moved)
    sustain(drive(sustained, "in_progress"), review_on="2021-06-30")
    type(sustained).objects.filter(pk=sustained.pk).update(review_on=date(2021, 3, 1))
    drive(closed, "closed")
    drive_sub_issue(ledger.sub_issues[-1], "in_review", result="sustained")
    auditor, head = act_by(ledger.people["auditor"]), act_by(ledger.people["head-road"])
    item = looking.draw_sample(auditor, ledger.round.pk, {"size": 1, "seed": "1"}).items.get()
    looking.check_item(auditor, item.pk, {"version": 1, "result": "relapsed", "note": "反弹"})
    open_remark, answered = (looking.make_remark(auditor, closed.pk, {"text": "请补充"}) for _nth in range(2))
    looking.answer_remark(head, answered.pk, {"version": 1, "answer": "已补充"})
    assert open_remark.state == "open" and more


def built(place: Place) -> Ledger:
    ledger = build_ledger(place, sub_issues=4, measures=2)
    fill(ledger)
    return ledger


@pytest.fixture
def told(place: Place) -> Ledger:
    return copies.world("todo", place, built)


@pytest.mark.long
def test_everybody_gets_the_lists_of_the_page(told: Ledger, other: Ledger) -> None:
    drive(other.measure, "in_review")
    kinds = set()
    for user in User.objects.all():
        body = todo_of(user, page_size=500)
        forget_posts(user)
        lists = todo.lists_of(Posts.of(user, TODAY), TODAY)
        assert body["counts"] == {name: len(rows) for name, rows in lists.items()}, user.username
        assert body["count"] == len(body["results"]) == sum(body["counts"].values())
        for row in body["results"]:
            kinds.add((row["list"], row["kind"]))
            there = api(user).get(row["url"])
            assert there.status_code == 200, row
            assert (there.json()["id"], there.json()["version"]) == (row["id"], row["version"])
            assert row["waits_for"].startswith("waiting for ") and row["days"] >= 0
    assert {kind for name, kind in kinds if name == "to_sign"} == {"measure", "sub-issue", "extension", "long-term"}
    assert kinds >= {("look_back", kind) for kind in ("remark", "answer", "relapse")}
    assert kinds >= {("returned", "measure"), ("stages", "stage"), ("asked", "measure"), ("asked", "extension")}


def test_a_row_says_what_one_needs_to_know(told: Ledger) -> None:
    rows = todo_of(told.people["liaison-road"])["results"]
    found = {(row["list"], row["kind"]): row for row in rows}
    back = found["returned", "measure"]
    assert (back["reason"], back["measure"], back["digest"]) == ("请补充会议纪要", told.measures[1].pk, None)
    assert back["waits_for"] == "waiting for 公路处 to mend it"
    stage = found["stages", "stage"]
    assert (stage["due_on"], stage["days"], stage["round"]) == ("2021-03-01", 30, told.round.pk)
    assert found["look_back", "remark"]["due_on"] == "2021-04-15"
    sub_issue = found["asked", "sub-issue"]
    assert (sub_issue["measure"], sub_issue["sub_issue"]) == (None, told.sub_issues[-1].pk)


@pytest.mark.long
def test_a_tab_is_one_list_and_pages_go_on(told: Ledger) -> None:
    office = told.people["office"]
    whole = todo_of(office)
    for name, count in whole["counts"].items():
        body = todo_of(office, tab=name)
        assert {row["list"] for row in body["results"]} <= {name} and body["count"] == count
        assert body["counts"] == whole["counts"]
    first = todo_of(office, page_size=1)
    assert first["count"] == whole["count"] > 1 and first["count_exact"] and first["previous"] is None
    second = api(office).get(first["next"]).json()
    assert [*first["results"], *second["results"]] == whole["results"][:2]
    client = api(office)
    for name, value in (("tab", "x"), ("tab", "to-sign"), ("page", "0"), ("page_size", "501"), ("status", "open")):
        problem(client.get(url("todo"), {name: value}), 400, name)
    problem(client.get(url("todo"), {"page": 9}), 404)
    problem(api().get(url("todo")), 401)


def test_what_is_to_sign_is_signed_with_what_the_row_says(told: Ledger) -> None:
    attach(told.measures[0], by=told.people["office"], text="后补材料")
    signed = 0
    for key in ("head-road", "office", "leader-vp_road"):
        client = api(told.people[key])
        for row in todo_of(told.people[key], tab="to_sign")["results"]:
            answer = client.post(
                f"{row['url']}sign/", {"version": row["version"], "digest": row["digest"]}, format="json"
            )
            assert answer.status_code == 200, (row, answer.content)
            signed += 1
    assert signed >= 8
    assert told.measures[0].history.filter(action="sign").count() == 3


@pytest.mark.long
def test_statements_do_not_grow(place: Place) -> None:
    def counts(ledger: Ledger) -> list[int]:
        found = []
        for key in ("head-road", "liaison-road", "office", "auditor"):
            with CaptureQueriesContext(connection) as caught:
                todo_of(ledger.people[key], page_size=500)
            found.append(len(caught))
        return found

    ledger = build_ledger(place, sub_issues=4, measures=2)
    fill(ledger)
    before = counts(ledger)
    fill(build_ledger(place, title="又一轮", sub_issues=4, measures=2))
    assert counts(ledger) == before
    assert max(before) <= 26
