"""The board of a week: which department has reported what, what moved, what stood still; the office freezes it here."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from rectify.organization.models import BUSINESS_ROLES
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from ..calendar import warning
from ..freezing import freeze_week
from ..models import Dispatch, Line
from ..notices.urging import urge, urged_today
from ..opening import open_week
from ..progress import behind, moved, moves_before, stands_still
from ..reporting import return_line
from ..representation import counts_by_department, line_rows
from ..schedules import span
from ..states import OWED, SENT, LineState
from ..supervision.shown import on_board
from ..weeks import Week
from .shared import cutoff_in_words, round_of, week_in_words, week_of

STATES = [state for state in LineState if state != LineState.EXEMPT] + [LineState.EXEMPT]
WEEKS_SHOWN = 12
WEEKS_BESIDE = 52


@login_required
@require_http_methods(["GET", "HEAD"])
def board(request: HttpRequest) -> HttpResponse:
    """A week's departments with their counts, worst first; `?department=` and `?state=` list lines behind a count."""
    posts = Posts.of(request.user, clock.today())
    if posts.roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    round_ = round_of(request)
    if round_ is None:
        return render(request, "dispatch/no_week.html", {"round": None})
    request.round = round_  # type: ignore[attr-defined]
    week, office = week_of(request, round_), "office" in posts.parties(Concern(round_.organization_id))
    this = Week.of(clock.today())
    context: dict[str, Any] = {
        "round": round_,
        "week": week,
        "office": office,
        "weeks": [(each, week_in_words(each.iso_week)) for each in Dispatch.objects.filter(round=round_)[:WEEKS_SHOWN]],
        "may_open": office and not Dispatch.objects.filter(round=round_, monday__gte=this.monday).exists(),
        "still_open": Dispatch.objects.filter(round=round_).open().first(),
        "warning": warning(*span(this)) if office else "",
        "papers": on_board(round_, posts, clock.today()),
    }
    if week is not None:
        context |= of_week(request, week, posts)
    return render(request, "dispatch/board.html", context)


def of_week(request: HttpRequest, week: Dispatch, posts: Posts) -> dict[str, Any]:
    """What the board shows of a week: a constant number of statements."""
    on = clock.today()
    found = Line.objects.filter(dispatch=week).for_display()
    rows = line_rows(
        list(found.prefetch_related("contributions__department", "measure__responsible_departments")), posts, on
    )
    departments, filtered = by_department(rows), not {"state", "department"}.isdisjoint(request.GET)
    urged = urged_today(week, on) if week.is_open else set()
    for line in departments:
        line["urged"] = line["pk"] in urged
    owed = [row for row in rows if row["state"] != LineState.EXEMPT]
    earlier = moves_before(week)
    return {
        "week_words": week_in_words(week.iso_week),
        "cutoff": cutoff_in_words(week),
        "states": [(state.value, state.label) for state in STATES],
        "departments": departments,
        "to_urge": sum(bool(line["owed"]) and not line["urged"] for line in departments),
        **earlier_week(request, week, departments),
        "totals": totals(departments),
        "chosen": [row for row in rows if filtered and fits(request, row)],
        "chosen_words": " · ".join(chosen_words(request, departments)),
        "filtered": filtered,
        "unconfirmed": sum(row["state"] == LineState.TO_CONFIRM for row in rows),
        "reported": sum(not line["owed"] for line in departments if line["lines"]),
        "missing": sum(bool(line["owed"]) for line in departments),
        "moved": [row for row in owed if brought_on(row, week)],
        "still": [row for row in owed if stands_still(brought_on(row, week), earlier.get(row["measure"], []))],
        "behind": [row for row in owed if behind(row, on)],
        "chat": for_the_chat(week, departments),
    }


def earlier_week(request: HttpRequest, week: Dispatch, departments: list[dict[str, Any]]) -> dict[str, Any]:
    """An earlier week beside the one that is shown: the one before it, or `?beside=`; two statements.

    Each department's line gets the words for its column.
    """
    before = list(Dispatch.objects.filter(round=week.round_id, skipped="", monday__lt=week.monday)[:WEEKS_BESIDE])
    if not before:
        return {}
    chosen = next((each for each in before if str(each.pk) == request.GET.get("beside")), before[0])
    counts = counts_by_department(chosen)
    for line in departments:
        line["beside"] = beside_in_words(counts.get(line["pk"], {}))
        line["beside_any"] = line["pk"] in counts
    words = [(each, week_in_words(each.iso_week)) for each in before]
    return {"earlier": words, "beside": chosen, "beside_words": week_in_words(chosen.iso_week)}


def beside_in_words(counts: Mapping[str, int]) -> str:
    """What a department did in an earlier week: how much of what it owed it reported, and how much of it late."""
    owed = sum(count for state, count in counts.items() if state != LineState.EXEMPT)
    if not owed:
        return _("exempt")
    told = _("%(sent)d of %(owed)d reported") % {"sent": sum(counts.get(state, 0) for state in SENT), "owed": owed}
    if late := counts.get(LineState.LATE, 0):
        told += pgettext("between clauses", ", ") + _("%(count)d late") % {"count": late}
    return told


