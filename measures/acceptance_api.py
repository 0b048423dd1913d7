"""The acts on sub-issues and rounds that need both rooms, over the API; and history across both."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from issues import services as issues
from issues.api import RoundViewSet, SubIssueViewSet
from issues.inputs import AcceptanceInput, NoticeInput, PlanInput, SignInput
from issues.models import RoundHistory, SubIssueHistory
from issues.plan import publish_notice
from issues.representation import RoundSerializer, SubIssueSerializer
from issues.scope import read_scope
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint
from rectify.web.history_rows import HistorySerializer, history_rows
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.refusals import Invalid

from . import closure, plan
from .models import MeasureHistory

TABLES = {"round": RoundHistory, "sub_issue": SubIssueHistory, "measure": MeasureHistory}


class ActingSubIssueViewSet(SubIssueViewSet):
    """Sub-issues, and the acts on them."""

    act_request_acceptance = act_endpoint(
        "request_acceptance", closure.request_acceptance, AcceptanceInput, SubIssueSerializer
    )
    act_sign = act_endpoint("sign", closure.sign_acceptance, SignInput, SubIssueSerializer)
    act_return = act_endpoint("return", issues.return_for_rework, ReasonInput, SubIssueSerializer)
    act_recall = act_endpoint("recall", issues.recall, ActInput, SubIssueSerializer)
    act_reopen = act_endpoint("reopen", issues.reopen, ReasonInput, SubIssueSerializer)


class ActingRoundViewSet(RoundViewSet):
    """Rounds, and the acts on them."""

    act_approve_plan = act_endpoint("approve_plan", plan.approve_plan, PlanInput, RoundSerializer)
    act_publish_notice = act_endpoint("publish_notice", publish_notice, NoticeInput, RoundSerializer)

    def current_row(self, round_: Any) -> dict[str, Any]:
        return RoundSerializer(round_).data


class HistoryViewSet(viewsets.GenericViewSet):
    """History of one kind of subject within a round, oldest entry first."""

    serializer_class = HistorySerializer
    filter_backends: Sequence[Any] = ()

    def counts_exactly(self) -> bool:
        return True

    @extend_schema(
        parameters=[
            OpenApiParameter("round", int, required=True),
            OpenApiParameter("subject", str, enum=list(TABLES), description="measure unless another is named"),
        ],
        responses=HistorySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Rows of history of a round: of its measures, its sub-issues, or the round itself."""
        scope = read_scope(request.user, request.query_params, clock.today())
        if scope.round is None:
            raise Invalid(errors={"round": ["?round="]})
        subject = request.query_params.get("subject", "measure")
        if subject not in TABLES:
            raise Invalid(errors={"subject": [", ".join(TABLES)]})
        path = "round" if subject == "round" else "sub_issue__round"
        rows = TABLES[subject].objects.filter(**{path: scope.round}).order_by("recorded_at", "pk")
        return self.get_paginated_response(history_rows(self.paginate_queryset(rows)))
