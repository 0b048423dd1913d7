"""The reporting map, and a department's own page with its history."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.models import Round
from measures.figures.round import round_figures
from rectify.dispatch.pages.shared import week_in_words
from rectify.organization.models import Department
from rectify.web.tables import Column, table_response
from rectify.workflow.refusals import NotFound

from ..charts.kit import download, markup
from ..charts.states import state_bars
from ..charts.weeks import SYMBOLS, WORDS, cell_words, week_map
from ..figures.histories import loads
from ..figures.owners import owners
from ..figures.reporting import MapRow, MapWeek, ReportingMap, reporting_map
from ..navigation import Frame
from .shared import address, ledger_address, overview_page, shown, stamp

WIDE, NARROW = 960, 340
COLUMNS = (
    ("owed", gettext_lazy("owed")),
    ("reported", gettext_lazy("on time")),
    ("late", gettext_lazy("late")),
    ("unconfirmed", gettext_lazy("not confirmed yet")),
    ("missing", gettext_lazy("not reported")),
    ("returned", gettext_lazy("returned")),
    ("exempt", gettext_lazy("exempt")),
)


@overview_page
def reporting(frame: Frame, round_: Round) -> HttpResponse:
    """Department by week, and department by state."""
    found = reporting_map(round_, frame.moment)
    if frame.request.GET.get("format") == "csv":
        return as_csv(frame, found)
    figures = round_figures(round_, frame.moment)
    ledger, note = ledger_address(frame, round_), stamp(frame)

    def measures(group: Mapping[str, Any], filters: str) -> str:
        return f"{ledger}&lead_department={group['id']}&{filters}"

    context = {
        "map": found,
        "picture": markup(week_map(found, board_lines(round_), note)) if found.weeks else "",
        "table": table_of(found, round_),
        "legend": [(name, SYMBOLS[name], WORDS[name]) for name in SYMBOLS],
        "states": markup(state_bars(figures.by_department, measures, WIDE, note)),
        "states_narrow": markup(state_bars(figures.by_department, measures, NARROW, note)),
        "groups": figures.by_department,
        "ledger": ledger,
        "csv": address(frame, round_, "reporting", format="csv"),
        "file": address(frame, round_, "reporting-map"),
        "digest": figures.digest,
    }
    return shown(frame, round_, "reporting", "dashboards/reporting.html", context)


@overview_page
def reporting_file(frame: Frame, round_: Round) -> HttpResponse:
    """The map as a file."""
    found = reporting_map(round_, frame.moment)
    return download(week_map(found, board_lines(round_), stamp(frame)), f"reporting-{frame.moment.on}")


@overview_page
def department(frame: Frame, round_: Round, pk: int) -> HttpResponse:
    """A department's own page: what it answers for now, and how it reported week by week."""
    its = Department.objects.filter(pk=pk, organization=round_.organization_id).first()
    if its is None:
        raise NotFound(_("There is no such department in this round."))
    figures = round_figures(round_, frame.moment)
    mine = [group for group in figures.by_department if group["id"] == pk]
    found = reporting_map(round_, frame.moment, pk)
    if frame.request.GET.get("format") == "csv":
        return as_csv(frame, found)
    context = {
        "department": its,
        "owner": owners(mine, None)[0] if mine else None,
        "weeks": weeks_of(found, round_, loads(round_, frame.moment, "by_department").get(its.key, [])),
        "columns": COLUMNS,
        "mine": f"{ledger_address(frame, round_)}&lead_department={pk}",
        "csv": address(frame, round_, "department", pk, format="csv"),
        "digest": figures.digest,
    }
    return shown(frame, round_, "by-department", "dashboards/department.html", context)


def board_lines(round_: Round) -> Any:
    """The board's lines of a department in a week."""

    def lines(row: MapRow, week: MapWeek, states: str = "") -> str:
        query = {"round": round_.pk, "week": week.pk, "department": row.pk} | ({"state": states} if states else {})
        return f"{reverse('dispatch-board')}?{urlencode(query)}#lines"

    return lines


def table_of(found: ReportingMap, round_: Round) -> list[dict[str, Any]]:
    """The map as a table: a line for each department, a cell for each week in words."""
    lines = board_lines(round_)
    return [
        {
            "row": row,
            "cells": [
                {"words": _counts_in_words(row, week), "url": lines(row, week)} if week.pk in row.weeks else None
                for week in found.weeks
            ],
        }
        for row in found.rows
    ]


def _counts_in_words(row: MapRow, week: MapWeek) -> str:
    return cell_words(row, week).removeprefix(f"{row.name} {week.week} ")


STATES = {
    "reported": "reported",
    "late": "late",
    "unconfirmed": "to_confirm",
    "missing": "to_report,saved",
    "returned": "returned",
    "exempt": "exempt",
}


def weeks_of(found: ReportingMap, round_: Round, history: list[Any]) -> list[dict[str, Any]]:
    """A department's weeks, the newest first, each count with its lines, beside what it had open then."""
    lines, load = board_lines(round_), {each.week: each for each in history}
    shown_weeks = []
    for week in reversed(found.weeks):
        row = found.rows[0] if found.rows else None
        counts = row.weeks.get(week.pk, {}) if row else {}
        cells = [
            (name, counts.get(name, 0), lines(row, week, STATES.get(name, "")) if row and counts.get(name) else "")
            for name, _label in COLUMNS
        ]
        shown_weeks.append(
            {"week": week, "words": week_in_words(week.week), "cells": cells, "load": load.get(week.week)}
        )
    return shown_weeks


def as_csv(frame: Frame, found: ReportingMap) -> HttpResponse:
    """A line for each department and week, under the day that is shown."""
    moment = frame.moment
    rows = [(row, week, row.weeks[week.pk]) for row in found.rows for week in found.weeks if week.pk in row.weeks]

    def count(name: str) -> Any:
        return lambda line: line[2][name]

    columns = [
        Column(_("Department"), lambda line: line[0].name),
        Column(_("Week"), lambda line: str(line[1].week)),
        *(Column(label, count(name)) for name, label in COLUMNS),
        Column(_("As of"), lambda line: moment.on),
        Column(_("Known at"), lambda line: moment.known_on or moment.today),
    ]
    answer: Any = table_response("csv", f"reporting-{moment.on}", "", "", columns, rows)
    return answer
