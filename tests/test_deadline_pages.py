"""Extensions and moving to long term on the pages: buttons, why not, the folder, what waits, the minutes."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures import todo
from measures.models import Measure
from rectify.organization.models import Role
from rectify.organization.posts import Posts

from .building import TODAY, Ledger, forget_posts
from .driving import ask_extension, ask_long_term, decide, do, drive, drive_sub_issue, sustain
from .forms_sent import act_on, at
from .sending import scan

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
EXTENSION = {"due_on": "2021-05-20", "reason": "审批尚未完成"}


def page_of(measure: Measure, key: str, ledger: Ledger, query: str = "") -> str:
    return at(ledger.people[key]).get(reverse("measure", args=[measure.pk]) + query).content.decode()


def review_due(measure: Measure, days: int = 0) -> Measure:
    """A long-term measure whose review was to be held so many days ago."""
    sustain(measure)
    Measure.objects.filter(pk=measure.pk).update(review_on=TODAY - timedelta(days=days))
    measure.refresh_from_db()
    return measure


@pytest.mark.long
def test_an_extension_walks_through_the_browser(ledger: Ledger) -> None:
    measure, people = drive(ledger.measure, "in_progress"), ledger.people
    assert "申请延期" in page_of(measure, "liaison-road", ledger)
    form = page_of(measure, "liaison-road", ledger, "?act=request_extension")
    assert 'name="due_on"' in form and "现时限为2021-04-24" in form
    liaison = at(people["liaison-road"])
    assert act_on(liaison, measure, "request_extension", **EXTENSION).status_code == 302
    request = measure.extensions.get()

    ours = page_of(measure, "liaison-road", ledger)
    assert "延期申请待整改办审核" in ours and "撤回申请" in ours
    assert "?act=complete#" not in ours and "?act=request_extension#" not in ours
    assert "尚未轮到您" in page_of(measure, "leader-vp_road", ledger)
    office = at(people["office"])
    item = reverse("todo-item", args=["extension", request.pk])
    assert item in page_of(measure, "office", ledger)
    assert item in office.get(reverse("todo")).content.decode()
    assert item in office.get("/").content.decode()
    folder = office.get(item).content.decode()
    assert "审批尚未完成" in folder and "2021-05-20" in folder and request.digest in folder
    done = office.post(item, {"act": "sign", "version": 1, "digest": request.digest, "comment": "同意"})
    assert done["Location"] == reverse("todo")
    assert office.get(item)["Location"] == reverse("measure", args=[measure.pk])
    assert "已有人审核，不能再撤回" in page_of(measure, "liaison-road", ledger)

    leader = at(people["leader-vp_road"])
    assert item in leader.get("/").content.decode()
    assert leader.post(item, {"act": "sign", "version": 2}).status_code == 302
    shown = page_of(measure, "auditor", ledger)
    assert "历次批准时限" in shown and "第1次延期" in shown and "共延期1次" in shown
    assert "完成时限延至2021年5月20日" in shown and "申请延期至2021年5月20日" in shown


def test_what_was_asked_for_when_overdue_is_marked(ledger: Ledger) -> None:
    measure, on = ledger.measure, date(2021, 3, 30)
    Measure.objects.filter(pk=measure.pk).update(due_on=date(2021, 3, 1))
    form = page_of(measure, "head-road", ledger, "?act=request_extension")
    assert "逾期补办" in form
    request = ask_extension(measure, on=on)
    assert "逾期补办" in at(ledger.people["office"]).get(reverse("todo")).content.decode()
    for role in ("office", "leader"):
        decide(request, "sign", role, TODAY)
    shown = page_of(measure, "auditor", ledger)
    assert "其中逾期补办1次" in shown
    assert "历次批准时限" not in page_of(measure, "auditor", ledger, "?as_of=2021-03-30")


@pytest.mark.long
def test_a_returned_request_comes_back_with_its_reason_until_work_goes_on(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress", TODAY - timedelta(days=5))
    liaison = at(ledger.people["liaison-road"])
    request = ask_extension(measure, on=TODAY - timedelta(days=3))
    item = reverse("todo-item", args=["extension", request.pk])
    office = at(ledger.people["office"])
    refused = office.post(item, {"act": "return", "version": 1, "reason": ""})
    assert refused.status_code == 400 and "时限过长" in refused.content.decode()
    decide(request, "return", "office", TODAY - timedelta(days=2), reason="请按期完成")
    listed = liaison.get(reverse("todo")).content.decode()
    assert "请按期完成" in listed and "?act=request_extension#act" in listed
    assert "请按期完成" in liaison.get("/").content.decode()
    do(measure, "report_progress", "liaison", progress=60, done="继续推进")
    assert "请按期完成" not in liaison.get(reverse("todo")).content.decode()


def test_recalling_from_the_page(ledger: Ledger) -> None:
    request = ask_long_term(ledger.measure)
    address = reverse("deadline-act", args=["long-term", request.pk, "recall"])
    refused = at(ledger.people["head-road"]).post(address, {"version": 1})
    assert refused.status_code == 403 and "不允许" in refused.content.decode()
    liaison = at(ledger.people["liaison-road"])
    stale = liaison.post(address, {"version": 5})
    assert stale.status_code == 409
    assert liaison.post(address, {"version": 1})["Location"] == reverse("measure", args=[ledger.measure.pk])
    request.refresh_from_db()
    assert request.outcome == "recalled"
    assert "撤回转长期坚持申请" in page_of(ledger.measure, "auditor", ledger)
    for kind, act in (("measure", "recall"), ("extension", "sign"), ("no-such", "recall")):
        assert liaison.post(reverse("deadline-act", args=[kind, request.pk, act])).status_code == 404


def test_strangers_find_no_folder_and_no_act(ledger: Ledger, other: Ledger) -> None:
    request = ask_extension(other.measure)
    office = at(ledger.people["office"])
    assert office.get(reverse("todo-item", args=["extension", request.pk])).status_code == 404
    assert office.post(reverse("todo-item", args=["extension", request.pk]), {"act": "sign"}).status_code == 404
    assert office.post(reverse("deadline-act", args=["extension", request.pk, "recall"])).status_code == 404
    assert office.get(reverse("todo-item", args=["extension", 10**25])).status_code == 404


@pytest.mark.long
def test_a_stage_comes_back_on_its_day(ledger: Ledger) -> None:
    measure, liaison = sustain(ledger.measure), ledger.people["liaison-road"]
    posts = Posts.of(liaison, TODAY)
    assert todo.count_todo(posts, TODAY) == 0
    review_on = measure.review_on
    assert review_on is not None
    assert list(todo.stages_due(posts, review_on)) == [measure]
    assert todo.count_todo(posts, review_on) == 1
    Measure.objects.filter(pk=measure.pk).update(review_on=TODAY - timedelta(days=2))
    for address in (reverse("todo"), "/"):
        listed = at(liaison).get(address).content.decode()
        assert "逾期2天" in listed and "?act=report_stage#act" in listed, address
    drive_sub_issue(ledger.sub_issue, "closed")
    office = at(ledger.people["office"])
    assert "?act=review_stage#act" in office.get(reverse("todo")).content.decode()
    verdict = {"met": "true", "note": "已达到", "review_on": "2021-09-30", "stage_goal": ""}
    unreported = act_on(office, measure, "review_stage", **verdict)
    assert unreported.status_code == 400 and "本阶段尚未填报进展" in unreported.content.decode()
    assert "每季度排查一次" in page_of(measure, "liaison-road", ledger, "?act=report_stage")
    assert act_on(at(liaison), measure, "report_stage", done="已完成两次排查").status_code == 302
    assert list(todo.stages_due(Posts.of(liaison, TODAY), TODAY)) == []
    assert "部门已填报本阶段进展" in office.get(f"{reverse('todo')}?tab=stages").content.decode()
    assert "待整改办复核" in page_of(measure, "liaison-road", ledger)
    assert act_on(office, measure, "review_stage", **verdict).status_code == 302
    shown = page_of(measure, "auditor", ledger)
    assert "阶段目标已达到" in shown and "下次阶段复核2021年9月30日" in shown


def test_the_form_of_a_stage_says_what_is_missing(ledger: Ledger) -> None:
    measure = review_due(ledger.measure)
    do(measure, "report_stage", "liaison", done="按季度排查")
    office = at(ledger.people["office"])
    assert "每季度排查一次" in page_of(measure, "office", ledger, "?act=review_stage")
    nothing = act_on(office, measure, "review_stage", note="已复核")
    assert nothing.status_code == 400 and 'href="#act-met"' in nothing.content.decode()
    no_day = act_on(office, measure, "review_stage", met="true", note="已复核")
    assert no_day.status_code == 400 and "请填写下次复核日期" in no_day.content.decode()
    assert "已复核" in no_day.content.decode()


def test_the_leading_group_decides_from_its_own_home(ledger: Ledger) -> None:
    ledger.round.intensive_until = date(2021, 5, 1)
    ledger.round.save(update_fields=["intensive_until"])
    secretary = ledger.people["leader-secretary"]
    ledger.place.assign(secretary, Role.CHAIR)
    request = ask_extension(ledger.measure)
    decide(request, "sign", "office")
    item = reverse("todo-item", args=["extension", request.pk])
    client = at(secretary)
    for address in ("/", reverse("todo")):
        assert item in client.get(address).content.decode(), address
    assert "由领导小组审定" in client.get(item).content.decode()
    assert client.post(item, {"act": "sign", "version": 2}).status_code == 302
    assert "审定同意（第2步，共2步）" in page_of(ledger.measure, "auditor", ledger)


@pytest.mark.long
def test_what_one_may_sign_is_the_same_in_sql_and_in_words(ledger: Ledger) -> None:
    first, second, third, fourth = ledger.measures
    ask_extension(first)
    decide(ask_extension(second), "sign", "office")
    decide(ask_long_term(third), "sign", "office")
    drive(fourth, "in_review")
    signers = 0
    for user in ledger.people.values():
        forget_posts(user)
        posts = Posts.of(user, TODAY)
        by_rule = [item for item, parties in todo.waiting(posts, TODAY) if "signer" in parties]
        assert todo.to_sign(posts, TODAY) == by_rule, user.username
        assert todo.count_todo(posts, TODAY) == len(by_rule)
        signers += bool(by_rule)
    assert signers == 3


def test_one_after_the_other_over_every_kind(ledger: Ledger) -> None:
    extension, move = ask_extension(ledger.measures[0]), ask_long_term(ledger.measures[1])
    drive_sub_issue(ledger.sub_issues[1], "in_review", result="sustained")
    office = at(ledger.people["office"])
    waiting = (("sub-issue", ledger.sub_issues[1]), ("extension", extension), ("long-term", move))
    items = [reverse("todo-item", args=[name, row.pk]) for name, row in waiting]
    for (item, following), (_name, row) in zip(pairwise(items), waiting, strict=False):
        assert office.get(item).status_code == 200
        assert office.post(item, {"act": "sign", "version": row.version})["Location"] == following


def test_the_count_stays_one_statement(ledger: Ledger) -> None:
    ask_extension(ledger.measures[0])
    ask_long_term(ledger.measures[1])
    review_due(ledger.measures[2])
    for key, count in (("office", 3), ("liaison-road", 1), ("head-road", 1), ("leader-vp_road", 0)):
        posts = Posts.of(ledger.people[key], TODAY)
        with CaptureQueriesContext(connection) as caught:
            assert todo.count_todo(posts, TODAY) == count, key
        assert len(caught) == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.soak
def test_the_pages_open_in_both_languages(ledger: Ledger, language: str) -> None:
    extended, moved, going = ledger.measures[:3]
    ask_extension(extended)
    ask_long_term(moved)
    review_due(going, 2)
    addresses: list[Any] = [reverse("todo") + f"?tab={tab}" for tab in ("to-sign", "returned", "stages", "asked")]
    for measure in ledger.measures:
        page = reverse("measure", args=[measure.pk])
        addresses += [page, *(f"{page}?act={a}" for a in ("request_extension", "request_long_term", "review_stage"))]
    for key in ("liaison-road", "head-road", "office", "leader-vp_road", "auditor"):
        client = at(ledger.people[key])
        client.cookies["django_language"] = language
        for address in addresses:
            assert client.get(address).status_code == 200, (key, address)


@pytest.mark.long
def test_the_office_registers_what_was_signed_on_paper(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    request = ask_extension(measure)
    decide(request, "sign", "office")
    ledger.place.add_person("office-two", Role.OFFICE)
    assert "?act=register_signature#deadline" in page_of(measure, "office-two", ledger)
    assert "登记线下签批" not in page_of(measure, "head-road", ledger)
    form = page_of(measure, "office-two", ledger, "?act=register_signature")
    assert ledger.people["leader-vp_road"].name in form
    address = reverse("deadline-act", args=["extension", request.pk, "register_signature"])
    office = at(ledger.people["office-two"])
    fields = {"version": request.version, "title": "延期审批单", "signed_on": TODAY.isoformat(), "kind": "sheet"}
    refused = office.post(address, fields)
    assert refused.status_code == 400 and "延期审批单" in refused.content.decode()
    assert office.post(address, {**fields, "file": [scan(), scan("另一份.pdf")]}).status_code == 400
    assert office.post(address, {**fields, "file": scan()}).status_code == 302
    shown = page_of(measure, "auditor", ledger)
    assert "的线下签批，" in shown and "完成时限延至2021年5月20日" in shown
