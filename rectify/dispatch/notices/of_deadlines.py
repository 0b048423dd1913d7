"""The three colours (三色预警), review days and milestones: what a day tells of deadlines, on working mornings.

Practice: 20 days left blue to the liaison, never before half of the measure's term is over; 10 days left yellow, to
the head and the responsible leader too; overdue red, to the head of the unit too. What falls into days on which nobody
works is told on the working day before; a look after days of standing still tells what is still true.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from issues.models import Round
from issues.states import UNDER_WAY
from measures.models import Measure
from measures.states import OMITTED, SETTLED
from measures.todo import reviews_due
from rectify.organization.models import Role

from ..calendar import working_days
from ..models import Notice, NoticeKind, WarningRules
from .outbox import Wanted, pages_of, post
from .recipients import People, people_of

MORNING = time(8, 30)
FORTNIGHT = timedelta(days=14)
COLOURS = ("red", "yellow", "blue")
DEFAULT_DAYS = (WarningRules._meta.get_field("blue_days").default, WarningRules._meta.get_field("yellow_days").default)


def eve_of_next(today: date) -> date | None:
    """The last day before the next working day; None where today itself is none."""
    working = working_days(today, today + FORTNIGHT)
    if today not in working:
        return None
    later = [day for day in working if day > today]
    return (min(later) if later else today + timedelta(days=1)) - timedelta(days=1)


def tell_deadlines(now: datetime) -> int:
    """Tells of every deadline that has come near or has passed, each once for each colour. Returns how many.

    A constant number of statements for each 1,000 measures, and one page of them in memory.
    """
    if now.time() < MORNING or (eve := eve_of_next(now.date())) is None:
        return 0
    return sum(
        _tell(colour, page, eve, now)
        for days in _all_days()
        for colour in COLOURS
        for page in pages_of(_warned(colour, days, now.date(), eve))
    )


def _all_days() -> set[tuple[int, int]]:
    """The different pairs of thresholds that rounds have, the default one included."""
    return {DEFAULT_DAYS, *WarningRules.objects.values_list("blue_days", "yellow_days")}


def _rounds_with(days: tuple[int, int]) -> Any:
    """The rounds under way that have these thresholds."""
    rules = WarningRules.objects.filter(round=OuterRef("pk"))
    rounds = Round.objects.filter(status__in=UNDER_WAY).annotate(
        blue=Coalesce(Subquery(rules.values("blue_days")), Value(DEFAULT_DAYS[0])),
        yellow=Coalesce(Subquery(rules.values("yellow_days")), Value(DEFAULT_DAYS[1])),
    )
    return rounds.filter(blue=days[0], yellow=days[1])


def _warned(colour: str, days: tuple[int, int], today: date, eve: date) -> Any:
    """The measures that are in a colour and of which nobody was told yet."""
    blue, yellow = (eve + timedelta(days=count) for count in days)
    window = {
        "red": Q(due_on__lt=today),
        "yellow": Q(due_on__gte=today, due_on__lte=yellow),
        "blue": Q(due_on__gt=yellow, due_on__lte=blue),
    }[colour]
    told = Notice.objects.told(_kind(colour), OuterRef("pk"), OuterRef("told_as"))
    told_as = Concat(Cast("due_on", CharField()), Value(f" {colour}"), output_field=CharField())
    return (
        Measure.objects.filter(window, sub_issue__round__in=_rounds_with(days).values("pk"))
        .exclude(status__in=SETTLED | OMITTED)
        .annotate(told_as=told_as)
        .filter(~Exists(told))
        .values(
            "pk",
            "due_on",
            "told_as",
            department=F("lead_department"),
            leader=F("responsible_leader"),
            round=F("sub_issue__round"),
            organization=F("sub_issue__round__organization"),
            begun=Coalesce("sub_issue__round__plan_approved_on", "sub_issue__round__feedback_on"),
        )
    )


def _kind(colour: str) -> str:
    return NoticeKind.OVERDUE if colour == "red" else NoticeKind.DUE


def half_is_over(row: Mapping[str, Any], day: date) -> bool:
    """Whether half of a measure's term, from the plan's approval to its deadline, is over by a day."""
    return (day - row["begun"]) * 2 >= row["due_on"] - row["begun"]


def _tell(colour: str, page: list[dict[str, Any]], eve: date, now: datetime) -> int:
    """Tells of a page of measures in one colour."""
    rows = [row for row in page if colour == "red" or half_is_over(row, eve)]
    rules = WarningRules.objects.in_bulk({row["round"] for row in rows})
    default = WarningRules()
    told_to = {row["round"]: rules.get(row["round"], default).told_to(colour) for row in rows}
    roles = {role for named in told_to.values() for role in named}
    people = people_of({row["organization"] for row in rows}, roles, now.date())
    wanted = {
        (row["pk"], user): Wanted(
            _kind(colour),
            row["round"],
            row["pk"],
            row["told_as"],
            recipient_id=user,
            facts={"colour": colour, "due_on": row["due_on"].isoformat()},
        )
        for row in rows
        for role in told_to[row["round"]]
        for user in _holders(people, role, row)
    }
    return post(wanted.values(), now)


def _holders(people: People, role: str, row: Mapping[str, Any]) -> list[int]:
    return people.of(role, department=row["department"], leader=row["leader"], organization=row["organization"])


def tell_reviews(now: datetime) -> int:
    """Tells department and office that a long-term measure's review day has come. Returns how many."""
    if now.time() < MORNING or (eve := eve_of_next(now.date())) is None:
        return 0
    told = Notice.objects.told(NoticeKind.REVIEW, OuterRef("pk"), Cast(OuterRef("review_on"), CharField()))
    due = (
        reviews_due(eve)
        .filter(~Exists(told))
        .values(
            "pk",
            "review_on",
            department=F("lead_department"),
            leader=F("responsible_leader"),
            round=F("sub_issue__round"),
            organization=F("sub_issue__round__organization"),
        )
    )
    return sum(_tell_reviews(page, now) for page in pages_of(due))


def _tell_reviews(page: list[dict[str, Any]], now: datetime) -> int:
    roles = (Role.LIAISON, Role.OFFICE)
    people = people_of({row["organization"] for row in page}, roles, now.date())
    wanted = {
        (row["pk"], user): Wanted(
            NoticeKind.REVIEW,
            row["round"],
            row["pk"],
            row["review_on"].isoformat(),
            recipient_id=user,
            facts={"review_on": row["review_on"].isoformat()},
        )
        for row in page
        for role in roles
        for user in _holders(people, role, row)
    }
    return post(wanted.values(), now)
