"""What a message says: counts by kind and a link, never the text of a finding or a measure.

Messages over mail and chat leave the house (practice: notices carry a count and a link), so that nothing in them may be
worth keeping from anybody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ..models import Notice, NoticeKind

# What presses stands first.
ORDER = (
    NoticeKind.OVERDUE,
    NoticeKind.URGED,
    NoticeKind.MISSED,
    NoticeKind.ORDER_DUE,
    NoticeKind.ORDER,
    NoticeKind.INSTRUCTION,
    NoticeKind.REMARK,
    NoticeKind.RELAPSE,
    NoticeKind.RETURNED,
    NoticeKind.CUTOFF,
    NoticeKind.TO_SIGN,
    NoticeKind.TO_CONFIRM,
    NoticeKind.DUE,
    NoticeKind.REVIEW,
    NoticeKind.ASKED,
    NoticeKind.OPENED,
    NoticeKind.MILESTONE,
    NoticeKind.ORDER_ANSWERED,
    NoticeKind.REMARK_ANSWERED,
    NoticeKind.BRIEF,
)
# Those whose count is the lines of a week, not the notices.
OF_WEEKS = frozenset({NoticeKind.OPENED, NoticeKind.CUTOFF, NoticeKind.MISSED, NoticeKind.URGED, NoticeKind.TO_CONFIRM})


def lines_in(notice: Notice) -> int:
    """How many things one notice is about: of a week its lines, else the one."""
    if notice.kind not in OF_WEEKS:
        return 1
    if "departments" in notice.facts:
        return sum(notice.facts["departments"].values()) + waiting_in(notice)
    return notice.facts.get("count", 0)


def waiting_in(notice: Notice) -> int:
    """How many of the lines that a notice counts wait for its recipient to confirm them."""
    return sum(notice.facts.get("to_confirm", {}).values())


def told_apart(notices: Sequence[Notice]) -> bool:
    """Whether they tell what is owed from what waits for a head: those of a cut-off do, but not the oldest of them."""
    return bool(notices) and all("to_confirm" in notice.facts for notice in notices)


def owed_and_waiting(notices: Sequence[Notice]) -> str:
    """Of notices that tell them apart, in words: what is not reported, and what the recipient has to confirm."""
    waiting = sum(waiting_in(notice) for notice in notices)
    owed = sum(lines_in(notice) for notice in notices) - waiting
    said = []
    if owed:
        said.append(ngettext("%(count)d item not reported", "%(count)d items not reported", owed) % {"count": owed})
    if waiting:
        words = ngettext("%(count)d item for you to confirm", "%(count)d items for you to confirm", waiting)
        said.append(words % {"count": waiting})
    return pgettext("between clauses", "; ").join(said)


def counted(notices: Sequence[Notice]) -> list[tuple[str, int]]:
    """Kind and count of what there is, what presses first."""
    counts: dict[str, int] = {}
    for notice in notices:
        counts[notice.kind] = counts.get(notice.kind, 0) + lines_in(notice)
    return [(kind, counts[kind]) for kind in ORDER if kind in counts]


def line_of(kind: str, count: int, notices: Sequence[Notice]) -> str:
    """One kind in words, with its count; of a week with its number and cut-off."""
    mine = [notice for notice in notices if notice.kind == kind]
    if told_apart(mine):
        items = owed_and_waiting(mine)
    else:
        items = ngettext("%(count)d item", "%(count)d items", count) % {"count": count}
    said = f"{NoticeKind(kind).label}{pgettext('between a label and its value', ': ')}{items}"
    weeks = {notice.subject_id: notice.facts for notice in mine if kind in OF_WEEKS}
    if len(weeks) != 1:
        return said
    return said + pgettext("between clauses", ", ") + week_in_short(next(iter(weeks.values())))


def week_in_short(facts: Any) -> str:
    """A week and its cut-off."""
    at = datetime.fromisoformat(facts["cutoff"])
    return _("week %(week)d, cut-off %(cutoff)s") % {
        "week": facts["week"],
        "cutoff": date_format(at, pgettext("weekday and time", "l H:i")),
    }


def site(path: str) -> str:
    """An address of this installation as somebody outside it calls it."""
    return settings.SITE_URL.rstrip("/") + path


def to_person(notices: Sequence[Notice]) -> tuple[str, str]:
    """Subject and text of a message to a person."""
    with translation.override(settings.LANGUAGE_CODE):
        counts = counted(notices)
        total = sum(count for _kind, count in counts)
        subject = ngettext("Rectification: %(count)d item for you", "Rectification: %(count)d items for you", total)
        lines = [f"  {line_of(kind, count, notices)}" for kind, count in counts]
        text = [
            _("The rectification ledger has for you:"),
            *lines,
            "",
            _("See and do it here:"),
            site(reverse("notices")),
            "",
            _("This message was sent by itself. How you are told, and when not, is set here:"),
            site(reverse("notices-settings")),
        ]
        return subject % {"count": total}, "\n".join(text) + "\n"


def to_group(notices: Sequence[Notice]) -> tuple[str, str]:
    """Subject and text of a message to a group: departments and counts."""
    with translation.override(settings.LANGUAGE_CODE):
        kinds = [kind.value for kind in ORDER]
        lines = [_group_line(notice) for notice in sorted(notices, key=lambda notice: kinds.index(notice.kind))]
        link = site(reverse("dispatch-board")) + f"?round={notices[0].round_id}"
        return _("Rectification, weekly dispatch"), "\n".join([*lines, link])


def _group_line(notice: Notice) -> str:
    said = str(NoticeKind(notice.kind).label)
    if "cutoff" in notice.facts:
        said += pgettext("between a label and its value", ": ") + week_in_short(notice.facts)
    if named := notice.facts.get("named"):
        names = pgettext("between names", ", ").join(f"{name}{count}" for name, count in named)
        return said + pgettext("between clauses", "; ") + _("Not reported yet: %(names)s.") % {"names": names}
    if count := notice.facts.get("count"):
        items = ngettext("%(count)d line to report", "%(count)d lines to report", count)
        return said + pgettext("between clauses", "; ") + items % {"count": count}
    return said
