"""The one place where a change of a tracked object and its row of history are written together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import models

from .acts import Act
from .history import Chain, Entry, HistoryRow, Tracked


def record(
    subject: Tracked,
    chain: Chain,
    act: Act,
    who: tuple[str, str],
    entry: Entry,
    *,
    applies: bool = True,
    new_version: bool = True,
    also: Mapping[str, Any] | None = None,
) -> HistoryRow:
    """Appends the row and brings the object up to it, in the caller's transaction.

    Args:
        subject: the object, freshly read under the chain's lock; changed in place and saved.
        chain: the chain in which its rows stand.
        who: the actor's name and department as they are now.
        entry: what happened; `new` names the tracked fields' new values, the old ones are read from the subject.
        applies: False for a row dated back behind a newer one: it counts for its day, not for the present.
        new_version: False for what leaves the object's own fields as they are, so that nobody's form grows stale.
        also: columns that follow from the history and are saved with it.
    """
    row = next_row(subject, chain, act, who, entry)
    row.save()
    columns = bring_up(subject, entry, applies=applies, new_version=new_version, also=also)
    subject.save(update_fields=columns)
    return row


def next_row(subject: Tracked, chain: Chain, act: Act, who: tuple[str, str], entry: Entry) -> HistoryRow:
    """The row that tells of a change, not yet written, with the object's state before and after."""
    status = getattr(subject, "status", "")
    told = replace(
        entry,
        from_status=status,
        to_status=entry.to_status or entry.new.get("status", status),
        old=entry.old or {name: getattr(subject, name) for name in entry.new},
    )
    return chain.make(subject.pk, act, who, told)


def bring_up(
    subject: Tracked,
    entry: Entry,
    *,
    applies: bool = True,
    new_version: bool = True,
    also: Mapping[str, Any] | None = None,
) -> list[str]:
    """Brings an object up to an entry; returns the columns that are to be saved. See `record`."""
    subject.entries += 1
    columns = ["entries"]
    if new_version:
        subject.version += 1
        columns.append("version")
    if applies:
        columns += _assign(subject, entry.new)
    for name, value in (also or {}).items():
        setattr(subject, name, value)
        columns.append(name)
    return columns


def birth(subject: Tracked, action: str, extra: Mapping[str, Any] | None = None) -> Entry:
    """The first entry of an object that was just inserted (with version 1 and entries 1): its whole state."""
    return Entry(
        action=action, to_status=getattr(subject, "status", ""), new=subject.tracked_state(), extra=extra or {}
    )


def record_birth(
    subject: Tracked, chain: Chain, act: Act, who: tuple[str, str], action: str, extra: Mapping[str, Any] | None = None
) -> HistoryRow:
    """Writes the first row of an object that was just inserted."""
    return chain.append(subject.pk, act, who, birth(subject, action, extra))


def _assign(subject: Tracked, new: Mapping[str, Any]) -> list[str]:
    """Sets the new values; returns the names of the columns to save."""
    columns = []
    for name, value in new.items():
        if isinstance(subject._meta.get_field(name), models.ManyToManyField):
            getattr(subject, name).set(value)
        else:
            setattr(subject, name, value)
            columns.append(name)
    return columns
