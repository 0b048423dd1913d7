"""Milestones of rounds over the API."""

import re
from datetime import date
from typing import Any

import django_filters as filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.web.act_endpoints import NUMBER, act_endpoint, body_of
from rectify.web.filters import IdFilter, YesNoFilter
from rectify.workflow.guards import IdField, ReasonInput
from rectify.workflow.refusals import Invalid

from .api import VisibleViewSet
from .filters import OfRoundFilterSet
from .milestones import (
    MeetInput,
    MilestoneInput,
    SetMilestoneInput,
    add_milestone,
    drop_milestone,
    meet_milestone,
    set_milestone,
)
from .models import Milestone
from .states import MILESTONE_TRANSITIONS, MilestoneState, RoundStatus


class NewMilestoneInput(MilestoneInput):
    round = IdField()


class MilestoneSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    round = serializers.IntegerField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    department = serializers.IntegerField(allow_null=True)
    department_name = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=MilestoneState.choices)
    met_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()
    drop_reason = serializers.CharField(allow_blank=True)
    available_acts = serializers.ListField(child=serializers.CharField())


def milestone_row(milestone: Milestone, posts: Posts, on: date) -> dict[str, Any]:
    """A milestone as told to a person on a day."""
    round_ = milestone.round
    archived = round_.status == RoundStatus.ARCHIVED
    parties = posts.parties(Concern(round_.organization_id))
    return {
        "id": milestone.pk,
        "version": milestone.version,
        "round": round_.pk,
        "title": milestone.title,
        "due_on": milestone.due_on,
        "department": milestone.department_id,
        "department_name": milestone.department.name if milestone.department else "",
        "state": milestone.state,
        "met_on": milestone.met_on,
        "overdue": milestone.state == MilestoneState.AHEAD and milestone.due_on < on,
        "drop_reason": milestone.drop_reason,
        "available_acts": [] if archived else MILESTONE_TRANSITIONS.available(milestone.state, parties),
    }


class MilestoneFilterSet(OfRoundFilterSet):
    department = IdFilter(field_name="department")
    ahead = YesNoFilter(method="by_ahead", label="neither reached nor dropped")
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lte", label="on or before this day")
    due_after = filters.DateFilter(field_name="due_on", lookup_expr="gte", label="on or after this day")
    ordering = filters.OrderingFilter(fields=("due_on", "met_on"))

    def by_ahead(self, queryset: Any, name: str, value: bool) -> Any:
        ahead = queryset.ahead()
        return ahead if value else queryset.exclude(pk__in=ahead.values("pk"))


class MilestoneViewSet(VisibleViewSet):
    """The days by which a round has to reach something; adding one is `POST`."""

    queryset = Milestone.objects.select_related("round", "department").order_by("due_on", "position", "pk")
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilterSet

    def current_row(self, milestone: Milestone) -> dict[str, Any]:
        """A milestone as an act has left it."""
        on = clock.today()
        return milestone_row(milestone, Posts.of(self.request.user, on), on)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Milestones in the order of their days."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self.current_row(row) for row in page or []])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One milestone as it is now."""
        return Response(self.current_row(self.get_object()))

    @extend_schema(request=NewMilestoneInput, responses={201: MilestoneSerializer})
    def create(self, request: Request) -> Response:
        """Adds a milestone to a round."""
        data = body_of(request)
        text = str(data.get("round", ""))
        if not re.fullmatch(NUMBER, text, re.ASCII):
            raise Invalid(errors={"round": [_("Give the id of a round.")]})
        added = add_milestone(clock.act_of(request.user), int(text), data)
        return Response(self.current_row(added), status=201)

    act_set = act_endpoint("set", set_milestone, SetMilestoneInput, MilestoneSerializer)
    act_meet = act_endpoint("meet", meet_milestone, MeetInput, MilestoneSerializer)
    act_drop = act_endpoint("drop", drop_milestone, ReasonInput, MilestoneSerializer)
