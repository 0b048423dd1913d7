"""What every picture is drawn with: elements, text that fits, a scale of days, hatching, the file to take away.

Colours and type come from static/css/charts.css by class, so that a picture follows light, dark and print; what is told
by a colour is also told by hatching or a symbol.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from unicodedata import east_asian_width
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

SVG = "http://www.w3.org/2000/svg"
STYLES = ("css/tokens.css", "css/charts.css")
# A character of Latin script is about as wide as half of a Chinese one, figures and capitals a little wider.
NARROW = 0.56
ELLIPSIS = "…"


def picture(width: float, height: float, title: str, words: str, name: str) -> Element:
    """An empty picture.

    Args:
        width, height: in user units, which are pixels where nothing scales it.
        title: its name; words: what it shows in a sentence, for those who do not see it.
        name: its class, and the beginning of the ids in it.
    """
    svg = Element("svg", {"class": f"chart chart-{name}", "viewBox": f"0 0 {number(width)} {number(height)}"})
    svg.set("role", "group")
    svg.set("aria-label", f"{title}. {words}" if words else title)
    svg.set("data-width", number(width))
    return svg


def number(value: float) -> str:
    """A number as SVG wants it: short, with a point, in any language."""
    return f"{value:.1f}".removesuffix(".0")


def draw(parent: Element, tag: str, classes: str = "", **attributes: object) -> Element:
    """Adds an element; numbers are written short, `_` in a name stands for `-`."""
    found = {
        name.rstrip("_").replace("_", "-"): number(value) if isinstance(value, int | float) else str(value)
        for name, value in attributes.items()
        if value is not None
    }
    return SubElement(parent, tag, ({"class": classes} if classes else {}) | found)


def write(parent: Element, x: float, y: float, words: object, classes: str = "", anchor: str = "") -> Element:
    """Adds a line of text; `anchor`: middle or end."""
    element = draw(parent, "text", classes, x=x, y=y, text_anchor=anchor or None)
    element.text = str(words)
    return element


def link(parent: Element, address: str, words: str) -> Element:
    """Adds a link around what is drawn into it; `words` say where it leads, to a mouse and to a screen reader."""
    element = SubElement(parent, "a", {"href": address, "aria-label": words})
    tip(element, words)
    return element


def tip(element: Element, words: str) -> None:
    """What a mouse that rests on it is told."""
    SubElement(element, "title").text = words


def hatching(svg: Element, name: str, classes: str, size: int = 6) -> str:
    """Defines slanted lines as a fill; returns the value of `fill`."""
    defs = svg.find("defs")
    if defs is None:
        defs = Element("defs")
        svg.insert(0, defs)
    pattern = draw(
        defs,
        "pattern",
        id=name,
        width=size,
        height=size,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    draw(pattern, "rect", f"{classes}-ground", width=size, height=size)
    draw(pattern, "line", f"{classes}-line", x1=size / 2, x2=size / 2, y1=0, y2=size)
    return f"url(#{name})"


def width_of(text: str, size: float) -> float:
    """How wide a text is at a size in pixels, near enough to place it."""
    return sum(1 if east_asian_width(each) in "WFA" else NARROW for each in text) * size


def fitted(text: str, width: float, size: float, lines: int = 1) -> list[str]:
    """A text broken into so many lines of a width; what does not fit is cut and ends with an ellipsis."""
    found: list[str] = []
    rest = text.strip()
    while rest and len(found) < lines:
        cut = _fitting(rest, width, size)
        if cut < len(rest) and len(found) == lines - 1:
            cut = max(1, _fitting(rest, width - size, size))
            found.append(rest[:cut].rstrip() + ELLIPSIS)
            break
        if cut < len(rest) and (space := rest.rfind(" ", 1, cut + 1)) > cut // 2:
            cut = space
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return found


def _fitting(text: str, width: float, size: float) -> int:
    """How many characters fit, one at least."""
    used = 0.0
    for place, each in enumerate(text):
        used += width_of(each, size)
        if used > width and place:
            return place
    return len(text)


@dataclass(frozen=True)
class Days:
    """A scale of days along the x axis.

    Args:
        first, last: the days at both ends; left, right: where these are drawn.
    """

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Where a day is drawn; days beyond an end are drawn at it."""
        whole = max(1, (self.last - self.first).days)
        return self.left + (self.right - self.left) * min(1, max(0, (day - self.first).days / whole))

    def months(self, least: float) -> Iterator[date]:
        """First days of months, as many as keep so many pixels between them: each, or each third, sixth, twelfth."""
        per_day = (self.right - self.left) / max(1, (self.last - self.first).days)
        step = next((step for step in (1, 3, 6, 12, 24, 60) if step * 30 * per_day >= least), 120)
        day = date(self.first.year, 1, 1)
        while day <= self.last:
            if day >= self.first:
                yield day
            later = day.month - 1 + step
            day = date(day.year + later // 12, later % 12 + 1, 1)


def span(*days: date | None) -> tuple[date, date]:
    """The first and the last of some days, a day apart at least."""
    known = [day for day in days if day is not None]
    return min(known), max(max(known), min(known) + timedelta(days=1))


def markup(svg: Element) -> SafeString:
    """The picture as it stands in a page; ElementTree has escaped what it holds."""
    return mark_safe(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S308


@cache
def _style() -> str:
    """The colours and type of a picture on paper, for a file that stands alone."""
    return "\n".join(Path(str(finders.find(name))).read_text(encoding="utf-8") for name in STYLES)


def download(svg: Element, name: str) -> HttpResponse:
    """The picture as a file of its own, with its style in it."""
    width, height = svg.get("viewBox", "").split()[2:]
    svg.set("xmlns", SVG)
    svg.set("width", width)
    svg.set("height", height)
    style = Element("style")
    style.text = _style()
    svg.insert(0, style)
    answer = HttpResponse(ElementTree.tostring(svg, encoding="utf-8", xml_declaration=True), "image/svg+xml")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(name)}.svg"'
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
