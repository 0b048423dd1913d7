"""Recalling extensions and moves to long term, and their signatures on paper; signing stands in the folder."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from rectify.web import clock
from rectify.web.uploads import only_file
from rectify.workflow.refusals import NotFound, Refusal

from .. import deadline_signing as deciding
from .. import papers
from ..requests import DEADLINE_KINDS, EXTENSION, LONG_TERM, RequestKind
from .filled import Filled, shown_back, typed
from .measure import measure_page

SERVICES: Mapping[str, Mapping[str, Any]] = {
    EXTENSION.name: {
        "sign": deciding.sign_extension,
        "return": deciding.return_extension,
        "recall": deciding.recall_extension,
    },
    LONG_TERM.name: {
        "sign": deciding.sign_long_term,
        "return": deciding.return_long_term,
        "recall": deciding.recall_long_term,
    },
}
ON_PAPER: Mapping[str, Any] = {
    EXTENSION.name: papers.register_on_extension,
    LONG_TERM.name: papers.register_on_long_term,
}
DONE: Mapping[str, Any] = {
    "sign": _("You agreed to the request for %(number)s."),
    "return": _("The request for %(number)s is returned."),
    "recall": _("The request for %(number)s is recalled."),
    "register_signature": _("The signature on paper for %(number)s is registered."),
}


def measure_of(kind: RequestKind, pk: int, user: Any) -> int:
    """The measure that a request is about. Raises NotFound where the reader may not see it."""
    found = kind.requests.objects.visible_to(user, clock.today()).filter(pk=pk).values_list("measure", flat=True)
    if (measure_id := found.first()) is None:
        raise NotFound()
    return measure_id


@login_required
@require_POST
def deadline_act(request: HttpRequest, kind: str, pk: int, act: str) -> HttpResponse:
    """Takes a request back, or registers a signature on paper; the measure's page tells of it where it was refused."""
    known = next((known for known in DEADLINE_KINDS if known.name == kind), None)
    if known is None or act not in ("recall", "register_signature"):
        raise Http404
    measure_id = measure_of(known, pk, request.user)
    data, by = typed(request), clock.act_of(request.user)
    try:
        if act == "recall":
            done = SERVICES[kind][act](by, pk, data)
        else:
            done = ON_PAPER[kind](by, pk, data, only_file(request.FILES))
    except NotFound:
        raise
    except Refusal as refusal:
        return measure_page(request, measure_id, Filled(act, shown_back(data), refusal))
    messages.success(request, DONE[act] % {"number": done.measure.number})
    return redirect(reverse("measure", args=[measure_id]))
