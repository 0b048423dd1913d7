"""What a week tells: it is open, its cut-off is near, its cut-off has passed, reports wait for their head."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from issues.states import UNDER_WAY
from rectify.organization.models import Role

from ..calendar import working_days
from ..models import Dispatch, Line, Notice, NoticeKind
from ..states import OWED, LineState
from ..weeks import CHINA
from .outbox import Wanted, post
from .recipients import channels_of, people_of

# So many weeks are looked at together, and so many days back; who missed a cut-off is not told of it much later.
PAGE = 100
MISSED_FOR = timedelta(days=3)
# A cut-off is never further from the working day before it than the longest holidays.
LONGEST_HOLIDAY = timedelta(days=14)

Counts = Mapping[tuple[int, int], Mapping[str, int]]


@dataclass(frozen=True)
class Owing:
    """What one department has still to do for a week: lines to report, and lines to confirm."""

    department: int
    name: str
    owed: int
    to_confirm: int


def owing_of(weeks: Collection[Dispatch]) -> dict[int, list[Owing]]:
    """Week -> its departments that owe something, or have something to confirm. One statement."""
    rows = Line.objects.filter(dispatch__in=[week.pk for week in weeks]).with_state().order_by()
    named = rows.filter(state__in=(*OWED, LineState.TO_CONFIRM)).values_list("dispatch", "department", "state")
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for week, department, state, name, count in named.annotate(name=F("department__name"), count=Count("pk")):
        entry = found.setdefault((week, department), {"name": name, "owed": 0, "to_confirm": 0})
        entry["to_confirm" if state == LineState.TO_CONFIRM else "owed"] += count
    told: dict[int, list[Owing]] = {week.pk: [] for week in weeks}
    for (week, department), entry in found.items():
        told[week].append(Owing(department=department, **entry))
    return told


def week_facts(week: Dispatch) -> dict[str, Any]:
    """What every word about a week needs."""
    cutoff = timezone.localtime(week.cutoff_at, CHINA)
    return {"year": week.year, "week": week.week, "cutoff": cutoff.isoformat(timespec="minutes"), "id": week.pk}


def tell_opened(week: Dispatch, owed: Mapping[int, int], now: datetime) -> None:
    """Tells the liaisons of a week that opened, in the transaction that opens it.

    Args:
        owed: department -> lines that it owes.
    """
    organization = week.round.organization_id
    people = people_of([organization], [Role.LIAISON], now.date(), department__in=list(owed))
    facts = week_facts(week)
    wanted = [
        _wanted(NoticeKind.OPENED, week, user, {**facts, "departments": {str(department): count}})
        for department, count in owed.items()
        for user in people.of(Role.LIAISON, department=department)
    ]
    post(_merged(wanted), now)
    groups = channels_of([week.round_id], NoticeKind.OPENED).get(week.round_id, [])
    post([_to_group(NoticeKind.OPENED, week, group, {**facts, "count": sum(owed.values())}) for group in groups], now)


def reminder_at(cutoff_at: datetime, working: Collection[Any]) -> datetime:
    """A day before the cut-off: the working day before it, at the cut-off's time of day."""
    cutoff = timezone.localtime(cutoff_at, CHINA)
    before = [day for day in working if day < cutoff.date()]
    day = max(before) if before else cutoff.date() - timedelta(days=1)
    return datetime.combine(day, cutoff.time(), CHINA)


def tell_cutoffs(now: datetime) -> int:
    """Tells those who still owe something that the cut-off is near; each week once. Returns how many were told."""
    near = Dispatch.objects.open().filter(
        cutoff_told_at__isnull=True, cutoff_at__gt=now, cutoff_at__lte=now + LONGEST_HOLIDAY
    )
    today = now.date()
    working = working_days(today - LONGEST_HOLIDAY, today + LONGEST_HOLIDAY)
    return sum(
        _tell(NoticeKind.CUTOFF, [week for week in page if _is_near(week, now, working)], now)
        for page in _pages(near.filter(round__status__in=UNDER_WAY))
    )


def _is_near(week: Dispatch, now: datetime, working: Collection[Any]) -> bool:
    """Whether the reminder's moment has come; a week that opened after it needs none beside the opening itself."""
    moment = reminder_at(week.cutoff_at, working)
    return week.opened_at < moment <= now


def tell_missed(now: datetime) -> int:
    """Tells those who owe something when the cut-off has passed; each week once. Returns how many were told."""
    passed = Dispatch.objects.filter(
        skipped="", missed_told_at__isnull=True, cutoff_at__lte=now, cutoff_at__gt=now - MISSED_FOR
    )
    # One that the office froze before its cut-off was missed by nobody.
    passed = passed.filter(Q(frozen_at__isnull=True) | Q(frozen_at__gte=F("cutoff_at")))
    return sum(_tell(NoticeKind.MISSED, page, now) for page in _pages(passed.filter(round__status__in=UNDER_WAY)))


