"""The figures of a round as rows of a table: each with its change since the last frozen week, and with its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from issues.filters import NO_FINDING, SUPERIOR_CHOICES
from issues.states import SubIssueStatus, SuperiorFinding
from measures.figures.counting import LATER, SOON
from measures.inputs import OUTCOME_UNITS
from measures.states import OMITTED, MeasureStatus

from ..figures.dashboard import RoundDashboard


@dataclass(frozen=True)
class Figure:
    """One figure.

    Args:
        number: as it is written.
        url: its rows; empty where there are none.
        change: since the last frozen week; None where nothing was kept then.
        tone: overdue or due_soon, for a number that presses.
        note: a few words beside it.
        within: it is a part of the one above.
    """

    label: Any
    number: Any
    url: str = ""
    change: int | None = None
    tone: str = ""
    note: str = ""
    within: bool = False
    symbol: str = ""

    @property
    def change_words(self) -> str:
        """The change with its sign; empty where there is none."""
        if not self.change:
            return ""
        return f"+{self.change}" if self.change > 0 else f"−{-self.change}"


Group = tuple[Any, list[Figure]]


def figure_groups(dashboard: RoundDashboard, ledger: str) -> list[Group]:
    """All figures in their groups.

    Args:
        ledger: the address of the ledger at the moment, to which filters are added.
    """
    changes = dashboard.since.changes if dashboard.since else {}
    groups = [
        (_("Sub-issues"), _of_sub_issues(dashboard, ledger, changes)),
        (_("Measures"), _of_measures(dashboard, ledger, changes)),
        (_("Deadlines"), _of_deadlines(dashboard, ledger, changes)),
        (_("Superior's finding"), _of_superior(dashboard, ledger, changes)),
        (_("Closing"), _of_closing(dashboard, ledger)),
        (_("Outcomes"), _of_outcomes(dashboard, ledger)),
    ]
    if dashboard.reported is not None:
        groups.insert(4, (_("This week's report"), _of_week(dashboard)))
    return groups


def _rows(number: int, url: str) -> str:
    return url if number else ""


def _of_sub_issues(dashboard: RoundDashboard, ledger: str, changes: Mapping[str, Any]) -> list[Figure]:
    counts, changed = dashboard.figures.sub_issues, changes.get("sub_issues", {})
    found = [Figure(_("in all"), counts["total"], _rows(counts["total"], ledger), changed.get("total"))]
    for status in (
        SubIssueStatus.CLOSED,
        SubIssueStatus.SUSTAINED,
        SubIssueStatus.IN_REVIEW,
        SubIssueStatus.RECTIFYING,
    ):
        url = _rows(counts[status], f"{ledger}&sub_issue_status={status}")
        found.append(Figure(status.label, counts[status], url, changed.get(status), within=True, symbol=status))
    return found


def _of_measures(dashboard: RoundDashboard, ledger: str, changes: Mapping[str, Any]) -> list[Figure]:
    counts, changed = dashboard.figures.measures, changes.get("measures", {})
    done = dashboard.figures.pressing["done"]
    planned = _("%(count)d in the approved plan") % {"count": counts["planned"]}
    found = [
        Figure(_("in all"), counts["total"], _rows(counts["total"], ledger), changed.get("total"), note=planned),
        Figure(_("Done"), done, _rows(done, f"{ledger}&done=true"), changes.get("done")),
    ]
    for status in (*reversed(MeasureStatus),):
        if status not in OMITTED:
            url = _rows(counts[status], f"{ledger}&status={status}")
            found.append(Figure(status.label, counts[status], url, changed.get(status), within=True, symbol=status))
    return found


def _of_deadlines(dashboard: RoundDashboard, ledger: str, changes: Mapping[str, Any]) -> list[Figure]:
    pressing = dashboard.figures.pressing

    def figure(name: str, label: Any, filters: str, tone: str = "", within: bool = False) -> Figure:
        number = pressing[name]
        url = _rows(number, f"{ledger}&{filters}")
        return Figure(label, number, url, changes.get(name), tone if number else "", within=within)

    return [
        figure("overdue", _("Overdue"), "overdue=true", "overdue"),
        figure("overdue_original", _("by the plan's own deadlines"), "overdue_original=true", within=True),
        figure("due_in_10_days", _("Due within %(days)s days") % {"days": SOON}, f"due_within={SOON}", "due_soon"),
        figure("due_in_20_days", _("Due within %(days)s days") % {"days": LATER}, f"due_within={LATER}"),
        figure("behind", _("Behind even progress"), "behind=true"),
    ]


def _of_week(dashboard: RoundDashboard) -> list[Figure]:
    week = dashboard.reported
    assert week is not None  # noqa: S101 -- the group is left out otherwise
    board = f"{reverse('dispatch-board')}?round={dashboard.figures.round.pk}&week={week.dispatch_id}"

    def figure(name: str, label: Any, states: str, tone: str = "") -> Figure:
        number = week.counts[name]
        url = _rows(number, f"{board}&state={states}#lines")
        return Figure(label, number, url, tone=tone if number else "", within=True)

    still_open = pgettext("a week", "open") if week.is_open else _("frozen")
    owed = Figure(_("owed"), week.counts["owed"], board, note=f"{week.week} {still_open}")
    return [
        owed,
        figure("reported", _("on time"), "reported"),
        figure("late", _("late"), "late", "due_soon"),
        figure("unconfirmed", _("not confirmed yet"), "to_confirm"),
        figure("missing", _("not reported"), "to_report,saved", "" if week.is_open else "overdue"),
        figure("returned", _("returned"), "returned"),
    ]


def _of_closing(dashboard: RoundDashboard, ledger: str) -> list[Figure]:
    waiting = dashboard.waiting
    longest = max([*waiting.measures, *waiting.sub_issues], default=None)
    words = ngettext("the longest for %(days)d day", "the longest for %(days)d days", longest or 0)
    note = words % {"days": longest} if longest is not None else ""
    measures, sub_issues = len(waiting.measures), len(waiting.sub_issues)
    return [
        Figure(_("measures waiting to be closed"), measures, _rows(measures, f"{ledger}&status=in_review"), note=note),
        Figure(
            _("sub-issues waiting to be accepted"),
            sub_issues,
            _rows(sub_issues, f"{ledger}&sub_issue_status=in_review"),
        ),
    ]


def _of_superior(dashboard: RoundDashboard, ledger: str, changes: Mapping[str, Any]) -> list[Figure]:
    counts, changed = dashboard.figures.superior, changes.get("superior", {})
    symbols = {SuperiorFinding.ACCEPTED: "closed", SuperiorFinding.SENT_BACK: "returned", NO_FINDING: "not_started"}
    return [
        Figure(
            label,
            counts[name],
            _rows(counts[name], f"{ledger}&superior_finding={name}"),
            changed.get(name),
            symbol=symbols[name],
        )
        for name, label in SUPERIOR_CHOICES
    ]


def _of_outcomes(dashboard: RoundDashboard, ledger: str) -> list[Figure]:
    return [
        Figure(label, written(dashboard.outcomes[name]), f"{ledger}&outcome={name}" if dashboard.outcomes[name] else "")
        for name, label in OUTCOME_UNITS.items()
    ]


def written(quantity: Decimal) -> str:
    """A quantity with separated thousands and no empty decimals."""
    whole = quantity == quantity.to_integral_value()
    return f"{int(quantity):,}" if whole else f"{quantity.normalize():,f}"
