"""The overview of many rounds and organisations: 50 on a page, each number a link to the rows that it counts."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from issues.states import RoundStatus
from rectify.organization.models import Organization
from rectify.web.lists import COUNT_LIMIT, MAX_PAGE_SIZE, BoundedPagination
from rectify.web.moments import Moment, read_moment
from rectify.web.tables import table_response

from ..access import business_frame
from ..figures.choosing import FILTERS, chosen_rounds
from ..figures.many import RoundLine, round_lines, together
from ..live import revision_of_many, unchanged
from ..navigation import Frame
from .many_words import COLUMNS, GROUPS, line_of, sum_cells, table_columns

# So many organisations are offered for choosing.
OFFERED = 200


@login_required
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """The page, or with `?format=csv` all the rounds that fit as a file; 204 for whoever has this revision already."""
    frame = business_frame(request)
    # A day before one round's feedback is none before another's.
    moment = frame.moment = read_moment(request.GET, frame.today)
    fitting = chosen_rounds(request, frame.today)
    if request.GET.get("format") == "csv":
        return _as_csv(fitting, moment)
    pages = BoundedPagination()
    pages.read(Request(request))
    start = (pages.page - 1) * pages.size
    present = revision_of_many(fitting[start : start + pages.size], moment)
    if unchanged(request, present):
        return HttpResponse(status=204)
    lines = round_lines(pages.paginate_queryset(fitting, Request(request)), moment)
    return render(request, "dashboards/rounds.html", _context(frame, pages, lines, present))


def _context(frame: Frame, pages: BoundedPagination, lines: list[RoundLine], present: str) -> dict[str, Any]:
    params = frame.request.GET.copy()
    params.pop("since", None)
    query = params.urlencode()
    csv = params.copy()
    csv["format"] = "csv"
    asked = [name for name in FILTERS if params.get(name, "").strip()]
    clear = params.copy()
    for name in (*asked, "page"):
        clear.pop(name, None)
    return {
        "lines": [line_of(line, frame.moment) for line in lines],
        "sums": sum_cells(together(lines)),
        "columns": COLUMNS,
        "groups": [(label, sum(column.under == name for column in COLUMNS)) for name, label in GROUPS.items()],
        "without": sum(line.figures is None for line in lines),
        "page": Paginator(range(pages.count), pages.size).page(pages.page),
        "more": not pages.exact,
        "chips": _chips(frame),
        "any_filter": bool(asked),
        "clear_url": f"?{clear.urlencode()}",
        "csv": f"?{csv.urlencode()}",
        "live_url": f"{frame.request.path}?{query}{'&' if query else ''}since={present}",
        "on": frame.moment.on,
        "all_rounds": True,
    }


def _chips(frame: Frame) -> list[dict[str, Any]]:
    """The filters that are chosen from a list: one statement."""
    readable = Organization.objects.readable_by(frame.request.user, frame.today).order_by("name", "pk")
    organizations = [(each.key, each.name) for each in readable[:OFFERED]]
    choices = (
        ("organization", _("Organisation"), organizations),
        ("status", _("Status"), [(status.value, str(status.label)) for status in RoundStatus]),
    )
    chips = []
    for name, label, options in choices:
        value = frame.request.GET.get(name, "").strip()
        words = {str(choice): words for choice, words in options}
        if value or len(options) > 1:
            chips.append(
                {
                    "name": name,
                    "label": label,
                    "value": value,
                    "shown": "、".join(words.get(part, part) for part in value.split(",")),
                    "choices": options,
                }
            )
    return chips


def _as_csv(fitting: Any, moment: Moment) -> HttpResponse:
    """All rounds that fit, read by and by."""
    answer: Any = table_response(
        "csv", f"rounds-{moment.on}", _("All rounds"), "", table_columns(moment), _all(fitting, moment)
    )
    return answer


def _all(fitting: Any, moment: Moment) -> Iterator[RoundLine]:
    """Every round that fits with its figures, as far as lists go."""
    for start in range(0, COUNT_LIMIT, MAX_PAGE_SIZE):
        page = list(fitting[start : start + MAX_PAGE_SIZE])
        yield from round_lines(page, moment)
        if len(page) < MAX_PAGE_SIZE:
            return
