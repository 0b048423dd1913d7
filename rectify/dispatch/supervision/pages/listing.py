"""The list of a round's papers: what is open first, filtered by chips that stay in the address."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from issues.models import Round
from issues.states import UNDER_WAY
from rectify.organization.models import BUSINESS_ROLES
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden

from ...models import OrderKind, OrderStatus, SupervisionOrder
from ...pages.shared import round_of
from ..drafting import may_draft
from ..shown import line_of
from ..states import OPEN, overdue

SHOWN: Mapping[str, Any] = {
    "open": pgettext_lazy("supervision papers", "Open"),
    "overdue": gettext_lazy("Overdue"),
    "draft": pgettext_lazy("supervision papers", "Drafts"),
    "closed": pgettext_lazy("supervision papers", "Closed"),
}
# More than anybody reads on one page; the filters narrow it.
MOST = 200


@login_required
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """A round's papers; `?show=` open, overdue, draft or closed, `?kind=` a kind."""
    today = clock.today()
    posts = Posts.of(request.user, today)
    if posts.roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    round_ = round_of(request)
    if round_ is None:
        return render(request, "supervision/papers.html", {"round": None, "lines": []})
    request.round = round_  # type: ignore[attr-defined]
    visible = SupervisionOrder.objects.visible_to(request.user, today).filter(round=round_)
    chosen, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    found = narrowed(visible, chosen, kind, today)
    open_, late = visible.open().count(), visible.overdue(today).count()
    context = {
        "round": round_,
        "lines": [line_of(order, today) for order in found.for_display().pressing_first()[:MOST]],
        "most": MOST,
        "count": found.count(),
        "open": open_,
        "late": late,
        "chips": chips(round_, chosen, kind, {"open": open_, "overdue": late}),
        "kinds": OrderKind.choices,
        "kind": kind if kind in OrderKind.values else "",
        "kind_shown": OrderKind(kind).label if kind in OrderKind.values else "",
        "filtered": chosen in SHOWN or kind in OrderKind.values,
        "office": "office" in posts.parties(Concern(round_.organization_id)),
        "may_draft": may_draft(posts, round_.organization_id) if round_.status in UNDER_WAY else frozenset(),
    }
    return render(request, "supervision/papers.html", context)


def narrowed(visible: Any, chosen: str, kind: str, today: Any) -> Any:
    """The papers that the filters leave; a filter that is none leaves all."""
    conditions: dict[str, Any] = {
        "open": {"status__in": OPEN},
        "draft": {"status": OrderStatus.DRAFT},
        "closed": {"status__in": [OrderStatus.CLOSED, OrderStatus.CANCELLED]},
    }
    found = visible.filter(overdue(today)) if chosen == "overdue" else visible.filter(**conditions.get(chosen, {}))
    return found.filter(kind=kind) if kind in OrderKind.values else found


def chips(round_: Round, chosen: str, kind: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The choices of what is shown, as links that turn one on or off and keep the kind."""
    kept = {"round": round_.pk} | ({"kind": kind} if kind else {})
    return [
        {
            "label": label,
            "on": chosen == name,
            "url": "?" + urlencode(kept if chosen == name else {**kept, "show": name}),
            "count": counts.get(name, ""),
        }
        for name, label in SHOWN.items()
    ]
