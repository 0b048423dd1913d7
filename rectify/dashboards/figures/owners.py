"""Departments and leaders in the order of what hurts; no ranks, and no percentages of small numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from measures.states import SETTLED

HURTS = ("overdue", "behind", "due_in_10_days")
CLOSED = ("closed", "sustained")


@dataclass(frozen=True)
class Owner:
    """Who answers for measures.

    Args:
        open: those that are not settled.
        change: of the overdue ones since the last frozen week; None where nothing was kept.
    """

    pk: int
    key: str
    name: str
    figures: Mapping[str, int]
    open: int
    change: int | None


def owners(groups: Iterable[Mapping[str, Any]], changes: Mapping[str, Mapping[str, int]] | None) -> list[Owner]:
    """The groups of a round's figures, what hurts most first; equals in the organisation's own order.

    Args:
        groups: `by_department` or `by_leader`.
        changes: of the same, by key.
    """
    found = [
        Owner(
            pk=group["id"],
            key=group["key"],
            name=group.get("name") or group.get("title") or "",
            figures=group,
            open=group["total"] - sum(group.get(status, 0) for status in SETTLED),
            change=changes.get(group["key"], {}).get("overdue") if changes is not None else None,
        )
        for group in groups
    ]
    return sorted(found, key=lambda owner: [-owner.figures[name] for name in HURTS])
