"""The symbols of states as shapes in a picture: those of static/img/icons.svg, which a file that stands alone lacks."""

from xml.etree.ElementTree import Element

from .kit import draw, number

BOX = 16
RING = {"cx": 8, "cy": 8, "r": 6.6}
# Filled and stroked parts beside the ring.
WEDGES = {
    "in_progress": "M8 8V1.4A6.6 6.6 0 0 1 14.6 8z",
    "rectifying": "M8 8V1.4A6.6 6.6 0 0 1 14.6 8z",
    "in_review": "M8 1.4a6.6 6.6 0 0 1 0 13.2z",
    "completed": "M8 8V1.4A6.6 6.6 0 1 1 1.4 8z",
}
LINES = {"cancelled": "M3.4 12.6l9.2-9.2", "merged": "M4 8h8M8 4v8"}
ENDLESS = (
    "M8 8C6.6 5.9 5.3 4.8 3.9 4.8a3.2 3.2 0 0 0 0 6.4C5.3 11.2 6.6 10.1 8 8s2.7-3.2 4.1-3.2a3.2 3.2 0 0 1 0 6.4"
    "C10.7 11.2 9.4 10.1 8 8z"
)


def symbol(parent: Element, name: str, x: float, y: float, size: float) -> Element:
    """Draws a state's symbol in its hue.

    Args:
        name: a state, overdue or due_soon.
        x, y: its middle.
    """
    scale = size / BOX
    place = f"translate({number(x - size / 2)} {number(y - size / 2)}) scale({scale:.3f})"
    group = draw(parent, "g", f"mark mark-{name}", transform=place)
    if name == "overdue":
        draw(group, "path", "mark-full", d="M8 1.4 15.6 14.6H.4z")
    elif name == "due_soon":
        draw(group, "path", "mark-line", d="M8 2.2 14.8 14H1.2z")
    elif name == "sustained":
        draw(group, "path", "mark-line", d=ENDLESS)
    elif name == "closed":
        draw(group, "circle", "mark-full", cx=8, cy=8, r=7.4)
    else:
        draw(group, "circle", "mark-line", **RING)
        if wedge := WEDGES.get(name):
            draw(group, "path", "mark-full", d=wedge)
        if line := LINES.get(name):
            draw(group, "path", "mark-line", d=line)
    return group
