"""How the wall chart is laid out: the sizes of each form of it, its lines, and the pages that a wall shows by turns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..figures.wall import Bar, Wall, WallHeading, WallSubIssue
from .kit import Days


@dataclass(frozen=True)
class Layout:
    """The measures of a picture, in user units.

    Args:
        name: its class, and the beginning of its ids.
        size: of the type.
        row, head, axis: heights of a measure, a sub-issue, the line of months.
        label, note, owner: widths beside the bars; a label of zero stands above its bar.
        bar: the thickness of a bar; line: from the top of a row to its middle.
        gap: pixels between two months at least.
    """

    name: str
    width: float
    size: float
    row: float
    head: float
    axis: float
    label: float
    note: float
    owner: float
    bar: float
    line: float
    gap: float

    @property
    def stacked(self) -> bool:
        return not self.label

    def days(self, wall: Wall) -> Days:
        if self.stacked:
            return Days(wall.start, wall.until, 4, self.width - 10)
        return Days(wall.start, wall.until, self.label + 12, self.width - self.note - self.owner - 22)


WIDE = Layout("wide", 1120, 13, 27, 32, 38, 404, 116, 138, 11, 13.5, 62)
NARROW = Layout("narrow", 340, 13, 60, 44, 38, 0, 104, 134, 9, 47, 56)
# A unit is four pixels of a screen of 3840: type of 15 is 60 pixels high there.
SCREEN = Layout("screen", 936, 15, 23.5, 26, 38, 368, 130, 134, 10, 11.75, 66)


@dataclass(frozen=True)
class Links:
    """Where the rows of a picture lead; None for a file, which stands alone."""

    measure: Callable[[int], str]
    sub_issue: Callable[[int], str]


@dataclass(frozen=True)
class Line:
    """One line of a page: a sub-issue, or one of its measures.

    Args:
        goes_on: whether it stands here a second time, because its measures go on from the page before.
    """

    sub_issue: WallSubIssue
    bar: Bar | None = None
    goes_on: bool = False


@dataclass(frozen=True)
class Page:
    """What fits on the wall at once.

    Args:
        presses: whether it gathers what is late or due soon, from all headings.
    """

    title: str
    lines: Sequence[Line]
    presses: bool = False


def lines_of(sub_issues: Sequence[WallSubIssue]) -> list[Line]:
    return [line for each in sub_issues for line in (Line(each), *(Line(each, bar) for bar in each.bars))]


def pages(wall: Wall, rows: int) -> list[Page]:
    """The chart cut into pages: first what presses, then heading by heading, no sub-issue alone at a page's foot."""
    return [
        *_pressing(wall, rows),
        *(
            Page(f"{heading.number} {heading.title}", lines)
            for heading in wall.headings
            for lines in _cut(heading, rows)
        ),
    ]


def _pressing(wall: Wall, rows: int) -> Iterator[Page]:
    """What is late or due soon, the longest late first."""
    found = [
        Line(each, bar)
        for heading in wall.headings
        for each in heading.sub_issues
        for bar in each.bars
        if bar.is_overdue or bar.is_due_soon
    ]
    found.sort(key=lambda line: (line.bar.days or 0) if line.bar else 0)
    late = sum(line.bar is not None and line.bar.is_overdue for line in found)
    soon = len(found) - late
    told = [_("%(count)d overdue") % {"count": late}] if late else []
    told += [_("%(count)d due within 10 days") % {"count": soon}] if soon else []
    title = pgettext("between the parts of a sentence", ", ").join(told)
    for start in range(0, len(found), rows):
        yield Page(title, found[start : start + rows], presses=True)


def _cut(heading: WallHeading, rows: int) -> Iterator[list[Line]]:
    lines: list[Line] = []
    for sub_issue in heading.sub_issues:
        own = lines_of([sub_issue])
        # What fits on one page is not torn for the sake of a few rows.
        if lines and (len(lines) + 2 > rows or (len(lines) + len(own) > rows and rows - len(lines) < 5)):
            yield lines
            lines = []
        for line in own:
            if len(lines) == rows:
                yield lines
                lines = [Line(sub_issue, goes_on=True)]
            lines.append(line)
    if lines:
        yield lines
