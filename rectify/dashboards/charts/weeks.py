"""The reporting map as a picture: departments as rows, weeks as columns, each cell a symbol and a hue."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from ..figures.reporting import MapRow, MapWeek, ReportingMap
from .kit import draw, fitted, hatching, link, picture, tip, width_of, write

CELL, HIGH = 34, 30
TOP, NOTE, NAME = 40, 26, 190
SIZE = 13
SYMBOLS = {"missing": "▲", "returned": "↩", "late": "△", "unconfirmed": "◑", "reported": "●", "exempt": "–"}
WORDS = {
    "missing": gettext_lazy("not reported"),
    "returned": gettext_lazy("returned"),
    "late": gettext_lazy("late"),
    "unconfirmed": gettext_lazy("not confirmed yet"),
    "reported": gettext_lazy("on time"),
    "exempt": gettext_lazy("exempt"),
}


def week_map(found: ReportingMap, lines: Callable[[MapRow, MapWeek], str], note: str) -> Element:
    """Draws it.

    Args:
        lines: the address of a cell's lines.
        note: what is printed beneath: the day that is shown.
    """
    name_width = min(NAME, max([width_of(row.name, SIZE) for row in found.rows], default=0) + 12)
    width = max(name_width + len(found.weeks) * CELL + 4, 320)
    height = TOP + len(found.rows) * HIGH + NOTE
    svg = picture(width, height, _("Reporting map"), "", "weeks")
    svg.set("width", f"{width:.0f}")
    svg.set("height", f"{height:.0f}")
    hatching(svg, "weeks-missing", "hatch-missing", 6)
    for place, week in enumerate(found.weeks):
        _column(svg, week, name_width + place * CELL, found.weeks[place - 1] if place else None, height)
    for place, row in enumerate(found.rows):
        y = TOP + place * HIGH
        write(svg, 0, y + HIGH / 2 + 5, "".join(fitted(row.name, name_width - 8, SIZE)), "weeks-name")
        for column, week in enumerate(found.weeks):
            _cell(svg, row, week, name_width + column * CELL, y, lines)
    write(svg, 0, height - 6, note, "chart-note")
    return svg


def _column(svg: Element, week: MapWeek, x: float, before: MapWeek | None, height: float) -> None:
    """A week's head: its number, and its month where one begins; a week without working days is crossed out below."""
    if before is None or week.monday.month != before.monday.month:
        write(svg, x + 2, 12, f"{week.monday:%Y-%m}", "chart-axis")
    label = write(svg, x + CELL / 2, 30, week.week.number, "weeks-open" if week.is_open else "chart-axis", "middle")
    tip(label, week.skipped or str(week.week))
    if week.skipped:
        band = draw(svg, "rect", "weeks-skipped", x=x + 2, y=TOP, width=CELL - 4, height=height - TOP - NOTE)
        tip(band, f"{week.week} {week.skipped}")


def _cell(svg: Element, row: MapRow, week: MapWeek, x: float, y: float, lines: Callable[..., str]) -> None:
    worst = row.worst(week.pk)
    if not worst:
        return
    counts = row.weeks[week.pk]
    # In a week that is open nothing is missing yet.
    looks = "waiting" if worst == "missing" and week.is_open else worst
    group = link(svg, lines(row, week), cell_words(row, week))
    fill = "url(#weeks-missing)" if looks == "missing" else None
    draw(group, "rect", f"weeks-cell weeks-{looks}", x=x + 2, y=y + 2, width=CELL - 4, height=HIGH - 4, fill=fill)
    words = SYMBOLS[worst] if looks != "waiting" else "○"
    number = counts[worst] if worst not in ("reported", "exempt") and counts[worst] > 1 else ""
    write(group, x + CELL / 2, y + HIGH / 2 + 5, f"{words}{number}", f"weeks-symbol weeks-symbol-{looks}", "middle")


def cell_words(row: MapRow, week: MapWeek) -> str:
    """A cell in words: whose, which week, and every count that is not zero."""
    counts = row.weeks[week.pk]
    told = [f"{WORDS[name]}{counts[name]}" for name in SYMBOLS if counts[name]]
    return f"{row.name} {week.week} " + pgettext("between clauses", ", ").join(told)
