"""The completion curve: done and closed against the plan since the feedback day, as a stepped burn-up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from measures.figures.trend import Point, Trend

from .kit import Days, draw, fitted, hatching, number, picture, tip, width_of, write

HEIGHT = 320
TOP, BOTTOM, LEFT = 44, 40, 36
SMALL = 12
# Beside the ends of the lines stand their names; so many pixels keep two of them apart.
APART = 17
# So much of what has gone is shown ahead; farther deadlines are told in words: they would press the present together.
AHEAD, LEAST_AHEAD = 0.35, timedelta(days=30)


@dataclass(frozen=True)
class Mark:
    """A day that is marked: a milestone, the notice.

    Args:
        late: it was not reached by its day.
    """

    on: date
    label: str
    late: bool = False


@dataclass(frozen=True)
class Course:
    """What the curve shows.

    Args:
        on: the day that is shown.
        intensive: first and last day of the intensive period, where they are known.
        note: what is printed beneath: the day, how it is known, the digest.
    """

    trend: Trend
    feedback_on: date
    on: date
    intensive: tuple[date, date] | None
    marks: Sequence[Mark]
    note: str

    @property
    def last(self) -> date:
        """The last day of the axis."""
        farthest = self.on + max(LEAST_AHEAD, (self.on - self.feedback_on) * AHEAD)
        if self.intensive is not None:
            farthest = max(farthest, self.intensive[1] + timedelta(days=3))
        ahead = [day for day in self.trend.due if day <= farthest]
        days = [self.on, *ahead[-1:], *(mark.on for mark in self.marks if mark.on <= farthest)]
        if self.intensive is not None:
            days.append(self.intensive[1])
        return max(*days, self.feedback_on + timedelta(days=1))

    @property
    def beyond(self) -> int:
        """How many deadlines lie behind the end of the axis."""
        return len(self.trend.due) - self.trend.planned(self.last)

    @property
    def most(self) -> int:
        return max([1, *(point.total for point in self.trend.points)])

    def words(self) -> str:
        """What the curve says, in a sentence."""
        now = self.trend.points[-1]
        words = _("On %(day)s %(done)d measures are done, %(closed)d of them closed; planned by then: %(planned)d.") % {
            "day": self.on.isoformat(),
            "done": now.done,
            "closed": now.closed,
            "planned": self.trend.planned(self.on),
        }
        if not self.beyond:
            return words
        later = ngettext("%(count)d measure is due later.", "%(count)d measures are due later.", self.beyond)
        return pgettext("two sentences", "%(first)s %(second)s") % {
            "first": words,
            "second": later % {"count": self.beyond},
        }


def curve(course: Course, width: float) -> Element:
    """Draws it.

    Args:
        width: in pixels; the type keeps its size, so that a phone gets a narrow picture and not a small one.
    """
    svg = picture(width, HEIGHT, _("Completion curve"), course.words(), "curve")
    # The names of the lines stand to the right of them.
    right = width - max(width_of(name, SMALL) for name in _names()) - 44
    days = Days(course.feedback_on, course.last, LEFT, right)

    def y(count: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / course.most)

    _frame(svg, course, days, y)
    _lines(svg, course, days, y)
    _marks(svg, course, days)
    write(svg, LEFT, HEIGHT - 4, course.note, "chart-note")
    return svg


def _names() -> list[str]:
    return [_("Plan"), _("Done"), _("Closed"), _("All measures")]


def _frame(svg: Element, course: Course, days: Days, y: Callable[[float], float]) -> None:
    """The axes, and the intensive period as a band behind everything."""
    floor = y(0)
    if course.intensive is not None:
        first, last = course.intensive
        left, right = days.x(first), days.x(last)
        fill = hatching(svg, f"{_id(days)}-intensive", "hatch-soft", 8)
        band = draw(svg, "rect", "curve-band", x=left, y=TOP, width=right - left, height=floor - TOP, fill=fill)
        tip(band, _("Intensive period: %(first)s to %(last)s") % {"first": first, "last": last})
        label = fitted(_("Intensive period"), right - left - 8, SMALL)
        if label:
            write(svg, left + 6, TOP + 16, label[0], "chart-soft")
    for count in _ticks(course.most):
        draw(svg, "line", "chart-rule", x1=LEFT, x2=days.right, y1=y(count), y2=y(count))
        write(svg, LEFT - 8, y(count) + 4, count, "chart-axis", "end")
    for month in days.months(60):
        draw(svg, "line", "chart-rule", x1=days.x(month), x2=days.x(month), y1=floor, y2=floor + 5)
        write(svg, days.x(month), floor + 18, f"{month:%Y-%m}", "chart-axis", "middle")


def _ticks(most: int) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 10**4) if most / step <= 5)
    return list(range(0, most + 1, step))


def _id(days: Days) -> str:
    """Two widths of one picture may stand in a page; ids must not meet."""
    return f"curve-{days.right:.0f}"


def _lines(svg: Element, course: Course, days: Days, y: Callable[[float], float]) -> None:
    points, trend = course.trend.points, course.trend
    floor = y(0)
    area = _stepped(points, lambda point: point.closed, days, y)
    fill = hatching(svg, f"{_id(days)}-closed", "hatch-closed")
    ends = f"L{number(days.x(course.on))} {number(floor)}L{number(days.x(points[0].on))} {number(floor)}Z"
    draw(svg, "path", "curve-area", d=area + ends, fill=fill)
    draw(svg, "path", "curve-total", d=_stepped(points, lambda point: point.total, days, y))
    draw(svg, "path", "curve-plan", d=_plan(course, days, y))
    draw(svg, "path", "curve-done", d=_stepped(points, lambda point: point.done, days, y))
    draw(svg, "path", "curve-closed", d=area)
    now = points[-1]
    reached = {"plan": trend.planned(course.on), "done": now.done, "closed": now.closed, "total": now.total}
    names = dict(zip(("plan", "done", "closed", "total"), _names(), strict=True))
    places = _spread({name: y(count) for name, count in reached.items()})
    x = days.x(course.on)
    draw(svg, "line", "chart-today", x1=x, x2=x, y1=TOP - 8, y2=floor)
    for name, count in reached.items():
        draw(svg, "circle", f"curve-dot curve-dot-{name}", cx=x, cy=y(count), r=3.5)
        write(svg, days.right + 10, places[name] + 4, f"{names[name]} {count}", f"curve-name curve-name-{name}")
        if days.right - x > 2:
            edge = f"M{number(x + 5)} {number(y(count))}L{number(days.right + 6)} {number(places[name])}"
            draw(svg, "path", f"curve-leader curve-name-{name}", d=edge)


def _stepped(points: Sequence[Point], value: Callable[[Point], int], days: Days, y: Callable[[float], float]) -> str:
    first = points[0]
    path = [f"M{number(days.x(first.on))} {number(y(value(first)))}"]
    for point in points[1:]:
        path.append(f"H{number(days.x(point.on))}V{number(y(value(point)))}")
    return "".join(path)


def _plan(course: Course, days: Days, y: Callable[[float], float]) -> str:
    path = [f"M{number(days.x(course.feedback_on))} {number(y(course.trend.planned(course.feedback_on)))}"]
    for day in sorted({day for day in course.trend.due if course.feedback_on < day <= course.last}):
        path.append(f"H{number(days.x(day))}V{number(y(course.trend.planned(day)))}")
    return "".join(path) + f"H{number(days.right)}"


def _spread(places: dict[str, float]) -> dict[str, float]:
    """Moves names apart that would lie on each other, in the order in which they lie."""
    found: dict[str, float] = {}
    before = -APART * 2.0
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        before = max(place, before + APART)
        found[name] = before
    return found


def _marks(svg: Element, course: Course, days: Days) -> None:
    """Milestones and the notice as small flags above the picture; names where there is room."""
    free = LEFT - 4.0
    marks: Iterable[Mark] = sorted(course.marks, key=lambda mark: mark.on)
    for mark in marks:
        if not course.feedback_on <= mark.on <= course.last:
            continue
        x = days.x(mark.on)
        group = draw(svg, "g", "curve-mark curve-mark-late" if mark.late else "curve-mark")
        tip(group, f"{mark.on} {mark.label}")
        draw(group, "path", d=f"M{number(x)} {number(TOP - 8)}l5 -8h-10z")
        label = fitted(mark.label, 120, SMALL)[0]
        wide = width_of(label, SMALL)
        left = min(max(x - wide / 2, 0), days.right + 40 - wide)
        if left > free:
            write(group, left, TOP - 22, label, "chart-soft")
            free = left + wide + 10
