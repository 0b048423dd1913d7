"""Two days of a round compared, over the API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.api import DAYS
from issues.scope import named_round
from rectify.web import clock
from rectify.web.lists import require_known

from .figures.compared import ChangeKind, compared
from .figures.two_days import read_two_days

PARAMETERS = [
    *DAYS,
    OpenApiParameter("from", str, description="The earlier day; without it that of the last frozen week before."),
    OpenApiParameter("to", str, description="The later day; without it as_of, else the present."),
]


class TurnSerializer(serializers.Serializer):
    """One field that changed."""

    field = serializers.CharField(help_text="status, due_on, progress, overdue, lead_department, responsible_leader")
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class ChangeSerializer(serializers.Serializer):
    """What happened to one measure or sub-issue; its state is that of the later day."""

    change = serializers.ChoiceField(choices=[kind.value for kind in ChangeKind])
    what = serializers.ChoiceField(choices=["measure", "sub_issue"])
    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    lead_department = serializers.DictField()
    responsible_leader = serializers.DictField()
    turns = TurnSerializer(many=True)


# `from` is a word of the language, so no class body can have it as a name.
ChangesSerializer = type(
    "ChangesSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "What changed in a round between two days. `figures` has from, to and difference.",
        "__module__": __name__,
        "round": serializers.IntegerField(),
        "from": serializers.DateField(),
        "to": serializers.DateField(),
        "known_at": serializers.DateField(),
        "figures": serializers.DictField(child=serializers.DictField()),
        "counts": serializers.DictField(child=serializers.DictField(child=serializers.IntegerField())),
        "changes": ChangeSerializer(many=True),
        "digest": serializers.CharField(help_text="over the heads of all chains of the round's history"),
    },
)


class ChangesView(APIView):
    """Two days of one round."""

    @extend_schema(parameters=PARAMETERS, responses=ChangesSerializer)
    def get(self, request: Request) -> Response:
        """What was closed, opened, slipped, extended or reassigned between two days, and both days' figures."""
        require_known(request.query_params, {parameter.name for parameter in PARAMETERS})
        round_ = named_round(request.user, clock.today(), request.query_params)
        before, after = read_two_days(round_, request.query_params, clock.today())
        return Response(compared(round_, before, after).as_json())
