"""Adding evidence to a measure, and getting it: only where it may be seen, and never run by a browser."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from rectify.web import clock
from rectify.workflow.refusals import NotFound, Refusal

from ..api import file_response
from ..models import Evidence
from .filing import add_chosen_files
from .filled import Filled, next_address, shown_back, typed
from .measure import measure_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds one or several files to a measure."""
    here = reverse("measure", args=[pk])
    if request.method != "POST":
        return redirect(f"{here}?act=add_evidence")
    data, files = typed(request), request.FILES.getlist("file")
    try:
        added = add_chosen_files(clock.act_of(request.user), pk, files, data.get("title", ""), data.get("kind", ""))
    except NotFound:
        raise
    except Refusal as refusal:
        return measure_page(request, pk, Filled("add_evidence", shown_back(data), refusal))
    count = len(added)
    messages.success(request, ngettext("%(count)d file added.", "%(count)d files added.", count) % {"count": count})
    return redirect(next_address(request, here))


@login_required
@require_safe
def evidence(request: HttpRequest, pk: int) -> FileResponse:
    """A file of evidence, as a download."""
    found = Evidence.objects.visible_to(request.user, clock.today()).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    return file_response(found)
