"""A year of a round under the scheduler: every message that is expected comes, and comes once.

116 measures of 16 departments through 2026 with its holidays and make-up days. What is expected is counted here from
the published calendar alone, by rules written down a second time as plainly as they are said in practice.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
import pytest

from issues.models import Round
from measures.models import Measure
from rectify.dispatch import reporting
from rectify.dispatch.models import Delivery, Dispatch, Line, Notice, Schedule
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.scheduling import tick
from rectify.organization.models import Department, Role, User
from rectify.web import clock
from rectify.workflow.acts import Act

from .building import CHINA, Ledger, Place, build_ledger, forget_posts

pytestmark = [pytest.mark.soak, pytest.mark.once]
# The shortened run goes to the end of February: New Year, the Spring Festival and make-up working days lie in it.
FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28) if "SOAK_SECONDS" in os.environ else date(2026, 12, 31)
APPROVED = date(2025, 12, 15)
DAY = timedelta(days=1)
LOOKS = [time(8, 30), time(10), time(12), time(15), time(18)]
# Two departments report on the opening day and are confirmed; of a third the head never confirms; a fourth is late;
# twelve say nothing all year.
PUNCTUAL, UNCONFIRMED, LATE = ("d0", "d1"), "d2", "d3"


def works(day: date) -> bool:
    """Whether one works on a day; nothing is published of the year after, so there weekdays count."""
    return chinese_calendar.is_workday(day) if day.year == FIRST.year else day.isoweekday() <= 5


def days() -> Iterator[date]:
    yield from (FIRST + DAY * number for number in range((LAST - FIRST).days + 1))


@pytest.fixture
def ledger(place: Place) -> Ledger:
    """The round: two measures for each of the first four departments, nine for each of the others."""
    keys = [f"d{number}" for number in range(16)]
    for number, key in enumerate(keys):
        department = Department.objects.create(
            organization=place.organization, key=key, name=f"第{number}处", position=10 + number
        )
        place.departments[key] = department
        place.add_person(f"liaison-{key}", Role.LIAISON, department=department)
        place.add_person(f"head-{key}", Role.HEAD, department=department)
    place.add_person("chair", Role.CHAIR)
    made = build_ledger(place, sub_issues=29, measures=4)
    owners = [key for key in keys[:4] for _each in range(2)] + [key for key in keys[4:] for _each in range(9)]
    for number, (measure, key) in enumerate(zip(made.measures, owners, strict=True)):
        measure.lead_department = place.departments[key]
        measure.due_on = date(2026, 1, 12) + DAY * 2 * number
        measure.save(update_fields=["lead_department", "due_on"])
    Round.objects.filter(pk=made.round.pk).update(plan_approved_on=APPROVED, feedback_on=APPROVED - 5 * DAY)
    Schedule.objects.create(round=made.round)
    User.objects.filter(username__contains="-d").update(email="someone@example.com")
    return made


@dataclass(frozen=True)
class PlannedWeek:
    """A week by the calendar: open on Monday, cut off on Friday at noon, what falls on a holiday the day before."""

    opens: date
    cut_off: date

    @property
    def reminded_on(self) -> date | None:
        """The working day of it before that of the cut-off, if there is one."""
        before = [self.opens + DAY * number for number in range((self.cut_off - self.opens).days)]
        return max((day for day in before if works(day)), default=None)


def planned_weeks() -> Iterator[PlannedWeek]:
    """The weeks of the year that have a working day."""
    monday = FIRST - DAY * (FIRST.isoweekday() - 1)
    while monday <= LAST:
        working = [monday + DAY * number for number in range(7) if works(monday + DAY * number)]
        if working:
            until_friday = [day for day in working if day <= monday + 4 * DAY]
            yield PlannedWeek(working[0], until_friday[-1] if until_friday else working[0])
        monday += 7 * DAY


def expected_of_weeks() -> Counter[str]:
    """Notices of the weeks: 16 liaisons; 13 that owe before and after the cut-off, and their heads; who confirms."""
    told: Counter[str] = Counter()
    for week in planned_weeks():
        if not FIRST <= week.opens <= LAST:
            continue
        told["opened"] += 16
        told["to_confirm"] += 3
        if week.reminded_on is not None and week.reminded_on <= LAST:
            told["cutoff"] += 13 + 1
        if week.cut_off <= LAST:
            told["missed"] += 13 + 13 + 1
            told["to_confirm"] += 1
    return told


def expected_of(due_on: date) -> Iterator[tuple[str, int]]:
    """What a measure's deadline tells, and how many people: on the last working day before the day it is to be told."""
    told = set()
    half = APPROVED + (due_on - APPROVED) / 2
    for day in (day for day in days() if works(day)):
        following = day + DAY
        while not works(following):
            following += DAY
        until = following - DAY
        if day > due_on:
            colour = "red"
        elif until < half:
            continue
        elif due_on - until <= 10 * DAY:
            colour = "yellow"
        elif due_on - until <= 20 * DAY:
            colour = "blue"
        else:
            continue
        if colour not in told:
            told.add(colour)
            yield {"red": ("overdue", 4), "yellow": ("due", 3), "blue": ("due", 1)}[colour]


