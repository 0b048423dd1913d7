"""Looking back over the API: samples are drawn, sampled measures checked, remarks made and answered."""

import re
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from issues.api import VisibleViewSet
from rectify.web import clock
from rectify.web.act_endpoints import NUMBER, act_endpoint, body_of
from rectify.web.tables import CSVRenderer, XLSXRenderer, table_response
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.refusals import Invalid

from ..models import LookBack, LookBackItem, Remark
from ..rows_api import RowsViewSet
from . import services
from .filters import LookBackFilterSet, LookBackItemFilterSet, RemarkFilterSet
from .inputs import AnswerFileInput, CheckInput, DrawInput, RemarkInput, SendBackInput
from .reading import shown_items, shown_remarks, with_progress
from .representation import (
    LookBackItemSerializer,
    LookBackSerializer,
    RemarkSerializer,
    WholeLookBackSerializer,
    item_columns,
    item_row,
    remark_row,
)


def id_in(data: Any, name: str, message: Any) -> int:
    """The id of a row that a body names. Raises Invalid at the field."""
    text = str(data.get(name, ""))
    if not re.fullmatch(NUMBER, text, re.ASCII):
        raise Invalid(errors={name: [message]})
    return int(text)


class LookBackViewSet(VisibleViewSet):
    """Samples of what was closed; drawing one is `POST`."""

    queryset = LookBack.objects.all()
    serializer_class = LookBackSerializer
    filterset_class = LookBackFilterSet

    def get_queryset(self) -> Any:
        return with_progress(super().get_queryset())

    def counts_exactly(self) -> bool:
        return "round" in self.request.query_params

    @extend_schema(responses=WholeLookBackSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One sample, with the list it was drawn from; `drawn_again` says that it can be drawn again."""
        return Response(WholeLookBackSerializer(self.get_object()).data)

    @extend_schema(request=DrawInput, responses={201: WholeLookBackSerializer})
    def create(self, request: Request) -> Response:
        """Draws a sample of the measures of a round that are closed now, stratified by lead department."""
        data = body_of(request)
        round_id = id_in(data, "round", _("Give the id of a round."))
        drawn = services.draw_sample(clock.act_of(request.user), round_id, data)
        return Response(WholeLookBackSerializer(self.get_queryset().get(pk=drawn.pk)).data, status=201)


class LookBackItemViewSet(RowsViewSet):
    """Sampled measures, and what was found."""

    queryset = LookBackItem.objects.order_by("-look_back", "position")
    serializer_class = LookBackItemSerializer
    filterset_class = LookBackItemFilterSet
    row_of = item_row

    def get_queryset(self) -> Any:
        return shown_items(super().get_queryset(), self.request.user)

    def get_renderers(self) -> list[Any]:
        # Only the list is a table.
        tables = [CSVRenderer(), XLSXRenderer()] if self.action == "list" else []
        return [JSONRenderer(), *tables]

    @extend_schema(responses=LookBackItemSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Sampled measures; `format=csv` or `xlsx` gives all of them as a file."""
        kind = request.accepted_renderer.format
        if kind not in ("csv", "xlsx"):
            return super().list(request)
        rows = self.filter_queryset(self.get_queryset()).iterator(chunk_size=500)
        today = clock.today()
        return table_response(kind, f"look-back-{today}", "回头看", f"数据截至 {today}", item_columns(), rows)

    act_check = act_endpoint("check", services.check_item, CheckInput, LookBackItemSerializer)
    act_decline = act_endpoint("decline", services.decline_reopening, ReasonInput, LookBackItemSerializer)


class RemarkViewSet(RowsViewSet):
    """Remarks that departments must answer, the newest first; making one is `POST`."""

    queryset = Remark.objects.order_by("-pk")
    serializer_class = RemarkSerializer
    filterset_class = RemarkFilterSet
    row_of = remark_row

    def get_queryset(self) -> Any:
        return shown_remarks(super().get_queryset())

    @extend_schema(request=RemarkInput, responses={201: RemarkSerializer})
    def create(self, request: Request) -> Response:
        """Makes a remark on a measure, in whatever state that is."""
        data = body_of(request)
        measure_id = id_in(data, "measure", _("Give the id of a measure."))
        made = services.make_remark(clock.act_of(request.user), measure_id, data)
        return Response(self.current_row(made), status=201)

    act_answer = act_endpoint(
        "answer", services.answer_remark, AnswerFileInput, RemarkSerializer, file=True, also_without=True
    )
    act_settle = act_endpoint("settle", services.settle_remark, ActInput, RemarkSerializer)
    act_send_back = act_endpoint("send_back", services.send_back_remark, SendBackInput, RemarkSerializer)
