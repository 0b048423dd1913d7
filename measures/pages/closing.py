"""The acts on a measure as forms: completing it, and its way to closed."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from rectify.web import clock
from rectify.web.uploads import only_file

from .. import closing, deadlines, services
from ..papers import register_on_measure
from .acts import act_by_form
from .filing import request_closure_with_files
from .measure import measure_page

SERVICES: Mapping[str, Any] = {
    "complete": services.complete,
    "sign": closing.sign,
    "return": closing.return_for_rework,
    "recall": closing.recall,
    "reopen": closing.reopen,
    "request_extension": deadlines.request_extension,
    "request_long_term": deadlines.request_long_term,
    "report_stage": services.report_stage,
    "review_stage": deadlines.review_stage,
    "correct": services.correct,
}
DONE: Mapping[str, Any] = {
    "complete": _("%(number)s is reported as completed. It is closed once closure is requested and signed."),
    "request_closure": _("Closure of %(number)s is requested."),
    "sign": _("You agreed to %(number)s."),
    "return": _("%(number)s is returned for rework."),
    "recall": _("The request for %(number)s is recalled."),
    "register_signature": _("The signature on paper for %(number)s is registered."),
    "reopen": _("%(number)s is reopened."),
    "request_extension": _("An extension for %(number)s is requested; its deadline moves with the last signature."),
    "request_long_term": _("Moving %(number)s to long term is requested."),
    "report_stage": _("The stage of %(number)s is reported on."),
    "review_stage": _("The stage of %(number)s is reviewed."),
    "correct": _("The report on %(number)s is corrected."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def measure_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Does an act on a measure and returns to its page; shows the page with the form again where it was refused."""
    return act_by_form(request, pk, act, reverse("measure", args=[pk]), do, measure_page, DONE)


def do(request: HttpRequest, act: str, pk: int, data: Mapping[str, Any]) -> Any:
    """Calls the service of an act, with the files of the form where it takes some."""
    by = clock.act_of(request.user)
    if act == "request_closure":
        return request_closure_with_files(by, pk, data, request.FILES.getlist("file"))
    if act == "register_signature":
        return register_on_measure(by, pk, data, only_file(request.FILES))
    return SERVICES[act](by, pk, data)
