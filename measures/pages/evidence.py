"""Adding, replacing and withdrawing evidence; looking at it and getting it: never run by a browser."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.shown_files import download, page_number, picture
from rectify.workflow.refusals import Invalid, NotFound, Refusal

from ..evidence import withdraw_evidence as withdraw
from ..evidence_facts import OtherUse, with_facts
from ..models import Evidence
from .filing import add_chosen_files
from .filled import Filled, next_address, shown_back, typed
from .leaf import leaf
from .measure import measure_page
from .shown_evidence import Reader, item_of, links


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds one or several files to a measure, or one in place of another."""
    here = reverse("measure", args=[pk])
    if request.method != "POST":
        return redirect(f"{here}?act=add_evidence")
    data, files = typed(request), request.FILES.getlist("file")
    act = "replace_evidence" if data.get("replaces") else "add_evidence"
    try:
        added = add_chosen_files(clock.act_of(request.user), pk, files, data)
    except NotFound:
        raise
    except Refusal as refusal:
        if "replaces" in refusal.errors:
            refusal.errors["instead_of"] = refusal.errors.pop("replaces")
        return measure_page(request, pk, Filled(act, shown_back(data), refusal))
    count = len(added)
    messages.success(request, ngettext("%(count)d file added.", "%(count)d files added.", count) % {"count": count})
    tell_other_uses(request, added)
    return redirect(next_address(request, here))


def tell_other_uses(request: HttpRequest, added: Iterable[Evidence]) -> None:
    """Tells where the files that were just added stand already."""
    for file in with_facts(list(added), request.user, clock.today()):
        others: list[OtherUse] = file.also_under  # type: ignore[attr-defined]
        if others:
            names = pgettext("between names", ", ").join(use.number for use in others)
            words = _("The same file as “%(title)s” also stands under %(numbers)s.")
            messages.warning(request, words % {"title": file.title, "numbers": names})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraws a file of a measure."""
    here = reverse("measure", args=[pk])
    if request.method != "POST":
        return redirect(f"{here}?act=withdraw_evidence")
    data = typed(request)
    try:
        found = withdraw(clock.act_of(request.user), chosen_file(pk, data), data)
    except NotFound:
        raise
    except Refusal as refusal:
        return measure_page(request, pk, Filled("withdraw_evidence", shown_back(data), refusal))
    messages.success(request, _("“%(title)s” is withdrawn.") % {"title": found.title})
    return redirect(next_address(request, here))


def chosen_file(measure_id: int, data: Mapping[str, Any]) -> int:
    """The file that a form names. Raises Invalid where it is none of this measure."""
    text = str(data.get("evidence", ""))
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = Evidence.objects.filter(pk=int(text), measure=measure_id).values_list("pk", flat=True).first()
        if found is not None:
            return found
    raise Invalid(errors={"evidence": [_("Choose a file of this measure that still stands.")]})


def visible(request: HttpRequest, pk: int) -> Evidence:
    """A piece of evidence that the reader may see. Raises NotFound."""
    seen: Any = Evidence.objects.visible_to(request.user, clock.today())
    found = seen.select_related("replaced_by", "measure__sub_issue__round").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    return found


@login_required
@require_safe
def evidence(request: HttpRequest, pk: int) -> FileResponse:
    """A file of evidence, as a download."""
    found = visible(request, pk)
    return download(found.sha256, found.filename, found.content_type)


@login_required
@require_safe
def evidence_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of a file as a picture: `?page=`, `?size=small`."""
    found = visible(request, pk)
    return picture(found.sha256, found.content_type, request.GET)


@login_required
@require_safe
def evidence_view(request: HttpRequest, pk: int) -> HttpResponse:
    """A file to leaf through in place, and from it to its measure's next file; `?page=`, `?back=`."""
    found, page = visible(request, pk), page_number(request.GET.get("page", ""))
    round_ = found.measure.sub_issue.round
    request.round = round_  # type: ignore[attr-defined]
    back = request.GET.get("back", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = ""
    on = clock.today()
    with_facts([found], request.user, on)
    pictures = reverse("evidence-picture", args=[pk])
    shown, around = leaf(found.sha256, found.content_type, page, pictures), neighbours(found, back)
    context = {
        "file": found,
        "item": item_of(found, Reader(Posts.of(request.user, on), on, back=back)),
        "back": back or reverse("measure", args=[found.measure_id]),
        "page": page,
        **shown,
        **around,
    }
    if page > 1:
        context["left"] = turn(found, page - 1, back)
    if page < shown["shown"]:
        context["right"] = turn(found, page + 1, back)
    return render(request, "measures/evidence.html", context)


def turn(file: Evidence, page: int, back: str) -> dict[str, Any]:
    """The way to another page of a file."""
    url = reverse("evidence-view", args=[file.pk])
    query = urlencode({"page": page, **({"back": back} if back else {})})
    return {"url": f"{url}?{query}", "page": True}


def neighbours(file: Evidence, back: str) -> dict[str, Any]:
    """The files before and after one, in the order in which its measure's page shows them."""
    files = list(file.measure.evidence.order_by("-pk").values_list("pk", "filename", "title"))
    place = next(index for index, (pk, _name, _title) in enumerate(files) if pk == file.pk)
    around: dict[str, Any] = {"place": place + 1, "of": len(files)}
    for name, index in (("left", place - 1), ("right", place + 1)):
        if 0 <= index < len(files):
            pk, filename, title = files[index]
            around[name] = {"url": links(pk, filename, back)["url"], "title": title}
    return around
