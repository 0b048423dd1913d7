"""The wall chart (挂图作战): a row for each measure under its sub-issue, its bar from start to deadline.

One drawing for the page, a phone, the wall, paper and the file: only the layout differs.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from ..figures.wall import Bar, Wall, WallSubIssue
from .kit import draw, fitted, hatching, link, number, picture, width_of, write
from .symbols import symbol
from .wall_layout import Layout, Line, Links, Page, lines_of
from .wall_words import closed_of, name_of, note_of, sub_issue_in_words, wall_in_words, whose

HATCHES = ("overdue", "extended", "closed")
# A bar is never drawn shorter, however few its days.
LEAST = 3.0
# Around a picture that stands alone.
MARGIN = 24


class Drawing:
    """Draws lines of a chart in one layout, from top to bottom."""

    def __init__(self, wall: Wall, layout: Layout, links: Links | None, today: str) -> None:
        """
        Args:
            today: what stands at the line of the day.
        """
        self.wall, self.layout, self.links, self.today = wall, layout, links, today
        self.days = layout.days(wall)
        # Fills are named anew in each picture that has its own: one that is hidden paints nothing elsewhere.
        self.ids = f"wall-{layout.name}"

    def axis(self) -> Element:
        """The line of months by itself, with the fills that all parts beneath share."""
        svg = self._picture(self.layout.axis, _("Months"), "")
        self._fills(svg)
        self._months(svg, 0)
        return svg

    def block(self, sub_issue: WallSubIssue) -> Element:
        """A sub-issue with its measures; goes beneath an axis of the same layout."""
        lines = lines_of([sub_issue])
        svg = self._picture(self.height(lines), sub_issue_in_words(sub_issue), "")
        self._lines(svg, 0, lines)
        return svg

    def page(self, page: Page, place: int) -> Element:
        """A page of the wall with its own axis.

        Args:
            place: which of the pages.
        """
        self.ids = f"wall-{self.layout.name}-{place}"
        height = self.layout.axis + self.height(page.lines)
        svg = self._picture(height, page.title, "")
        self._fills(svg)
        self._months(svg, 0)
        self._lines(svg, self.layout.axis, page.lines)
        return svg

    def whole(self, title: str, note: str) -> Element:
        """Everything in one picture, with its title and what is printed beneath it."""
        layout, head = self.layout, 40.0
        heights = [head + self.height(lines_of(each.sub_issues)) for each in self.wall.headings]
        top = 52.0
        svg = self._picture(top + layout.axis + sum(heights) + 76, title, wall_in_words(self.wall))
        width, height = layout.width + 2 * MARGIN, float(svg.get("viewBox", "").split()[3]) + 2 * MARGIN
        svg.set("viewBox", f"{-MARGIN} {-MARGIN} {number(width)} {number(height)}")
        self._fills(svg)
        write(svg, 0, 24, title, "wall-title")
        write(svg, 0, 44, wall_in_words(self.wall), "chart-soft")
        self._months(svg, top)
        y = top + layout.axis
        for heading, height in zip(self.wall.headings, heights, strict=True):
            words = fitted(f"{heading.number} {heading.title}", layout.width - 8, 16)
            write(svg, 0, y + head - 12, words[0] if words else "", "wall-heading")
            self._lines(svg, y + head, lines_of(heading.sub_issues))
            y += height
        self.legend(svg, y + 28)
        write(svg, 0, y + 66, note, "chart-note")
        return svg

    def height(self, lines: Sequence[Line]) -> float:
        return sum(self.layout.head if line.bar is None else self.layout.row for line in lines)

    def legend(self, svg: Element, y: float) -> None:
        """What the parts of a bar mean, in one line."""
        x = 4.0
        for name, words in legend_words():
            swatch(svg, self.ids, name, x, y, self.layout.bar)
            write(svg, x + 48, y + self.layout.size * 0.36, words)
            x += 48 + width_of(words, self.layout.size) + 28

    def _picture(self, height: float, title: str, words: str) -> Element:
        return picture(self.layout.width, height, title, words, f"wall-{self.layout.name}")

    def _fills(self, svg: Element) -> None:
        for name in HATCHES:
            hatching(svg, f"{self.ids}-{name}", f"hatch-{name}", 5)

    def _fill(self, name: str) -> str:
        return f"url(#{self.ids}-{name})"

    def _months(self, svg: Element, top: float) -> None:
        days, layout = self.days, self.layout
        foot = top + layout.axis
        draw(svg, "line", "wall-edge", x1=days.left, x2=days.right, y1=foot - 0.5, y2=foot - 0.5)
        labels = []
        for month in [self.wall.start, *days.months(layout.gap)]:
            x = days.x(month)
            first = month == self.wall.start
            if not first and x - days.left < width_of("0000-00-00", layout.size) + 8:
                continue
            draw(svg, "line", "wall-edge", x1=x, x2=x, y1=foot - 5, y2=foot)
            words = f"{month:%Y-%m-%d}" if first else f"{month:%Y-%m}"
            if x + width_of(words, layout.size) <= days.right + layout.note:
                write(svg, x, foot - 8, words, "chart-axis")
                labels.append((x, x + width_of(words, layout.size)))
        self._flag(svg, top, labels)

    def _flag(self, svg: Element, top: float, labels: Sequence[tuple[float, float]]) -> None:
        """The name of the day, on a line of its own above the months, whose names no line goes through."""
        days, layout = self.days, self.layout
        x, half = days.x(self.wall.on), width_of(self.today, layout.size) / 2 + 5
        middle = min(max(x, days.left + half), days.right - half)
        foot, tall = top + layout.axis, layout.size * 1.3
        under = any(left - 2 <= x <= right for left, right in labels)
        draw(svg, "line", "wall-today", x1=x, x2=x, y1=foot - 6 if under else top + tall, y2=foot)
        draw(svg, "rect", "wall-flag", x=middle - half, y=top, width=2 * half, height=tall, rx=2)
        write(svg, middle, top + layout.size * 1.02, self.today, "wall-flag-words", "middle")

    def _lines(self, svg: Element, top: float, lines: Sequence[Line]) -> None:
        y = top
        for line in lines:
            if line.bar is None:
                self._head(svg, y, line)
                y += self.layout.head
                continue
            self._grid(svg, y)
            self._bar_row(svg, y, line.bar)
            y += self.layout.row

    def _grid(self, svg: Element, y: float) -> None:
        foot = y + self.layout.row
        if self.layout.stacked:
            # The words of the row stand above its bar; no line goes through them.
            y += self.layout.line - self.layout.bar
        for month in self.days.months(self.layout.gap):
            x = self.days.x(month)
            draw(svg, "line", "chart-rule", x1=x, x2=x, y1=y, y2=foot)
        x = self.days.x(self.wall.on)
        draw(svg, "line", "wall-today", x1=x, x2=x, y1=y, y2=foot)

    def _head(self, svg: Element, y: float, line: Line) -> None:
        """A sub-issue's own line."""
        layout, sub_issue = self.layout, line.sub_issue
        words = sub_issue_in_words(sub_issue)
        address = self.links.sub_issue(sub_issue.pk) if self.links else None
        row = self._row(svg, address, words, y, layout.head, "wall-band")
        middle, size = y + layout.head / 2, layout.size
        symbol(row, sub_issue.status, size * 0.75, middle, size * 0.95)
        told = closed_of(sub_issue)
        room = layout.width - size * 1.8 - width_of(told, size) - 24
        title = f"{sub_issue.number} {sub_issue.title}" + (_(" (continued)") if line.goes_on else "")
        several = fitted(title, room, size, 2 if layout.stacked else 1)
        first = middle + size * 0.36 - (len(several) - 1) * size * 0.65
        for place, text in enumerate(several):
            write(row, size * 1.8, first + place * size * 1.3, text, "wall-sub-issue")
        write(row, layout.width - 6, middle + size * 0.36, told, "chart-soft", "end")

    def _row(self, svg: Element, address: str | None, words: str, y: float, height: float, classes: str) -> Element:
        """The ground of a row; in a page all of it is a link."""
        if address is None:
            row = draw(svg, "g")
        else:
            row = link(svg, address, words)
            # What is renewed beneath a reader's hands keeps the place of the hand.
            row.set("id", f"{self.ids}{address.replace('/', '-').rstrip('-')}")
        draw(row, "rect", classes, x=0, y=y, width=self.layout.width, height=height)
        return row

    def _bar_row(self, svg: Element, y: float, bar: Bar) -> None:
        layout, size = self.layout, self.layout.size
        address = self.links.measure(bar.pk) if self.links else None
        row = self._row(svg, address, name_of(bar), y, layout.row, "wall-row")
        middle = y + layout.line
        tone = " wall-late" if bar.is_overdue else ""
        words = f"{bar.number} {bar.content}"
        base = size * 0.36
        if layout.stacked:
            symbol(row, bar.mark, size * 0.6, y + size * 1.15, size * 0.9)
            text = fitted(words, layout.width - size * 1.5 - 4, size)
            write(row, size * 1.5, y + size * 1.5, text[0], "wall-words" + tone)
            write(row, size * 1.5, y + size * 2.8, whose(bar), "wall-owner" + tone)
            write(row, layout.width - 6, y + size * 2.8, note_of(bar), f"wall-note wall-note-{bar.mark}", "end")
        else:
            symbol(row, bar.mark, size * 1.4, middle, size * 0.9)
            text = fitted(words, layout.label - size * 2.3, size)
            write(row, size * 2.3, middle + base, text[0], "wall-words" + tone)
            x = self.days.right + 18
            write(row, x, middle + base, note_of(bar), f"wall-note wall-note-{bar.mark}")
            self._owner(row, middle, whose(bar), tone)
        self._bar(row, middle, bar)

    def _owner(self, row: Element, middle: float, words: str, tone: str) -> None:
        """Whose it is; a long name in smaller type, since a part of it may name another."""
        layout = self.layout
        size = max(
            layout.size * 0.7, min(layout.size, layout.size * layout.owner / max(1, width_of(words, layout.size)))
        )
        text = fitted(words, layout.owner + 1, size)
        owner = write(
            row, layout.width - layout.owner, middle + size * 0.36, text[0] if text else "", "wall-owner" + tone
        )
        if size < layout.size:
            owner.set("font-size", number(size))

    def _bar(self, row: Element, middle: float, bar: Bar) -> None:
        days, thick = self.days, self.layout.bar
        left, top = days.x(bar.start), middle - thick / 2
        if bar.is_endless:
            self._endless(row, middle, left, bar)
            return
        if bar.due_on is None:
            return
        right = max(days.x(bar.due_on), left + LEAST)
        draw(row, "rect", "wall-term", x=left, y=top, width=right - left, height=thick)
        if bar.is_extended and bar.original_due_on is not None:
            self._stretch(row, "extended", days.x(bar.original_due_on), right, top)
        if bar.closed_on is not None:
            end = max(days.x(bar.closed_on), left + LEAST)
            self._stretch(row, "closed", left, end, top)
            symbol(row, "closed", end, middle, thick * 1.1)
        elif bar.progress and not bar.is_struck:
            # A share of what is drawn, also where the bar runs beyond the picture: cut off, it would look finished.
            wide, inner = (right - left) * bar.progress / 100, thick * 0.45
            draw(
                row, "rect", f"wall-done wall-done-{bar.status}", x=left, y=middle - inner / 2, width=wide, height=inner
            )
        if bar.is_overdue:
            self._stretch(row, "overdue", right, max(days.x(bar.on), right + LEAST), top)
        if bar.due_on > self.wall.until:
            self._beyond(row, middle)

    def _stretch(self, row: Element, name: str, left: float, right: float, top: float) -> None:
        wide = max(0.0, right - left)
        draw(
            row,
            "rect",
            f"wall-stretch wall-stretch-{name}",
            x=left,
            y=top,
            width=wide,
            height=self.layout.bar,
            fill=self._fill(name),
        )

    def _endless(self, row: Element, middle: float, left: float, bar: Bar) -> None:
        """Dashed to the day of the review, or to the edge where none is set."""
        right = self.days.right
        if bar.review_on is not None and bar.review_on <= self.wall.until:
            right = max(self.days.x(bar.review_on), left + LEAST)
        draw(row, "line", "wall-endless", x1=left, x2=right - 4, y1=middle, y2=middle)
        symbol(row, "sustained", right + 4, middle, self.layout.bar * 1.4)

    def _beyond(self, row: Element, middle: float) -> None:
        x, half = self.days.right, self.layout.bar * 0.65
        _arrow(row, x, middle, half)


