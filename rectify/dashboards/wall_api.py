"""The wall chart over the API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.api import DAYS
from issues.scope import Scope, named_round
from measures.round_digest import round_digest
from rectify.web import clock
from rectify.web.lists import require_known
from rectify.web.moments import read_moment

from .figures.wall import FILTERS, Around, read_wall
from .live import SINCE, revision, unchanged

OWN = ("round", "as_of", "known_at", SINCE)
NARROWING = {
    "heading": "One heading, with those under it.",
    "lead_department": "Its id or key.",
    "responsible_leader": "The leader's id or key.",
    "status": "One or several states, separated by commas.",
    "kind": "One or several kinds, separated by commas.",
    "overdue": "true or false.",
    "behind": "Behind even progress: true or false.",
}
PARAMETERS = [
    *DAYS,
    *(OpenApiParameter(name, str, description=words) for name, words in NARROWING.items()),
    OpenApiParameter(SINCE, str, description="A revision; 204 where it is still the present one."),
]


class WallOwnerSerializer(serializers.Serializer):
    """A lead department, with its name, or a leader, with the title."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField(required=False)
    title = serializers.CharField(required=False)


class WallMeasureSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    content = serializers.CharField()
    status = serializers.CharField()
    kind = serializers.CharField()
    start = serializers.DateField(help_text="the day on which the plan was approved, else the feedback day")
    due_on = serializers.DateField(allow_null=True)
    original_due_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    progress = serializers.IntegerField(allow_null=True)
    overdue = serializers.BooleanField()
    lead_department = WallOwnerSerializer(allow_null=True)
    responsible_leader = WallOwnerSerializer(allow_null=True)


class WallSubIssueSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    measures = WallMeasureSerializer(many=True)


class WallHeadingSerializer(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()
    sub_issues = WallSubIssueSerializer(many=True)


# `from` is a word of the language, so no class body can have it as a name.
WallChartSerializer = type(
    "WallChartSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "Sub-issues under their headings, with the days of their measures; from and until end the axis.",
        "__module__": __name__,
        "round": serializers.IntegerField(),
        "as_of": serializers.DateField(),
        "known_at": serializers.DateField(),
        "digest": serializers.CharField(),
        "revision": serializers.CharField(help_text="to ask with `since` whether anything changed"),
        "from": serializers.DateField(),
        "until": serializers.DateField(),
        "headings": WallHeadingSerializer(many=True),
    },
)


class WallChartView(APIView):
    """The wall chart of one round."""

    @extend_schema(parameters=PARAMETERS, responses={200: WallChartSerializer, 204: None})
    def get(self, request: Request) -> Response:
        """A round's wall chart, in the present or as of a past day; takes the filters of the list of measures."""
        params = request.query_params
        require_known(params, {*OWN, *FILTERS})
        round_ = named_round(request.user, clock.today(), params)
        moment = read_moment(params, clock.today(), round_.feedback_on)
        present = revision(round_, moment)
        if unchanged(request, present):
            return Response(status=204)
        wall = read_wall(Scope(request.user, moment, round_), round_, params, Around.of(round_))
        told = {
            "round": round_.pk,
            "as_of": moment.on,
            "known_at": moment.known_on or moment.today,
            "digest": round_digest(round_, moment),
            "revision": present,
        }
        return Response(told | wall.as_json())