def by_department(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line for each department with its counts, worst first; no ranks."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault(
            row["department"],
            {"pk": row["department"], "name": row["department_name"], "counts": dict.fromkeys(LineState.values, 0)},
        )
        line["counts"][row["state"]] += 1
    for line in found.values():
        line["owed"] = sum(line["counts"][state] for state in OWED)
        line["lines"] = sum(line["counts"].values()) - line["counts"][LineState.EXEMPT]
        line["cells"] = [(state.value, line["counts"][state.value]) for state in STATES]
    return sorted(found.values(), key=lambda line: (-line["owed"], -line["counts"][LineState.TO_CONFIRM]))


def totals(departments: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(state.value, sum(line["counts"][state.value] for line in departments)) for state in STATES]


def fits(request: HttpRequest, row: dict[str, Any]) -> bool:
    """Whether a line is behind the count that was pressed."""
    state, department = request.GET.get("state", ""), request.GET.get("department", "")
    return (not state or row["state"] in state.split(",")) and (not department or str(row["department"]) == department)


def chosen_words(request: HttpRequest, departments: Iterable[Mapping[str, Any]]) -> list[str]:
    """Of which count the lines are: the department and the state, as far as the address names them."""
    state, department = request.GET.get("state", ""), request.GET.get("department", "")
    names = [line["name"] for line in departments if str(line["pk"]) == department]
    return names + [str(LineState(each).label) for each in state.split(",") if each in LineState.values]


def brought_on(row: dict[str, Any], week: Dispatch) -> bool | None:
    """Whether the week brought a measure on; None where it is open and nothing was reported yet."""
    if row["reported_at"] is None:
        return None if week.is_open else False
    return moved(row["progress"], row["before"]["progress"], row["same"])


def for_the_chat(week: Dispatch, departments: list[dict[str, Any]]) -> str:
    """What may be pasted into a group chat: departments and counts, no word of any finding."""
    owing = [line for line in departments if line["owed"]]
    head = _("Weekly dispatch, %(week)s: cut-off %(cutoff)s.") % {
        "week": week_in_words(week.iso_week),
        "cutoff": cutoff_in_words(week),
    }
    names = pgettext("between names", ", ").join(f"{line['name']}{line['owed']}" for line in owing)
    said = _("Not reported yet: %(names)s.") % {"names": names} if owing else _("Every department has reported.")
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": head, "second": said}


@login_required
@require_POST
def open_now(request: HttpRequest) -> HttpResponse:
    """Opens the present week."""
    return _done(request, lambda pk: open_week(clock.act_of(request.user), pk, {}), _("The week is open."))


@login_required
@require_POST
def urge_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Urges one department that owes something, or all of them."""
    if not Dispatch.objects.visible_to(request.user, clock.today()).filter(pk=pk).exists():
        raise NotFound()
    data = {name: value for name, value in request.POST.items() if value}
    words = _("Urged. Liaison and head find it in their inbox, and by e-mail where they have one.")
    return _done(request, lambda _round: urge(clock.act_of(request.user), pk, data), words)


@login_required
@require_POST
def return_now(request: HttpRequest, pk: int) -> HttpResponse:
    """The office sends a report back for more; leads back to the lines behind the count that was pressed."""
    if not Line.objects.visible_to(request.user, clock.today()).filter(pk=pk).exists():
        raise NotFound()
    try:
        line = return_line(clock.act_of(request.user), pk, request.POST.dict())
        messages.success(request, _("Returned for more."))
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        line = Line.objects.select_related("dispatch").get(pk=pk)
        words = next((text for texts in refusal.errors.values() for text in texts), refusal.detail)
        messages.error(request, str(words))
    filters: dict[str, Any] = {
        "round": line.dispatch.round_id,
        "week": line.dispatch_id,
        "department": line.department_id,
    }
    filters |= {"state": state} if (state := request.POST.get("state", "")) in LineState.values else {}
    return redirect(f"{reverse('dispatch-board')}?{urlencode(filters)}#lines")


@login_required
@require_POST
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Freezes a week; its page said before what will be frozen."""
    if not Dispatch.objects.visible_to(request.user, clock.today()).filter(pk=pk).exists():
        raise NotFound()
    data = request.POST.dict()
    return _done(request, lambda _round: freeze_week(clock.act_of(request.user), pk, data), _("The week is frozen."))


def _done(request: HttpRequest, service: Any, words: str) -> HttpResponse:
    round_ = round_of(request)
    if round_ is None:
        raise NotFound()
    try:
        week = service(round_.pk)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
        return redirect(f"{reverse('dispatch-board')}?round={round_.pk}")
    messages.success(request, words)
    return redirect(f"{reverse('dispatch-board')}?round={week.round_id}&week={week.pk}")
