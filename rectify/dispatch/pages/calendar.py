"""The calendar of working days of a year: everybody with a role reads it, the system administrator changes it."""

import calendar as months
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.uploads import only_file
from rectify.workflow.refusals import Forbidden, Invalid, Refusal

from ..calendar import CORRECTED, is_weekday, missing_years, warning
from ..calendar_acts import (
    FIRST_YEAR,
    LAST_YEAR,
    As,
    YearPlan,
    import_calendar,
    preview_calendar,
    seed_again,
    set_day,
)
from ..calendar_import import lines_of, read_upload
from ..models import CalendarAct, CalendarChange, CalendarDay

CHANGES_SHOWN = 20
YEARS_AROUND = 2
# As the published calendar names them.
HOLIDAYS: Mapping[str, Any] = {
    "New Year's Day": gettext_lazy("New Year's Day"),
    "Spring Festival": gettext_lazy("Spring Festival"),
    "Tomb-sweeping Day": gettext_lazy("Tomb-sweeping Day"),
    "Labour Day": gettext_lazy("Labour Day"),
    "Dragon Boat Festival": gettext_lazy("Dragon Boat Festival"),
    "Mid-autumn Festival": gettext_lazy("Mid-autumn Festival"),
    "National Day": gettext_lazy("National Day"),
    "Anti-Fascist 70th Day": gettext_lazy("Anti-Fascist 70th Day"),
}
# The heads of narrow columns, from Monday on.
NARROW = (
    pgettext_lazy("narrow column", "Mo"),
    pgettext_lazy("narrow column", "Tu"),
    pgettext_lazy("narrow column", "We"),
    pgettext_lazy("narrow column", "Th"),
    pgettext_lazy("narrow column", "Fr"),
    pgettext_lazy("narrow column", "Sa"),
    pgettext_lazy("narrow column", "Su"),
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def working_days(request: HttpRequest) -> HttpResponse:
    """Shows a year; `?day=` opens the form of a day for the administrator."""
    posts = Posts.of(request.user, clock.today())
    if not posts.roles:
        raise Forbidden(_("You have no role yet; ask your security administrator."))
    if request.method != "POST":
        return page(request, year_of(request))
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        return ACTS[name](request)
    except Forbidden:
        raise
    except Refusal as refusal:
        return page(request, year_of(request), refusal)


def year_of(request: HttpRequest) -> int:
    """The year in the address, else the present one. Raises Invalid for what is none of the calendar's."""
    text = request.GET.get("year", "") or str(clock.today().year)
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR):
        words = _("The calendar goes from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise Invalid(words, errors={"year": [words]})
    return int(text)


def address_of(year: int) -> str:
    return f"{reverse('working-days')}?year={year}"


def do_set_day(request: HttpRequest) -> HttpResponse:
    row = set_day(clock.act_of(request.user), request.POST.dict())
    messages.success(request, _("%(day)s is set.") % {"day": row.day})
    return redirect(address_of(row.year))


def do_preview(request: HttpRequest) -> HttpResponse:
    """Shows what a file would change; its rows travel on in the form that confirms it."""
    file = only_file(request.FILES)
    name = str(file.name)[:60] if file is not None else ""
    data = {**request.POST.dict(), "source": request.POST.get("source") or name}
    content = read_upload(file)
    plan = preview_calendar(clock.act_of(request.user), data, content)
    text = "\n".join(lines_of(content or b""))
    return page(request, plan.year, plan=plan, plan_text=text, plan_source=data["source"])


def do_import(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("lines", "")
    plan = import_calendar(clock.act_of(request.user), request.POST.dict(), text.encode())
    count = len(plan.rows)
    words = ngettext(
        "The calendar of %(year)d has %(count)d day now.", "The calendar of %(year)d has %(count)d days now.", count
    )
    messages.success(request, words % {"year": plan.year, "count": count})
    return redirect(address_of(plan.year))


def do_seed(request: HttpRequest) -> HttpResponse:
    added = seed_again(clock.act_of(request.user))
    words = ngettext("%(count)d day was added.", "%(count)d days were added.", added) % {"count": added}
    messages.success(request, words if added else _("The table has everything that is published."))
    return redirect(address_of(year_of(request)))


ACTS: Mapping[str, Any] = {"day": do_set_day, "preview": do_preview, "import": do_import, "seed": do_seed}


def page(request: HttpRequest, year: int, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    """A year, with the forms of an administrator; `more` is a plan that waits to be confirmed."""
    rows = {row.day: row for row in CalendarDay.objects.filter(year=year)}
    first, last = date(year, 1, 1), date(year, 12, 31)
    administers = Role.SYSTEM_ADMIN in Posts.of(request.user, clock.today()).roles
    found = [month_of(year, number, rows) for number in range(1, 13)]
    plan = more.get("plan")
    context = {
        "year": year,
        "years": [each for each in range(year - YEARS_AROUND, year + YEARS_AROUND + 1) if inside(each)],
        "known": not missing_years(first, last),
        "warning": warning(first, last),
        "months": found,
        "weekdays": [(WEEKDAYS[number], words) for number, words in enumerate(NARROW)],
        "working": sum(month["working"] for month in found),
        "holidays": sum(not row.working and is_weekday(row.day) for row in rows.values()),
        "made_up": sum(row.working and not is_weekday(row.day) for row in rows.values()),
        "sources": sorted({row.source for row in rows.values() if row.source and row.source != CORRECTED}),
        "office": Role.OFFICE in Posts.of(request.user, clock.today()).roles,
        "administers": administers,
        "today": clock.today(),
        "changes": [told(change) for change in CalendarChange.objects.all()[:CHANGES_SHOWN]],
        "errors": refusal.errors if refusal else {},
        "problem": refusal.detail if refusal and not refusal.errors else "",
        "error_lines": [
            {"label": LABELS.get(name, name), "url": f"#{name}", "text": text}
            for name, texts in (refusal.errors if refusal else {}).items()
            for text in texts
        ],
        "kinds": KINDS,
        "form": day_form(request, rows) if administers else {},
        "lines_of_plan": lines_of_plan(plan) if plan else [],
        **more,
    }
    return render(request, "dispatch/calendar.html", context, status=refusal.status if refusal else 200)


# What the fields are called where they are wrong.
LABELS = {
    "day": gettext_lazy("Day"),
    "kind": gettext_lazy("It is a"),
    "name": gettext_lazy("Name of the holiday"),
    "year": gettext_lazy("Year"),
    "file": gettext_lazy("Calendar file"),
    "source": gettext_lazy("Source"),
}
KINDS = (
    (As.WORKING, gettext_lazy("working day")),
    (As.HOLIDAY, gettext_lazy("day off")),
    (As.WEEKDAY, gettext_lazy("as its weekday")),
)


def inside(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def day_form(request: HttpRequest, rows: Mapping[date, CalendarDay]) -> dict[str, Any]:
    """What the form of a day holds: what was typed, else the day that was pressed as it stands."""
    if request.POST.get("act") == "day":
        return {name: request.POST.get(name, "") for name in ("day", "kind", "name")}
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return {"kind": As.HOLIDAY}
    row = rows.get(day)
    working = row.working if row else is_weekday(day)
    # What one would set it to is the other thing.
    return {
        "day": day.isoformat(),
        "kind": As.HOLIDAY if working else As.WORKING,
        "name": holiday_name(row.name) if row else "",
    }


def holiday_name(name: str) -> str:
    """The name of a holiday in the reader's language, where it is one of the published calendar's."""
    return str(HOLIDAYS.get(name, name))


def month_of(year: int, number: int, rows: Mapping[date, CalendarDay]) -> dict[str, Any]:
    """A month as the page draws it: its weeks, what is not as its weekday says, and how many days are worked."""
    weeks = [
        [cell_of(day, rows.get(day)) if day.month == number else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, number)
    ]
    cells = [cell for week in weeks for cell in week if cell]
    return {
        "number": number,
        "name": MONTHS[number],
        "weeks": weeks,
        "working": sum(cell["working"] for cell in cells),
        "spans": spans(cell for cell in cells if cell["mark"]),
    }


def cell_of(day: date, row: CalendarDay | None) -> dict[str, Any]:
    """A day: whether it is worked, and how it is marked where it is not what its weekday says or bears a name."""
    working = row.working if row else is_weekday(day)
    mark = ""
    if row is not None and (row.name or working != is_weekday(day)):
        mark = "made-up" if working else "off"
    return {
        "day": day,
        "working": working,
        "mark": mark,
        "name": holiday_name(row.name) if row else "",
        "corrected": row is not None and row.source == CORRECTED,
    }


def spans(cells: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Days that follow one another with the same mark and name as one line each."""
    listed, found = list(cells), []
    breaks = [0]
    breaks += [at for at, (one, next_) in enumerate(pairwise(listed), start=1) if not same_span(one, next_)]
    for start, end in pairwise([*breaks, len(listed)]):
        if start < end:
            first, last = listed[start], listed[end - 1]
            found.append({"first": first["day"], "last": last["day"], "mark": first["mark"], "name": first["name"]})
    return found


def same_span(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    follows = other["day"] - one["day"] == timedelta(days=1)
    return follows and (one["mark"], one["name"]) == (other["mark"], other["name"])


def lines_of_plan(plan: YearPlan) -> list[dict[str, Any]]:
    """What importing changes, day by day."""
    found = [{"day": row.day, "sign": "+", "old": None, "new": row} for row in plan.added]
    found += [{"day": row.day, "sign": "±", "old": plan.old[row.day], "new": row} for row in plan.changed]
    found += [{"day": row.day, "sign": "−", "old": row, "new": None} for row in plan.removed]
    return sorted(found, key=lambda line: line["day"])


def told(change: CalendarChange) -> dict[str, Any]:
    """A change in words."""
    if change.act == CalendarAct.SET_DAY:
        what, old, new = str(change.day), standing(change.old, change.day), standing(change.new, change.day)
    else:
        what, old = str(change.year or ""), ""
        new = _("%(added)d added, %(changed)d changed, %(removed)d removed") % {
            name: change.new.get(name, 0) for name in ("added", "changed", "removed")
        }
    return {
        "at": change.recorded_at,
        "who": change.actor_name,
        "act": change.get_act_display(),
        "what": what,
        "old": old,
        "new": new,
    }


def standing(facts: Mapping[str, Any], day: date | None) -> str:
    """What stood at a day, in words."""
    if not facts or day is None:
        return str(_("as its weekday"))
    if not facts["name"] and facts["working"] == is_weekday(day):
        return str(_("as its weekday"))
    word = _("working day") if facts["working"] else _("day off")
    return f"{word} {holiday_name(facts['name'])}".strip()
