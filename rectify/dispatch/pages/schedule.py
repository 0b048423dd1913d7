"""The page on which the office sets when its weeks open and are cut off, with the weeks that follow from it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from issues.models import Round
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from ..calendar import warning, working_days
from ..models import LongItems, Schedule
from ..schedules import schedule_of, set_schedule, span, told
from ..weeks import Week, moments_of
from .shared import round_for_office, week_in_words

WEEKS_AHEAD = 6
# A box that is not ticked is not sent.
TICKED = ("paused", "confirms")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """Shows a round's schedule as a form, and changes it."""
    round_ = round_for_office(request)
    kept = schedule_of(round_)
    if request.method != "POST":
        return _form(request, round_, kept, told(kept), None)
    data: dict[str, Any] = {name: value or None for name, value in request.POST.dict().items()}
    data |= {name: name in request.POST for name in TICKED}
    try:
        set_schedule(clock.act_of(request.user), round_.pk, data)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return _form(request, round_, kept, {**told(kept), **data}, refusal)
    messages.success(request, _("The schedule is saved. A week that is open keeps its moments."))
    return redirect(f"{reverse('dispatch-schedule')}?round={round_.pk}")


def _form(
    request: HttpRequest, round_: Round, kept: Schedule, values: Mapping[str, Any], refusal: Refusal | None
) -> HttpResponse:
    errors = refusal.errors if refusal else {}
    weekdays = [(str(number + 1), str(name)) for number, name in WEEKDAYS.items()]
    ahead = weeks_ahead(kept)
    context = {
        "round": round_,
        "values": {name: "" if value is None else value for name, value in values.items()},
        "errors": errors,
        "problem": refusal.detail if refusal is not None and not errors else "",
        "weekdays": weekdays,
        "long_items": LongItems.choices,
        "set": kept.pk is not None and Schedule.objects.filter(pk=kept.pk).exists(),
        "ahead": ahead,
        "warning": warning(span(ahead[0]["week"])[0], span(ahead[-1]["week"])[1]),
    }
    return render(request, "dispatch/schedule.html", context, status=refusal.status if refusal else 200)


def weeks_ahead(kept: Schedule) -> list[dict[str, Any]]:
    """The present week and those that follow, with the moments that the schedule gives them. One statement."""
    first = Week.of(clock.today())
    weeks = [first.plus(count) for count in range(WEEKS_AHEAD)]
    days = working_days(span(weeks[0])[0], span(weeks[-1])[1])
    return [
        {"week": week, "words": week_in_words(week), "moments": moments_of(week, kept.rhythm, days)} for week in weeks
    ]
