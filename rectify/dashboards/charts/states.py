"""Each department's measures by state, as one bar of segments."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from measures.states import MeasureStatus

from .kit import draw, fitted, hatching, link, picture, width_of, write

HIGH, BAR, NOTE, NAME, SIZE = 30, 18, 26, 190, 13
# From what is through to what has not begun.
ORDER = (
    MeasureStatus.CLOSED,
    MeasureStatus.SUSTAINED,
    MeasureStatus.IN_REVIEW,
    MeasureStatus.COMPLETED,
    MeasureStatus.IN_PROGRESS,
    MeasureStatus.NOT_STARTED,
)
HATCHED = {MeasureStatus.CLOSED: "hatch-done", MeasureStatus.IN_PROGRESS: "hatch-going"}


def state_bars(
    groups: Sequence[Mapping[str, Any]], lines: Callable[[Mapping[str, Any], str], str], width: float, note: str
) -> Element:
    """Draws a bar for each group.

    Args:
        groups: departments with their figures.
        lines: the address of a group's measures in a state.
    """
    names = min(NAME, max([width_of(each["name"], SIZE) for each in groups], default=0) + 12, width * 0.35)
    most = max([each["total"] for each in groups], default=1)
    right = width - 84
    svg = picture(width, len(groups) * HIGH + NOTE, _("Measures by state"), "", "states")
    for status, classes in HATCHED.items():
        hatching(svg, f"states-{status}-{width:.0f}", classes, 5)
    for place, group in enumerate(groups):
        y, x = place * HIGH, names
        write(svg, 0, y + HIGH / 2 + 5, "".join(fitted(group["name"], names - 8, SIZE)), "weeks-name")
        for status in ORDER:
            if count := group[status]:
                wide = (right - names) * count / most
                _segment(svg, (x, y, wide), group, status, lines(group, f"status={status}"))
                x += wide
        told = _("%(count)d in all") % {"count": group["total"]}
        write(svg, x + 8, y + HIGH / 2 + 4, told, "chart-soft")
        if group["overdue"]:
            late = link(svg, lines(group, "overdue=true"), f"{group['name']} " + _("Overdue") + str(group["overdue"]))
            write(late, x + 14 + width_of(told, 12), y + HIGH / 2 + 4, f"▲{group['overdue']}", "states-late")
    write(svg, 0, len(groups) * HIGH + NOTE - 6, note, "chart-note")
    return svg


def _segment(
    svg: Element, place: tuple[float, float, float], group: Mapping[str, Any], status: MeasureStatus, address: str
) -> None:
    x, y, wide = place
    words = pgettext("a figure", "%(name)s: %(label)s %(count)d") % {
        "name": group["name"],
        "label": status.label,
        "count": group[status],
    }
    found = link(svg, address, words)
    width = float(svg.get("data-width") or 0)
    fill = f"url(#states-{status}-{width:.0f})" if status in HATCHED else None
    top = y + (HIGH - BAR) / 2
    draw(found, "rect", f"states-{status}", x=x, y=top, width=max(1, wide - 1), height=BAR, fill=fill)
    if wide > 22:
        write(found, x + wide / 2, top + 13, group[status], f"states-number states-number-{status}", "middle")
