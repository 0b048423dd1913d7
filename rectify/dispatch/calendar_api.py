"""The calendar of working days over the API."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import body_of
from rectify.web.lists import require_known
from rectify.web.uploads import only_file
from rectify.workflow.guards import ChosenFile, validated
from rectify.workflow.refusals import Forbidden

from .calendar_acts import (
    FIRST_YEAR,
    LAST_YEAR,
    DayInput,
    YearInput,
    YearPlan,
    import_calendar,
    preview_calendar,
    seed_again,
    set_day,
)
from .calendar_import import read_upload
from .models import CalendarDay


class WorkingDaySerializer(serializers.ModelSerializer):
    """A day that is not what its weekday says, or that somebody set."""

    class Meta:
        model = CalendarDay
        fields = ["day", "working", "name", "source"]


class WhichYear(serializers.Serializer):
    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)


class ImportInput(YearInput):
    file = ChosenFile()
    preview = serializers.BooleanField(default=False, help_text="say what would change, and change nothing")


class YearPlanSerializer(serializers.Serializer):
    year = serializers.IntegerField()
    seen = serializers.CharField(help_text="digest of the year before; send it with the import that follows a preview")
    days = serializers.IntegerField(help_text="how many days unlike their weekday the year has then")
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()


class SeededSerializer(serializers.Serializer):
    added = serializers.IntegerField()


def plan_told(plan: YearPlan) -> dict[str, Any]:
    """What importing a year changes, in numbers."""
    return {"year": plan.year, "seen": plan.digest, **plan.counts()}


class WorkingDayViewSet(viewsets.GenericViewSet):
    """The days of a year that are not what their weekday says; a system administrator changes them."""

    queryset = CalendarDay.objects.all()
    serializer_class = WorkingDaySerializer
    filter_backends: list[Any] = []

    @extend_schema(
        parameters=[OpenApiParameter("year", int, description="the present one where it is left out")],
        responses=WorkingDaySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Holidays and make-up working days of a year, for everybody with a role."""
        if not Posts.of(request.user, clock.today()).roles:
            raise Forbidden()
        require_known(request.query_params, {"year"})
        year = validated(WhichYear, request.query_params.dict()).get("year", clock.today().year)
        page = self.paginate_queryset(self.queryset.filter(year=year))
        return self.get_paginated_response(WorkingDaySerializer(page, many=True).data)

    @extend_schema(request=DayInput, responses={200: WorkingDaySerializer})
    def create(self, request: Request) -> Response:
        """Sets one day."""
        return Response(WorkingDaySerializer(set_day(clock.act_of(request.user), body_of(request))).data)

    @extend_schema(request=ImportInput, responses={200: YearPlanSerializer})
    @action(detail=False, methods=["post"], url_path="import", url_name="import", parser_classes=[MultiPartParser])
    def import_year(self, request: Request) -> Response:
        """Replaces a year by a CSV file of day, 上班 or 休, name; or says what that would change."""
        act, data = clock.act_of(request.user), body_of(request)
        service = preview_calendar if str(data.get("preview", "")).lower() in ("1", "true", "on") else import_calendar
        return Response(plan_told(service(act, data, read_upload(only_file(request.FILES)))))

    @extend_schema(request=None, responses={200: SeededSerializer})
    @action(detail=False, methods=["post"])
    def seed(self, request: Request) -> Response:
        """Adds what the published calendar has and the table has not; what somebody corrected stays."""
        return Response({"added": seed_again(clock.act_of(request.user))})
