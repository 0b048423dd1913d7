"""What only a measured server has: a view that returns a constant, and a count of each answer's statements."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

CONSTANT = "/bench/constant/"
COUNT_HEADER = "X-Count-Statements"
COUNTED_HEADER = "X-Statements"


class ConstantView(APIView):
    """Signs in by token like every other view and does nothing else."""

    def get(self, request: Request) -> Response:
        return Response({"constant": True})


class CountStatements:
    """Middleware: tells how many statements an answer took, where the request asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if COUNT_HEADER not in request.headers:
            return self.get_response(request)
        statements: list[str] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            statements.append(sql)
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(count))
            response = self.get_response(request)
        response.headers[COUNTED_HEADER] = str(len(statements))
        return response


urlpatterns = [path(CONSTANT.removeprefix("/"), ConstantView.as_view()), path("", include("rectify.urls"))]
