"""Proves that history stands as it was written: every row's hash, the chain's numbering, every subject's count."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from . import digests
from .history import HistoryRow, Tracked


@dataclass(frozen=True)
class Finding:
    """A place where history was changed behind the application's back.

    Args:
        chain: the table and the chain's owner.
        sequence: the row's number in the chain; None where the whole subject is concerned.
        problem: what was found, in English for logs and the command.
    """

    chain: str
    sequence: int | None
    problem: str

    def __str__(self) -> str:
        place = self.chain if self.sequence is None else f"{self.chain} row {self.sequence}"
        return f"{place}: {self.problem}"


def verify_chains(model: type[HistoryRow]) -> Iterator[Finding]:
    """Walks every chain of a history table in order, in flat memory."""
    table = model._meta.db_table
    chain_id: int | None = None
    previous, expected = digests.GENESIS, 1
    for row in model.objects.order_by(f"{model.CHAIN}_id", "sequence").iterator(chunk_size=2000):
        if row.chain_id != chain_id:
            chain_id, previous, expected = row.chain_id, digests.GENESIS, 1
        name = f"{table} {model.CHAIN}={chain_id}"
        if row.sequence > expected:
            yield Finding(name, expected, f"removed (rows {expected} to {row.sequence - 1} are missing)")
        elif row.sequence < expected:
            yield Finding(name, row.sequence, "inserted (its number stands twice)")
        elif row.hash != digests.chained_hash(previous, row.exported()):
            yield Finding(name, row.sequence, f"changed or inserted (row id {row.pk}: its hash does not fit)")
        previous, expected = row.hash, row.sequence + 1


def verify_counts(model: type[HistoryRow], subjects: type[Tracked]) -> Iterator[Finding]:
    """Compares each subject's number of rows with the number it knows of: finds rows cut off at a chain's end."""
    counts = dict(
        model.objects.values_list(f"{model.SUBJECT}_id").annotate(rows=Count("pk")).order_by().iterator(chunk_size=2000)
    )
    for pk, entries in subjects._base_manager.values_list("pk", "entries").iterator(chunk_size=2000):
        found = counts.get(pk, 0)
        if found != entries:
            yield Finding(
                f"{model._meta.db_table} {model.SUBJECT}={pk}",
                None,
                f"{entries} rows were written, {found} are there: "
                + ("rows were removed" if found < entries else "rows were inserted"),
            )
