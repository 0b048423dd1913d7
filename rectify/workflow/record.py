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
    status = getattr(subject, "status", "")
    row = chain.append(
        subject.pk,
        act,
        who,
        replace(
            entry,
            from_status=status,
            to_status=entry.new.get("status", status),
            old=entry.old or {name: getattr(subject, name) for name in entry.new},
        ),
    )
    subject.entries += 1
    saved = ["entries"]
    if new_version:
        subject.version += 1
        saved.append("version")
    if applies:
        saved += _assign(subject, entry.new)
    for name, value in (also or {}).items():
        setattr(subject, name, value)
        saved.append(name)
    subject.save(update_fields=saved)
    return row


def record_birth(
    subject: Tracked, chain: Chain, act: Act, who: tuple[str, str], action: str, extra: Mapping[str, Any] | None = None
) -> HistoryRow:
    """The first row of an object that was just inserted (with version 1 and entries 1): its whole state."""
    entry = Entry(
        action=action, to_status=getattr(subject, "status", ""), new=subject.tracked_state(), extra=extra or {}
    )
    return chain.append(subject.pk, act, who, entry)


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
