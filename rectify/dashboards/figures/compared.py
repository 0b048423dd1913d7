"""Two days of a round compared: what was closed, opened, slipped, extended, reassigned in between, and both figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import CharField, DateField, F, IntegerField, TextField, Value

from issues.models import Round, SubIssue
from issues.states import SubIssueStatus
from measures.figures.counting import MEASURE_FIGURES, SUB_ISSUE_FIGURES, pressing, tally
from measures.figures.round import owners
from measures.figures.rows import MEASURE, OF_MEASURES, SHARED, SUB_ISSUE, Row
from measures.models import Measure
from measures.round_digest import round_digest
from measures.states import OMITTED, MeasureStatus
from rectify.web.moments import Moment
from rectify.workflow.past import SUFFIX

OWNERS = ("lead_department", "responsible_leader")


class ChangeKind(StrEnum):
    """What may have happened to a measure or a sub-issue between two days, in the order in which it is told."""

    CLOSED = "closed"
    SUSTAINED = "sustained"
    SLIPPED = "slipped"
    EXTENDED = "extended"
    REASSIGNED = "reassigned"
    OPENED = "opened"
    LEFT = "left"


@dataclass(frozen=True)
class Entry:
    """How a measure or a sub-issue stood on a day.

    Args:
        row: what is counted; department and leader by key.
        place: its position in the ledger.
        number, title: empty on the earlier day, of which only the state is read.
    """

    row: Row
    place: tuple[int, int]
    number: str
    title: str

    @property
    def counts(self) -> bool:
        """Whether it is in the ledger: neither cancelled nor merged."""
        return self.row.what == SUB_ISSUE or self.row.status not in OMITTED


@dataclass(frozen=True)
class Turn:
    """One field that changed. Departments and leaders stand by key; `old` is None for what was not there."""

    field: str
    old: Any
    new: Any

    @property
    def days(self) -> int | None:
        """By how many days a deadline was moved."""
        return (self.new - self.old).days if self.field == "due_on" and self.old and self.new else None


@dataclass(frozen=True)
class Change:
    """What happened to one measure or sub-issue; of two kinds of change there are two.

    Args:
        entry: how it stands on the later day.
    """

    kind: ChangeKind
    entry: Entry
    turns: list[Turn]


@dataclass(frozen=True)
class Compared:
    """Two moments of a round.

    Args:
        changes: by kind, sub-issues before measures, in the ledger's order.
        figures: of the earlier and of the later moment; see `_figures`.
        departments, leaders: by key: id, key, and name or title.
    """

    round: Round
    before: Moment
    after: Moment
    changes: list[Change]
    figures: tuple[dict[str, Any], dict[str, Any]]
    departments: Mapping[str, Mapping[str, Any]]
    leaders: Mapping[str, Mapping[str, Any]]
    digest: str

    def of_kind(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]

    def as_json(self) -> dict[str, Any]:
        """The comparison as the API gives it."""
        earlier, later = self.figures
        return {
            "round": self.round.pk,
            "from": self.before.on,
            "to": self.after.on,
            "known_at": self.after.known_on or self.after.today,
            "figures": {"from": earlier, "to": later, "difference": differences(earlier, later)},
            "counts": {kind.value: self._counts(kind) for kind in ChangeKind},
            "changes": [self._as_json(change) for change in self.changes],
            "digest": self.digest,
        }

    def _counts(self, kind: ChangeKind) -> dict[str, int]:
        found = [change.entry.row.what for change in self.of_kind(kind)]
        return {"sub_issues": found.count(SUB_ISSUE), "measures": found.count(MEASURE)}

    def _as_json(self, change: Change) -> dict[str, Any]:
        entry = change.entry
        return {
            "change": change.kind,
            "what": entry.row.what,
            "id": entry.row.pk,
            "number": entry.number,
            "title": entry.title,
            "status": entry.row.status,
            "due_on": entry.row.due_on,
            "lead_department": self.owner("lead_department", entry.row.department),
            "responsible_leader": self.owner("responsible_leader", entry.row.leader),
            "turns": [
                {"field": turn.field, "old": self.owner(turn.field, turn.old), "new": self.owner(turn.field, turn.new)}
                for turn in change.turns
            ],
        }

    def owner(self, field: str, value: Any) -> Any:
        """A department or leader by its key, where the field is one; every other value as it is."""
        if field not in OWNERS or value is None:
            return value
        known = self.departments if field == "lead_department" else self.leaders
        return known.get(value, {"id": None, "key": value})


def compared(round_: Round, before: Moment, after: Moment) -> Compared:
    """What changed in a round from one moment to another: four statements."""
    earlier, later = _read(round_, before, told=False), _read(round_, after, told=True)
    departments, leaders = owners(round_)
    start = round_.plan_approved_on
    then = {(entry.row.what, entry.row.pk): entry for entry in earlier}
    found = [
        change
        for entry in later
        for change in _changes(then.get((entry.row.what, entry.row.pk)), entry, before.on, after.on)
    ]
    order = list(ChangeKind)
    found.sort(key=lambda change: (order.index(change.kind), change.entry.row.what == MEASURE, change.entry.place))
    return Compared(
        round=round_,
        before=before,
        after=after,
        changes=found,
        figures=(_figures(earlier, before.on, start), _figures(later, after.on, start)),
        departments={each["key"]: each for each in departments},
        leaders={each["key"]: each for each in leaders},
        digest=round_digest(round_, after),
    )


def differences(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """The later figures less the earlier ones, laid out as they are."""
    return {
        name: differences(earlier[name], value) if isinstance(value, Mapping) else value - earlier[name]
        for name, value in later.items()
    }


def _read(round_: Round, moment: Moment, *, told: bool) -> list[Entry]:
    """Everything that stood in the ledger at a moment, cancelled and merged measures included: one statement.

    Args:
        told: with number and title.
    """
    suffix = SUFFIX if moment.is_past else ""
    measures: Any = Measure.objects.filter(sub_issue__round=round_)
    sub_issues: Any = SubIssue.objects.filter(round=round_)
    if moment.is_past:
        measures = measures.as_of(moment.on, moment.known_at, (*SHARED, *OF_MEASURES, *(["content"] if told else [])))
        sub_issues = sub_issues.as_of(moment.on, moment.known_at, (*SHARED, *(["title"] if told else [])))

    def columns(name: str, text: str, *own: Any) -> list[Any]:
        # History names departments and leaders by key; so does this, on any day.
        shared = [F(f"{each}{suffix}" if suffix or each not in OWNERS else f"{each}__key") for each in SHARED]
        words = [F("number"), F(f"{text}{suffix}")] if told else [Value("", CharField()), Value("", TextField())]
        return [Value(name, CharField()), F("pk"), *own[:1], *shared, *own[1:], *words]

    of_measures = columns(
        MEASURE,
        "content",
        F("sub_issue__finding__heading"),
        *(F(f"{each}{suffix}") for each in OF_MEASURES),
        F("sub_issue__position"),
        F("position"),
    )
    nothing = (Value(None, DateField()), Value(None, IntegerField()))
    of_sub_issues = columns(SUB_ISSUE, "title", F("finding__heading"), *nothing, F("position"), Value(0))
    both = (
        measures.order_by().values_list(*of_measures).union(sub_issues.order_by().values_list(*of_sub_issues), all=True)
    )
    # What has a default is not compared.
    size = len(Row._fields) - len(Row._field_defaults)
    return [Entry(Row(*row[:size]), (row[size], row[size + 1]), row[size + 2], row[size + 3]) for row in both]


def _figures(entries: Iterable[Entry], on: date, started_on: date | None) -> dict[str, Any]:
    """The figures of a day, each as the dashboard of the round has it."""
    rows = [entry.row for entry in entries if entry.counts]
    measures = [row for row in rows if row.what == MEASURE]
    sub_issues = [row for row in rows if row.what == SUB_ISSUE]
    return {
        "sub_issues": tally(sub_issues, SUB_ISSUE_FIGURES),
        "measures": tally(measures, MEASURE_FIGURES),
        **pressing(measures, on, started_on),
        "sub_issues_overdue": sum(row.is_overdue(on) for row in sub_issues),
    }


def _changes(before: Entry | None, after: Entry, earlier: date, later: date) -> Iterable[Change]:
    """What happened to one measure or sub-issue.

    Args:
        before: None where it was not in the ledger yet.
    """
    old, new = (before.row if before is not None and before.counts else None), after.row
    if not after.counts:
        if old is not None:
            yield Change(ChangeKind.LEFT, after, [Turn("status", old.status, new.status)])
        return
    for kind, turns in (
        (_arrival(old, new), [Turn("status", old.status if old else None, new.status)]),
        (ChangeKind.SLIPPED, _slipped(old, new, earlier, later)),
        (ChangeKind.EXTENDED, _extended(old, new)),
        (ChangeKind.REASSIGNED, _reassigned(old, new)),
    ):
        if kind is not None and turns:
            yield Change(kind, after, turns)


def _arrival(old: Row | None, new: Row) -> ChangeKind | None:
    """Whether it came to an end or began; None for neither."""
    status = old.status if old is not None else None
    if new.status != status:
        # The two words are the same for measures and for sub-issues.
        if new.status in (MeasureStatus.CLOSED, SubIssueStatus.CLOSED):
            return ChangeKind.CLOSED
        if new.status in (MeasureStatus.SUSTAINED, SubIssueStatus.SUSTAINED):
            return ChangeKind.SUSTAINED
    began = old is None or old.is_settled
    return ChangeKind.OPENED if began and not new.is_settled else None


def _slipped(old: Row | None, new: Row, earlier: date, later: date) -> list[Turn]:
    """It fell overdue and still is, or its progress fell."""
    turns = []
    if new.is_overdue(later) and not (old is not None and old.is_overdue(earlier)):
        turns.append(Turn("overdue", False, True))
    if old is not None and old.progress is not None and new.progress is not None and new.progress < old.progress:
        turns.append(Turn("progress", old.progress, new.progress))
    return turns


def _extended(old: Row | None, new: Row) -> list[Turn]:
    if old is None or old.due_on is None or new.due_on is None or new.due_on <= old.due_on:
        return []
    return [Turn("due_on", old.due_on, new.due_on)]


def _reassigned(old: Row | None, new: Row) -> list[Turn]:
    if old is None:
        return []
    pairs = (("lead_department", old.department, new.department), ("responsible_leader", old.leader, new.leader))
    return [Turn(name, was, now) for name, was, now in pairs if was != now]
