"""Deciding on extensions and on moving to long term from the pages; signing and returning stand in the folder."""

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
from rectify.workflow.refusals import NotFound, Refusal

from .. import deadline_signing as deciding
from ..requests import DEADLINE_KINDS, EXTENSION, LONG_TERM, RequestKind
from .filled import Filled
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
DONE: Mapping[str, Any] = {
    "sign": _("You agreed to the request for %(number)s."),
    "return": _("The request for %(number)s is returned."),
    "recall": _("The request for %(number)s is recalled."),
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
    """Takes a request back and returns to the measure's page, which tells of it where it was refused."""
    known = next((known for known in DEADLINE_KINDS if known.name == kind), None)
    if known is None or act != "recall":
        raise Http404
    measure_id = measure_of(known, pk, request.user)
    try:
        done = SERVICES[kind][act](clock.act_of(request.user), pk, request.POST.dict())
    except NotFound:
        raise
    except Refusal as refusal:
        return measure_page(request, measure_id, Filled(act, {}, refusal))
    messages.success(request, DONE[act] % {"number": done.measure.number})
    return redirect(reverse("measure", args=[measure_id]))
