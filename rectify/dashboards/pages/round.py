"""The round at a glance (整改总览): a sentence to read aloud, the curve beside the figures, then where it hurts."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from issues.models import Round
from issues.states import SubIssueStatus
from measures.figures.round import RoundFigures
from rectify.dispatch.pages.shared import week_in_words
from rectify.web.tables import Column, table_response

from ..charts.curve import Course, curve
from ..charts.kit import download, markup
from ..figures.course import course_of
from ..figures.dashboard import RoundDashboard, round_dashboard
from ..figures.owners import owners
from ..figures.since import Since
from ..homes import sentences
from ..ledger.words import round_in_words
from ..navigation import Frame
from .figure_rows import Figure, figure_groups
from .shared import address, ledger_address, overview_page, shown, stamp

WIDE, NARROW = 760, 340
WORST = 6
SETTLED_FIRST = (SubIssueStatus.CLOSED, SubIssueStatus.SUSTAINED)


@overview_page
def round_page(frame: Frame, round_: Round) -> HttpResponse:
    """The page, or with `?format=csv` its figures as a file."""
    dashboard = round_dashboard(round_, frame.moment)
    ledger = ledger_address(frame, round_)
    groups = figure_groups(dashboard, ledger)
    if frame.request.GET.get("format") == "csv":
        return _as_csv(frame, dashboard, groups)
    course = course_of(round_, frame.moment, dashboard.figures.rows, stamp(frame, dashboard.figures.digest))
    since = dashboard.since
    context = {
        "sentence": sentence(dashboard.figures, dashboard.since, ledger),
        "dashboard": dashboard,
        "first": groups[:2],
        # The superior's findings stand under the deadlines; closing and outcomes are short: they share a column.
        "columns": [groups[2:4], *([group] for group in groups[4:-2]), groups[-2:]],
        "since_words": week_in_words(since.week) if since else "",
        "curve_words": course.words(),
        "curve": markup(curve(course, WIDE)),
        "curve_narrow": markup(curve(course, NARROW)),
        "curve_rows": curve_rows(course),
        "curve_file": address(frame, round_, "round-curve"),
        "csv": address(frame, round_, "round", format="csv"),
        "ledger": ledger,
        **_owners(dashboard),
        "digest": dashboard.figures.digest,
        "intensive_days": _days_left(round_, frame),
    }
    return shown(frame, round_, "round", "dashboards/round.html", context)


@overview_page
def round_curve(frame: Frame, round_: Round) -> HttpResponse:
    """The completion curve as a file."""
    dashboard = round_dashboard(round_, frame.moment)
    course = course_of(round_, frame.moment, dashboard.figures.rows, stamp(frame, dashboard.figures.digest))
    return download(curve(course, WIDE), f"completion-curve-{frame.moment.on}")


def sentence(figures: RoundFigures, since: Since | None, ledger: str) -> Any:
    """The sentence that a secretary could read aloud; each figure in it leads to its rows."""
    of_sub_issues = [sentences.sub_issues(figures.sub_issues["total"], ledger)]
    for status in (*SETTLED_FIRST, *(each for each in SubIssueStatus if each not in SETTLED_FIRST)):
        if count := figures.sub_issues[status]:
            words, url = sentences.SUB_ISSUES_IN_STATE[status], f"{ledger}&sub_issue_status={status}"
            of_sub_issues.append(sentences.phrase(words, count, url))
    pressing = [
        sentences.overdue(figures.pressing["overdue"], f"{ledger}&overdue=true"),
        *sentences.due_soon(figures.pressing["due_in_10_days"], f"{ledger}&due_within=10"),
    ]
    newly = []
    if since is not None:
        closed = since.changes["sub_issues"]["closed"] or 0
        newly = [sentences.phrase(_("{n} newly closed since the last frozen week"), max(0, closed))]
    return sentences.sentence(of_sub_issues, newly, pressing)


def _owners(dashboard: RoundDashboard) -> dict[str, Any]:
    changes = dashboard.since.changes if dashboard.since else None
    departments = owners(dashboard.figures.by_department, changes and changes["by_department"])
    leaders = owners(dashboard.figures.by_leader, changes and changes["by_leader"])
    return {"departments": departments[:WORST], "leaders": leaders[:WORST], "all_departments": len(departments)}


def _days_left(round_: Round, frame: Frame) -> int | None:
    """Days until the end of the intensive period; None where it is over or unknown."""
    until = round_.intensive_until
    return (until - frame.moment.on).days if until is not None and until >= frame.moment.on else None


def curve_rows(course: Course) -> list[dict[str, Any]]:
    """The curve as a table: its days with a change, the newest first."""
    return [{"point": point, "planned": course.trend.planned(point.on)} for point in reversed(course.trend.points)]


def _as_csv(frame: Frame, dashboard: RoundDashboard, groups: list[tuple[Any, list[Figure]]]) -> HttpResponse:
    """Every figure with its group and its change, under the day that is shown."""
    rows = [(group, figure) for group, figures in groups for figure in figures]
    moment = frame.moment
    columns = [
        Column(_("Group"), lambda row: str(row[0])),
        Column(_("Figure"), lambda row: str(row[1].label)),
        Column(pgettext("of a figure", "Number"), lambda row: row[1].number),
        Column(_("Change since the last frozen week"), lambda row: row[1].change),
        Column(_("As of"), lambda row: moment.on),
        Column(_("Known at"), lambda row: moment.known_on or moment.today),
        Column(_("digest"), lambda row: dashboard.figures.digest),
    ]
    note = round_in_words(dashboard.figures)
    answer: Any = table_response("csv", f"figures-{moment.on}", _("Overview"), note, columns, rows)
    return answer
