"""Extensions and moves to long term over the API: lists, and the acts that decide on them."""

from datetime import date
from typing import Any

import django_filters as filters
from rest_framework import serializers

from issues.inputs import SignInput
from issues.states import UNDER_WAY
from rectify.organization.posts import Posts
from rectify.organization.signers import parties_with_turn
from rectify.web.act_endpoints import act_endpoint
from rectify.web.filters import ChoicesFilter, YesNoFilter
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.signing import Outcome

from . import deadline_signing as deciding
from . import papers
from .filters import OfMeasureFilterSet
from .inputs import SheetInput
from .models import Extension, LongTermRequest
from .parties import concern_of
from .rows_api import RowsViewSet
from .signing_rows import SigningRequestSerializer, request_row
from .states import DEADLINE_TRANSITIONS


class RequestSerializer(SigningRequestSerializer):
    """What requests that change until when a measure runs have in common."""

    note = None  # type: ignore[assignment]
    version = serializers.IntegerField()
    measure = serializers.IntegerField()
    reason = serializers.CharField()
    available_acts = serializers.ListField(child=serializers.CharField())


class ExtensionSerializer(RequestSerializer):
    due_on = serializers.DateField(help_text="the deadline asked for")
    old_due_on = serializers.DateField(help_text="the deadline in force when it was asked for")
    overdue = serializers.BooleanField(help_text="asked for after that deadline")
    beyond_intensive = serializers.BooleanField(help_text="the leading group decides")


class LongTermSerializer(RequestSerializer):
    stage_goal = serializers.CharField()
    review_on = serializers.DateField()
    final_on = serializers.DateField(allow_null=True)


def deadline_row(request: Extension | LongTermRequest, posts: Posts) -> dict[str, Any]:
    """A request as the API gives it, with the acts that are open to the reader."""
    measure = request.measure
    parties = parties_with_turn(posts, concern_of(measure), request)
    under_way = measure.sub_issue.round.status in UNDER_WAY
    row = request_row(request)
    return {
        **{name: value for name, value in row.items() if name != "note"},
        "reason": request.note,
        "version": request.version,
        "measure": measure.pk,
        "available_acts": DEADLINE_TRANSITIONS.available(request.outcome, parties) if under_way else [],
    }


def extension_row(request: Extension, posts: Posts, on: date) -> dict[str, Any]:
    own = {name: getattr(request, name) for name in ("due_on", "old_due_on", "overdue", "beyond_intensive")}
    return deadline_row(request, posts) | own


def long_term_row(request: LongTermRequest, posts: Posts, on: date) -> dict[str, Any]:
    own = {name: getattr(request, name) for name in ("stage_goal", "review_on", "final_on")}
    return deadline_row(request, posts) | own


class RequestFilterSet(OfMeasureFilterSet):
    """By where a request belongs and what became of it."""

    SEARCHED = ("note", "measure__content")

    outcome = ChoicesFilter(choices=Outcome.choices)
    status = ChoicesFilter(field_name="outcome", choices=Outcome.choices, label="the same as outcome")
    done = YesNoFilter(method="by_done", label="no longer under review")
    ordering = filters.OrderingFilter(fields=("asked_on", "ended_on"))

    def by_done(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.exclude(outcome=Outcome.PENDING) if value else queryset.filter(outcome=Outcome.PENDING)


class ExtensionFilterSet(RequestFilterSet):
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lte", label="asked for: on or before this day")
    due_after = filters.DateFilter(field_name="due_on", lookup_expr="gte", label="asked for: on or after this day")
    overdue = YesNoFilter(field_name="overdue", label="asked for after the deadline")
    beyond_intensive = YesNoFilter(field_name="beyond_intensive")
    ordering = filters.OrderingFilter(fields=("asked_on", "ended_on", "due_on"))


class RequestViewSet(RowsViewSet):
    """Requests of one kind, oldest first."""

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("measure__sub_issue__round__organization")
        return rows.prefetch_related("signatures", "measure__responsible_departments").order_by("pk")


class ExtensionViewSet(RequestViewSet):
    """Extensions of deadlines; they are asked for by `request_extension` of a measure."""

    queryset = Extension.objects.all()
    serializer_class = ExtensionSerializer
    filterset_class = ExtensionFilterSet
    row_of = extension_row

    act_sign = act_endpoint("sign", deciding.sign_extension, SignInput, ExtensionSerializer)
    act_return = act_endpoint("return", deciding.return_extension, ReasonInput, ExtensionSerializer)
    act_recall = act_endpoint("recall", deciding.recall_extension, ActInput, ExtensionSerializer)
    act_register_signature = act_endpoint(
        "register_signature", papers.register_on_extension, SheetInput, ExtensionSerializer, file=True
    )


class LongTermRequestViewSet(RequestViewSet):
    """Moves of measures to long term; they are asked for by `request_long_term` of a measure."""

    queryset = LongTermRequest.objects.all()
    serializer_class = LongTermSerializer
    filterset_class = RequestFilterSet
    row_of = long_term_row

    act_sign = act_endpoint("sign", deciding.sign_long_term, SignInput, LongTermSerializer)
    act_return = act_endpoint("return", deciding.return_long_term, ReasonInput, LongTermSerializer)
    act_recall = act_endpoint("recall", deciding.recall_long_term, ActInput, LongTermSerializer)
    act_register_signature = act_endpoint(
        "register_signature", papers.register_on_long_term, SheetInput, LongTermSerializer, file=True
    )