def _pages(weeks: Any) -> Iterator[list[Dispatch]]:
    """Weeks, some at a time."""
    last = 0
    while page := list(weeks.filter(pk__gt=last).select_related("round").order_by("pk")[:PAGE]):
        yield page
        last = page[-1].pk


@transaction.atomic
def _tell(kind: str, weeks: list[Dispatch], now: datetime) -> int:
    """Tells liaisons what they owe, heads what they have to confirm or what their department owes, groups the counts.

    Seven statements, however many weeks.
    """
    if not weeks:
        return 0
    owing = owing_of(weeks)
    roles = [Role.LIAISON, Role.HEAD]
    people = people_of({week.round.organization_id for week in weeks}, roles, now.date())
    groups = channels_of([week.round_id for week in weeks], kind)
    wanted: list[Wanted] = []
    for week in weeks:
        facts = week_facts(week)
        for each in owing[week.pk]:
            wanted += _to_department(kind, week, each, people, facts)
        named = [(each.name, each.owed) for each in owing[week.pk] if each.owed]
        counts = {**facts, "named": named, "count": sum(count for _name, count in named)}
        wanted += [_to_group(kind, week, group, counts) for group in groups.get(week.round_id, []) if named]
    told = post(_merged(wanted), now)
    marked = {"cutoff_told_at" if kind == NoticeKind.CUTOFF else "missed_told_at": now}
    Dispatch.objects.filter(pk__in=[week.pk for week in weeks]).update(**marked)
    return told


def _to_department(kind: str, week: Dispatch, owing: Owing, people: Any, facts: Mapping[str, Any]) -> Iterator[Wanted]:
    """To a department's liaison what it owes; to its head what waits for them, and after the cut-off what is owed."""
    key = str(owing.department)
    if owing.owed:
        for user in people.of(Role.LIAISON, department=owing.department):
            yield _wanted(kind, week, user, {**facts, "departments": {key: owing.owed}})
    count = owing.to_confirm + (owing.owed if kind == NoticeKind.MISSED else 0)
    if count:
        for user in people.of(Role.HEAD, department=owing.department):
            yield _wanted(kind, week, user, {**facts, "departments": {key: count}})


def _merged(wanted: Iterable[Wanted]) -> list[Wanted]:
    """One for each person, who may hold posts in several departments: their counts side by side."""
    merged: dict[tuple[Any, ...], Wanted] = {}
    for item in wanted:
        key = (item.kind, item.subject_id, item.recipient_id, item.channel_id, item.period)
        if (kept := merged.get(key)) is None:
            merged[key] = item
            continue
        departments = dict(kept.facts["departments"])
        for name, count in item.facts["departments"].items():
            departments[name] = departments.get(name, 0) + count
        merged[key] = _wanted(item.kind, item, item.recipient_id, {**kept.facts, "departments": departments})
    return list(merged.values())


def _wanted(kind: str, week: Any, user: int | None, facts: Mapping[str, Any]) -> Wanted:
    subject = week.subject_id if isinstance(week, Wanted) else week.pk
    return Wanted(kind, week.round_id, subject, "", recipient_id=user, facts=facts)


def _to_group(kind: str, week: Dispatch, channel: int, facts: Mapping[str, Any]) -> Wanted:
    return Wanted(kind, week.round_id, week.pk, "", channel_id=channel, facts=facts)


def tell_heads(now: datetime) -> int:
    """Tells a head once that all of a department's reports are in and wait to be confirmed. Returns how many."""
    weeks = Dispatch.objects.open().filter(confirms=True, round__status__in=UNDER_WAY)
    return sum(_tell_heads(page, now) for page in _pages(weeks))


def _tell_heads(weeks: list[Dispatch], now: datetime) -> int:
    """Four statements, however many weeks."""
    named = {week.pk: week for week in weeks}
    waiting = {
        (pk, str(each.department)): each
        for pk, departments in owing_of(weeks).items()
        for each in departments
        if each.to_confirm and not each.owed
    }
    if not waiting:
        return 0
    told = Notice.objects.filter(kind=NoticeKind.TO_CONFIRM, subject_id__in={pk for pk, _key in waiting})
    for key in told.values_list("subject_id", "period"):
        waiting.pop(key, None)
    people = people_of({week.round.organization_id for week in weeks}, [Role.HEAD], now.date())
    return post(
        [
            Wanted(
                NoticeKind.TO_CONFIRM,
                named[pk].round_id,
                pk,
                key,
                recipient_id=user,
                facts={**week_facts(named[pk]), "departments": {key: each.to_confirm}},
            )
            for (pk, key), each in waiting.items()
            for user in people.of(Role.HEAD, department=each.department)
        ],
        now,
    )
