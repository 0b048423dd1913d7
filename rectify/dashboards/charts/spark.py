"""A row of small bars: what somebody had open week by week, and what of it was late."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..figures.histories import Load
from .kit import draw, hatching, picture, tip

BAR, GAP, HEIGHT = 8, 3, 24
NONE = 1.0


def spark(loads: Sequence[Load], most: int, name: str, of: str) -> Element:
    """Draws it.

    Args:
        most: what the height stands for, the same in every row of a table.
        name: part of the ids in it.
        of: whose it is, for those who do not see it.
    """
    words = pgettext("between clauses", "; ").join(words_of(load) for load in loads[-1:])
    svg = picture(max(1, len(loads)) * (BAR + GAP), HEIGHT, of, words, "spark")
    svg.set("width", svg.get("viewBox", "").split()[2])
    svg.set("height", str(HEIGHT))
    fill = hatching(svg, f"spark-{name}", "hatch-overdue", 4)
    for place, load in enumerate(loads):
        x, tall = place * (BAR + GAP), (HEIGHT - 2) * load.open / max(1, most)
        group = draw(svg, "g")
        tip(group, words_of(load))
        draw(group, "rect", "spark-open", x=x, y=HEIGHT - max(NONE, tall), width=BAR, height=max(NONE, tall))
        if load.overdue:
            late = max(3.0, (HEIGHT - 2) * load.overdue / max(1, most))
            draw(group, "rect", "spark-late", x=x, y=HEIGHT - late, width=BAR, height=late, fill=fill)
    return svg


def words_of(load: Load) -> str:
    """One week in words."""
    return _("%(week)s: %(open)d open, %(overdue)d overdue") % {
        "week": load.week,
        "open": load.open,
        "overdue": load.overdue,
    }
