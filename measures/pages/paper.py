"""Scans on which somebody signed by hand (线下签批): looked at in place by everybody who reads the round."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues.models import AcceptanceMeeting, Paper
from rectify.web import clock
from rectify.web.shown_files import page_number, picture
from rectify.workflow.refusals import NotFound
from rectify.workflow.signing import Outcome, Signer

from ..requests import KINDS
from .leaf import leaf
from .shown_evidence import drawn_as


def paper_item(paper: Paper) -> dict[str, Any]:
    """A scan for the `evidence` component."""
    return {
        "title": paper.title,
        "url": reverse("paper", args=[paper.pk]),
        "download_url": reverse("paper-file", args=[paper.pk]),
        **drawn_as(paper.filename, reverse("paper-picture", args=[paper.pk])),
        "kind": _("Signed on paper"),
        "name": paper.filename,
        "bytes": paper.size,
        "dated_on": paper.signed_on,
        "on": paper.registered_on,
        "who": paper.registered_by_name,
    }


def signed_on(paper: Paper) -> list[dict[str, Any]]:
    """What a scan signs: a line for each signature, by kind of request: a statement for each kind."""
    lines = []
    for kind in KINDS:
        rows = kind.signatures.objects.filter(paper=paper).select_related(f"request__{kind.subject}").order_by("pk")
        for signature in rows:
            subject = getattr(signature.request, kind.subject)
            lines.append(
                {
                    "kind": kind.tag,
                    "number": subject.number,
                    "title": subject.content if kind.is_measure else subject.title,
                    "url": reverse("measure" if kind.is_measure else "sub-issue", args=[subject.pk]),
                    "step": Signer(signature.signed_as).label,
                    "signature": signature,
                    "void": signature.request.outcome == Outcome.VOIDED,
                }
            )
    return lines


def visible(request: HttpRequest, pk: int) -> Paper:
    """A scan that the reader may see. Raises NotFound."""
    seen: Any = Paper.objects.visible_to(request.user, clock.today())
    found = seen.select_related("round__organization").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    return found


@login_required
@require_safe
def paper_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of a scan as a picture: `?page=`, `?size=small`."""
    found = visible(request, pk)
    return picture(found.sha256, found.content_type, request.GET)


@login_required
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A scan to leaf through in place: `?page=`."""
    found, page = visible(request, pk), page_number(request.GET.get("page", ""))
    request.round = found.round  # type: ignore[attr-defined]
    here = reverse("paper", args=[pk])
    shown = leaf(found.sha256, found.content_type, page, reverse("paper-picture", args=[pk]))
    context = {
        "paper": found,
        "item": paper_item(found),
        "page": page,
        "lines": signed_on(found),
        "meeting": AcceptanceMeeting.objects.filter(paper=found).first(),
        **shown,
    }
    if page > 1:
        context["left"] = {"url": f"{here}?page={page - 1}", "page": True}
    if page < shown["shown"]:
        context["right"] = {"url": f"{here}?page={page + 1}", "page": True}
    return render(request, "measures/paper.html", context)
