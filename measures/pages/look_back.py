"""The pages of looking back: the samples of a round with the form that draws one, and a sample with its items."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import Round
from issues.states import UNDER_WAY
from rectify.organization.models import Department
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import NotFound, Refusal

from ..evidence_facts import with_facts
from ..look_back import services
from ..look_back.drawing import shares
from ..look_back.parties import audits
from ..look_back.reading import shown_items, with_progress
from ..models import Evidence, LookBack, LookBackItem, Remark
from .filled import Filled, shown_back, typed
from .look_back_lines import item_line, remark_lines, sent
from .shown_evidence import Reader, evidence_items

ITEM_ACTS: Mapping[str, tuple[Any, Any]] = {
    "check": (services.check_item, gettext_lazy("What was found of %(number)s is recorded.")),
    "decline": (services.decline_reopening, gettext_lazy("%(number)s stays closed; the reason is recorded.")),
}
# A tenth of what was closed beside one of each department, where nobody says how many.
USUAL_PART = 10


def list_page(request: HttpRequest, round_: Round, filled: Filled | None = None) -> HttpResponse:
    """The samples of a round, and for auditors the form that draws one, with what it will draw said beforehand."""
    posts = Posts.of(request.user, clock.today())
    filled = filled or Filled()
    context: dict[str, Any] = {
        "round": round_,
        "look_backs": with_progress(LookBack.objects.filter(round=round_)),
        "may_draw": audits(posts, round_.organization) and round_.status in UNDER_WAY,
        "filled": filled,
    }
    if context["may_draw"]:
        size = filled.values.get("size") or request.GET.get("size", "")
        context["draw"] = sent(filled, "draw") | preview(round_, str(size))
    return render(request, "look_back/look_backs.html", context, status=filled.status)


def draw_page(request: HttpRequest, round_: Round) -> HttpResponse:
    """Draws a sample and leads to it; shows the form again where that was refused."""
    data = request.POST.dict()
    try:
        look_back = services.draw_sample(clock.act_of(request.user), round_.pk, data)
    except NotFound:
        raise
    except Refusal as refusal:
        return list_page(request, round_, Filled("draw", shown_back(data), refusal))
    messages.success(
        request,
        ngettext("%(count)d measure is drawn.", "%(count)d measures are drawn.", look_back.size)
        % {"count": look_back.size},
    )
    return redirect(reverse("look-back", args=[look_back.pk]))


def preview(round_: Round, text: str) -> dict[str, Any]:
    """What a sample of a size will be: per department how many are closed and how many of those will be drawn.

    Args:
        text: the size as it was typed; the usual one is taken where it is none.
    """
    closed = services.closed_measures(round_).order_by("lead_department__position", "lead_department")
    rows = list(closed.values("lead_department__key", "lead_department__name").annotate(closed=Count("pk")))
    total = sum(row["closed"] for row in rows)
    usual = min(total, len(rows) + total // USUAL_PART)
    fits = len(text) < 10 and text.isascii() and text.isdigit() and 1 <= int(text) <= total
    size = int(text) if fits else usual
    share = shares({row["lead_department__key"]: row["closed"] for row in rows}, size) if size else None
    return {
        "closed": total,
        "departments": len(rows),
        "size": size,
        "typed": text,
        "misfit": bool(text) and not fits,
        "lots": share.lots if share else 0,
        "rows": [
            {
                "name": row["lead_department__name"],
                "closed": row["closed"],
                "sure": share.sure[row["lead_department__key"]] if share else 0,
                "tied": bool(share and row["lead_department__key"] in share.tied),
            }
            for row in rows
        ],
    }


@login_required
@require_safe
def look_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A sample: how it was drawn, and by department what was drawn, what was found, what was remarked."""
    return look_back_page(request, pk, Filled())


def look_back_page(request: HttpRequest, pk: int, filled: Filled) -> HttpResponse:
    """The page, with a form as it was sent where it was refused."""
    today = clock.today()
    posts = Posts.of(request.user, today)
    found = with_progress(LookBack.objects.filter(pk=pk)).first()
    if found is None or not posts.reads(found.round.organization):
        raise NotFound(_("There is no such look-back, or it is not yours to see."))
    request.round = found.round  # type: ignore[attr-defined]
    items = list(shown_items(found.items.order_by("measure__lead_department__position", "position"), request.user))
    remarks: dict[int, list[Any]] = {}
    for line in remark_lines(Remark.objects.filter(item__look_back=found), posts, today, filled):
        remarks.setdefault(line["remark"].item_id, []).append(line)
    with_facts([file for item in items for file in files_of(item)], request.user, today)
    # What is told of the files was just read for all of them; none can be changed from here.
    reader = Reader(posts, today, present=False, back=reverse("look-back", args=[pk]))
    lines = [
        item_line(item, posts, filled)
        | {"evidence": evidence_items(files_of(item), reader), "remarks": remarks.get(item.pk, [])}
        for item in items
    ]
    context = {
        "look_back": found,
        "groups": _by_department(lines),
        "strata": _strata(found, items),
        "population_size": sum(len(ids) for ids in found.population.values()),
        "drawn_again": services.drawn_again(found),
        "may_remark": audits(posts, found.round.organization) and found.round.status in UNDER_WAY,
        "export": f"/api/v1/look-back-items/?look_back={found.pk}&format=",
        "filled": filled,
    }
    return render(request, "look_back/look_back.html", context, status=filled.status)


def files_of(item: LookBackItem) -> list[Evidence]:
    """The evidence that stands for a sampled measure, as `shown_items` read it."""
    return item.measure.standing_files  # type: ignore[attr-defined]


def _by_department(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines under the departments that lead their measures."""
    groups: dict[Department, list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault(line["measure"].lead_department, []).append(line)
    return [{"department": department, "lines": own} for department, own in groups.items()]


def _strata(found: LookBack, items: list[LookBackItem]) -> list[dict[str, Any]]:
    """How many were closed and drawn in each department, in the organisation's order: one statement."""
    drawn = {item.measure_id for item in items}
    departments = Department.objects.filter(organization=found.round.organization_id, key__in=found.population)
    return [
        {
            "name": department.name,
            "closed": len(found.population[department.key]),
            "drawn": len(drawn.intersection(found.population[department.key])),
        }
        for department in departments
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def item_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Checks a sampled measure, or leaves it closed, and returns to the sample."""
    if act not in ITEM_ACTS:
        raise Http404
    found = LookBackItem.objects.visible_to(request.user, clock.today()).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such sampled measure, or it is not yours to see."))
    here = f"{reverse('look-back', args=[found.look_back_id])}#item-{pk}"
    if request.method != "POST":
        return redirect(here)
    data = typed(request)
    service, done = ITEM_ACTS[act]
    try:
        item = service(clock.act_of(request.user), pk, data)
    except NotFound:
        raise
    except Refusal as refusal:
        return look_back_page(request, found.look_back_id, Filled(f"{act}-{pk}", shown_back(data), refusal))
    messages.success(request, done % {"number": item.measure.number})
    return redirect(here)
