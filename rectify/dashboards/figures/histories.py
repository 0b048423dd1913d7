"""How the load of departments and leaders went over the frozen weeks."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from issues.models import Round
from measures.states import SETTLED
from rectify.dispatch.weeks import Week
from rectify.web.moments import Moment

from .weeks import frozen_by

# As many weeks as a small picture shows.
WEEKS = 12


@dataclass(frozen=True)
class Load:
    """What somebody had to answer for when a week was frozen."""

    week: Week
    on: date
    open: int
    overdue: int
    closed: int


def loads(round_: Round, moment: Moment, groups: str) -> dict[str, list[Load]]:
    """Key -> the load of each of the last frozen weeks up to the moment, the oldest first: one statement.

    Args:
        groups: by_department or by_leader.
    """
    kept = frozen_by(round_, moment).values_list("dispatch__year", "dispatch__week", "on", f"figures__{groups}")
    found: dict[str, list[Load]] = defaultdict(list)
    for year, week, on, rows in reversed(list(kept[:WEEKS])):
        for group in rows:
            settled = sum(group.get(status, 0) for status in SETTLED)
            load = Load(Week(year, week), on, group["total"] - settled, group["overdue"], group["closed"])
            found[group["key"]].append(load)
    return found
