"""Supervision papers and their templates over the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.models import Round
from issues.scope import named_round
from measures.look_back.api import id_in
from measures.rows_api import RowsViewSet
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint, body_of
from rectify.workflow.guards import ReasonInput

from ..models import SupervisionOrder
from . import answering, drafting
from .filters import OrderFilterSet
from .inputs import (
    AnswerOrderInput,
    ConcludeOrderInput,
    DraftPartsInput,
    EditOrderInput,
    PaperTemplatesInput,
    PaperWordsInput,
    ReturnAnswerInput,
)
from .matters import templates_of
from .representation import OrderSerializer, order_row
from .templates import set_paper_templates


class DraftOrderInput(DraftPartsInput):
    round = serializers.IntegerField()


class SupervisionOrderViewSet(RowsViewSet):
    """Supervision papers (督办, 批示), the newest first; drafting one is `POST`."""

    queryset = SupervisionOrder.objects.for_display().order_by("-pk")
    serializer_class = OrderSerializer
    filterset_class = OrderFilterSet
    row_of = order_row

    @extend_schema(request=DraftOrderInput, responses={201: OrderSerializer})
    def create(self, request: Request) -> Response:
        """Drafts a paper on a measure, a sub-issue or the round; a leader drafts an instruction for the office."""
        data = body_of(request)
        round_id = id_in(data, "round", _("Give the id of a round."))
        made = drafting.draft_order(clock.act_of(request.user), round_id, data)
        return Response(self.current_row(made), status=201)

    act_edit = act_endpoint("edit", drafting.edit_order, EditOrderInput, OrderSerializer)
    act_issue = act_endpoint("issue", drafting.issue_order, EditOrderInput, OrderSerializer)
    act_answer = act_endpoint("answer", answering.answer_order, AnswerOrderInput, OrderSerializer)
    act_return_answer = act_endpoint("return_answer", answering.return_answer, ReturnAnswerInput, OrderSerializer)
    act_conclude = act_endpoint("conclude", answering.conclude_order, ConcludeOrderInput, OrderSerializer)
    act_cancel = act_endpoint("cancel", answering.cancel_order, ReasonInput, OrderSerializer)


class PaperTemplatesSerializer(serializers.Serializer):
    """The templates of a round's papers."""

    version = serializers.IntegerField(help_text="the round's")
    templates = serializers.DictField(child=PaperWordsInput(), help_text="kind of paper: its title and body")


def told(round_: Round) -> dict[str, Any]:
    words = {kind: words._asdict() for kind, words in templates_of(round_).items()}
    return {"version": round_.version, "templates": words}


class PaperTemplatesView(APIView):
    """What a round's papers begin with."""

    @extend_schema(responses=PaperTemplatesSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The templates as they stand; the usual ones where none was set."""
        return Response(told(named_round(request.user, clock.today(), {"round": str(pk)})))

    @extend_schema(request=PaperTemplatesInput, responses=PaperTemplatesSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Changes the templates that are given; papers that are drafted already keep their words."""
        return Response(told(set_paper_templates(clock.act_of(request.user), int(pk), body_of(request))))
