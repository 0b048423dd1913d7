"""What had been reported on a measure before a week began: against that a week's report is held."""

from typing import Any

from measures.models import Measure, MeasureHistory

# What a report says -> the measure's column that keeps it.
REPORTED = {"progress": "progress", "done": "work_done", "next_step": "next_step", "difficulty": "difficulty"}


def reported_before(measure: Measure, first: MeasureHistory | None) -> dict[str, Any]:
    """What the measure held before the week's first report, one that was returned or taken back included.

    Args:
        first: the first report since the week opened; None where there is none.

    Returns:
        progress, done, next_step, difficulty; and `reported_on`, None where nothing had been reported.
    """
    old = first.payload.get("old", {}) if first is not None else {}
    found = {name: old.get(column, getattr(measure, column)) for name, column in REPORTED.items()}
    return found | {"reported_on": old.get("reported_on", measure.reported_on)}
