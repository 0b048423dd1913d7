"""Rebuilds the present from history alone and compares it with what the tables say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .history import HistoryRow, Tracked, fold

BATCH = 500


@dataclass(frozen=True)
class Difference:
    """A field whose present value is not what history makes it.

    Args:
        subject: the object, as `measure:12`.
        field: the column's name.
        present: what the table says.
        rebuilt: what history says.
    """

    subject: str
    field: str
    present: Any
    rebuilt: Any

    def __str__(self) -> str:
        return f"{self.subject} {self.field}: the table says {self.present!r}, history says {self.rebuilt!r}"


def histories(model: type[HistoryRow], subject_ids: Iterable[int]) -> dict[int, list[HistoryRow]]:
    """The rows that count of many subjects, each in the order in which they apply: one statement."""
    subject = f"{model.SUBJECT}_id"
    rows = model.objects.filter(**{f"{subject}__in": list(subject_ids)}).counting()
    ordered = rows.order_by(subject, "happened_on", "place")
    return {pk: list(group) for pk, group in groupby(ordered, key=lambda row: row.subject_id)}


def in_batches(queryset: Any) -> Iterator[list[Any]]:
    """The objects of a queryset by primary key, so many at a time."""
    last = 0
    while batch := list(queryset.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def differences(objects: Iterable[Tracked], rows: dict[int, list[HistoryRow]], name: str) -> Iterator[Difference]:
    """Compares each tracked field of each object with what its rows make it.

    Rows of an earlier release do not name a field that was added since; it then had its default.
    """
    for found in objects:
        options: Any = found._meta
        rebuilt = {field: options.get_field(field).get_default() for field in found.ADDED}
        rebuilt |= fold(rows.get(found.pk, []))
        for field, present in found.tracked_state().items():
            if present != rebuilt.get(field):
                yield Difference(f"{name}:{found.pk}", field, present, rebuilt.get(field))
