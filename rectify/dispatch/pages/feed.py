"""A person's calendar at its secret address, and the page on which the address is made and taken back."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rectify.organization.models import BUSINESS_ROLES
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden

from ..feeds import calendar_of, make_address, owner_of, switch_off
from ..models import Feed
from ..notices.words import site

CALENDAR_TYPE = "text/calendar; charset=utf-8"


@require_http_methods(["GET", "HEAD"])
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind an address; whoever has the address may fetch it, without signing in."""
    user = owner_of(secret)
    if user is None:
        raise Http404
    body = calendar_of(user, clock.today())
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    response = HttpResponse(body, content_type=CALENDAR_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache, private"
    response["Content-Disposition"] = 'inline; filename="rectification.ics"'
    return get_conditional_response(request, etag=etag, response=response) or response


def feed_facts(user: Any) -> dict[str, Any]:
    """What `notices/feed.html` shows: whether the person has an address, and since when."""
    return {"feed": Feed.objects.filter(user=user).first()}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_feed(request: HttpRequest) -> HttpResponse:
    """Makes an address (`make`), which is shown this once, or takes it back (`off`)."""
    if Posts.of(request.user, clock.today()).roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    if request.method != "POST":
        return render(request, "notices/feed_page.html", feed_facts(request.user))
    act = clock.act_of(request.user)
    name = request.POST.get("act", "")
    if name == "make":
        address = site(reverse("feed", args=[make_address(act)]))
        return render(request, "notices/feed_page.html", {**feed_facts(request.user), "address": address})
    if name != "off":
        raise Http404
    switch_off(act)
    messages.success(request, _("The address is switched off; calendars that use it get nothing any more."))
    return redirect("notices-feed")
