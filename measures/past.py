"""Turns measures that carry `<field>_then` into measures that look as they did on that day."""

from collections.abc import Iterable
from datetime import date
from json import loads

from issues.past import keyed, rewind
from rectify.workflow.past import state_then

from .models import Measure
from .querysets import STATE_THEN

DEPARTMENTS = "responsible_departments"
OF_DEPARTMENTS = {DEPARTMENTS: STATE_THEN[DEPARTMENTS]}
PLAIN = {name: output for name, output in STATE_THEN.items() if name != DEPARTMENTS}


def rewind_measures(rows: Iterable[Measure], organization_id: int, on: date) -> list[Measure]:
    """Measures as they stood on a day; for reading only."""
    known = keyed(organization_id)
    measures = rewind(rows, PLAIN, known)
    for measure in measures:
        keys = state_then(measure, OF_DEPARTMENTS)[DEPARTMENTS] or []
        # Read by itself, a list is still text.
        keys = loads(keys) if isinstance(keys, str) else keys
        departments = [known["lead_department"][key] for key in keys if key in known["lead_department"]]
        measure._prefetched_objects_cache = {DEPARTMENTS: departments}
        if measure.started_on is not None and measure.started_on > on:
            measure.started_on = None
    return measures
