"""Measures and evidence over the API."""

from collections.abc import Sequence
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from issues.api import DAYS, Rows, ScopedViewSet
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import PROBLEMS, act_endpoint, body_of
from rectify.web.history_rows import HistorySerializer, history_rows
from rectify.web.tables import CSVRenderer, XLSXRenderer, table_response
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.refusals import Invalid, NotFound

from . import closing, evidence, services
from .filters import MeasureFilterSet
from .inputs import ClosureInput, CompletionInput, CorrectionInput, ReportInput, SignInput
from .models import Evidence, Measure
from .parties import available, pending_request, pending_requests
from .past import rewind_measures
from .representation import EvidenceSerializer, MeasureSerializer, measure_columns, measure_row


class MeasureViewSet(ScopedViewSet):
    """Measures, and the acts on them."""

    queryset = Measure.objects.for_display()
    serializer_class = MeasureSerializer
    renderer_classes = [JSONRenderer, CSVRenderer, XLSXRenderer]

    def rows_in_scope(self) -> Any:
        """The measures that the address names, in the ledger's order unless it says otherwise."""
        scope = self.scope
        if scope.round is None:
            rows = self.queryset.visible_to(scope.user, scope.moment.today)
        else:
            rows = self.queryset.filter(sub_issue__round=scope.round)
        if scope.moment.is_past:
            rows = rows.as_of(scope.moment.on, scope.moment.known_at)
        rows = rows.order_by("sub_issue__round", "sub_issue__position", "position")
        return MeasureFilterSet(self.request.query_params, rows, scope).filtered()

    @extend_schema(parameters=DAYS, responses=MeasureSerializer(many=True))
    def list(self, request: Request) -> Any:
        """Measures, in the present or as of a past day; `format=csv` or `xlsx` gives all of them as a file."""
        kind = request.accepted_renderer.format
        if kind in ("csv", "xlsx"):
            return self.table(kind)
        return self.get_paginated_response(self.represented(self.paginate_queryset(self.rows_in_scope())))

    def table(self, kind: str) -> Any:
        """The whole list as a file."""
        scope = self.scope
        rows: Any = self.rows_in_scope().select_related(
            "lead_department", "responsible_leader", "sub_issue__round__organization", "sub_issue__finding"
        )
        if scope.moment.is_past and scope.round is not None:
            rows = rewind_measures(rows, scope.round.organization_id, scope.moment.on)
        else:
            rows = rows.iterator(chunk_size=1000)
        title = "整改台账"
        note = f"数据截至 {scope.moment.on}" + (f"，当时掌握情况 {scope.moment.known_on}" if scope.moment.known_on else "")
        return table_response(kind, f"ledger-{scope.moment.on}", title, note, measure_columns(scope.moment.on), rows)

    def represented(self, page: Sequence[Measure]) -> Rows:
        scope = self.scope
        if scope.moment.is_past and scope.round is not None:
            rewound = rewind_measures(page, scope.round.organization_id, scope.moment.on)
            return [measure_row(measure, scope.moment.on, []) for measure in rewound]
        requests = pending_requests(list(page))
        return [
            measure_row(measure, scope.moment.today, available(measure, self.posts, requests.get(measure.pk)))
            for measure in page
        ]

    def retrieve(self, request: Request, pk: int) -> Response:
        """One measure as it is now."""
        return Response(self.current_row(self.visible(pk)))

    def visible(self, pk: int) -> Measure:
        found = self.queryset.filter(pk=pk).first()
        if found is None or not self.posts.reads(found.sub_issue.round.organization):
            raise NotFound()
        return found

    @property
    def posts(self) -> Posts:
        return Posts.of(self.request.user, clock.today())

    def current_row(self, measure: Measure) -> dict[str, Any]:
        acts = available(measure, self.posts, pending_request(measure))
        return measure_row(measure, clock.today(), acts)

    @extend_schema(responses=HistorySerializer(many=True))
    @action(detail=True)
    def history(self, request: Request, pk: int) -> Response:
        """Every row of the measure's history, oldest first."""
        return Response(history_rows(self.visible(pk).history.order_by("sequence")))

    act_report_progress = act_endpoint("report_progress", services.report_progress, ReportInput, MeasureSerializer)
    act_correct = act_endpoint("correct", services.correct, CorrectionInput, MeasureSerializer)
    act_complete = act_endpoint("complete", services.complete, CompletionInput, MeasureSerializer)
    act_request_closure = act_endpoint("request_closure", closing.request_closure, ClosureInput, MeasureSerializer)
    act_sign = act_endpoint("sign", closing.sign, SignInput, MeasureSerializer)
    act_return = act_endpoint("return", closing.return_for_rework, ReasonInput, MeasureSerializer)
    act_recall = act_endpoint("recall", closing.recall, ActInput, MeasureSerializer)
    act_reopen = act_endpoint("reopen", closing.reopen, ReasonInput, MeasureSerializer)


class AnyType(DefaultContentNegotiation):
    """A file is served as what it is, whatever the client says it accepts."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class EvidenceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Evidence; uploading is `POST` of a multipart form."""

    queryset = Evidence.objects.all()
    serializer_class = EvidenceSerializer
    filterset_fields = ["measure", "kind", "sha256"]
    parser_classes = [MultiPartParser]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.queryset.visible_to(self.request.user, clock.today())

    def counts_exactly(self) -> bool:
        return "measure" in self.request.query_params

    @extend_schema(request=evidence.EvidenceInput, responses={201: EvidenceSerializer, **PROBLEMS})
    def create(self, request: Request) -> Response:
        """Adds a file to a measure."""
        data = body_of(request)
        try:
            measure_id = int(data.get("measure", ""))
        except (TypeError, ValueError) as error:
            raise Invalid(errors={"measure": [str(error)]}) from error
        added = evidence.add_evidence(clock.act_of(request.user), measure_id, data, request.FILES.get("file"))
        return Response(EvidenceSerializer(added).data, status=201)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **PROBLEMS})
    @action(detail=True, content_negotiation_class=AnyType)
    def file(self, request: Request, pk: int) -> FileResponse:
        """The file itself, as a download that no browser runs."""
        return file_response(self.get_object())


def file_response(found: Evidence) -> FileResponse:
    """Evidence as a download. Never shown in the page's own context, whatever its content."""
    try:
        content = evidence.open_stored(found)
    except FileNotFoundError as error:
        raise NotFound() from error
    response = FileResponse(content, as_attachment=True, filename=found.filename, content_type=found.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
