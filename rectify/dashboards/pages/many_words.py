"""One round among many in words: the columns, and for each number the address of the rows that it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rectify.dispatch.pages.shared import week_in_words
from rectify.web.moments import Moment
from rectify.web.tables import Column

from ..figures.many import PRESSING, Frozen, RoundLine


@dataclass(frozen=True)
class ManyColumn:
    """One column of numbers.

    Args:
        under: the heading that it stands under, one of GROUPS.
        name: of the number.
        label: its heading.
        filters: of the ledger, or of the week's board, that give its rows; None where there are none to show.
        tone: overdue or due-soon, for a number that presses.
    """

    under: str
    name: str
    label: Any
    filters: str | None
    tone: str = ""

    @property
    def beside(self) -> int:
        """How many columns stand under its heading."""
        return sum(each.under == self.under for each in COLUMNS)

    @property
    def first(self) -> bool:
        """Whether it is the first one under its heading."""
        return self == next(each for each in COLUMNS if each.under == self.under)

    @property
    def alone(self) -> Any:
        """Its label where its heading is not in sight."""
        return GROUPS[self.under] if self.name == "total" else self.label

    @property
    def part(self) -> str:
        """The part of the figures in which the number stands: sub_issues, measures, pressing or reported."""
        return "pressing" if self.name in PRESSING else self.under


COLUMNS = (
    ManyColumn("sub_issues", "total", gettext_lazy("in all"), ""),
    ManyColumn("sub_issues", "closed", gettext_lazy("Closed"), "&sub_issue_status=closed"),
    ManyColumn("sub_issues", "sustained", pgettext_lazy("sub-issues", "Continuing"), "&sub_issue_status=sustained"),
    ManyColumn("measures", "planned", pgettext_lazy("measures", "Planned"), None),
    ManyColumn("measures", "total", gettext_lazy("in all"), ""),
    ManyColumn("measures", "done", gettext_lazy("Done"), "&done=true"),
    ManyColumn("measures", "closed", gettext_lazy("Closed"), "&status=closed"),
    ManyColumn("deadlines", "overdue", gettext_lazy("Overdue"), "&overdue=true", "overdue strong"),
    ManyColumn("deadlines", "due_in_10_days", gettext_lazy("Due in 10 days"), "&due_within=10", "due-soon"),
    ManyColumn("deadlines", "behind", pgettext_lazy("of measures", "Behind"), "&behind=true"),
    ManyColumn("reported", "owed", gettext_lazy("owed"), ""),
    ManyColumn("reported", "reported", gettext_lazy("on time"), "&state=reported#lines"),
    ManyColumn("reported", "missing", gettext_lazy("not reported"), "&state=to_report,saved#lines"),
)
GROUPS: Mapping[str, Any] = {
    "sub_issues": gettext_lazy("Sub-issues"),
    "measures": gettext_lazy("Measures"),
    "deadlines": gettext_lazy("Deadlines"),
    "reported": gettext_lazy("This week's report"),
}


@dataclass(frozen=True)
class Cell:
    """One number; None where there is none to tell.

    Args:
        url: its rows; empty where there are none.
    """

    column: ManyColumn
    number: int | None
    url: str = ""


@dataclass(frozen=True)
class ManyLine:
    """One round as a row of the page.

    Args:
        why: why there are no figures; empty where there are.
    """

    line: RoundLine
    url: str
    cells: list[Cell]
    week: str
    why: str


def number_of(column: ManyColumn, line: RoundLine) -> int | None:
    """A column's number of a round; None where it has no figures, or no week."""
    if column.part == "reported":
        return line.reported.counts[column.name] if line.reported else None
    if line.figures is None:
        return None
    figures = line.figures if column.part == "pressing" else line.figures[column.part]
    return figures[column.name]


def line_of(line: RoundLine, moment: Moment) -> ManyLine:
    """A round with the addresses of its page and of the rows behind its numbers.

    Args:
        moment: the one that the overview shows.
    """
    round_ = f"?round={line.round.pk}"
    then = _then(line.frozen) if moment.is_past else ""
    ledger, board = f"{reverse('ledger')}{round_}{then}", ""
    if line.reported is not None:
        board = f"{reverse('dispatch-board')}{round_}&week={line.reported.dispatch_id}"
    cells = []
    for column in COLUMNS:
        number = number_of(column, line)
        base = board if column.part == "reported" else ledger
        cells.append(Cell(column, number, f"{base}{column.filters}" if number and column.filters is not None else ""))
    return ManyLine(
        line=line,
        url=f"{reverse('round')}{round_}{then}",
        cells=cells,
        week=week_in_words(line.frozen.week) if line.frozen else "",
        why=_why(line, moment),
    )


def _then(frozen: Frozen | None) -> str:
    """The part of an address that leads to what was known when a week was frozen."""
    return f"&as_of={frozen.on}&known_at={frozen.on}" if frozen else ""


def _why(line: RoundLine, moment: Moment) -> str:
    """Why a round has no figures on a past day."""
    if line.figures is not None:
        return ""
    if line.round.feedback_on > moment.on:
        return _("Begins with the feedback on %(day)s.") % {"day": line.round.feedback_on}
    return _("No week had been frozen by %(day)s.") % {"day": moment.on}


def sum_cells(sums: Mapping[str, Mapping[str, int]]) -> list[Cell]:
    """The row of sums."""
    return [Cell(column, sums[column.part].get(column.name)) for column in COLUMNS]


def table_columns(moment: Moment) -> list[Column]:
    """The columns of the file."""

    def number(column: ManyColumn) -> Callable[[RoundLine], Any]:
        return lambda line: number_of(column, line)

    numbers = [
        Column(_("%(group)s: %(figure)s") % {"group": GROUPS[column.under], "figure": column.label}, number(column))
        for column in COLUMNS
    ]
    return [
        Column(_("Organisation"), lambda line: line.round.organization.name),
        Column(_("Round"), lambda line: line.round.title),
        Column(_("Status"), lambda line: str(line.round.get_status_display())),
        Column(_("As of"), lambda line: line.as_of),
        *numbers,
        Column(_("Newest frozen week"), lambda line: str(line.frozen.week) if line.frozen else ""),
        Column(_("Frozen on"), lambda line: line.frozen.on if line.frozen else None),
        Column(_("Remark"), lambda line: _why(line, moment)),
    ]
