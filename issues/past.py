"""Turns rows that carry `<field>_then` into rows that look as they did on that day."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Field

from rectify.organization.models import Department, Leader
from rectify.workflow.past import state_then

from .querysets import STATE_THEN


def keyed(organization_id: int) -> dict[str, Mapping[str, Any]]:
    """The departments and leaders of an organisation by key: two statements."""
    return {
        "lead_department": {d.key: d for d in Department.objects.filter(organization=organization_id)},
        "responsible_leader": {leader.key: leader for leader in Leader.objects.filter(organization=organization_id)},
    }


def rewind(rows: Iterable[Any], fields: Mapping[str, Field], known: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """Sets each field to its value then. The rows are for reading; saving one would write the past into the present."""
    rewound = []
    for row in rows:
        for name, value in state_then(row, fields).items():
            setattr(row, name, known[name].get(value) if name in known else value)
        rewound.append(row)
    return rewound


def rewind_sub_issues(rows: Iterable[Any], organization_id: int) -> list[Any]:
    """Sub-issues as they stood then."""
    return rewind(rows, STATE_THEN, keyed(organization_id))
