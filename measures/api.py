"""Measures over the API."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from issues.api import DAYS, Rows, ScopedViewSet
from issues.inputs import SignInput
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint
from rectify.web.history_rows import HistorySerializer, history_rows
from rectify.web.tables import CSVRenderer, XLSXRenderer, table_response
from rectify.workflow.guards import ActInput, ReasonInput
from rectify.workflow.refusals import NotFound

from . import closing, deadlines, services
from .answers import around, for_answers
from .files import measure_columns, present_rows, rewound_rows
from .filters import MeasureFilterSet
from .inputs import (
    ClosureInput,
    CompletionInput,
    CorrectionInput,
    ExtensionInput,
    LongTermInput,
    ReportInput,
    SheetInput,
    StageInput,
    StageReportInput,
)
from .models import ClosureRequest, Measure
from .papers import register_on_measure
from .parties import Around, around_objects, available, pending_request, pending_requests
from .past import rewind_measures
from .representation import MeasureSerializer, measure_row
from .signing_rows import ClosureRequestSerializer, closure_request_row
from .standing_api import MeasureStandingSerializer, measure_standing


def present_row(
    measure: Measure, seen: Around, request: ClosureRequest | None, posts: Posts, today: date
) -> dict[str, Any]:
    """A measure as it is now, with the acts that are open to the reader."""
    return measure_row(measure, seen, today, available(measure, posts, request, seen))


class MeasureViewSet(ScopedViewSet):
    """Measures, and the acts on them."""

    queryset = Measure.objects.all()
    serializer_class = MeasureSerializer
    filterset_class = MeasureFilterSet

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
            rows = rows.as_of(scope.moment.on, scope.moment.known_at, together=True)
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
        rows: Any = self.rows_in_scope()
        if scope.moment.is_past and scope.round is not None:
            found = rows.select_related("sub_issue__finding")
            rows = rewound_rows(rewind_measures(found, scope.round.organization_id, scope.moment.on))
        else:
            rows = present_rows(rows)
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

    @extend_schema(responses=HistorySerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, pk: int) -> Response:
        """Every row of the measure's history, oldest first."""
        return Response(history_rows(self.visible(pk)[0].history.order_by("sequence")))

    @extend_schema(responses=ClosureRequestSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def closure_requests(self, request: Request, pk: int) -> Response:
        """Every request to close the measure, newest first, with its chain and the digest of what is signed."""
        measure = self.visible(pk)[0]
        rows = measure.closure_requests.prefetch_related("signatures").order_by("-pk")
        return Response([closure_request_row(row, closing.digest_now(measure, row)) for row in rows])

    @extend_schema(responses=MeasureStandingSerializer)
    @action(detail=True)
    def standing(self, request: Request, pk: int) -> Response:
        """Who has the measure and since when, what its closure lacks, why acts are not open, its deadlines."""
        measure = Measure.objects.for_display().get(pk=self.visible(pk)[0].pk)
        return Response(measure_standing(measure, self.posts, clock.today()))

    act_register_signature = act_endpoint(
        "register_signature", register_on_measure, SheetInput, MeasureSerializer, file=True
    )
    act_report_progress = act_endpoint("report_progress", services.report_progress, ReportInput, MeasureSerializer)
    act_report_stage = act_endpoint("report_stage", services.report_stage, StageReportInput, MeasureSerializer)
    act_correct = act_endpoint("correct", services.correct, CorrectionInput, MeasureSerializer)
    act_complete = act_endpoint("complete", services.complete, CompletionInput, MeasureSerializer)
    act_request_closure = act_endpoint("request_closure", closing.request_closure, ClosureInput, MeasureSerializer)
    act_sign = act_endpoint("sign", closing.sign, SignInput, MeasureSerializer)
    act_return = act_endpoint("return", closing.return_for_rework, ReasonInput, MeasureSerializer)
    act_recall = act_endpoint("recall", closing.recall, ActInput, MeasureSerializer)
    act_reopen = act_endpoint("reopen", closing.reopen, ReasonInput, MeasureSerializer)
    act_request_extension = act_endpoint(
        "request_extension", deadlines.request_extension, ExtensionInput, MeasureSerializer
    )
    act_request_long_term = act_endpoint(
        "request_long_term", deadlines.request_long_term, LongTermInput, MeasureSerializer
    )
    act_review_stage = act_endpoint("review_stage", deadlines.review_stage, StageInput, MeasureSerializer)
