"""Whether what somebody was to be told is still true when it is about to go; what is not, is dropped.

Between writing a notice down and sending it lie quiet hours, and days of a broken mail server.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import F
from django.utils import timezone

from issues.models import Milestone, Round
from issues.states import UNDER_WAY
from measures.models import Measure
from measures.requests import KINDS
from measures.states import OMITTED, SETTLED
from measures.todo import returned, reviews_due
from rectify.organization.models import RoleAssignment

from ..models import Contribution, Dispatch, Line, Notice, NoticeKind, SupervisionOrder
from ..states import LineState
from ..weeks import CHINA
from .asking import FORTNIGHT
from .of_look_back import WAITING, waiting_of
from .of_requests import turn, under_review
from .of_weeks import MISSED_FOR, Owing, owing_of

Check = Callable[[Sequence[Notice], datetime], set[int]]


def still_true(notices: Iterable[Notice], now: datetime) -> set[int]:
    """The ids of those that are still true; a constant number of statements for each kind there is among them.

    Args:
        now: the present moment, aware.
    """
    local = timezone.localtime(now, CHINA)
    by_kind: dict[str, list[Notice]] = {}
    for notice in _still_concerned(list(notices), local.date()):
        by_kind.setdefault(notice.kind, []).append(notice)
    found: set[int] = set()
    for kind, rows in by_kind.items():
        check = CHECKS.get(kind)
        found |= check(rows, local) if check else {notice.pk for notice in rows}
    return found


def _still_concerned(notices: Sequence[Notice], on: date) -> list[Notice]:
    """Those whose recipient still holds a post there, or above; of a round that is over none that asks for anything.

    Two statements.
    """
    ids = {notice.round_id for notice in notices}
    rounds = {row.pk: row for row in Round.objects.filter(pk__in=ids).select_related("organization")}
    people = {notice.recipient_id for notice in notices if notice.recipient_id}
    posts = RoleAssignment.objects.active(on).filter(user__in=people).values_list("user", "organization")
    held = {(None, None), *posts}
    found = []
    for notice in notices:
        round_ = rounds[notice.round_id]
        places = (round_.organization_id, round_.organization.parent_id) if notice.recipient_id else (None,)
        mine = any((notice.recipient_id, place) in held for place in places)
        if mine and (round_.status in UNDER_WAY or notice.kind not in CHECKS):
            found.append(notice)
    return found


def _weeks(notices: Sequence[Notice], now: datetime) -> set[int]:
    """Something is still to be done for the week, and there is still time for it."""
    weeks = Dispatch.objects.in_bulk({notice.subject_id for notice in notices})
    owing = owing_of(list(weeks.values()))
    return {n.pk for n in notices if _is_due(n, weeks[n.subject_id], owing[n.subject_id], now)}


def _is_due(notice: Notice, week: Dispatch, owing: Sequence[Owing], now: datetime) -> bool:
    if notice.kind == NoticeKind.MISSED:
        if now >= week.cutoff_at + MISSED_FOR:
            return False
    elif not week.is_open or (notice.kind in (NoticeKind.OPENED, NoticeKind.CUTOFF) and now >= week.cutoff_at):
        return False
    departments = notice.facts.get("departments")
    if departments is None:
        # To a group: what is owed.
        return any(each.owed for each in owing)
    if notice.kind == NoticeKind.TO_CONFIRM:
        return any(each.to_confirm for each in owing if str(each.department) in departments)
    return any(_holds(notice, each) for each in owing)


def _holds(notice: Notice, owing: Owing) -> bool:
    """Whether what is said of a department holds: that it owes something, or else that something waits for its head.

    Where all that was called owed has come in, the head is told anew what waits for them.
    """
    key = str(owing.department)
    if notice.facts["departments"].get(key):
        return bool(owing.owed)
    return bool(notice.facts.get("to_confirm", {}).get(key) and owing.to_confirm)


def _returned(notices: Sequence[Notice], now: datetime) -> set[int]:
    """The line, or the request, is still with whoever is to do it again."""
    lines = {notice.subject_id for notice in notices if "request" not in notice.facts}
    back = set(
        Line.objects.filter(pk__in=lines).with_state().filter(state=LineState.RETURNED).values_list("pk", flat=True)
    )
    found = {notice.pk for notice in notices if "request" not in notice.facts and notice.subject_id in back}
    for kind in KINDS:
        asked = {n.subject_id: n.pk for n in notices if n.facts.get("request") == kind.name}
        still = set(returned(kind).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
        found |= {n.pk for n in notices if n.facts.get("request") == kind.name and n.subject_id in still}
    return found


def _to_sign(notices: Sequence[Notice], now: datetime) -> set[int]:
    """The same step of the request waits."""
    found: set[int] = set()
    for kind in KINDS:
        mine = [notice for notice in notices if notice.facts.get("request") == kind.name]
        if mine:
            rows = under_review(kind).filter(pk__in={n.subject_id for n in mine}).values("pk", "chain", "signed")
            turns = {row["pk"]: turn(kind, row) for row in rows}
            found |= {n.pk for n in mine if turns.get(n.subject_id) == n.period}
    return found


def _asked(notices: Sequence[Notice], now: datetime) -> set[int]:
    """The department has not answered yet, and the week is open."""
    rows = Contribution.objects.filter(
        line__in={notice.subject_id for notice in notices}, text="", line__dispatch__frozen_at__isnull=True
    )
    waiting = {(line, str(department)) for line, department in rows.values_list("line", "department")}
    return {notice.pk for notice in notices if (notice.subject_id, notice.period) in waiting}


def _deadlines(notices: Sequence[Notice], now: datetime) -> set[int]:
    """The measure is not settled, and its deadline is the one that was told of and not another one meanwhile."""
    rows = Measure.objects.filter(pk__in={notice.subject_id for notice in notices}).exclude(
        status__in=SETTLED | OMITTED
    )
    due = dict(rows.values_list("pk", "due_on"))
    found = set()
    for notice in notices:
        day = due.get(notice.subject_id)
        if day is not None and day.isoformat() == notice.facts["due_on"]:
            late = day < now.date()
            if late == (notice.kind == NoticeKind.OVERDUE):
                found.add(notice.pk)
    return found


def _orders(notices: Sequence[Notice], now: datetime) -> set[int]:
    """An answer is still awaited, until the day that was told of."""
    rows = SupervisionOrder.objects.awaiting_answer().filter(pk__in={notice.subject_id for notice in notices})
    due = {pk: day.isoformat() for pk, day in rows.values_list("pk", "due_on")}
    return {n.pk for n in notices if due.get(n.subject_id) == n.facts.get("due_on", due.get(n.subject_id, ""))}


def _milestones(notices: Sequence[Notice], now: datetime) -> set[int]:
    """The milestone is still ahead, on the day that was told of."""
    rows = Milestone.objects.filter(
        pk__in={notice.subject_id for notice in notices}, dropped=False, met_on__isnull=True, due_on__gte=now.date()
    )
    due = {pk: day.isoformat() for pk, day in rows.values_list("pk", "due_on")}
    return {notice.pk for notice in notices if due.get(notice.subject_id) == notice.period}


def _looked_back(notices: Sequence[Notice], now: datetime) -> set[int]:
    """It waits as it did: neither answered nor decided upon since."""
    found: set[int] = set()
    for kind in WAITING:
        mine = [notice for notice in notices if notice.kind == kind]
        rows = waiting_of(kind).filter(pk__in={notice.subject_id for notice in mine}) if mine else []
        versions = {row.pk: str(row.version) for row in rows}
        found |= {notice.pk for notice in mine if versions.get(notice.subject_id) == notice.period}
    return found


def _reviews(notices: Sequence[Notice], now: datetime) -> set[int]:
    """The review day is the one that was told of, and the stage was not reviewed yet."""
    # It was told of on the working day before, when it had not come yet.
    rows = reviews_due(now.date() + FORTNIGHT).filter(pk__in={notice.subject_id for notice in notices})
    due = {pk: day.isoformat() for pk, day in rows.values_list("pk", F("review_on"))}
    return {notice.pk for notice in notices if due.get(notice.subject_id) == notice.period}


CHECKS: Mapping[str, Check] = {
    NoticeKind.OPENED: _weeks,
    NoticeKind.CUTOFF: _weeks,
    NoticeKind.MISSED: _weeks,
    NoticeKind.URGED: _weeks,
    NoticeKind.TO_CONFIRM: _weeks,
    NoticeKind.RETURNED: _returned,
    NoticeKind.ASKED: _asked,
    NoticeKind.TO_SIGN: _to_sign,
    NoticeKind.DUE: _deadlines,
    NoticeKind.OVERDUE: _deadlines,
    NoticeKind.REVIEW: _reviews,
    NoticeKind.REMARK: _looked_back,
    NoticeKind.REMARK_ANSWERED: _looked_back,
    NoticeKind.RELAPSE: _looked_back,
    NoticeKind.ORDER: _orders,
    NoticeKind.ORDER_DUE: _orders,
    NoticeKind.MILESTONE: _milestones,
}
