"""A person's calendar at a secret address: their days by kind and number or title, nothing that is worth keeping."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from issues.milestones import add_milestone
from measures import services
from rectify.dispatch.models import Feed
from rectify.organization.models import User

from .building import DUE_ON, TODAY, Ledger, act_by, build_ledger
from .driving import drive
from .forms_sent import at, statements
from .test_dispatch import opened
from .test_supervision import QUESTION, issued, post

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
MILESTONE = "集中整改验收会"


def address_for(user: User) -> str:
    """The path of a new address, read off the page that shows it."""
    page = at(user).post(reverse("notices-feed"), {"act": "make"})
    assert page.status_code == 200
    address = page.context["address"]
    assert address.startswith(settings.SITE_URL) and page.content.decode().count(address) == 2
    return address.removeprefix(settings.SITE_URL.rstrip("/"))


def events(path: str) -> dict[str, Any]:
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert not answer.cookies
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.fixture
def week(ledger: Ledger) -> Any:
    data = {"title": MILESTONE, "due_on": (TODAY + timedelta(days=16)).isoformat()}
    add_milestone(act_by(ledger.people["office"]), ledger.round.pk, data)
    opened(ledger)
    return ledger.round


def test_a_liaison_gets_deadlines_the_cut_off_and_milestones_without_a_word_of_content(
    ledger: Ledger, week: Any
) -> None:
    path = address_for(ledger.people["liaison-road"])
    found = events(path)
    measure = ledger.measure
    event = found[f"measure-{measure.pk}@rectification-ledger"]
    assert str(event["summary"]) == f"整改措施{measure.number}到期"
    assert event.decoded("dtstart") == DUE_ON and event.decoded("dtend") == DUE_ON + timedelta(days=1)
    assert event["url"].endswith(reverse("measure", args=[measure.pk]))
    assert {"dtstamp", "last-modified", "sequence"} <= {name.lower() for name in event}
    assert sorted(str(each["summary"]) for each in found.values())[:2] == ["整改措施1-1到期", "整改措施1-2到期"]
    assert {f"整改节点：{MILESTONE}", "第13周周调度截止"} <= {str(each["summary"]) for each in found.values()}
    for each in found.values():
        assert str(each["description"]) == f"{ledger.round.title}\n{each['url']}"
    body = Client().get(path).content.decode()
    for secret in (measure.content, ledger.sub_issue.title, ledger.findings[0].title, "VALARM"):
        assert secret not in body.replace("\r\n ", "")


def test_rounds_are_told_apart_where_there_are_several(ledger: Ledger, week: Any) -> None:
    again = build_ledger(ledger.place, title="“回头看”整改", sub_issues=1, measures=1)
    assert again.measure.number == ledger.measure.number
    found = events(address_for(ledger.people["liaison-road"]))
    for each in (ledger, again):
        event = found[f"measure-{each.measure.pk}@rectification-ledger"]
        assert str(event["summary"]) == f"整改措施1-1到期（{each.round.title}）"
        assert str(event["description"]).splitlines()[0] == each.round.title
    assert f"第13周周调度截止（{ledger.round.title}）" in {str(event["summary"]) for event in found.values()}


@pytest.mark.parametrize(("who", "count"), [("leader-vp_road", 5), ("office", 2), ("auditor", 1), ("liaison-party", 2)])
def test_everybody_gets_their_own(ledger: Ledger, week: Any, who: str, count: int) -> None:
    assert len(events(address_for(ledger.people[who]))) == count


def test_a_supervision_paper_stands_there_until_it_is_answered(ledger: Ledger) -> None:
    paths = [address_for(ledger.people[who]) for who in ("liaison-road", "office", "liaison-party")]
    order = issued(ledger)
    key = f"order-{order['id']}@rectification-ledger"
    found = [events(path) for path in paths]
    assert [key in each for each in found] == [True, True, False]
    assert str(found[0][key]["summary"]) == "督办〔2021〕1号答复到期"
    assert QUESTION not in Client().get(paths[0]).content.decode().replace("\r\n ", "")
    assert post(ledger.people["liaison-road"], order, "answer", answer="已完成").status_code == 200
    assert not any(key in events(path) for path in paths)


def test_what_is_settled_goes_and_what_changes_keeps_its_identity(ledger: Ledger) -> None:
    path = address_for(ledger.people["liaison-road"])
    before = events(path)
    key = f"measure-{ledger.measure.pk}@rectification-ledger"
    services.report_progress(
        act_by(ledger.people["liaison-road"]), ledger.measure.pk, {"version": 1, "progress": 20, "done": "已部署"}
    )
    after = events(path)
    assert set(after) == set(before) and after[key]["sequence"] > before[key]["sequence"]
    drive(ledger.measures[1], "closed")
    assert set(before) - set(events(path)) == {f"measure-{ledger.measures[1].pk}@rectification-ledger"}


def test_fetching_again_costs_nothing_where_nothing_changed(ledger: Ledger) -> None:
    path = address_for(ledger.people["liaison-road"])
    etag = Client().get(path)["ETag"]
    again = Client().get(path, HTTP_IF_NONE_MATCH=etag)
    assert (again.status_code, again.content) == (304, b"")
    drive(ledger.measure, "in_progress")
    assert Client().get(path, HTTP_IF_NONE_MATCH=etag).status_code == 200
    assert Client().head(path).status_code == 200


def test_a_new_address_ends_the_old_one_and_off_ends_both(ledger: Ledger) -> None:
    liaison = ledger.people["liaison-road"]
    first, second = address_for(liaison), address_for(liaison)
    assert Client().get(first).status_code == 404 and Client().get(second).status_code == 200
    secret = second.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 43 and secret not in Feed.objects.get().digest
    page = at(liaison).get(reverse("notices-feed")).content.decode()
    assert secret not in page and "起使用" in page
    assert Client().post(second).status_code == 405
    User.objects.filter(pk=liaison.pk).update(is_active=False)
    assert Client().get(second).status_code == 404
    User.objects.filter(pk=liaison.pk).update(is_active=True)
    assert at(liaison).post(reverse("notices-feed"), {"act": "off"}).status_code == 302
    assert Client().get(second).status_code == 404 and not Feed.objects.exists()
    assert at(liaison).post(reverse("notices-feed"), {"act": "x"}).status_code == 404
    assert at(ledger.people["system-admin"]).post(reverse("notices-feed"), {"act": "make"}).status_code == 403


def test_statements_do_not_grow(ledger: Ledger, other: Ledger) -> None:
    few = statements(Client(), address_for(ledger.people["liaison-party"]))
    assert statements(Client(), address_for(ledger.people["liaison-road"])) == few
