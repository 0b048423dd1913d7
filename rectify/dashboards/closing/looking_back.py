"""The pages of a round's second looks and of its signs of paper rectification, for the round that the frame shows."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from measures.pages.doubts import doubts_page
from measures.pages.look_back import draw_page, list_page

from ..access import business_frame


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def look_backs(request: HttpRequest) -> HttpResponse:
    """The samples of the round; sending the form draws another."""
    frame = business_frame(request)
    if frame.round is None:
        return render(request, "ledger/no_round.html")
    return draw_page(request, frame.round) if request.method == "POST" else list_page(request, frame.round)


@login_required
@require_safe
def doubts(request: HttpRequest) -> HttpResponse:
    """The signs of paper rectification in the round."""
    frame = business_frame(request)
    if frame.round is None:
        return render(request, "ledger/no_round.html")
    return doubts_page(request, frame.round)
