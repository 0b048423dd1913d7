"""Measures and evidence over the API."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
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
from issues.inputs import SignInput
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import NUMBER, act_endpoint, body_of
from rectify.web.history_rows import HistorySerializer, history_rows
from rectify.web.tables import CSVRenderer, XLSXRenderer, table_response
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.refusals import Invalid, NotFound

from . import closing, evidence, services
from .answers import around, for_answers
from .filters import EvidenceFilterSet, MeasureFilterSet
from .inputs import ClosureInput, CompletionInput, CorrectionInput, ReportInput
from .models import ClosureRequest, Evidence, Measure
from .parties import Around, around_objects, available, pending_request, pending_requests
from .past import rewind_measures
from .representation import EvidenceSerializer, MeasureSerializer, measure_columns, measure_row


def present_row(
    measure: Measure, seen: Around, request: ClosureRequest | None, posts: Posts, today: date
) -> dict[str, Any]:
    """A measure as it is now, with the acts that are open to the reader."""
    return measure_row(measure, seen, today, available(measure, posts, request, seen))


class MeasureViewSet(ScopedViewSet):
    """Measures, and the acts on them."""

    queryset = Measure.objects.all()
    serializer_class = MeasureSerializer

    def get_renderers(self) -> list[Any]:
        # Only the list is a table.
        tables = [CSVRenderer(), XLSXRenderer()] if self.action == "list" else []
        return [JSONRenderer(), *tables]

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
        rows = self.rows_in_scope()
        rows = rows.select_related("sub_issue") if self.scope.moment.is_past else for_answers(rows)
        return self.get_paginated_response(self.represented(self.paginate_queryset(rows) or []))

    def table(self, kind: str) -> Any:
        """The whole list as a file."""
        scope = self.scope
        rows: Any = self.rows_in_scope().for_display().select_related("sub_issue__finding")
        if scope.moment.is_past and scope.round is not None:
            rows = rewind_measures(rows, scope.round.organization_id, scope.moment.on)
        else:
            rows = rows.iterator(chunk_size=1000)
        title = "整改台账"
        note = f"数据截至 {scope.moment.on}" + (
            f"，当时掌握情况 {scope.moment.known_on}" if scope.moment.known_on else ""
        )
        return table_response(kind, f"ledger-{scope.moment.on}", title, note, measure_columns(scope.moment.on), rows)

    def represented(self, page: Sequence[Measure]) -> Rows:
        scope = self.scope
        if scope.moment.is_past and scope.round is not None:
            rewound = rewind_measures(page, scope.round.organization_id, scope.moment.on)
            for measure in rewound:
                measure.sub_issue.round = scope.round
            return [measure_row(measure, around_objects(measure), scope.moment.on, []) for measure in rewound]
        requests = pending_requests(list(page))
        posts, today = self.posts, scope.moment.today
        return [present_row(measure, around(measure), requests.get(measure.pk), posts, today) for measure in page]

    def retrieve(self, request: Request, pk: int) -> Response:
        """One measure as it is now."""
        measure, seen = self.visible(pk)
        return Response(present_row(measure, seen, pending_request(measure), self.posts, clock.today()))

    def visible(self, pk: int) -> tuple[Measure, Around]:
        """A measure that the reader may see, and what stands around it."""
        try:
            found = for_answers(self.queryset).get(pk=pk)
        except Measure.DoesNotExist as error:
            raise NotFound() from error
        seen = around(found)
        if not self.posts.reads(seen.organization):
            raise NotFound()
        return found, seen

    @property
    def posts(self) -> Posts:
        return Posts.of(self.request.user, clock.today())

    def current_row(self, measure: Measure) -> dict[str, Any]:
        """A measure as an act has left it."""
        return present_row(measure, around_objects(measure), pending_request(measure), self.posts, clock.today())

    @extend_schema(responses=HistorySerializer(many=True))
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, pk: int) -> Response:
        """Every row of the measure's history, oldest first."""
        return Response(history_rows(self.visible(pk)[0].history.order_by("sequence")))

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
    filterset_class = EvidenceFilterSet
    parser_classes = [MultiPartParser]
    lookup_value_regex = NUMBER

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.queryset.visible_to(self.request.user, clock.today())

    def counts_exactly(self) -> bool:
        return "measure" in self.request.query_params

    @extend_schema(request=evidence.EvidenceInput, responses={201: EvidenceSerializer})
    def create(self, request: Request) -> Response:
        """Adds a file to a measure."""
        data = body_of(request)
        text = str(data.get("measure", ""))
        if not re.fullmatch(NUMBER, text):
            raise Invalid(errors={"measure": [_("Give the id of a measure.")]})
        added = evidence.add_evidence(clock.act_of(request.user), int(text), data, request.FILES.get("file"))
        return Response(EvidenceSerializer(added).data, status=201)

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
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
