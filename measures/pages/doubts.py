"""Where an auditor looks first: the signs of paper rectification, one list for each kind."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from issues.models import Round
from rectify.organization.posts import Posts
from rectify.web import clock

from ..doubts import DOUBTS, Place, Sign, counts
from ..doubts_api import require_auditor

PAGE_SIZE = 50


def doubts_page(request: HttpRequest, round_: Round) -> HttpResponse:
    """The signs of one kind, `?kind=`; the first kind of which there are any, where none is named. Raises Forbidden."""
    require_auditor(Posts.of(request.user, clock.today()), round_)
    counted = counts(round_)
    wanted = DOUBTS.get(request.GET.get("kind", ""))
    shown = wanted or next((doubt for doubt, number in counted if number), counted[0][0])
    page: Any = Paginator(shown.rows(round_), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "round": round_,
        "doubt": shown,
        "tabs": [
            {
                "label": doubt.label,
                "url": f"?round={round_.pk}&kind={doubt.kind}",
                "count": number,
                "current": doubt is shown,
            }
            for doubt, number in counted
        ],
        "page": page,
        "signs": [sign_line(sign) for sign in shown.told(round_, page.object_list)],
    }
    return render(request, "look_back/doubts.html", context)


def sign_line(sign: Sign) -> dict[str, Any]:
    """A sign with the addresses of the rows it was seen in."""
    return {
        "sign": sign,
        "measure": sign.measure,
        "url": address_of(sign.places[0]),
        "others": [{"measure": place.measure, "url": address_of(place)} for place in sign.places[1:]],
    }


def address_of(place: Place) -> str:
    """Where the row stands on the page of its measure."""
    page = reverse("measure", args=[place.measure.pk])
    if place.entry is not None:
        return f"{page}?history=all#entry-{place.entry}"
    return f"{page}#evidence" if place.evidence is not None else f"{page}#minutes"
