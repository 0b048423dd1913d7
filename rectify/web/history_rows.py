"""Rows of history in the API."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from rectify.workflow.history import HistoryRow


class HistorySerializer(serializers.Serializer):
    """A row of history: exactly the fields that its hash covers, and the hash."""

    format = serializers.IntegerField()
    chain = serializers.CharField()
    sequence = serializers.IntegerField()
    place = serializers.IntegerField()
    subject = serializers.CharField()
    act_id = serializers.UUIDField()
    action = serializers.CharField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()
    reason = serializers.CharField()
    payload = serializers.DictField()
    actor = serializers.IntegerField()
    actor_name = serializers.CharField()
    department_name = serializers.CharField()
    happened_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    replaces = serializers.IntegerField(allow_null=True)
    hash = serializers.CharField()


def history_rows(rows: Iterable[HistoryRow]) -> list[dict[str, Any]]:
    """Rows as the API gives them."""
    return [{**row.exported(), "hash": row.hash} for row in rows]
