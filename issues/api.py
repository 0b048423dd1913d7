"""Rounds, headings, findings and sub-issues over the API. The acts that need more than this room live above it."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import NUMBER
from rectify.web.history_rows import HistorySerializer, history_rows
from rectify.web.lists import KnowsParameters
from rectify.workflow.refusals import NotFound

from .filters import FindingFilterSet, RoundFilterSet, ScopedFilterSet, SubIssueFilterSet, WithinRoundFilterSet
from .models import Finding, Heading, Round, SubIssue
from .past import rewind_sub_issues
from .representation import (
    FindingSerializer,
    HeadingSerializer,
    RoundSerializer,
    SubIssueSerializer,
    sub_issue_row,
)
from .scope import Scope, read_scope
from .services import available, pending_request, pending_requests

Rows = list[dict[str, Any]]
DAYS = [
    OpenApiParameter("round", int, description="The round; needed by as_of and known_at."),
    OpenApiParameter("as_of", str, description="The day whose state is shown, as 2021-08-12."),
    OpenApiParameter("known_at", str, description="Entries made after this day do not count."),
]


class VisibleViewSet(KnowsParameters, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """A collection of which everybody sees what is theirs to see."""

    lookup_value_regex = NUMBER

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset
        return queryset.visible_to(self.request.user, clock.today())

    def filter_queryset(self, queryset: Any) -> Any:
        # Filters narrow lists; a detail is found by its id alone.
        return super().filter_queryset(queryset) if self.action == "list" else queryset


class RoundViewSet(VisibleViewSet):
    queryset = Round.objects.select_related("organization")
    serializer_class = RoundSerializer
    filterset_class = RoundFilterSet

    @extend_schema(responses=HistorySerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def history(self, request: Request, pk: int) -> Response:
        """Every row of the round's own history, oldest first."""
        return Response(history_rows(self.get_object().history.order_by("sequence")))


class HeadingViewSet(VisibleViewSet):
    queryset = Heading.objects.all()
    serializer_class = HeadingSerializer
    filterset_class = WithinRoundFilterSet


class FindingViewSet(VisibleViewSet):
    queryset = Finding.objects.all()
    serializer_class = FindingSerializer
    filterset_class = FindingFilterSet


class ScopedViewSet(KnowsParameters, viewsets.GenericViewSet):
    """A collection that can be read as of a past day; its filters are handed the day."""

    lookup_value_regex = NUMBER
    parameters = tuple(parameter.name for parameter in DAYS)
    _scope: Scope | None = None

    @property
    def scope(self) -> Scope:
        if self._scope is None:
            self._scope = read_scope(self.request.user, self.request.query_params, clock.today())
        return self._scope

    def counts_exactly(self) -> bool:
        return self.scope.round is not None


class SubIssueViewSet(ScopedViewSet):
    queryset = SubIssue.objects.select_related("round__organization", "responsible_leader", "lead_department")
    serializer_class = SubIssueSerializer
    filterset_class: type[ScopedFilterSet] = SubIssueFilterSet

    def rows_in_scope(self) -> Any:
        scope = self.scope
        if scope.round is None:
            rows: Any = self.queryset.visible_to(scope.user, scope.moment.today)
        else:
            rows = self.queryset.filter(round=scope.round)
        if scope.moment.is_past:
            rows = rows.as_of(scope.moment.on, scope.moment.known_at)
        return self.filterset_class(self.request.query_params, rows.order_by("round", "position"), scope).filtered()

    @extend_schema(parameters=DAYS, responses=SubIssueSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Sub-issues, in the present or as of a past day."""
        page = self.paginate_queryset(self.rows_in_scope())
        return self.get_paginated_response(self.represented(page or []))

    def represented(self, page: Sequence[SubIssue]) -> Rows:
        scope = self.scope
        if scope.moment.is_past and scope.round is not None:
            return [sub_issue_row(row, []) for row in rewind_sub_issues(page, scope.round.organization_id)]
        posts = Posts.of(self.request.user, clock.today())
        requests = pending_requests(list(page))
        return [sub_issue_row(row, available(row, posts, requests.get(row.pk))) for row in page]

    def retrieve(self, request: Request, pk: int) -> Response:
        """One sub-issue as it is now."""
        return Response(self.current_row(self.visible(pk)))

    def visible(self, pk: int) -> SubIssue:
        found = self.queryset.filter(pk=pk).first()
        if found is None or not Posts.of(self.request.user, clock.today()).reads(found.round.organization):
            raise NotFound()
        return found

    def current_row(self, sub_issue: SubIssue) -> dict[str, Any]:
        posts = Posts.of(self.request.user, clock.today())
        return sub_issue_row(sub_issue, available(sub_issue, posts, pending_request(sub_issue)))

    @extend_schema(responses=HistorySerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, pk: int) -> Response:
        """Every row of the sub-issue's own history, oldest first."""
        return Response(history_rows(self.visible(pk).history.order_by("sequence")))
