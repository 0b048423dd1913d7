"""Many rounds and organisations with their figures, over the API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from issues.models import Round
from issues.states import RoundStatus
from rectify.web import clock
from rectify.web.lists import BoundedPagination, require_known
from rectify.web.moments import read_moment

from .access import require_business
from .figures.choosing import DAYS, FILTERS, chosen_rounds
from .figures.many import round_lines

PARAMETERS = [
    OpenApiParameter("organization", str, description="Its id or key."),
    OpenApiParameter("status", str, description="One or several, separated by commas."),
    OpenApiParameter("search", str, description="Words in the round's title or the organisation's name."),
    OpenApiParameter("as_of", str, description="A past day: the figures are those of the newest week frozen by then."),
    OpenApiParameter("known_at", str, description="Weeks frozen after this day do not count."),
]


class ReportedWeekSerializer(serializers.Serializer):
    """How a week was reported: the open one, else the newest that is frozen."""

    week = serializers.CharField()
    dispatch = serializers.IntegerField()
    open = serializers.BooleanField()
    owed = serializers.IntegerField()
    reported = serializers.IntegerField(help_text="on time")
    late = serializers.IntegerField()
    unconfirmed = serializers.IntegerField()
    missing = serializers.IntegerField()
    returned = serializers.IntegerField()
    exempt = serializers.IntegerField()


class RoundLineSerializer(serializers.Serializer):
    """One round. On a past day by which no week was frozen it has no figures."""

    round = serializers.IntegerField()
    title = serializers.CharField()
    organization = serializers.IntegerField()
    organization_name = serializers.CharField()
    status = serializers.ChoiceField(choices=RoundStatus.choices)
    as_of = serializers.DateField(allow_null=True, help_text="the day whose figures these are")
    week = serializers.CharField(allow_null=True, help_text="the newest frozen week")
    frozen_on = serializers.DateField(allow_null=True)
    sub_issues = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    measures = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    done = serializers.IntegerField(allow_null=True)
    overdue = serializers.IntegerField(allow_null=True)
    due_in_10_days = serializers.IntegerField(allow_null=True)
    due_in_20_days = serializers.IntegerField(allow_null=True)
    behind = serializers.IntegerField(allow_null=True)
    reported = ReportedWeekSerializer(allow_null=True)


class OverviewView(generics.GenericAPIView):
    """The rounds that the reader may see."""

    serializer_class = RoundLineSerializer
    pagination_class = BoundedPagination
    queryset = Round.objects.none()

    def counts_exactly(self) -> bool:
        return False

    @extend_schema(parameters=PARAMETERS, responses=RoundLineSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Rounds with their figures, in the present or as kept with the newest week frozen by a past day."""
        today = clock.today()
        require_business(request.user, today)
        require_known(request.query_params, {*FILTERS, *DAYS})
        moment = read_moment(request.query_params, today)
        page = self.paginate_queryset(chosen_rounds(request, today)) or []
        return self.get_paginated_response([line.as_json() for line in round_lines(page, moment)])
