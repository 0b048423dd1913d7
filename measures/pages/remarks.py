"""Remarks on the pages where they stand: making one, answering it, accepting the answer or sending it back."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from rectify.web import clock
from rectify.web.uploads import only_file
from rectify.workflow.refusals import NotFound, Refusal

from ..look_back import services
from ..models import LookBackItem, Remark
from .filled import Filled, shown_back, typed
from .look_back import look_back_page
from .measure import measure_page

REMARK_ACTS: Mapping[str, tuple[Any, Any]] = {
    "answer": (services.answer_remark, gettext_lazy("The remark on %(number)s is answered.")),
    "settle": (services.settle_remark, gettext_lazy("The answer to the remark on %(number)s is accepted.")),
    "send_back": (services.send_back_remark, gettext_lazy("The answer to the remark on %(number)s is sent back.")),
}
# The forms on a sample's page say so; a refusal is shown where the form stood.
ON_SAMPLE = "look-back"


def _after(request: HttpRequest, remark: Remark) -> str:
    """Where the remark stands, on the page from which the form came."""
    if request.POST.get("from") == ON_SAMPLE and remark.item is not None:
        return f"{reverse('look-back', args=[remark.item.look_back_id])}#remark-{remark.pk}"
    return f"{reverse('measure', args=[remark.measure_id])}#remark-{remark.pk}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_remark(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a remark on a measure."""
    if request.method != "POST":
        return redirect(f"{reverse('measure', args=[pk])}#remarks")
    data = request.POST.dict()
    try:
        remark = services.make_remark(clock.act_of(request.user), pk, data)
    except NotFound:
        raise
    except Refusal as refusal:
        item = _item_named(request, data)
        if item is not None:
            return look_back_page(
                request, item.look_back_id, Filled(f"remark-{item.pk}", shown_back(data), refusal, beside=True)
            )
        return measure_page(request, pk, Filled(f"remark-measure-{pk}", shown_back(data), refusal, beside=True))
    messages.success(request, _("The remark on %(number)s is made.") % {"number": remark.measure.number})
    return redirect(_after(request, remark))


def _item_named(request: HttpRequest, data: Mapping[str, str]) -> LookBackItem | None:
    """The sampled measure on whose page a remark was written, if the reader may see it."""
    text = data.get("item", "")
    if data.get("from") != ON_SAMPLE or not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    return LookBackItem.objects.visible_to(request.user, clock.today()).filter(pk=int(text)).first()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remark_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Answers a remark, accepts the answer, or sends it back."""
    if act not in REMARK_ACTS:
        raise Http404
    found = Remark.objects.visible_to(request.user, clock.today()).select_related("item").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such remark, or it is not yours to see."))
    if request.method != "POST":
        return redirect(_after(request, found))
    data = typed(request)
    service, done = REMARK_ACTS[act]
    try:
        files = [only_file(request.FILES)] if act == "answer" else []
        remark = service(clock.act_of(request.user), pk, data, *files)
    except NotFound:
        raise
    except Refusal as refusal:
        filled = Filled(f"{act}-{pk}", shown_back(data), refusal, beside=True)
        if request.POST.get("from") == ON_SAMPLE and found.item is not None:
            return look_back_page(request, found.item.look_back_id, filled)
        return measure_page(request, found.measure_id, filled)
    messages.success(request, done % {"number": remark.measure.number})
    return redirect(_after(request, remark))
