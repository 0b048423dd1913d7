"""The wall chart (挂图作战): as a page, on a wall, as a picture to take away, as rows."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.models import Round
from issues.states import Kind, SubIssueStatus
from measures.figures.round import RoundFigures, round_figures
from measures.round_digest import round_digest
from measures.states import MeasureStatus
from rectify.web import clock
from rectify.web.tables import Column, table_response

from ..charts.kit import download, markup
from ..charts.wall import Drawing, legend_item, legend_words
from ..charts.wall_layout import NARROW, SCREEN, WIDE, Layout, Links, pages
from ..charts.wall_words import (
    day_in_words,
    days_in_words,
    leader_of,
    status_in_words,
    today_in_words,
    wall_in_words,
    whose,
)
from ..figures.dashboard import last_before
from ..figures.since import since
from ..figures.wall import Around, Bar, Wall, WallHeading, WallSubIssue, active_filters, read_wall
from ..figures.weeks import frozen_by
from ..ledger.tree import MOST_MEASURES
from ..ledger.words import hits_in_words
from ..navigation import Frame
from .round import sentence
from .shared import ledger_address, overview_page, shown, stamp
from .wall_filters import wall_filters

# So many lines are large enough to be read from five metres.
ROWS = 15
Row = tuple[WallHeading, WallSubIssue, Bar]


@overview_page
def wall(frame: Frame, round_: Round) -> HttpResponse:
    """The page, or with `?format=csv` its rows as a file."""
    params = frame.request.GET
    if params.get("format") == "csv":
        return _as_csv(frame, round_)
    around = Around.of(round_)
    chart = read_wall(frame.scope, round_, params, around, MOST_MEASURES)
    figures = round_figures(round_, frame.moment)
    context = {
        "sentence": _sentence(frame, round_, figures),
        "bar": wall_filters(around, params),
        "found": _found(frame, chart),
        "words": wall_in_words(chart),
        "legend": [(markup(legend_item(name)), words) for name, words in legend_words()],
        "forms": [_form(frame, chart, WIDE), _form(frame, chart, NARROW)],
        "rows": [_table_row(row) for row in _rows(chart)],
        "wall": chart,
        "most": MOST_MEASURES if chart.more else None,
        "full": _here(frame, round_, "wall-full"),
        "file": _here(frame, round_, "wall-file"),
        "csv": _here(frame, round_, "wall", format="csv"),
        "digest": figures.digest,
    }
    return shown(frame, round_, "wall", "dashboards/wall.html", context)


@overview_page
def wall_full(frame: Frame, round_: Round) -> HttpResponse:
    """The chart alone, in large type, page by page."""
    chart = read_wall(frame.scope, round_, frame.request.GET, Around.of(round_), MOST_MEASURES)
    drawing = _drawing(frame, chart, SCREEN)
    figures = round_figures(round_, frame.moment)
    context = {
        "round": round_,
        "sentence": _sentence(frame, round_, figures),
        "words": wall_in_words(chart) if active_filters(frame.request.GET) else "",
        "legend": [(markup(legend_item(name)), words) for name, words in legend_words()],
        "pages": [(each, markup(drawing.page(each, place))) for place, each in enumerate(pages(chart, ROWS))],
        "at": timezone.localtime(clock.now()),
        "stamp": stamp(frame, figures.digest),
        "back": _here(frame, round_, "wall"),
    }
    return shown(frame, round_, "wall", "dashboards/wall_full.html", context)


@overview_page
def wall_file(frame: Frame, round_: Round) -> HttpResponse:
    """The chart as one picture."""
    chart = read_wall(frame.scope, round_, frame.request.GET, Around.of(round_), MOST_MEASURES)
    # A picture that is kept says the day itself: its “today” passes.
    drawing = Drawing(chart, WIDE, None, day_in_words(chart))
    note = stamp(frame, round_digest(round_, frame.moment))
    return download(drawing.whole(round_.title, note), f"wall-chart-{frame.moment.on}")


def _sentence(frame: Frame, round_: Round, figures: RoundFigures) -> Any:
    kept = list(frozen_by(round_, frame.moment)[:2])
    change = since(figures.as_json(), last_before(kept, frame.moment.on))
    return sentence(figures, change, ledger_address(frame, round_))


def _found(frame: Frame, chart: Wall) -> str:
    words = hits_in_words(len(chart.sub_issues), len(chart.bars))
    filtered = active_filters(frame.request.GET)
    return (_("Fits the filters: %(words)s") if filtered else _("All: %(words)s")) % {"words": words}


def _here(frame: Frame, round_: Round, name: str, **changes: str) -> str:
    """Another form of the chart, with the same day and filters."""
    query = frame.request.GET.copy()
    for key in ("since", "format", "page"):
        query.pop(key, None)
    query["round"] = str(round_.pk)
    for key, value in changes.items():
        query[key] = value
    return f"{reverse(name)}?{query.urlencode()}"


def _drawing(frame: Frame, chart: Wall, layout: Layout) -> Drawing:
    # Reversing an address costs more than drawing what it leads to; all of a kind differ by their number alone.
    measure, sub_issue = (reverse(name, args=[0]).split("0") for name in ("measure", "sub-issue"))
    links = Links(lambda pk: str(pk).join(measure), lambda pk: str(pk).join(sub_issue))
    return Drawing(chart, layout, links, today_in_words(chart, frame.today))


def _form(frame: Frame, chart: Wall, layout: Layout) -> dict[str, Any]:
    """The chart in one layout: its axis, and under each heading a picture for each sub-issue."""
    drawing = _drawing(frame, chart, layout)
    groups = [(heading, [markup(drawing.block(each)) for each in heading.sub_issues]) for heading in chart.headings]
    return {"name": layout.name, "axis": markup(drawing.axis()), "groups": groups}


def _rows(chart: Wall) -> list[Row]:
    return [(heading, each, bar) for heading in chart.headings for each in heading.sub_issues for bar in each.bars]


def _table_row(row: Row) -> dict[str, Any]:
    _heading, sub_issue, bar = row
    return {
        "bar": bar,
        "sub_issue": sub_issue,
        "department": whose(bar),
        "leader": leader_of(bar),
        "status": status_in_words(bar),
        "days": days_in_words(bar) if bar.is_overdue or bar.is_due_soon else "",
    }


def _as_csv(frame: Frame, round_: Round) -> HttpResponse:
    """Every row with its days, under the day that is shown."""
    chart = read_wall(frame.scope, round_, frame.request.GET, Around.of(round_))
    digest, moment = round_digest(round_, frame.moment), frame.moment
    columns = [
        Column(_("Heading"), lambda row: f"{row[0].number} {row[0].title}"),
        Column(_("Sub-issue"), lambda row: f"{row[1].number} {row[1].title}"),
        Column(_("Status of the sub-issue"), lambda row: str(SubIssueStatus(row[1].status).label)),
        Column(_("No."), lambda row: row[2].number),
        Column(_("Measure"), lambda row: row[2].content),
        Column(_("Lead department"), lambda row: whose(row[2])),
        Column(_("Responsible leader"), lambda row: leader_of(row[2])),
        Column(_("Kind"), lambda row: str(Kind(row[2].kind).label)),
        Column(_("Status of the measure"), lambda row: str(MeasureStatus(row[2].status).label)),
        Column(_("Progress"), lambda row: row[2].progress),
        Column(_("Start"), lambda row: row[2].start),
        Column(_("Original deadline"), lambda row: row[2].original_due_on),
        Column(_("Deadline"), lambda row: row[2].due_on),
        Column(_("Closed on"), lambda row: row[2].closed_on),
        Column(_("Overdue"), lambda row: _("yes") if row[2].is_overdue else _("no")),
        Column(_("Days left"), lambda row: row[2].days),
        Column(_("As of"), lambda row: moment.on),
        Column(_("Known at"), lambda row: moment.known_on or moment.today),
        Column(_("digest"), lambda row: digest),
    ]
    note = stamp(frame, digest)
    answer: Any = table_response("csv", f"wall-chart-{moment.on}", _("Wall chart"), note, columns, _rows(chart))
    return answer
