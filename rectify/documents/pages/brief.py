"""The page of a week's brief: a sheet of an office with locked figures and four parts to type, and what was issued."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import RoundHistory
from rectify.dispatch.models import Dispatch
from rectify.dispatch.pages.shared import week_in_words
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, Refusal, Stale

from .. import briefs
from ..brief_documents import content_of
from ..downloads import docx_of
from ..models import TYPED, WeeklyBrief

LABELS = {
    "overview": gettext_lazy("Overview"),
    "difficulties": gettext_lazy("Difficulties and problems"),
    "matters": gettext_lazy("For the leaders to coordinate"),
    "next_week": gettext_lazy("Plans for the next week"),
}
SAVED = {
    "draw_up": gettext_lazy("The brief is drawn up: its figures are locked, its texts are yours to edit."),
    "edit": gettext_lazy("The draft is saved."),
    "issue": gettext_lazy("The brief is issued; the leaders are told."),
    "new_edition": gettext_lazy("The next edition is begun; it says what it corrects."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_brief(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest edition of a week's brief that the reader may see; its office acts on it here."""
    week = Dispatch.objects.visible_to(request.user, clock.today()).select_related("round__organization")
    found = week.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    if request.method == "POST":
        return _press(request, found)
    return _page(request, found, _editions(request, found).first())


@login_required
@require_safe
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition, the older ones, too."""
    found = _visible(request, pk)
    return _page(request, found.dispatch, found)


@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> Any:
    """The .docx file of an edition."""
    return docx_of(_visible(request, pk), clock.today(), clock.now())


def _visible(request: HttpRequest, pk: int) -> WeeklyBrief:
    found = WeeklyBrief.objects.visible_to(request.user, clock.today()).for_display().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _editions(request: HttpRequest, week: Dispatch) -> Any:
    visible = WeeklyBrief.objects.visible_to(request.user, clock.today()).for_display()
    return visible.filter(dispatch=week).order_by("-edition")


def _press(request: HttpRequest, week: Dispatch) -> HttpResponse:
    """One of the buttons of the page."""
    name, act = request.POST.get("act", ""), clock.act_of(request.user)
    if request.POST.get("resolve") == "theirs":
        return redirect("weekly-brief", week.pk)
    brief = _editions(request, week).first()
    # Saving both hands' conflict names no act.
    if name not in SAVED:
        name = "edit"
    try:
        if name == "draw_up":
            briefs.draw_up(act, week.pk, {})
        elif brief is None:
            raise NotFound()
        else:
            getattr(briefs, name)(act, brief.pk, request.POST.dict())
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return _refused(request, week, name, refusal)
    messages.success(request, SAVED[name])
    return redirect("weekly-brief", week.pk)


def _refused(request: HttpRequest, week: Dispatch, name: str, refusal: Refusal) -> HttpResponse:
    """The page again, with what was typed, at least as long as there is a draft to type into."""
    brief = _editions(request, week).first()
    if brief is None or not (brief.is_draft or name == "new_edition"):
        messages.error(request, str(refusal.detail))
        return redirect("weekly-brief", week.pk)
    return _page(request, week, brief, refusal)


def _page(
    request: HttpRequest, week: Dispatch, brief: WeeklyBrief | None, refusal: Refusal | None = None
) -> HttpResponse:
    request.round = week.round  # type: ignore[attr-defined]
    posts, editions = Posts.of(request.user, clock.today()), list(_editions(request, week))
    context: dict[str, Any] = {
        "round": week.round,
        "week": week,
        "week_words": week_in_words(week.iso_week),
        "office": "office" in posts.parties(Concern(week.round.organization_id)),
        "brief": brief,
        "editions": editions if len(editions) > 1 else [],
    }
    if brief is not None:
        brief.dispatch = week
        acts = briefs.acts_on(brief, posts, newest=brief.pk == editions[0].pk)
        context |= {"acts": acts, "blocks": _shown(request, brief, "edit" in acts, refusal)}
    if refusal is not None:
        context |= _told(request, brief, refusal)
    status = refusal.status if refusal is not None else 200
    return render(request, "documents/brief.html", context, status=status)


def _shown(request: HttpRequest, brief: WeeklyBrief, typing: bool, refusal: Refusal | None) -> list[dict[str, Any]]:
    """The document's blocks; what can be typed with the value of its field, as it was sent where it was refused."""
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    shown = []
    for block in content_of(brief, clock.today()):
        if block["kind"] == "typed" and typing:
            name = block["field"]
            value = request.POST.get(name, getattr(brief, name)) if refusal else getattr(brief, name)
            more = {"typing": True, "value": value, "label": LABELS[name], "error": errors.get(name, [""])[0]}
            shown.append({**block, **more})
        elif block["kind"] == "table":
            shown.append({**block, "lines": [list(zip(row, block["centred"], strict=True)) for row in block["rows"]]})
        else:
            shown.append(block)
    return shown


def _told(request: HttpRequest, brief: WeeklyBrief | None, refusal: Refusal) -> dict[str, Any]:
    """What the page says of a refusal: at the fields, beside what somebody else has saved, or above all."""
    if isinstance(refusal, Stale) and brief is not None and brief.is_draft:
        return {"conflict": _conflict(request, brief)}
    texts = [str(text) for name, found in refusal.errors.items() if name not in TYPED for text in found]
    return {"problem": "；".join(texts) or str(refusal.detail), "reason": request.POST.get("reason", "")}


def _conflict(request: HttpRequest, brief: WeeklyBrief) -> dict[str, Any]:
    """Both hands side by side."""
    rows = RoundHistory.objects.filter(round=brief.dispatch.round_id, action__endswith="_brief").order_by("-sequence")
    last = rows.values_list("actor_name", "recorded_at").first() or ("", brief.drawn_up_at)
    mine = {name: request.POST.get(name, getattr(brief, name)) for name in TYPED}
    return {
        "who": last[0],
        "when": last[1],
        "version": brief.version,
        "rows": [
            {
                "label": LABELS[name],
                "theirs": getattr(brief, name),
                "mine": mine[name],
                "differs": mine[name] != getattr(brief, name),
            }
            for name in TYPED
        ],
    }
