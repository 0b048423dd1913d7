"""What every page of the overview does alike: its round and moment, its tabs, keeping up, its stamp."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from issues.models import Round
from rectify.dispatch.pages.shared import week_in_words

from ..access import business_frame
from ..figures.weeks import frozen_days
from ..live import revision, unchanged
from ..navigation import Frame

TABS = (
    ("round", pgettext_lazy("of a round", "Overview")),
    ("wall", gettext_lazy("Wall chart")),
    ("reporting", gettext_lazy("Reporting")),
    ("by-department", gettext_lazy("By department")),
    ("by-leader", gettext_lazy("By leader")),
    ("changes", gettext_lazy("Two days compared")),
)

Page = Callable[..., HttpResponse]


def overview_page(page: Page) -> Page:
    """A page about one round: for those who see business data, with 204 for whoever has this revision already."""

    @login_required
    @require_safe
    @wraps(page)
    def view(request: HttpRequest, **where: Any) -> HttpResponse:
        frame = business_frame(request)
        if frame.round is None:
            return render(request, "ledger/no_round.html")
        # A wrong day is told before anything is read.
        present = revision(frame.round, frame.moment)
        if unchanged(request, present):
            return HttpResponse(status=204)
        request.revision = present  # type: ignore[attr-defined]
        return page(frame, frame.round, **where)

    return view


def shown(frame: Frame, round_: Round, name: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """Renders a page of the overview with its tabs and with where it asks for news."""
    request = frame.request
    query = request.GET.copy()
    query.pop("since", None)
    query["round"] = str(round_.pk)
    present = request.revision  # type: ignore[attr-defined]
    whole = {
        **context,
        "tabs": tabs(frame, round_, name),
        # A page with days of its own to choose needs no slider beside them.
        "slider": None if context.get("own_days") else slider(frame, round_),
        "live_url": f"{request.path}?{query.urlencode()}&since={present}",
        "address": f"{request.path}?{query.urlencode()}",
        "on": frame.moment.on,
        "now": frame.today,
    }
    return render(request, template, whole)


@dataclass(frozen=True)
class Slider:
    """The days at which the slider over time stops: each frozen week, and today.

    Args:
        stops: each day in words, with the page as of that day; the last one is today.
        place: which of them is shown; that before the day where it is none of them.
    """

    stops: list[tuple[str, str]]
    place: int

    @property
    def earlier(self) -> str:
        """The page at the stop before; empty at the first."""
        return self.stops[self.place - 1][1] if self.place > 0 else ""

    @property
    def later(self) -> str:
        return self.stops[self.place + 1][1] if self.place + 1 < len(self.stops) else ""


def slider(frame: Frame, round_: Round) -> Slider | None:
    """The slider over the frozen weeks; None before the first of them. Whatever else is in the address stays there.

    One statement.
    """
    frozen = frozen_days(round_)
    if not frozen:
        return None
    request = frame.request
    stops = []
    for week, day in [*frozen, (None, frame.today)]:
        query = request.GET.copy()
        for name in ("since", "as_of", "known_at"):
            query.pop(name, None)
        query["round"] = str(round_.pk)
        if week is not None:
            query["as_of"] = day.isoformat()
        words = _("%(week)s, frozen on %(day)s") % {"week": week_in_words(week), "day": day} if week else _("Today")
        stops.append((words, f"{request.path}?{query.urlencode()}"))
    moment = frame.moment
    place = sum(day <= moment.on for _week, day in frozen) - 1 if moment.is_past else len(frozen)
    return Slider(stops, max(0, place))


def tabs(frame: Frame, round_: Round, current: str) -> list[dict[str, Any]]:
    """The pages about one round, at the same moment."""
    return [{"label": label, "url": address(frame, round_, name), "current": name == current} for name, label in TABS]


def address(frame: Frame, round_: Round, name: str, *where: Any, **query: Any) -> str:
    """A page of the overview about the round at the moment that is shown."""
    further = "".join(f"&{key}={value}" for key, value in query.items())
    return f"{reverse(name, args=where)}?round={round_.pk}{frame.moment.address()}{further}"


def ledger_address(frame: Frame, round_: Round) -> str:
    """The ledger at the moment; filters are put behind it."""
    return f"{reverse('ledger')}?round={round_.pk}{frame.moment.address()}"


def stamp(frame: Frame, digest: str = "") -> str:
    """What is printed on every picture: the day, up to when entries count, the digest."""
    moment = frame.moment
    parts = [_("As of %(day)s") % {"day": moment.on}]
    if moment.known_on is not None:
        parts.append(_("known at %(day)s") % {"day": moment.known_on})
    if digest:
        parts.append(_("digest") + " " + digest[:16])
    return " · ".join(parts)
