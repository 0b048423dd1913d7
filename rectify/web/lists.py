"""Paged lists of the API: exact counts where they are cheap, bounded ones where a table is large."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from rectify.workflow.refusals import Invalid, NotFound

COUNT_LIMIT = 10_000
PAGE_SIZE = 50
MAX_PAGE_SIZE = 500


class BoundedPagination(BasePagination):
    """Pages by number. `count` is exact within a round; elsewhere it stops at 10,000 and pages behind it are refused,
    since counting and skipping cost as many rows as they pass."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.size = self._number("page_size", PAGE_SIZE, MAX_PAGE_SIZE)
        self.page = self._number("page", 1, COUNT_LIMIT)
        bounded = not getattr(view, "counts_exactly", lambda: True)()
        plain = queryset.order_by()
        self.count = plain.values("pk")[: COUNT_LIMIT + 1].count() if bounded else plain.count()
        self.exact = not bounded or self.count <= COUNT_LIMIT
        self.count = self.count if self.exact else COUNT_LIMIT
        start = (self.page - 1) * self.size
        if bounded and start >= COUNT_LIMIT:
            raise Invalid(errors={"page": [_("Lists end after 10,000 rows; narrow the filters.")]})
        if start >= self.count and self.page > 1:
            raise NotFound(_("This page lies behind the last one."))
        return list(queryset[start : start + self.size])

    def _number(self, name: str, default: int, largest: int) -> int:
        text = self.request.query_params.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= largest or len(text) > 9:
            message = _("Give a whole number from 1 to %(largest)d.") % {"largest": largest}
            raise Invalid(errors={name: [message]})
        return int(text)

    def _link(self, page: int) -> str:
        url = self.request.build_absolute_uri()
        return remove_query_param(url, "page") if page == 1 else replace_query_param(url, "page", page)

    def get_paginated_response(self, data: Any) -> Response:
        has_next = self.page * self.size < self.count
        return Response(
            {
                "count": self.count,
                "count_exact": self.exact,
                "next": self._link(self.page + 1) if has_next else None,
                "previous": self._link(self.page - 1) if self.page > 1 else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "count_exact", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "count_exact": {"type": "boolean"},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": largest},
            }
            for name, largest in (("page", COUNT_LIMIT), ("page_size", MAX_PAGE_SIZE))
        ]
