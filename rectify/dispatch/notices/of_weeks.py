"""What a week tells: it is open, its cut-off is near, its cut-off has passed, reports wait for their head."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from issues.states import UNDER_WAY
from measures.models import MeasureHistory
from measures.states import DONE, SETTLED
from rectify.organization.models import Role

from ..models import Dispatch, Line, Notice, NoticeKind
from ..querysets import REPORTS
from ..states import OWED, LineState
from ..weeks import CHINA
from .asking import DAY, Look, Question
from .outbox import Wanted, post
from .recipients import channels_of, people_of

# Who missed a cut-off is not told of it much later.
MISSED_FOR = timedelta(days=3)

Page = Sequence[Mapping[str, Any]]

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


def tell_opened(week: Dispatch, now: datetime) -> None:
    """Tells the liaisons of a week that opened what they owe, in the transaction that opens it.

    What was reported before is not owed, and whoever owes nothing is not told.
    """
    owed = {each.department: each.owed for each in owing_of([week])[week.pk] if each.owed}
    if not owed:
        return
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


def cutoffs(look: Look) -> Iterator[Question]:
    """Who still owes something is told that the cut-off is near; each week once."""
    # A cut-off that comes after another working day has its reminder there.
    until = datetime.combine(look.next_working + DAY, time(0), CHINA)
    near = Dispatch.objects.open().filter(
        cutoff_told_at__isnull=True, cutoff_at__gt=look.now, cutoff_at__lt=until, round__status__in=UNDER_WAY
    )
    yield Question(near.values("pk"), partial(_tell_near, look))


def _tell_near(look: Look, page: Page) -> int:
    return _tell(NoticeKind.CUTOFF, [week for week in _weeks(page) if _is_near(week, look)], look.now)


def _is_near(week: Dispatch, look: Look) -> bool:
    """Whether the reminder's moment has come; a week that opened after it needs none beside the opening itself."""
    moment = reminder_at(week.cutoff_at, look.working)
    return week.opened_at < moment <= look.now


def missed(look: Look) -> Iterator[Question]:
    """Who owes something when the cut-off has passed is told so; each week once."""
    passed = Dispatch.objects.filter(
        skipped="", missed_told_at__isnull=True, cutoff_at__lte=look.now, cutoff_at__gt=look.now - MISSED_FOR
    )
    # One that the office froze before its cut-off was missed by nobody.
    passed = passed.filter(Q(frozen_at__isnull=True) | Q(frozen_at__gte=F("cutoff_at")), round__status__in=UNDER_WAY)
    yield Question(passed.values("pk"), lambda page: _tell(NoticeKind.MISSED, _weeks(page), look.now))


def _weeks(page: Page) -> list[Dispatch]:
    """The weeks of a page, with their rounds."""
    return list(Dispatch.objects.filter(pk__in=[row["pk"] for row in page]).select_related("round").order_by("pk"))


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
    """To a department's liaison what it owes; to its head what waits for them, and what is owed.

    Before the cut-off a head for whom nothing waits is not told.
    """
    key = str(owing.department)
    owed = {**facts, "departments": {key: owing.owed}, "to_confirm": {}}
    if owing.owed:
        for user in people.of(Role.LIAISON, department=owing.department):
            yield _wanted(kind, week, user, owed)
    if owing.to_confirm or kind == NoticeKind.MISSED:
        for user in people.of(Role.HEAD, department=owing.department):
            yield _wanted(kind, week, user, owed | {"to_confirm": {key: owing.to_confirm}})


def _merged(wanted: Iterable[Wanted]) -> list[Wanted]:
    """One for each person, who may hold posts in several departments: their counts side by side.

    Who is liaison and head of one department hears of its lines once.
    """
    merged: dict[tuple[Any, ...], Wanted] = {}
    for item in wanted:
        key = (item.kind, item.subject_id, item.recipient_id, item.channel_id, item.period)
        if (kept := merged.get(key)) is None:
            merged[key] = item
            continue
        counts = {
            name: {**kept.facts[name], **item.facts[name]}
            for name in ("departments", "to_confirm")
            if name in item.facts
        }
        merged[key] = _wanted(item.kind, item, item.recipient_id, {**kept.facts, **counts})
    return list(merged.values())


def _wanted(kind: str, week: Any, user: int | None, facts: Mapping[str, Any]) -> Wanted:
    subject = week.subject_id if isinstance(week, Wanted) else week.pk
    return Wanted(kind, week.round_id, subject, "", recipient_id=user, facts=facts)


def _to_group(kind: str, week: Dispatch, channel: int, facts: Mapping[str, Any]) -> Wanted:
    return Wanted(kind, week.round_id, week.pk, "", channel_id=channel, facts=facts)


def to_confirm(look: Look) -> Iterator[Question]:
    """A head is told once that all of a department's reports are in and wait to be confirmed."""
    weeks = Dispatch.objects.open().filter(Exists(_perhaps_to_confirm()), confirms=True, round__status__in=UNDER_WAY)
    yield Question(weeks.values("pk"), lambda page: _tell_heads(_weeks(page), look.now))


def _perhaps_to_confirm() -> Any:
    """The lines of a week by which a head may have to be told; of most of them the state is never asked for.

    Something came in that nobody looked at, none of the department's open lines is still without a report, and nobody
    was told. `owing_of` decides: here a line may be too many, but none too few.
    """
    reports = MeasureHistory.objects.filter(
        measure=OuterRef("measure"), action__in=REPORTS, recorded_at__gte=OuterRef("dispatch__opened_at")
    )
    done_with = [~Q(pk=Coalesce(OuterRef(name), 0)) for name in ("returned", "recalled")]
    still_owed = Line.objects.filter(
        ~Q(measure__status__in=DONE | SETTLED),
        ~Exists(reports.filter(*done_with)),
        dispatch=OuterRef("dispatch"),
        department=OuterRef("department"),
        exempt="",
    )
    told = Notice.objects.told(NoticeKind.TO_CONFIRM, OuterRef("dispatch"), Cast(OuterRef("department"), CharField()))
    new = reports.filter(*done_with, ~Q(pk=Coalesce(OuterRef("confirmed"), 0)))
    return Line.objects.filter(Exists(new), ~Exists(still_owed), ~Exists(told), dispatch=OuterRef("pk")).order_by()


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
