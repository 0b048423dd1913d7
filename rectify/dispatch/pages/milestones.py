"""The milestones of a round in the order of their days; the office adds, changes, meets and drops them in place."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from issues.milestones import add_milestone, drop_milestone, meet_milestone, set_milestone
from issues.milestones_api import milestone_row
from issues.models import Milestone, Round
from issues.states import MilestoneState, RoundStatus
from rectify.organization.models import BUSINESS_ROLES, Department
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from .shared import round_of

SERVICES: Mapping[str, Any] = {"set": set_milestone, "meet": meet_milestone, "drop": drop_milestone}
FIELDS = ("title", "due_on", "department", "met_on", "reason")
LABELS = {
    "title": gettext_lazy("Title"),
    "due_on": gettext_lazy("Day"),
    "department": gettext_lazy("Whose"),
    "met_on": gettext_lazy("Reached on"),
    "reason": gettext_lazy("Reason"),
}
# How each state looks, by the states of measures that look so.
LOOKS = {MilestoneState.AHEAD: "not_started", MilestoneState.MET: "closed", MilestoneState.DROPPED: "cancelled"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def milestones(request: HttpRequest) -> HttpResponse:
    """The milestones of a round, and what the office does with them."""
    if Posts.of(request.user, clock.today()).roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    round_ = round_of(request)
    if round_ is None:
        return render(request, "dispatch/no_week.html", {"round": None})
    request.round = round_  # type: ignore[attr-defined]
    if request.method != "POST":
        return page(request, round_)
    return act(request, round_)


def act(request: HttpRequest, round_: Round) -> HttpResponse:
    """Does what the form says: `add`, or `set`, `meet` or `drop` and the milestone's number."""
    name, _dash, which = request.POST.get("act", "").partition("-")
    data: dict[str, Any] = {field: request.POST[field] for field in (*FIELDS, "version") if field in request.POST}
    if data.get("department") == "":
        data["department"] = None
    doer = clock.act_of(request.user)
    try:
        if name == "add":
            done = add_milestone(doer, round_.pk, data)
        elif name in SERVICES and which.isascii() and which.isdigit() and len(which) < 18:
            done = SERVICES[name](doer, own(round_, int(which)), data)
        else:
            raise Http404
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return page(request, round_, refusal, f"{name}-{which}")
    words = {
        "add": _("“%(title)s” is added."),
        "set": _("“%(title)s” is changed."),
        "meet": _("“%(title)s” is reached."),
        "drop": _("“%(title)s” no longer counts."),
    }
    messages.success(request, words[name] % {"title": done.title})
    return redirect(f"{reverse('milestones')}?round={round_.pk}#milestone-{done.pk}")


def own(round_: Round, pk: int) -> int:
    """The number of a milestone of the round on the page. Raises NotFound."""
    if not Milestone.objects.filter(pk=pk, round=round_).exists():
        raise NotFound()
    return pk


def page(request: HttpRequest, round_: Round, refusal: Refusal | None = None, tried: str = "") -> HttpResponse:
    """The list, with what was typed and what was wrong with it where an act was refused."""
    on = clock.today()
    posts = Posts.of(request.user, on)
    found = Milestone.objects.filter(round=round_).select_related("round", "department")
    rows = [milestone_row(milestone, posts, on) for milestone in found]
    ahead = [row for row in rows if row["state"] == MilestoneState.AHEAD]
    next_one = next((row for row in ahead if not row["overdue"]), None)
    office = "office" in posts.parties(Concern(round_.organization_id))
    lines = [shown(row, request, refusal, tried) | {"next": row is next_one} for row in rows]
    departments = Department.objects.filter(organization=round_.organization_id) if office else []
    context = {
        "round": round_,
        "office": office,
        "may_add": office and round_.status != RoundStatus.ARCHIVED,
        "lines": [line for line in lines if line["row"]["state"] != MilestoneState.DROPPED],
        "dropped": [line for line in lines if line["row"]["state"] == MilestoneState.DROPPED],
        "next": next_one,
        "next_days": (next_one["due_on"] - on).days if next_one else None,
        "overdue": sum(row["overdue"] for row in rows),
        "today": on,
        "departments": [("", _("the whole round")), *((str(each.pk), each.name) for each in departments)],
        "new": request.POST if tried == "add-" else {},
        "errors": refusal.errors if refusal and tried == "add-" else {},
        "error_lines": error_lines(refusal, tried),
        "problem": refusal.detail if refusal and not refusal.errors else "",
    }
    return render(request, "dispatch/milestones.html", context, status=refusal.status if refusal else 200)


def error_lines(refusal: Refusal | None, tried: str) -> list[dict[str, Any]]:
    """What is wrong above the list, each with a link to its field."""
    which = tried.partition("-")[2]
    return [
        {"label": LABELS.get(name, name), "url": f"#{name}-{which}" if which else f"#new-{name}", "text": text}
        for name, texts in (refusal.errors if refusal else {}).items()
        for text in texts
    ]


def shown(row: dict[str, Any], request: HttpRequest, refusal: Refusal | None, tried: str) -> dict[str, Any]:
    """A milestone with the values of its forms: what was typed, else as it stands."""
    act_name, _dash, which = tried.partition("-")
    mine = which == str(row["id"])
    values = {**row, "met_on": row["met_on"] or clock.today(), "reason": ""}
    if mine:
        values |= {name: request.POST[name] for name in FIELDS if name in request.POST}
    for name in ("due_on", "met_on"):
        values[name] = str(values[name])
    return {
        "row": row,
        "label": MilestoneState(row["state"]).label,
        "look": "overdue" if row["overdue"] else LOOKS[row["state"]],
        "days": (row["due_on"] - clock.today()).days,
        "values": values,
        "tried": act_name if mine else "",
        "errors": refusal.errors if refusal and mine else {},
    }
