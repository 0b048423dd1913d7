"""The weekly dispatch over the API: weeks are opened and frozen, their lines reported, confirmed and returned."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.scope import named_round
from measures.look_back.api import id_in
from measures.rows_api import RowsViewSet
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint, body_of
from rectify.workflow.guards import ActInput, ReasonInput

from . import reporting
from .filters import DispatchFilterSet, LineFilterSet
from .freezing import freeze_week
from .models import Dispatch, Line
from .notices.urging import UrgeInput, urge
from .opening import OpenInput, open_week
from .reporting import AskInput, ContributeInput, DraftInput, SubmitInput
from .representation import DispatchSerializer, LineSerializer, dispatch_rows, line_rows
from .schedules import ScheduleInput, schedule_of, set_schedule, told


class OpenRoundInput(OpenInput):
    round = serializers.IntegerField()


class DispatchViewSet(RowsViewSet):
    """Weeks of rounds, the newest first; opening one is `POST`."""

    queryset = Dispatch.objects.select_related("round__organization").order_by("-monday", "-pk")
    serializer_class = DispatchSerializer
    filterset_class = DispatchFilterSet

    def rows(self, found: Any) -> list[dict[str, Any]]:
        return dispatch_rows(list(found), Posts.of(self.request.user, clock.today()))

    @extend_schema(request=OpenRoundInput, responses={201: DispatchSerializer})
    def create(self, request: Request) -> Response:
        """Opens the present week of a round, or the one that is named by year and week."""
        data = body_of(request)
        opened = open_week(clock.act_of(request.user), id_in(data, "round", _("Give the id of a round.")), data)
        return Response(self.current_row(opened), status=201)

    act_freeze = act_endpoint("freeze", freeze_week, ActInput, DispatchSerializer)
    act_urge = act_endpoint("urge", urge, UrgeInput, DispatchSerializer)


class LineViewSet(RowsViewSet):
    """What each measure owes in a week (进展填报), and what was reported."""

    queryset = Line.objects.order_by("-dispatch__monday", "measure__sub_issue__position", "measure__position")
    serializer_class = LineSerializer
    filterset_class = LineFilterSet

    def get_queryset(self) -> Any:
        lines: Any = super().get_queryset()
        return lines.for_display().prefetch_related("contributions__department", "measure__responsible_departments")

    def counts_exactly(self) -> bool:
        return not {"round", "dispatch", "measure"}.isdisjoint(self.request.query_params)

    def rows(self, found: Any) -> list[dict[str, Any]]:
        on = clock.today()
        return line_rows(list(found), Posts.of(self.request.user, on), on)

    act_save = act_endpoint("save", reporting.save_draft, DraftInput, LineSerializer)
    act_submit = act_endpoint("submit", reporting.submit, SubmitInput, LineSerializer)
    act_confirm = act_endpoint("confirm", reporting.confirm, ActInput, LineSerializer)
    act_return = act_endpoint("return", reporting.return_line, ReasonInput, LineSerializer)
    act_recall = act_endpoint("recall", reporting.recall, ActInput, LineSerializer)
    act_ask = act_endpoint("ask", reporting.ask_department, AskInput, LineSerializer)
    act_contribute = act_endpoint("contribute", reporting.contribute, ContributeInput, LineSerializer)


class ScheduleSerializer(ScheduleInput):
    """A round's schedule; `version` is the round's."""


class ScheduleView(APIView):
    """The schedule of a round's weekly dispatch."""

    @extend_schema(responses=ScheduleSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The schedule as it stands."""
        round_ = named_round(request.user, clock.today(), {"round": str(pk)})
        return Response({"version": round_.version, **told(schedule_of(round_))})

    @extend_schema(request=ScheduleInput, responses=ScheduleSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Changes what is given of it; weeks that are open keep their moments."""
        round_ = set_schedule(clock.act_of(request.user), int(pk), body_of(request))
        return Response({"version": round_.version, **told(schedule_of(round_))})
