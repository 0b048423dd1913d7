"""Papers as the API tells them."""

from datetime import date
from typing import Any

from rest_framework import serializers

from rectify.organization.posts import Posts

from ..models import OrderKind, OrderStatus, SupervisionOrder
from .acting import acts_on

COLUMNS = (
    "id",
    "version",
    "kind",
    "status",
    "number",
    "title",
    "question",
    "text",
    "instruction",
    "leader_name",
    "due_on",
    "turn",
    "drafted_by_name",
    "drafted_on",
    "issued_by_name",
    "issued_on",
    "answer",
    "answered_by_name",
    "answered_on",
    "return_reason",
    "conclusion",
    "cancel_reason",
    "ended_by_name",
    "ended_on",
)


class OrderSerializer(serializers.Serializer):
    """A supervision paper."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    round = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=OrderKind.choices)
    kind_label = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    status_label = serializers.CharField()
    number = serializers.CharField(allow_blank=True, help_text="given when it is issued")
    measure = serializers.IntegerField(allow_null=True)
    measure_number = serializers.CharField(allow_null=True)
    sub_issue = serializers.IntegerField(allow_null=True)
    sub_issue_number = serializers.CharField(allow_null=True)
    department = serializers.IntegerField(allow_null=True)
    department_name = serializers.CharField(allow_null=True)
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    title = serializers.CharField()
    question = serializers.CharField(allow_blank=True)
    text = serializers.CharField(help_text="of a draft: names in braces stand for what is only known on issue")
    instruction = serializers.CharField(allow_blank=True, help_text="a leader's own words")
    leader = serializers.IntegerField(allow_null=True)
    leader_name = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField(help_text="to be answered, and the day until which it was is past")
    turn = serializers.IntegerField(help_text="how often an answer was asked for")
    drafted_by_name = serializers.CharField()
    drafted_on = serializers.DateField()
    issued_by_name = serializers.CharField(allow_blank=True)
    issued_on = serializers.DateField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    answered_by_name = serializers.CharField(allow_blank=True)
    answered_on = serializers.DateField(allow_null=True)
    return_reason = serializers.CharField(allow_blank=True)
    conclusion = serializers.CharField(allow_blank=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    ended_by_name = serializers.CharField(allow_blank=True)
    ended_on = serializers.DateField(allow_null=True)
    available_acts = serializers.ListField(child=serializers.CharField())


def order_row(order: SupervisionOrder, posts: Posts, on: date) -> dict[str, Any]:
    """A paper that `for_display` read.

    Args:
        on: the day against which an answer is late.
    """
    return {name: getattr(order, name) for name in COLUMNS} | {
        "round": order.round_id,
        "kind_label": order.get_kind_display(),
        "status_label": order.get_status_display(),
        "measure": order.measure_id,
        "measure_number": order.measure.number if order.measure else None,
        "sub_issue": order.sub_issue_id,
        "sub_issue_number": order.sub_issue.number if order.sub_issue else None,
        "department": order.department_id,
        "department_name": order.department.name if order.department else None,
        "parent": order.parent_id,
        "leader": order.leader_id,
        "overdue": order.is_overdue(on),
        "available_acts": acts_on(order, posts),
    }
