"""The append-only history: one row per changed subject and act, chained by hash.

Each kind of subject has its own table with two foreign keys: the subject, and the owner of the chain in which its rows
stand (a measure's rows stand in the chain of its sub-issue). The state on a day is what the rows up to that day say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from . import digests
from .acts import Act
from .prepared import Prepared

CHINA = ZoneInfo("Asia/Shanghai")


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete history through the models."""


class HistoryQuerySet(models.QuerySet):
    """Rows of history; they can be read and inserted."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("history rows are never updated")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("history rows are never deleted")

    def counting(self, on: date | None = None, known_at: datetime | None = None) -> "HistoryQuerySet":
        """The rows that make up the state on a day, as known at a moment, in the order in which they apply.

        Args:
            on: rows that happened later do not count; None for no limit.
            known_at: rows entered later do not count, nor do corrections entered later take anything away.
        """
        corrections = self.model._base_manager.filter(replaces=models.OuterRef("pk"))
        rows = self
        if on is not None:
            rows = rows.filter(happened_on__lte=on)
        if known_at is not None:
            rows = rows.filter(recorded_at__lte=known_at)
            corrections = corrections.filter(recorded_at__lte=known_at)
        return rows.filter(~models.Exists(corrections)).order_by("happened_on", "place")


class HistoryRow(models.Model):
    """One row of history. Concrete tables add the subject, the chain and their names in SUBJECT and CHAIN."""

    SUBJECT: ClassVar[str]
    CHAIN: ClassVar[str]

    act_id = models.UUIDField(db_index=True)
    sequence = models.PositiveIntegerField()
    place = models.PositiveIntegerField(help_text="The sequence at which it applies: a correction takes its row's.")
    action = models.CharField(max_length=40)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    department_name = models.CharField(max_length=200, blank=True)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    replaces_id: int | None
    format = models.PositiveSmallIntegerField(default=digests.FORMAT)
    hash = models.CharField(max_length=64)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("history rows are never updated")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("history rows are never deleted")

    @property
    def subject_id(self) -> int:
        return getattr(self, f"{self.SUBJECT}_id")

    @property
    def chain_id(self) -> int:
        return getattr(self, f"{self.CHAIN}_id")

    @property
    def entered_late(self) -> bool:
        """Whether the row was entered on a later day than it happened (补录)."""
        return self.recorded_at.astimezone(CHINA).date() > self.happened_on

    def exported(self) -> dict[str, Any]:
        """The fields that leave the application, and exactly those that the hash covers."""
        return {
            "format": self.format,
            "chain": f"{self.SUBJECT}s-of-{self.CHAIN}:{self.chain_id}",
            "sequence": self.sequence,
            "place": self.place,
            "subject": f"{self.SUBJECT}:{self.subject_id}",
            "act_id": str(self.act_id),
            "action": self.action,
            "from_status": self.from_status,
            "to_status": self.to_status,
            "reason": self.reason,
            "payload": self.payload,
            "actor": self.actor_id,
            "actor_name": self.actor_name,
            "department_name": self.department_name,
            "happened_on": self.happened_on.isoformat(),
            "recorded_at": self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "replaces": self.replaces_id,
        }


class Tracked(models.Model):
    """An object whose every change stands in history.

    TRACKED names the fields that history rebuilds; ADDED those of them that the history of an earlier release lacks.
    """

    TRACKED: ClassVar[tuple[str, ...]] = ()
    ADDED: ClassVar[tuple[str, ...]] = ()

    version = models.PositiveIntegerField(default=1)
    entries = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def tracked_state(self) -> dict[str, Any]:
        """The present value of each tracked field in the form in which history keeps it."""
        return {name: plain(getattr(self, name)) for name in self.TRACKED}


def plain(value: Any) -> Any:
    """A value as history keeps it: dates as ISO text, departments and leaders by key, several as a sorted list."""
    if value is None or isinstance(value, str | int | bool | dict):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, models.Manager | models.QuerySet):
        return sorted(item.key for item in value.all())
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(plain(item) for item in value)
    return value.key


@dataclass(frozen=True)
class Entry:
    """What one act says of one subject: the input from which a row is made.

    Args:
        action: the act's name in the transition table.
        new: tracked field -> its new value; status included where it changes.
        old: the same fields before.
        extra: what else belongs to the record (notes, signatures, evidence), kept beside new and old.
        happened_on: the business day where it differs from the act's.
        replaces: the row that this one corrects.
    """

    action: str
    from_status: str = ""
    to_status: str = ""
    new: Mapping[str, Any] = field(default_factory=dict)
    old: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    happened_on: date | None = None
    replaces: Any = None

    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = {name: plain(value) for name, value in self.extra.items()}
        if self.new:
            payload["new"] = {name: plain(value) for name, value in self.new.items()}
        if self.old:
            payload["old"] = {name: plain(value) for name, value in self.old.items()}
        return payload


@cache
def _end_of(model: type[HistoryRow]) -> Prepared:
    """The end of a chain of a table."""

    def build(chain: int) -> Any:
        rows = model.objects.filter(**{f"{model.CHAIN}_id": chain}).order_by("-sequence")
        return rows.values_list("sequence", "hash", "recorded_at")[:1]

    return Prepared(build)


class Chain:
    """Appends rows to one chain. Open it inside the transaction that holds the lock on the chain's owner."""

    sequence: int
    hash: str
    recorded_at: datetime | None

    def __init__(self, model: type[HistoryRow], chain_id: int, *, is_new: bool = False) -> None:
        """Reads where the chain ends.

        Args:
            is_new: its owner was just inserted, so that there is nothing to read.
        """
        self.model = model
        self.chain_id = chain_id
        self.sequence, self.hash, self.recorded_at = (None if is_new else self._end()) or (0, digests.GENESIS, None)

    def _end(self) -> tuple[int, str, datetime] | None:
        found = _end_of(self.model)(chain=self.chain_id)
        return found[0] if found else None

    def make(self, subject_id: int, act: Act, who: tuple[str, str], entry: Entry) -> HistoryRow:
        """The next row of the chain, not yet written.

        Args:
            who: the actor's name and department as they are now.
        """
        now = act.clock()
        row = self.model(
            act_id=act.id,
            sequence=self.sequence + 1,
            place=entry.replaces.place if entry.replaces else self.sequence + 1,
            action=entry.action,
            from_status=entry.from_status,
            to_status=entry.to_status,
            reason=entry.reason,
            payload=entry.payload(),
            actor_id=act.actor.pk,
            actor_name=who[0],
            department_name=who[1],
            happened_on=entry.happened_on or self._day_of(act, now, subject_id),
            # The clock of a machine may step back; history never does.
            recorded_at=max(now, self.recorded_at) if self.recorded_at else now,
            replaces=entry.replaces,  # type: ignore[misc]
            **{f"{self.model.CHAIN}_id": self.chain_id, f"{self.model.SUBJECT}_id": subject_id},
        )
        row.hash = digests.chained_hash(self.hash, row.exported())
        self.sequence, self.hash, self.recorded_at = row.sequence, row.hash, row.recorded_at
        return row

    def _day_of(self, act: Act, now: datetime, subject_id: int) -> date:
        """The act's day; where the clock stepped back, over midnight even, never before the subject's newest row."""
        if self.recorded_at is None or now >= self.recorded_at:
            return act.on
        rows = self.model.objects.filter(**{f"{self.model.SUBJECT}_id": subject_id})
        newest = rows.aggregate(day=models.Max("happened_on"))["day"]
        return max(act.on, newest) if newest else act.on

    def append(self, subject_id: int, act: Act, who: tuple[str, str], entry: Entry) -> HistoryRow:
        """Writes the next row of the chain."""
        row = self.make(subject_id, act, who, entry)
        row.save()
        return row


def fold(rows: Iterable[HistoryRow]) -> dict[str, Any]:
    """The state that rows in their order of application make up: the last word on each field."""
    state: dict[str, Any] = {}
    for row in rows:
        state.update(row.payload.get("new", {}))
    return state
