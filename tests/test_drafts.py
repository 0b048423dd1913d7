"""Drafts of a week's lines are kept as they are typed, and 'send all' tells what is left."""

from typing import Any

import pytest
from django.urls import reverse

from measures.models import MeasureHistory
from rectify.dispatch.models import Line

from .building import Ledger
from .forms_sent import at
from .sending import api, url
from .test_bad_input import problem
from .test_dispatch import opened
from .test_dispatch_pages import filled, page, press

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


@pytest.fixture
def lines(ledger: Ledger) -> list[Line]:
    opened(ledger)
    return list(Line.objects.order_by("pk"))


def save(ledger: Ledger, line: Line, version: int, who: str = "liaison-road", **fields: Any) -> Any:
    return api(ledger.people[who]).post(
        url("progress-reports", line, "save"), {"version": version, **fields}, format="json"
    )


def test_each_keeping_gives_the_next_version_and_leaves_no_history(ledger: Ledger, lines: list[Line]) -> None:
    rows = MeasureHistory.objects.count()
    kept = [save(ledger, lines[0], version, done="写" * version).json() for version in (1, 2, 3)]
    assert [answer["version"] for answer in kept] == [2, 3, 4]
    assert kept[-1]["state"] == "saved" and kept[-1]["drafted_at"].startswith("2021-03-31T02:00")
    assert MeasureHistory.objects.count() == rows
    assert "已暂存 03-31 10:00" in page(ledger.people["head-road"]) and "写写写" in page(ledger.people["head-road"])
    # Outside the department nobody sees that there is a draft, nor whose.
    told = api(ledger.people["auditor"]).get(url("progress-reports", lines[0])).json()
    assert (told["draft"], told["drafted_at"], told["drafted_by_name"]) == (None, None, "")


def test_who_comes_second_is_told_what_stands_there(ledger: Ledger, lines: list[Line]) -> None:
    save(ledger, lines[0], 1, "head-road", done="负责人填写")
    now = problem(save(ledger, lines[0], 1, done="联络人填写"), 409)["current"]
    assert now["draft"]["done"] == "负责人填写" and now["drafted_by_name"] == ledger.people["head-road"].name
    assert "save" in now["available_acts"]
    press(ledger.people["head-road"], f"submit-{lines[0].pk}", **filled(lines[0]))
    now = problem(save(ledger, lines[0], 2, done="联络人填写"), 409)["current"]
    assert "save" not in now["available_acts"] and now["state_label"]


def test_what_nobody_wrote_in_makes_no_draft(ledger: Ledger, lines: list[Line]) -> None:
    liaison, first, second = ledger.people["liaison-road"], *lines[:2]
    untouched = filled(first, progress="", done="", next_step="")
    assert press(liaison, "save-all", **untouched, **filled(second)).status_code == 302
    states = dict(Line.objects.with_state().values_list("pk", "state"))
    assert (states[first.pk], states[second.pk]) == ("to_report", "saved")


@pytest.mark.long
def test_send_all_names_what_is_not_filled_in_each_with_a_link(ledger: Ledger, lines: list[Line]) -> None:
    liaison, rest = ledger.people["liaison-road"], lines[1:]
    sent = at(liaison).post(reverse("this-week"), {"act": "submit-all", **filled(lines[0])}, follow=True)
    html = sent.content.decode()
    assert "已报送1条。" in html and "有3条尚未填写" in html
    assert all(f'<a href="#line-{line.pk}">{line.measure.number} ' in html for line in rest)
    nothing = press(liaison, "submit-all", **filled(rest[0], done=""))
    assert nothing.status_code == 400 and "没有报送任何一条" in nothing.content.decode()
    both = press(liaison, "submit-all", **filled(rest[0], progress=""), **filled(rest[1])).content.decode()
    assert "已报送1条。" in both and "有1条未能办理" in both and "请填写完成进度" in both and "有1条尚未填写" in both
    all_of_them = {**filled(rest[0]), **filled(rest[2])}
    done = at(liaison).post(reverse("this-week"), {"act": "submit-all", **all_of_them}, follow=True).content.decode()
    assert "已报送2条。" in done and "尚未填写" not in done


def test_what_came_back_starts_with_what_it_said_and_is_not_sent_unchanged(ledger: Ledger, lines: list[Line]) -> None:
    liaison, line = ledger.people["liaison-road"], lines[0]
    press(liaison, f"submit-{line.pk}", **filled(line))
    press(ledger.people["head-road"], f"return-{line.pk}", **filled(line, reason="请写明数量"))
    assert ">已部署</textarea>" in page(liaison)
    unchanged = press(liaison, "submit-all", **filled(line))
    assert unchanged.status_code == 400 and Line.objects.with_state().get(pk=line.pk).state == "returned"
    assert press(liaison, "submit-all", **filled(line, done="已部署3项")).status_code == 302
