"""What waits for a person: the lists, signing one after the other, and the count on every page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import AcceptanceRequest
from measures import todo
from measures.models import ClosureRequest
from rectify.organization.models import Role, User
from rectify.organization.posts import Posts

from .building import TODAY, Ledger, build_ledger, forget_posts
from .driving import do, drive, drive_sub_issue
from .forms_sent import at, statements

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


@pytest.mark.long
def test_signing_one_after_the_other(ledger: Ledger) -> None:
    first, second = ledger.measures[:2]
    drive(first, "in_review")
    drive(second, "in_review")
    head = at(ledger.people["head-road"])
    listed = head.get(reverse("todo")).content.decode()
    assert "待我审核<" in listed and "待我签批" not in listed
    leader = at(ledger.people["leader-vp_road"]).get(reverse("todo")).content.decode()
    assert "待我签批<" in leader and "待我审核" not in leader
    item = reverse("todo-item", args=["measure", first.pk])
    assert "会议纪要" in head.get(item).content.decode()
    following = head.post(item, {"act": "sign", "version": first.version, "comment": "同意"})
    assert following["Location"] == reverse("todo-item", args=["measure", second.pk])
    wrong = head.post(following["Location"], {"act": "return", "version": second.version, "reason": ""})
    assert wrong.status_code == 400
    second.refresh_from_db()
    done = head.post(following["Location"], {"act": "return", "version": second.version, "reason": "补充"})
    assert done["Location"] == reverse("todo")
    gone = head.get(item)
    assert gone["Location"] == reverse("measure", args=[first.pk])


@pytest.mark.long
def test_what_one_may_sign_is_the_same_in_sql_and_in_words(ledger: Ledger, other: Ledger) -> None:
    for index, state in enumerate(("in_review", "in_review", "in_review", "closed")):
        drive(ledger.measures[index], state)
    do(ledger.measures[1], "sign", "head")
    do(ledger.measures[2], "sign", "head")
    do(ledger.measures[2], "sign", "office")
    drive_sub_issue(ledger.sub_issues[1], "in_review", result="sustained")
    drive(other.measure, "in_review")
    ledger.place.assign(ledger.people["office"], Role.OFFICE, department=ledger.place.departments["office"])
    signers = 0
    for user in User.objects.all():
        forget_posts(user)
        posts = Posts.of(user, TODAY)
        by_rule = [item for item, parties in todo.waiting(posts, TODAY) if "signer" in parties]
        assert todo.to_sign(posts, TODAY) == by_rule, user.username
        assert todo.count_todo(posts, TODAY) == len(by_rule) + len(todo.returned_with_reasons(posts))
        signers += bool(by_rule)
    assert signers >= 4


def test_the_office_does_not_sign_its_own(place: Any) -> None:
    office = place.people["office"]
    assignment = office.assignments.get()
    assignment.department = place.departments["office"]
    assignment.save()
    ledger = build_ledger(place, lead="office")
    do(drive(ledger.measure, "in_review"), "sign", "head")
    forget_posts(office)
    assert todo.to_sign(Posts.of(office, TODAY), TODAY) == []
    assert todo.count_todo(Posts.of(office, TODAY), TODAY) == 0


@pytest.mark.long
def test_statements_of_lists_do_not_grow(place: Any) -> None:
    def pages(ledger: Ledger) -> Callable[[], list[int]]:
        head, liaison = at(ledger.people["head-road"]), at(ledger.people["liaison-road"])
        address = reverse("todo")
        return lambda: [
            statements(head, f"{address}?tab=to-sign"),
            statements(liaison, f"{address}?tab=asked"),
            statements(liaison, f"{address}?tab=returned"),
            statements(liaison, reverse("sub-issue", args=[ledger.sub_issue.pk])),
        ]

    ledger = build_ledger(place, sub_issues=1, measures=8)
    count = pages(ledger)
    drive(ledger.measures[0], "in_review")
    do(drive(ledger.measures[1], "in_review"), "return", "head", reason="补充")
    before = count()
    for measure in ledger.measures[2:5]:
        drive(measure, "in_review")
    for measure in ledger.measures[5:]:
        do(drive(measure, "in_review"), "return", "head", reason="补充")
    assert count() == before
    assert max(before) <= 24
    assert ClosureRequest.objects.count() == 8
    assert AcceptanceRequest.objects.count() == 0


def test_the_count_on_every_page_is_one_statement(ledger: Ledger) -> None:
    drive(ledger.measure, "in_review")
    for key, at_most in (("head-road", 1), ("liaison-road", 1), ("office", 1), ("auditor", 1), ("nobody", 0)):
        posts = Posts.of(ledger.people[key], TODAY)
        with CaptureQueriesContext(connection) as caught:
            todo.count_todo(posts, TODAY)
        assert len(caught) <= at_most