def _arrow(parent: Element, x: float, middle: float, half: float) -> None:
    point = half * 1.3
    d = f"M{number(x)} {number(middle - half)}l{number(point)} {number(half)}l{number(-point)} {number(half)}z"
    draw(parent, "path", "wall-arrow", d=d)


def legend_words() -> list[tuple[str, str]]:
    return [
        ("term", _("Until the deadline, with progress")),
        ("extended", _("Extended")),
        ("overdue", _("Overdue")),
        ("closed", _("Closed")),
        ("endless", _("Long term, no end date")),
        ("beyond", _("Due later than the picture")),
        ("today", _("The day shown")),
    ]


def legend_item(name: str) -> Element:
    """A part of a bar by itself, for a list of what they mean."""
    svg = picture(44, 18, "", "", "wall-key")
    for attribute in ("role", "aria-label"):
        svg.attrib.pop(attribute)
    svg.set("aria-hidden", "true")
    if name in HATCHES:
        hatching(svg, f"wall-key-{name}", f"hatch-{name}", 5)
    swatch(svg, "wall-key", name, 2, 9, 11)
    return svg


def swatch(svg: Element, ids: str, name: str, x: float, y: float, thick: float) -> None:
    """A part of a bar for the legend, 40 wide, around a middle line."""
    top = y - thick / 2
    if name in HATCHES:
        draw(
            svg,
            "rect",
            f"wall-stretch wall-stretch-{name}",
            x=x,
            y=top,
            width=36,
            height=thick,
            fill=f"url(#{ids}-{name})",
        )
        if name == "closed":
            symbol(svg, "closed", x + 36, y, thick * 1.1)
    elif name == "endless":
        draw(svg, "line", "wall-endless", x1=x, x2=x + 24, y1=y, y2=y)
        symbol(svg, "sustained", x + 33, y, thick * 1.4)
    elif name == "today":
        draw(svg, "line", "wall-today", x1=x + 18, x2=x + 18, y1=top - 3, y2=top + thick + 3)
    else:
        draw(svg, "rect", "wall-term", x=x, y=top, width=32, height=thick)
        if name == "term":
            inner = thick * 0.45
            draw(svg, "rect", "wall-done wall-done-in_progress", x=x, y=y - inner / 2, width=18, height=inner)
        else:
            _arrow(svg, x + 32, y, thick * 0.65)
