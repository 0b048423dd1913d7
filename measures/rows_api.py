"""Collections of rows that belong to measures and are told by a function of their own."""

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from issues.api import VisibleViewSet
from rectify.organization.posts import Posts
from rectify.web import clock

NARROWED_BY = frozenset({"round", "sub_issue", "measure", "look_back"})


class RowsViewSet(VisibleViewSet):
    """A collection whose `row_of(row, posts, on)` says how a row is given to a person on a day."""

    row_of: Any

    def counts_exactly(self) -> bool:
        return not NARROWED_BY.isdisjoint(self.request.query_params)

    def rows(self, found: Sequence[Any]) -> list[dict[str, Any]]:
        on = clock.today()
        posts = Posts.of(self.request.user, on)
        return [type(self).row_of(row, posts, on) for row in found]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Rows that one may see, page by page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.rows(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row as it is now."""
        return Response(self.rows([self.get_object()])[0])

    def current_row(self, row: Any) -> dict[str, Any]:
        """A row as an act has left it."""
        return self.rows([self.get_queryset().get(pk=row.pk)])[0]
