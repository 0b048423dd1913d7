"""The three colours (三色预警), review days and milestones: what a day tells of deadlines, on working mornings.

Practice: 20 days left blue to the liaison, never before half of the measure's term is over; 10 days left yellow, to
the head and the responsible leader too; overdue red, to the head of the unit too. What falls into days on which nobody
works is told on the working day before; a look after days of standing still tells what is still true.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from issues.models import Round
from issues.states import UNDER_WAY
from measures.models import Measure
from measures.states import OMITTED, SETTLED
from measures.todo import reviews_due
from rectify.organization.models import Role

from ..models import Notice, NoticeKind, WarningRules
from .asking import Look, Question
from .outbox import Wanted, post
from .recipients import People, people_of

COLOURS = ("red", "yellow", "blue")
DEFAULT_DAYS = (WarningRules._meta.get_field("blue_days").default, WarningRules._meta.get_field("yellow_days").default)


def deadlines(look: Look) -> Iterator[Question]:
    """Every deadline that has come near or has passed is told of, once for each colour."""
    if (eve := look.eve) is None:
        return
    for days in sorted(_all_days()):
        for colour in COLOURS:
            yield Question(_warned(colour, days, look.now.date(), eve), partial(_tell, colour, eve, look.now))


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


def _tell(colour: str, eve: date, now: datetime, page: list[dict[str, Any]]) -> int:
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


def reviews(look: Look) -> Iterator[Question]:
    """Department and office are told that a long-term measure's review day has come."""
    if (eve := look.eve) is None:
        return
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
    yield Question(due, partial(_tell_reviews, look.now))


def _tell_reviews(now: datetime, page: list[dict[str, Any]]) -> int:
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