def act_of(user: User, moment: datetime) -> Act:
    forget_posts(user)
    return Act(user, moment.date(), lambda: moment)


def lines(week: Dispatch, key: str) -> Any:
    return Line.objects.filter(dispatch=week, department__key=key).with_state()


def report(ledger: Ledger, week: Dispatch, key: str, moment: datetime) -> None:
    for line in lines(week, key):
        data = {"version": line.version, "progress": 40, "done": f"第{week.week}周进展"}
        reporting.submit(act_of(ledger.people[f"liaison-{key}"], moment), line.pk, data)


def people_act(ledger: Ledger, moment: datetime) -> None:
    """What officials do at a moment, before the scheduler looks."""
    week = Dispatch.objects.open().first()
    if week is None:
        return
    opened, cut_off = week.opened_at.astimezone(CHINA), week.cutoff_at.astimezone(CHINA)
    if moment == datetime.combine(opened.date(), time(10), CHINA):
        for key in (*PUNCTUAL, UNCONFIRMED):
            report(ledger, week, key, moment)
    if moment == datetime.combine(opened.date(), time(12), CHINA):
        for key in PUNCTUAL:
            for line in lines(week, key):
                head = ledger.people[f"head-{key}"]
                reporting.confirm(act_of(head, moment), line.pk, {"version": line.version})
    if moment == datetime.combine(cut_off.date(), time(15), CHINA):
        report(ledger, week, LATE, moment)


def test_a_year_of_a_round(ledger: Ledger, evidence_root: Any, settings: Any, mailoutbox: list[Any]) -> None:
    settings.EMAIL_HOST = "mail.example"
    for day in days():
        for at in LOOKS if works(day) else LOOKS[2:3]:
            moment = datetime.combine(day, at, CHINA)
            with clock.stopped_at(moment):
                people_act(ledger, moment)
                tick(lambda now=moment: now)
                deliver(lambda now=moment: now)
    expected = expected_of_weeks()
    for due_on in Measure.objects.values_list("due_on", flat=True):
        for kind, people in expected_of(due_on):
            expected[kind] += people
    told = Counter(Notice.objects.values_list("kind", flat=True))
    print("told in a year:", dict(sorted(told.items())))
    assert told == expected, {kind: (told[kind], expected[kind]) for kind in expected | told}
    # That of the Spring Festival.
    assert Dispatch.objects.exclude(skipped="").count() == 1
    keys = list(Notice.objects.values_list("kind", "subject_id", "recipient", "period"))
    assert len(keys) == len(set(keys))
    sent = Delivery.objects.filter(status="sent")
    assert sent.count() == Delivery.objects.count() == len(mailoutbox) > 300
    assert len({message.extra_headers["Message-ID"] for message in mailoutbox}) == len(mailoutbox)
    assert not Notice.objects.filter(outcome="bundled", delivery__isnull=True).exists()
    mailed = Notice.objects.filter(recipient__email__gt="", kind__in=("overdue", "missed")).exclude(outcome="bundled")
    assert not mailed.exists()
