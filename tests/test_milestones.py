"""Milestones of a round: set, met and dropped by its office, with the round's history; read by everybody in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from issues.milestones import add_milestone
from issues.models import Milestone, Round

from .building import FEEDBACK_ON, TODAY, Ledger, act_by
from .forms_sent import at, statements
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
SOON = TODAY + timedelta(days=16)


def add(ledger: Ledger, title: str = "集中整改验收会", due_on: Any = SOON, **data: Any) -> Milestone:
    fields = {"title": title, "due_on": due_on.isoformat(), **data}
    return add_milestone(act_by(ledger.people["office"]), ledger.round.pk, fields)


def test_set_met_and_dropped_over_the_api_with_history(ledger: Ledger, other: Ledger) -> None:
    office, road = api(ledger.people["office"]), ledger.place.departments["road"]
    version = Round.objects.get(pk=ledger.round.pk).version
    made = office.post(
        url("milestones"), {"round": ledger.round.pk, "title": "验收会", "due_on": "2021-04-16"}, format="json"
    ).json()
    assert made["state"] == "ahead" and made["available_acts"] == ["set", "meet", "drop"]
    row = made["id"]
    changed = office.post(url("milestones", row, "set"), {"version": 1, "department": road.pk}, format="json").json()
    assert (changed["title"], changed["department_name"], changed["version"]) == ("验收会", road.name, 2)
    stale = office.post(url("milestones", row, "set"), {"version": 1, "title": "x"}, format="json")
    assert problem(stale, 409)["current"]["version"] == 2
    met = office.post(url("milestones", row, "meet"), {"version": 2, "met_on": "2021-03-30"}, format="json").json()
    assert (met["state"], met["available_acts"]) == ("met", ["meet"])
    problem(office.post(url("milestones", row, "drop"), {"version": 3, "reason": "有误"}, format="json"), 409)
    gone = add(ledger)
    assert (
        office.post(url("milestones", gone, "drop"), {"version": 1, "reason": "合并"}, format="json").status_code == 200
    )
    assert Milestone.objects.get(pk=gone.pk).drop_reason == "合并"
    history = api(ledger.people["auditor"]).get(url("rounds", ledger.round, "history")).json()
    assert [line["action"] for line in history[-5:]] == [
        *("set_milestone", "set_milestone", "meet_milestone", "set_milestone", "drop_milestone")
    ]
    assert history[-4]["payload"]["milestone"]["new"]["department"] == "road" and history[-1]["reason"] == "合并"
    assert Round.objects.get(pk=ledger.round.pk).version == version
    listed = api(ledger.people["liaison-road"]).get(url("milestones"), {"round": ledger.round.pk, "ahead": "true"})
    assert listed.json()["count"] == 0
    assert api(other.people["office"]).get(url("milestones")).json()["count"] == 0
    problem(api(other.people["office"]).post(url("milestones", row, "meet"), {"version": 3}, format="json"), 404)


@pytest.mark.parametrize(
    ("act", "data", "status"),
    [
        ("set", {"due_on": (FEEDBACK_ON - timedelta(days=1)).isoformat()}, 400),
        ("set", {"due_on": "2101-01-01"}, 400),
        ("set", {"title": ""}, 400),
        ("set", {"title": "长" * 201}, 400),
        ("set", {"department": 999999}, 400),
        ("meet", {"met_on": (TODAY + timedelta(days=1)).isoformat()}, 400),
        ("meet", {}, 400),
        ("drop", {"reason": ""}, 400),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    ledger: Ledger, act: str, data: dict[str, Any], status: int
) -> None:
    row, rows = add(ledger), ledger.round.history.count()
    answer = api(ledger.people["office"]).post(url("milestones", row, act), {"version": 1, **data}, format="json")
    problem(answer, status)
    problem(api(ledger.people["head-road"]).post(url("milestones", row, act), {"version": 1}, format="json"), 403)
    assert Milestone.objects.get().version == 1 and ledger.round.history.count() == rows


def test_the_page_shows_them_in_order_with_the_next_one(ledger: Ledger) -> None:
    office, address = at(ledger.people["office"]), f"{reverse('milestones')}?round={ledger.round.pk}"
    assert "尚未设置节点" in office.get(address).content.decode()
    form = {"act": "add", "title": "整改通报", "due_on": "2021-08-12", "department": ""}
    assert office.post(address, form).status_code == 302
    soon = add(ledger)
    late = add(ledger, "调度会", TODAY - timedelta(days=2))
    html = office.get(address).content.decode()
    assert "距下一节点“集中整改验收会”还有16天" in html and "1个节点已逾期" in html
    assert html.index("调度会") < html.index(">集中整改验收会<") < html.index(">整改通报<")
    assert (
        office.post(address, {"act": f"meet-{late.pk}", "version": 1, "met_on": TODAY.isoformat()}).status_code == 302
    )
    assert office.post(address, {"act": f"drop-{soon.pk}", "version": 1, "reason": "合并"}).status_code == 302
    html = office.get(address).content.decode()
    assert "已取消" in html and "合并" in html and "逾期" not in html
    wrong = office.post(address, {"act": "add", "title": "太早", "due_on": "2021-01-01"})
    assert wrong.status_code == 400 and 'value="太早"' in wrong.content.decode()
    assert office.post(address, {"act": "nonsense"}).status_code == 404
    reader = at(ledger.people["liaison-road"]).get(address).content.decode()
    assert "整改通报" in reader and "添加节点" not in reader and 'name="act"' not in reader
    assert at(ledger.people["liaison-road"]).post(address, form).status_code == 403


def test_statements_do_not_grow(ledger: Ledger) -> None:
    counts, address = [], f"{reverse('milestones')}?round={ledger.round.pk}"
    for _nth in range(2):
        add(ledger, department=ledger.place.departments["road"].pk)
        counts.append(statements(at(ledger.people["office"]), address))
    assert counts[0] == counts[1]
