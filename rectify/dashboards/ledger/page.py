"""The ledger of a round as a page: its figures, and the whole tree as one wide table."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues.models import Heading, Round, SpecialPlan
from issues.scope import Scope
from measures.figures.round import RoundFigures, round_figures
from measures.models import Measure
from measures.parties import available, pending_request
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.moments import Moment
from rectify.workflow.refusals import Invalid, NotFound

from ..access import business_frame
from ..navigation import Frame
from .filters import LABELS, Names, active_filters, export_urls, filter_bar
from .tree import (
    MOST_MEASURES,
    Ledger,
    flat_rows,
    measure_row,
    read_ledger,
    tree_rows,
)
from .words import figure_lines, hits_in_words, loaded_totals, reconcile, round_in_words

# Up to so many rows a tree starts unfolded on a phone too.
FEW_ROWS = 30
# In this order the table is a tree; in any other it is a plain list.
TREE_ORDER = ("", "number")


@login_required
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """The whole tree, or what the address narrows it to; 400 with words where the address does not fit."""
    frame = business_frame(request)
    if frame.round is None:
        return render(request, "ledger/no_round.html")
    names = Names.of(frame.round)
    context, errors = _read(frame, frame.round, names)
    context |= {
        "bar": filter_bar(
            names,
            request.GET,
            context.get("headings") or Heading.objects.filter(round=frame.round),
            SpecialPlan.objects.filter(round=frame.round),
        ),
        "errors": _errors_in_words(errors),
        "export": export_urls(context["scope"], request.GET),
    }
    return render(request, "ledger/ledger.html", context, status=400 if errors else 200)


def _read(frame: Frame, round_: Round, names: Names) -> tuple[dict[str, Any], Mapping[str, list[Any]]]:
    """What the page shows, and what was wrong with the address; the figures stand even where a filter is wrong."""
    request = frame.request
    try:
        scope = frame.scope
    except Invalid as error:
        return {"scope": Scope(request.user, Moment(frame.today, None, frame.today), round_)}, error.errors
    context = {"scope": scope, "on": scope.moment.on, **_figures(round_figures(round_, scope.moment))}
    try:
        found = read_ledger(scope, request.GET, names)
    except Invalid as error:
        return context, error.errors
    flat = request.GET.get("ordering", "").strip() not in TREE_ORDER
    rows = flat_rows(found, scope) if flat else tree_rows(found, scope)
    context |= {
        "headings": found.headings,
        "flat": flat,
        "table_id": _table_id(request),
        "rows": rows,
        "many_rows": len(rows) > FEW_ROWS,
        "with_acts": any(row.has_button for row in rows),
        **_for_rows(frame.posts),
        "shown": _shown_in_words(found, request),
        "most": MOST_MEASURES if found.truncated else None,
        "reconciliation": reconcile(round_.declared, loaded_totals(round_)),
    }
    return context, {}


def _table_id(request: HttpRequest) -> str:
    """The name under which the browser keeps what was folded: one for the whole tree, one for each set of filters."""
    filters = "&".join(f"{name}={request.GET[name]}" for name in active_filters(request.GET))
    return f"ledger-{crc32(filters.encode()):x}" if filters else "ledger"


def _for_rows(posts: Posts) -> dict[str, Any]:
    """What every row needs beside itself."""
    return {"pieces": {}, "is_leader": Role.LEADER in posts.roles}


def _figures(figures: RoundFigures) -> dict[str, Any]:
    return {
        "sentence": round_in_words(figures),
        "lines": figure_lines(figures),
        "digest": figures.digest,
    }


def _shown_in_words(found: Ledger, request: HttpRequest) -> str:
    words = hits_in_words(len(found.sub_issues), len(found.measures))
    if active_filters(request.GET):
        return _("Fits the filters: %(words)s") % {"words": words}
    return _("All: %(words)s") % {"words": words}


def _errors_in_words(errors: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    return [{"label": LABELS.get(name, name), "text": str(text)} for name, texts in errors.items() for text in texts]


@login_required
@require_safe
def ledger_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure's row as it is now, and with it the round's figures, for putting in place after an act."""
    posts = business_frame(request).posts
    measure = Measure.objects.for_display().filter(pk=pk).first()
    if measure is None or not posts.reads(measure.sub_issue.round.organization):
        raise NotFound(_("There is no such measure, or it is not yours to see."))
    today = clock.today()
    flat = bool(request.GET.get("flat"))
    row = measure_row(measure, available(measure, posts, pending_request(measure)), today, flat=flat)
    figures = round_figures(measure.sub_issue.round, Moment(today, None, today))
    context = {"row": row, "flat": flat, **_for_rows(posts), **_figures(figures)}
    return render(request, "ledger/row_alone.html", context)
