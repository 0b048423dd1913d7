"""The acts on sub-issues and rounds that need both rooms, over the API; and history across both."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from issues import services as issues
from issues.api import RoundViewSet, SubIssueViewSet
from issues.inputs import AcceptanceInput, NoticeInput, PlanInput, SignInput, SuperiorFindingInput
from issues.models import AcceptanceCriterion, RoundHistory, SubIssueHistory
from issues.plan import publish_notice
from issues.representation import RoundSerializer, SubIssueSerializer
from rectify.organization.lookups import by_id_or_key
from rectify.organization.models import Organization
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint
from rectify.web.history_rows import HistorySerializer, history_rows
from rectify.web.lists import KnowsParameters
from rectify.web.moments import Moment, read_day
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.refusals import Invalid

from . import closure, plan
from .filters import AnsweredSubIssueFilterSet
from .inputs import SheetInput
from .models import MeasureHistory
from .papers import register_on_sub_issue
from .rules import RulesInput, rules_of, set_closing_rules
from .signing_rows import AcceptanceRequestSerializer, acceptance_request_row
from .standing_api import SubIssueStandingSerializer, sub_issue_standing
from .summary import acceptance_summary

TABLES = {"round": RoundHistory, "sub_issue": SubIssueHistory, "measure": MeasureHistory}


class CriterionSerializer(serializers.ModelSerializer):
    class Meta:
        model = AcceptanceCriterion
        fields = ["key", "title", "required"]


class DraftSerializer(serializers.Serializer):
    note = serializers.CharField()
    criteria = CriterionSerializer(many=True)
    total = serializers.IntegerField()
    unsettled = serializers.IntegerField()


class ActingSubIssueViewSet(SubIssueViewSet):
    """Sub-issues, and the acts on them."""

    filterset_class = AnsweredSubIssueFilterSet

    @extend_schema(responses=AcceptanceRequestSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def acceptance_requests(self, request: Request, pk: int) -> Response:
        """Every request for acceptance, newest first, with its chain."""
        rows = self.visible(pk).acceptance_requests.prefetch_related("signatures").order_by("-pk")
        return Response([acceptance_request_row(row) for row in rows])

    @extend_schema(responses=SubIssueStandingSerializer)
    @action(detail=True)
    def standing(self, request: Request, pk: int) -> Response:
        """Who has the sub-issue and since when, what its acceptance as closed lacks, why acts are not open."""
        on = clock.today()
        return Response(sub_issue_standing(self.visible(pk), Posts.of(request.user, on), on))

    @extend_schema(responses=DraftSerializer)
    @action(detail=True)
    def acceptance_draft(self, request: Request, pk: int) -> Response:
        """A summary drafted from the measures, the criteria to affirm, and whether it may close."""
        found = self.visible(pk)
        counted = closure.readiness(found)
        draft = {
            "note": acceptance_summary(found),
            "criteria": found.round.acceptance_criteria.all(),
            "total": counted.total,
            "unsettled": counted.unsettled,
        }
        return Response(DraftSerializer(draft).data)

    act_register_signature = act_endpoint(
        "register_signature", register_on_sub_issue, SheetInput, SubIssueSerializer, file=True
    )
    act_request_acceptance = act_endpoint(
        "request_acceptance", closure.request_acceptance, AcceptanceInput, SubIssueSerializer
    )
    act_sign = act_endpoint("sign", closure.sign_acceptance, SignInput, SubIssueSerializer)
    act_return = act_endpoint("return", issues.return_for_rework, ReasonInput, SubIssueSerializer)
    act_recall = act_endpoint("recall", issues.recall, ActInput, SubIssueSerializer)
    act_reopen = act_endpoint("reopen", issues.reopen, ReasonInput, SubIssueSerializer)
    act_record_superior_finding = act_endpoint(
        "record_superior_finding", issues.record_superior_finding, SuperiorFindingInput, SubIssueSerializer
    )


class ActingRoundViewSet(RoundViewSet):
    """Rounds, and the acts on them."""

    @extend_schema(responses=RulesInput, filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def closing_rules(self, request: Request, pk: int) -> Response:
        """How the round closes measures and accepts sub-issues."""
        round_ = self.get_object()
        return Response(rules_of(round_) | {"version": round_.version})

    act_set_closing_rules = act_endpoint("set_closing_rules", set_closing_rules, RulesInput, RoundSerializer)
    act_approve_plan = act_endpoint("approve_plan", plan.approve_plan, PlanInput, RoundSerializer)
    act_publish_notice = act_endpoint("publish_notice", publish_notice, NoticeInput, RoundSerializer)

    def current_row(self, round_: Any) -> dict[str, Any]:
        return RoundSerializer(round_).data


class HistoryViewSet(KnowsParameters, viewsets.GenericViewSet):
    """History of one kind of subject, in the order in which it was entered."""

    serializer_class = HistorySerializer
    filter_backends: Sequence[Any] = ()
    parameters = ("subject", "organization", "round", "sub_issue", "measure", "known_at")

    def counts_exactly(self) -> bool:
        return not {"round", "sub_issue", "measure"}.isdisjoint(self.request.query_params)

    @extend_schema(
        parameters=[
            OpenApiParameter("subject", str, enum=list(TABLES), description="measure unless another is named"),
            OpenApiParameter("organization", str, description="by id or key"),
            OpenApiParameter("round", int),
            OpenApiParameter("sub_issue", int, description="of a sub-issue, or of its measures"),
            OpenApiParameter("measure", int),
            OpenApiParameter("known_at", str, description="Entries made after this day are left out."),
        ],
        responses=HistorySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """History of measures, sub-issues or rounds, narrowed to a round, a sub-issue or a measure."""
        subject = request.query_params.get("subject", "measure")
        if subject not in TABLES:
            raise Invalid(errors={"subject": [_("One of: %(names)s.") % {"names": ", ".join(TABLES)}]})
        path = "round" if subject == "round" else "sub_issue__round"
        readable = Organization.objects.readable_by(request.user, clock.today())
        rows = TABLES[subject].objects.filter(**{f"{path}__organization__in": readable.values("pk")})
        if text := request.query_params.get("organization", ""):
            rows = rows.filter(**{f"{path}__organization": by_id_or_key(readable, "organization", text)})
        for name in ("round", "sub_issue", "measure"):
            if text := request.query_params.get(name, ""):
                rows = rows.filter(**self._narrowed(subject, path, name, text))
        if text := request.query_params.get("known_at", ""):
            known_on = read_day("known_at", text)
            rows = rows.filter(recorded_at__lte=Moment(known_on, known_on, known_on).known_at)
        page = self.paginate_queryset(rows.order_by("recorded_at", "pk"))
        return self.get_paginated_response(history_rows(page or []))

    @staticmethod
    def _narrowed(subject: str, path: str, name: str, text: str) -> dict[str, Any]:
        """The lookup for one parameter; refused where the subject has no such thing above it."""
        column = path if name == "round" else name
        above = {"round": ("round",), "sub_issue": ("round", "sub_issue"), "measure": ("round", "sub_issue", "measure")}
        if name not in above[subject] or not (text.isascii() and text.isdigit() and len(text) < 18):
            raise Invalid(errors={name: [_("This does not fit the subject, or is no number.")]})
        return {column: int(text)}
