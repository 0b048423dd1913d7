"""The briefs of a round as a list, and the template by which the office has them made."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import Round
from rectify.dispatch.models import Dispatch
from rectify.dispatch.pages.shared import round_of, week_in_words
from rectify.organization.models import BUSINESS_ROLES
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.web.shown_files import download
from rectify.web.uploads import only_file
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from ..brief_documents import template_of
from ..brief_templates import KNOWN, STARTER_NAME, drop_template, set_template, starter
from ..brief_words import NAMES
from ..downloads import DOCX, as_download
from ..models import WeeklyBrief

SHOWN = 200


@login_required
@require_safe
def weekly_briefs(request: HttpRequest) -> HttpResponse:
    """The round's briefs, the newest first; for the office with its template."""
    return _page(request, _round(request), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest) -> Any:
    """Gives the template in use to its office; takes another one, or goes back to the built-in layout."""
    round_ = _round(request)
    if not _is_office(request, round_):
        raise Forbidden(_("Only the rectification office of this organisation may do this."))
    if request.method != "POST":
        used = template_of(round_)
        if used is None:
            raise NotFound(_("There is no template of your own; the built-in layout is used."))
        return download(used.sha256, used.filename, DOCX)
    act, data = clock.act_of(request.user), request.POST.dict()
    try:
        if data.get("act") == "drop":
            drop_template(act, round_.pk, data)
            words = _("The built-in layout is used from now on.")
        else:
            set_template(act, round_.pk, data, only_file(request.FILES))
            words = _("The template is kept; what is issued from now on is made by it.")
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return _page(request, round_, refusal)
    messages.success(request, words)
    return redirect(f"{reverse('weekly-briefs')}?round={round_.pk}")


@login_required
@require_safe
def starter_file(request: HttpRequest) -> HttpResponse:
    """A template to start from: the built-in layout with every name in its place."""
    if Posts.of(request.user, clock.today()).roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    return as_download(starter(clock.now()), STARTER_NAME)


def _round(request: HttpRequest) -> Round:
    if Posts.of(request.user, clock.today()).roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    found = round_of(request)
    if found is None:
        raise NotFound()
    request.round = found  # type: ignore[attr-defined]
    return found


def _is_office(request: HttpRequest, round_: Round) -> bool:
    return "office" in Posts.of(request.user, clock.today()).parties(Concern(round_.organization_id))


def _page(request: HttpRequest, round_: Round, refusal: Refusal | None) -> HttpResponse:
    visible = WeeklyBrief.objects.visible_to(request.user, clock.today()).for_display()
    found = visible.filter(dispatch__round=round_).order_by("-dispatch__monday", "-edition")[:SHOWN]
    office = _is_office(request, round_)
    context: dict[str, Any] = {
        "round": round_,
        "office": office,
        "briefs": [(brief, week_in_words(brief.dispatch.iso_week)) for brief in found],
    }
    if office:
        to_draw_up = _without_brief(round_)
        context |= {
            "to_draw_up": to_draw_up,
            "to_draw_up_words": week_in_words(to_draw_up.iso_week) if to_draw_up else "",
            "template": template_of(round_),
            "names": NAMES.items(),
            "lists": KNOWN.lists.items(),
            "problem": _in_words(refusal) if refusal is not None else "",
        }
    return render(request, "documents/briefs.html", context, status=refusal.status if refusal is not None else 200)


def _without_brief(round_: Round) -> Dispatch | None:
    """The newest frozen week, where its brief is not drawn up yet."""
    week = Dispatch.objects.filter(round=round_, frozen_at__isnull=False).order_by("-monday").first()
    return week if week is not None and not WeeklyBrief.objects.filter(dispatch=week).exists() else None


def _in_words(refusal: Refusal) -> str:
    return "；".join(str(text) for texts in refusal.errors.values() for text in texts) or str(refusal.detail)
