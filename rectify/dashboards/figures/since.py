"""What changed since the last frozen week: today's figures against those that were kept with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify.dispatch.models import FrozenFigures
from rectify.dispatch.weeks import Week

COMPARED = (
    "sub_issues",
    "measures",
    "done",
    "overdue",
    "overdue_original",
    "due_in_10_days",
    "due_in_20_days",
    "behind",
    "sub_issues_overdue",
    "superior",
)
GROUPS = ("by_department", "by_leader", "by_kind")


@dataclass(frozen=True)
class Since:
    """The changes since a frozen week.

    Args:
        changes: as the figures are laid out, with differences in their place.
    """

    week: Week
    on: date
    changes: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"week": str(self.week), "on": self.on, "changes": self.changes}


def since(now: Mapping[str, Any], kept: FrozenFigures | None) -> Since | None:
    """The changes from the kept figures to the present ones; None where nothing was kept.

    Args:
        now: figures as `RoundFigures.as_json` has them.
    """
    if kept is None:
        return None
    changes: dict[str, Any] = {name: _difference(now[name], kept.figures.get(name)) for name in COMPARED}
    changes |= {name: _by_key(now[name], kept.figures.get(name, [])) for name in GROUPS}
    return Since(kept.dispatch.iso_week, kept.on, changes)


def _difference(now: Any, then: Any) -> Any:
    """The difference of two numbers, or of each number of two maps; None where nothing was counted then."""
    if isinstance(now, Mapping):
        return {name: _difference(value, (then or {}).get(name)) for name, value in now.items()}
    return None if then is None else now - then


def _by_key(now: list[Mapping[str, Any]], then: list[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """The differences of each group by its key; a group that had nothing then is counted from zero."""
    before = {group["key"]: group for group in then}
    return {
        group["key"]: {
            name: value - before.get(group["key"], {}).get(name, 0)
            for name, value in group.items()
            if isinstance(value, int) and name != "id"
        }
        for group in now
    }
