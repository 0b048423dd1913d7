"""One's own inbox, and how one wants to be told."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rectify.web import clock
from rectify.workflow.refusals import Refusal

from ..models import Notice, NoticeKind
from ..notices import inbox
from ..notices.links import page_of
from ..notices.outbox import ALWAYS_IN_APP
from ..notices.representation import LOOKS, notice_rows
from .feed import feed_facts

PAGE_SIZE = 50
# A badge that asks so often costs next to nothing: one statement, and no answer where nothing is new.
NOTHING_NEW = 204


@login_required
@require_http_methods(["GET", "HEAD"])
def notices(request: HttpRequest) -> HttpResponse:
    """One's notices, the newest first; `?unread=1` leaves out those that were read."""
    on = clock.today()
    mine = Notice.objects.visible_to(request.user, on).select_related("round")
    unread = mine.unread()
    only_unread = request.GET.get("unread") == "1"
    page = Paginator(unread if only_unread else mine, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    rows = [
        row
        | {
            "look": LOOKS.get(row["kind"], "not_started"),
            "round_title": notice.round.title,
            "colour": notice.facts.get("colour", ""),
        }
        for row, notice in zip(notice_rows(shown, on), shown, strict=True)
    ]
    count = inbox.unread_count(request.user, on)
    context = {
        "page": page,
        "rows": rows,
        "unread": count,
        "newest": inbox.seen_until(shown),
        "only_unread": only_unread,
        "several_rounds": len({notice.round_id for notice in shown}) > 1,
        "tabs": [
            {"label": _("All"), "url": "?", "count": None, "current": not only_unread},
            {"label": _("Unread"), "url": "?unread=1", "count": count, "current": only_unread},
        ],
    }
    return render(request, "notices/notices.html", context)


@login_required
@require_http_methods(["GET", "HEAD"])
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks a notice as read and goes to what it tells of."""
    return redirect(page_of(inbox.mark_read(clock.act_of(request.user), pk, {})))


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all that were shown as read."""
    try:
        count = inbox.mark_all_read(clock.act_of(request.user), request.POST.dict())
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("notices")
    words = ngettext("%(count)d notice is marked as read.", "%(count)d notices are marked as read.", count)
    messages.success(request, words % {"count": count})
    return redirect("notices")


@require_http_methods(["GET", "HEAD"])
def count(request: HttpRequest) -> HttpResponse:
    """The badge on the bell; 204 where it is the number that the page shows already, or nobody is signed in."""
    if not request.user.is_authenticated:
        return HttpResponse(status=NOTHING_NEW)
    unread = inbox.unread_count(request.user, clock.today())
    if request.GET.get("since") == str(unread):
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "components/bell.html", {"unread": unread})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """How one is told: the e-mail address, quiet hours, and what is told by which way."""
    rules = inbox.contact_of(request.user)
    if request.method != "POST":
        return _form(request, inbox.told(rules), None)
    data: dict[str, Any] = request.POST.dict()
    data |= {name: name in request.POST for name in ("email", "quiet_days")}
    data["muted"] = _unticked(request, "mail", NoticeKind.values)
    data["hidden"] = _unticked(request, "app", [kind for kind in NoticeKind.values if kind not in ALWAYS_IN_APP])
    try:
        inbox.set_contact(clock.act_of(request.user), data)
    except Refusal as refusal:
        return _form(request, inbox.told(rules) | data, refusal)
    messages.success(request, _("Saved. It holds for everything that comes from now on."))
    return redirect("notices-settings")


def _unticked(request: HttpRequest, name: str, kinds: list[str]) -> list[str]:
    """The kinds whose box was shown and not ticked."""
    ticked = request.POST.getlist(name)
    return [kind for kind in kinds if kind not in ticked]


def _form(request: HttpRequest, values: dict[str, Any], refusal: Refusal | None) -> HttpResponse:
    errors = refusal.errors if refusal else {}
    kinds = [
        {
            "value": kind.value,
            "label": kind.label,
            "app": kind.value not in values["hidden"],
            "mail": kind.value not in values["muted"],
            "always": kind.value in ALWAYS_IN_APP,
        }
        for kind in NoticeKind
    ]
    problem = refusal.detail if refusal is not None and not errors else ""
    context = {"values": values, "errors": errors, "problem": problem, "kinds": kinds, **feed_facts(request.user)}
    return render(request, "notices/settings.html", context, status=refusal.status if refusal else 200)
