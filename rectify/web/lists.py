"""Paged lists of the API: exact counts where they are cheap, bounded ones where a table is large."""

from collections.abc import Collection, Iterable, Sequence
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
# What every list takes beside its filters.
OF_EVERY_LIST = frozenset({"format", "page", "page_size"})


def require_known(parameters: Iterable[str], known: Collection[str]) -> None:
    """Raises Invalid at every parameter of a list that it does not know.

    Passed over, it would give everything to somebody who asked for a part.
    """
    unknown = [name for name in parameters if name not in known and name not in OF_EVERY_LIST]
    if unknown:
        message = _("This list does not know this parameter; it knows: %(names)s.") % {
            "names": ", ".join(sorted({*known, *OF_EVERY_LIST}))
        }
        raise Invalid(errors={name: [message] for name in unknown})


class KnowsParameters:
    """A collection that takes the filters of its `filterset_class`, and `parameters` beside them; no others."""

    parameters: Collection[str] = ()
    filterset_class: Any = None
    action: str

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if self.action == "list":
            filters = self.filterset_class.base_filters if self.filterset_class else ()
            require_known(request.query_params, {*self.parameters, *filters})


class BoundedPagination(BasePagination):
    """Pages by number. `count` is exact within a round; elsewhere it stops at 10,000 and pages behind it are refused,
    since counting and skipping cost as many rows as they pass."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.read(request)
        bounded = not getattr(view, "counts_exactly", lambda: True)()
        plain = queryset.order_by()
        self.count = plain.values("pk")[: COUNT_LIMIT + 1].count() if bounded else plain.count()
        self.exact = not bounded or self.count <= COUNT_LIMIT
        self.count = self.count if self.exact else COUNT_LIMIT
        if bounded and (self.page - 1) * self.size >= COUNT_LIMIT:
            raise Invalid(errors={"page": [_("Lists end after 10,000 rows; narrow the filters.")]})
        return self._page_of(queryset)

    def paginate_list(self, rows: Sequence[Any], request: Request) -> list[Any]:
        """The same for rows that are at hand."""
        self.read(request)
        self.count, self.exact = len(rows), True
        return self._page_of(rows)

    def read(self, request: Request) -> None:
        """Reads which page is asked for, and how long it is. Raises Invalid."""
        self.request = request
        self.size = self._number("page_size", PAGE_SIZE, MAX_PAGE_SIZE)
        self.page = self._number("page", 1, COUNT_LIMIT)

    def _page_of(self, rows: Any) -> list[Any]:
        start = (self.page - 1) * self.size
        if start >= self.count and self.page > 1:
            raise NotFound(_("This page lies behind the last one."))
        return list(rows[start : start + self.size])

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
