"""Several hands at once on weeks, papers, briefs and the outbox: one wins, nothing doubles, nobody waits for ever."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from issues.models import RoundHistory
from measures.checking import rebuild_differences, verify_history
from rectify.dispatch import opening, reporting
from rectify.dispatch.models import Delivery, Dispatch, FrozenLine, Line, Notice, Schedule, SupervisionOrder
from rectify.dispatch.notices.bundling import bundle
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.scheduling import tick
from rectify.dispatch.supervision import drafting
from rectify.documents.models import WeeklyBrief
from rectify.organization.models import User

from .building import NOW, REASON, Ledger, act_by, build_ledger, build_organization
from .driving import drive
from .sending import url
from .test_concurrency import ATTEMPTS, at_once, posting

pytestmark = pytest.mark.database
REPORT = {"progress": 40, "done": "已部署"}


@pytest.fixture
def told(committed: None, evidence_root: Path) -> Iterator[Ledger]:
    """A ledger that every connection sees; whatever is done at once, history and the present agree after it."""
    yield build_ledger(build_organization(), sub_issues=1, measures=3)
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


def office(ledger: Ledger) -> Any:
    return act_by(ledger.people["office"])


def opened(ledger: Ledger) -> Dispatch:
    return opening.open_week(office(ledger), ledger.round.pk, {})


def sending(ledger: Ledger, address: str, by: str = "office", **data: Any) -> Callable[[], int]:
    return posting(ledger.people[by], address, **data)


def issued_orders(ledger: Ledger, count: int) -> list[SupervisionOrder]:
    return [
        drafting.draft_order(office(ledger), ledger.round.pk, {"kind": "order", "measure": ledger.measure.pk})
        for _each in range(count)
    ]


@pytest.mark.long
def test_one_opens_freezes_urges_and_draws_up(told: Ledger) -> None:
    body = {"round": told.round.pk}
    assert sorted(at_once(*[sending(told, url("dispatches"), **body)] * 3)) == [201, 409, 409]
    week = Dispatch.objects.get()
    assert Notice.objects.filter(kind="opened").count() == 1
    assert sorted(at_once(*[sending(told, url("dispatches", week, "urge"), version=1)] * 3)) == [200, 409, 409]
    assert Notice.objects.filter(kind="urged").count() == 2
    assert RoundHistory.objects.filter(action="urge").count() == 1
    assert sorted(at_once(*[sending(told, url("dispatches", week, "freeze"), version=1)] * 3)) == [200, 409, 409]
    assert FrozenLine.objects.count() == 3
    draw_up = sending(told, url("weekly-briefs"), dispatch=week.pk)
    assert sorted(at_once(draw_up, draw_up, draw_up)) == [201, 409, 409]
    issue = sending(told, url("weekly-briefs", WeeklyBrief.objects.get(), "issue"), version=1)
    assert sorted(at_once(issue, issue)) == [200, 409]


@pytest.mark.long
def test_numbers_of_papers_are_given_once(told: Ledger) -> None:
    papers, road = issued_orders(told, 4), told.place.departments["road"].pk
    calls = [sending(told, url("supervision-orders", each, "issue"), version=1, department=road) for each in papers]
    assert at_once(*calls) == [200] * 4
    assert sorted(SupervisionOrder.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]
    first = SupervisionOrder.objects.get(serial=1)
    answer = sending(told, url("supervision-orders", first, "answer"), "liaison-road", version=2, answer="已办")
    cancel = sending(told, url("supervision-orders", first, "cancel"), version=2, reason=REASON)
    assert sorted(at_once(answer, cancel)) == [200, 409]
    assert SupervisionOrder.objects.get(pk=first.pk).status in ("answered", "cancelled")


@pytest.mark.long
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_freezing_among_reports_that_tell_people_of_themselves(told: Ledger, attempt: int) -> None:
    """These lock a sub-issue and refer to the round in their notices; freezing locks the round, then its sub-issues."""
    week, liaison = opened(told), act_by(told.people["liaison-road"])
    first, second, third = (Line.objects.get(measure=measure) for measure in told.measures)
    reporting.submit(liaison, first.pk, {"version": 1, **REPORT})
    reporting.submit(liaison, second.pk, {"version": 1, **REPORT})
    reporting.return_line(act_by(told.people["head-road"]), second.pk, {"version": 2, "reason": REASON})
    plan = told.place.departments["plan"].pk
    answers = at_once(
        sending(told, url("dispatches", week, "freeze"), version=1),
        sending(told, url("progress-reports", first, "return"), "head-road", version=2, reason=REASON),
        sending(told, url("progress-reports", second, "submit"), "liaison-road", version=3, **REPORT),
        sending(told, url("progress-reports", third, "ask"), "liaison-road", version=1, department=plan),
        sending(told, url("dispatches", week, "urge"), version=1),
        sending(told, url("supervision-orders"), round=told.round.pk, kind="order", measure=told.measure.pk),
    )
    assert answers[0] == 200 and answers[5] == 201 and set(answers) <= {200, 201, 409}, answers
    assert FrozenLine.objects.count() == 3


@pytest.mark.long
@pytest.mark.postgresql
def test_who_tells_of_a_line_does_not_wait_for_the_rounds_lock(told: Ledger) -> None:
    """Else the two would wait for each other: what freezes holds the round and wants this line's sub-issue."""
    opened(told)
    line, held, through = Line.objects.get(measure=told.measure), threading.Event(), threading.Event()

    def hold() -> bool:
        with transaction.atomic():
            opening.locked_for_office(office(told), told.round.pk)
            held.set()
            return through.wait(10)

    def ask() -> int:
        held.wait(10)
        department = told.place.departments["plan"].pk
        status = sending(told, url("progress-reports", line, "ask"), "liaison-road", version=1, department=department)()
        through.set()
        return status

    assert at_once(hold, ask) == [True, 200]


@pytest.mark.long
def test_two_schedulers_and_two_senders_tell_everybody_once(told: Ledger, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    Schedule.objects.create(round=told.round)
    drive(told.measures[1], "in_review")
    moment = NOW + timedelta(days=2, hours=3)
    at_once(*[lambda: tick(lambda: NOW)] * 3)
    at_once(*[lambda: tick(lambda: moment)] * 3)
    keys = [(n.kind, n.subject_id, n.recipient_id, n.period) for n in Notice.objects.all()]
    assert len(keys) == len(set(keys)) > 4
    at_once(*[lambda: bundle(moment)] * 3)
    assert all(notice.outcome for notice in Notice.objects.all())
    ends = at_once(*[lambda: deliver(lambda: moment)] * 3)
    assert sum(end["sent"] for end in ends) == Delivery.objects.filter(status="sent").count() > 2
    assert set(Delivery.objects.values_list("tries", flat=True)) == {1}


@pytest.mark.long
def test_one_of_two_contacts_is_kept(told: Ledger) -> None:
    muting = sending(told, url("me", "contact"), "head-road", version=1, muted=["opened"])
    assert sorted(at_once(muting, muting, muting)) == [200, 409, 409]


@pytest.mark.long
def test_the_scheduler_and_the_office_freeze_once(told: Ledger) -> None:
    week = opened(told)
    Schedule.objects.create(round=told.round)
    late = week.freezes_at + timedelta(minutes=1)
    by_hand = sending(told, url("dispatches", week, "freeze"), version=1)
    at_once(by_hand, lambda: tick(lambda: late), lambda: tick(lambda: late))
    assert RoundHistory.objects.filter(action="freeze_dispatch").count() == 1
    assert Dispatch.objects.get().frozen_at is not None
