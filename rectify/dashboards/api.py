"""Figures over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.api import DAYS
from issues.scope import named_round
from rectify.web import clock
from rectify.web.moments import read_moment

from .figures import round_figures


class RoundDashboardSerializer(serializers.Serializer):
    """A round's figures. Each status figure equals the count of the list with the same round, status and days."""

    round = serializers.IntegerField()
    as_of = serializers.DateField()
    known_at = serializers.DateField()
    sub_issues = serializers.DictField(child=serializers.IntegerField())
    measures = serializers.DictField(child=serializers.IntegerField())
    overdue = serializers.IntegerField(help_text="not settled, current deadline before the day")
    overdue_original = serializers.IntegerField(help_text="not settled, original deadline before the day")
    due_in_10_days = serializers.IntegerField()
    due_in_20_days = serializers.IntegerField()
    by_department = serializers.ListField(child=serializers.DictField())
    by_leader = serializers.ListField(child=serializers.DictField())
    by_kind = serializers.ListField(child=serializers.DictField())
    declared = serializers.DictField()
    digest = serializers.CharField(help_text="over the heads of all chains of the round's history")


class RoundDashboardView(APIView):
    """The figures of one round."""

    @extend_schema(parameters=DAYS, responses=RoundDashboardSerializer)
    def get(self, request: Request) -> Response:
        """A round's figures, in the present or as of a past day."""
        round_ = named_round(request.user, clock.today(), request.query_params)
        moment = read_moment(request.query_params, clock.today(), round_.feedback_on)
        return Response(round_figures(round_, moment).as_json())
