"""What changed between two days, in words: the names of the changes, a line for each, and the figures side by side."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy, pgettext, pgettext_lazy

from issues.states import SubIssueStatus
from measures.figures.counting import LATER, SOON
from measures.figures.rows import MEASURE
from measures.states import OMITTED, MeasureStatus

from ..figures.compared import Change, ChangeKind, Compared, Turn

KINDS: dict[ChangeKind, Any] = {
    ChangeKind.CLOSED: pgettext_lazy("between two days", "Closed"),
    ChangeKind.SUSTAINED: pgettext_lazy("between two days", "Moved to long term, or continuing"),
    ChangeKind.SLIPPED: pgettext_lazy("between two days", "Slipped"),
    ChangeKind.EXTENDED: pgettext_lazy("between two days", "Extended"),
    ChangeKind.REASSIGNED: pgettext_lazy("between two days", "Reassigned"),
    ChangeKind.OPENED: pgettext_lazy("between two days", "Opened"),
    ChangeKind.LEFT: pgettext_lazy("between two days", "Cancelled or merged"),
}
# For the sentence: what is told of sub-issues, and of measures.
PHRASES: dict[bool, dict[ChangeKind, Any]] = {
    False: {
        ChangeKind.CLOSED: ngettext_lazy("{n} sub-issue closed", "{n} sub-issues closed"),
        ChangeKind.SUSTAINED: ngettext_lazy("{n} sub-issue continuing", "{n} sub-issues continuing"),
        ChangeKind.SLIPPED: ngettext_lazy("{n} sub-issue newly overdue", "{n} sub-issues newly overdue"),
        ChangeKind.OPENED: ngettext_lazy("{n} sub-issue opened", "{n} sub-issues opened"),
    },
    True: {
        ChangeKind.CLOSED: ngettext_lazy("{n} measure closed", "{n} measures closed"),
        ChangeKind.SUSTAINED: ngettext_lazy("{n} measure moved to long term", "{n} measures moved to long term"),
        ChangeKind.SLIPPED: ngettext_lazy("{n} measure slipped", "{n} measures slipped"),
        ChangeKind.EXTENDED: ngettext_lazy("{n} measure extended", "{n} measures extended"),
        ChangeKind.REASSIGNED: ngettext_lazy("{n} measure reassigned", "{n} measures reassigned"),
        ChangeKind.OPENED: ngettext_lazy("{n} measure opened", "{n} measures opened"),
        ChangeKind.LEFT: ngettext_lazy("{n} measure cancelled or merged", "{n} measures cancelled or merged"),
    },
}
# What came to an end or began; the rest of the sentence tells what moved.
ENDED = (ChangeKind.CLOSED, ChangeKind.SUSTAINED, ChangeKind.OPENED)


@dataclass(frozen=True)
class Words:
    """One field before and after.

    Args:
        label: what it is; empty where the words tell by themselves.
        old: empty where only the new one is told.
        note: a few words beside it.
        tone: overdue, where it presses.
    """

    label: Any
    old: str
    new: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Line:
    """One change as a row of the list."""

    is_measure: bool
    number: str
    title: str
    url: str
    department: str
    leader: str
    turns: list[Words]

    @property
    def old_words(self) -> str:
        return _joined(turn.old for turn in self.turns)

    @property
    def new_words(self) -> str:
        return _joined(turn.new for turn in self.turns)

    @property
    def difference(self) -> str:
        return _joined(turn.note for turn in self.turns)


@dataclass(frozen=True)
class Pair:
    """One figure on both days.

    Args:
        filters: those of the ledger that give its rows.
        within: it is a part of the one above.
        tone: overdue or due_soon, for a number that presses.
    """

    title: Any
    old: int
    new: int
    filters: str = ""
    tone: str = ""
    within: bool = False
    symbol: str = ""
    old_url: str = ""
    new_url: str = ""
    number: str = ""
    department: str = ""
    leader: str = ""

    @property
    def difference(self) -> int:
        return self.new - self.old

    @property
    def change_words(self) -> str:
        """The difference with its sign; empty where there is none."""
        if not self.difference:
            return ""
        return f"+{self.difference}" if self.difference > 0 else f"−{-self.difference}"

    @property
    def old_words(self) -> int:
        return self.old

    @property
    def new_words(self) -> int:
        return self.new


def _joined(words: Any) -> str:
    return pgettext("between the parts of a sentence", "; ").join(word for word in words if word)


def line_of(found: Compared, change: Change) -> Line:
    """One change, as it reads on the later day."""
    entry, row = change.entry, change.entry.row
    is_measure = row.what == MEASURE
    department = found.owner("lead_department", row.department)
    leader = found.owner("responsible_leader", row.leader)
    moment = found.after.address().removeprefix("&")
    return Line(
        is_measure=is_measure,
        number=entry.number,
        title=entry.title,
        url=reverse("measure" if is_measure else "sub-issue", args=[row.pk]) + (f"?{moment}" if moment else ""),
        department=department.get("name", department["key"]),
        leader=leader.get("title", leader["key"]),
        turns=[_words(found, change, turn) for turn in change.turns],
    )


def _words(found: Compared, change: Change, turn: Turn) -> Words:
    """One field in words."""
    if turn.field == "status":
        statuses: Any = MeasureStatus if change.entry.row.what == MEASURE else SubIssueStatus
        old = str(statuses(turn.old).label) if turn.old else _("not in the ledger yet")
        return Words("", old, str(statuses(turn.new).label))
    if turn.field == "overdue":
        due_on = change.entry.row.due_on
        assert due_on is not None  # noqa: S101 -- nothing without a deadline is overdue
        days = (found.after.on - due_on).days
        late = ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}
        return Words("", _("due on %(day)s") % {"day": due_on}, late, tone="overdue")
    if turn.field == "due_on":
        days = turn.days or 0
        note = ngettext("%(days)d day later", "%(days)d days later", days) % {"days": days}
        return Words(_("Deadline"), str(turn.old), str(turn.new), note)
    if turn.field == "progress":
        return Words(_("Progress"), f"{turn.old}%", f"{turn.new}%")
    old, new = found.owner(turn.field, turn.old), found.owner(turn.field, turn.new)
    if turn.field == "lead_department":
        return Words(_("Lead department"), old.get("name", old["key"]), new.get("name", new["key"]))
    return Words(_("Responsible leader"), old.get("title", old["key"]), new.get("title", new["key"]))


def pairs(found: Compared) -> list[tuple[Any, list[Pair]]]:
    """Both days' figures in their groups."""
    earlier, later = found.figures

    def of(group: str, name: str, label: Any, filters: str, symbol: str = "") -> Pair:
        old, new = earlier[group][name], later[group][name]
        return Pair(label, old, new, filters, within=name != "total", symbol=symbol)

    def pressing(name: str, label: Any, filters: str, tone: str = "", within: bool = False) -> Pair:
        old, new = earlier[name], later[name]
        return Pair(label, old, new, filters, tone if old or new else "", within=within)

    sub_issues = [of("sub_issues", "total", _("in all"), "")]
    sub_issues += [
        of("sub_issues", status, status.label, f"&sub_issue_status={status}", status)
        for status in (
            SubIssueStatus.CLOSED,
            SubIssueStatus.SUSTAINED,
            SubIssueStatus.IN_REVIEW,
            SubIssueStatus.RECTIFYING,
        )
    ]
    measures = [of("measures", "total", _("in all"), ""), pressing("done", _("Done"), "&done=true")]
    measures += [
        of("measures", status, status.label, f"&status={status}", status)
        for status in reversed(MeasureStatus)
        if status not in OMITTED
    ]
    within = _("Due within %(days)s days")
    deadlines = [
        pressing("overdue", _("Overdue"), "&overdue=true", "overdue"),
        pressing("overdue_original", _("by the plan's own deadlines"), "&overdue_original=true", within=True),
        pressing("due_in_10_days", within % {"days": SOON}, f"&due_within={SOON}", "due_soon"),
        pressing("due_in_20_days", within % {"days": LATER}, f"&due_within={LATER}"),
        pressing("behind", _("Behind even progress"), "&behind=true"),
    ]
    return [(_("Sub-issues"), sub_issues), (_("Measures"), measures), (_("Deadlines"), deadlines)]
