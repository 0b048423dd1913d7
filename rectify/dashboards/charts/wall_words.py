"""What the wall chart says in words: beside a bar, and as its name for those who do not see it."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from issues.states import SubIssueStatus
from measures.states import MeasureStatus

from ..figures.wall import Bar, Wall, WallSubIssue


def whose(bar: Bar) -> str:
    return str(bar.department.get("name", ""))


def leader_of(bar: Bar) -> str:
    return str(bar.leader.get("title", ""))


def days_in_words(bar: Bar) -> str:
    """How long it is late, or how long it has; empty where nothing presses."""
    days = bar.days
    if days is None:
        return ""
    if days < 0:
        return ngettext("%(late)s day overdue", "%(late)s days overdue", -days) % {"late": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(left)s day left", "%(left)s days left", days) % {"left": days}


def status_in_words(bar: Bar) -> str:
    """The state, with the percentage where work goes on."""
    label = str(MeasureStatus(bar.status).label)
    return label if bar.is_settled or bar.progress is None else f"{label} {bar.progress}%"


def note_of(bar: Bar) -> str:
    """What stands at the end of a bar: what presses, else the day that counts."""
    if bar.is_overdue or bar.is_due_soon:
        return days_in_words(bar)
    if bar.is_struck:
        return str(MeasureStatus(bar.status).label)
    if bar.is_endless:
        return _("review %(day)s") % {"day": bar.review_on} if bar.review_on else _("No end date")
    return str(bar.closed_on or bar.due_on or "")


def name_of(bar: Bar) -> str:
    """All that the row shows, in one line."""
    parts = [
        f"{bar.number} {bar.content}",
        whose(bar),
        _deadline(bar),
        status_in_words(bar),
        _("closed on %(day)s") % {"day": bar.closed_on} if bar.closed_on else "",
        days_in_words(bar) if bar.is_overdue or bar.is_due_soon else "",
    ]
    return _listed(part for part in parts if part)


def _deadline(bar: Bar) -> str:
    if bar.due_on is None:
        words = _("No end date")
        if bar.review_on is None:
            return words
        return _listed([words, _("review on %(day)s") % {"day": bar.review_on}])
    words = _("due %(day)s") % {"day": bar.due_on}
    return _listed([words, _("first due %(day)s") % {"day": bar.original_due_on}]) if bar.is_extended else words


def _listed(parts: object) -> str:
    return pgettext("between the parts of a name", "; ").join(str(part) for part in parts)  # type: ignore[attr-defined]


def closed_of(sub_issue: WallSubIssue) -> str:
    """How many of a sub-issue's measures are closed, of those that are shown."""
    closed = sum(bar.status == MeasureStatus.CLOSED for bar in sub_issue.bars)
    return _("%(closed)d of %(total)d closed") % {"closed": closed, "total": len(sub_issue.bars)}


def sub_issue_in_words(sub_issue: WallSubIssue) -> str:
    label = str(SubIssueStatus(sub_issue.status).label)
    return _listed([f"{sub_issue.number} {sub_issue.title}", label, closed_of(sub_issue)])


def wall_in_words(wall: Wall) -> str:
    """What the chart says, in a sentence."""
    late = sum(bar.is_overdue for bar in wall.bars)
    return _("On %(day)s: %(measures)d measures under %(sub_issues)d sub-issues, %(late)d of them overdue.") % {
        "day": wall.on.isoformat(),
        "measures": len(wall.bars),
        "sub_issues": len(wall.sub_issues),
        "late": late,
    }


def today_in_words(wall: Wall, today: date) -> str:
    """What stands at the line of the day."""
    if wall.on == today:
        return pgettext("at the line of the day", "Today %(day)s") % {"day": f"{wall.on:%m-%d}"}
    return day_in_words(wall)


def day_in_words(wall: Wall) -> str:
    return _("As of %(day)s") % {"day": wall.on}
