"""What only a measured server has: a constant view, a sign-in by token, and word of each answer's statements."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

CONSTANT = "/bench/constant/"
SIGN_IN = "/bench/sign-in/"
COUNT_HEADER = "X-Count-Statements"
COUNTED_HEADER = "X-Statements"
SLOW_HEADER = "X-Slow-Statements"
# From so many milliseconds on a statement is told of with its words.
SLOW = 5.0
# Longer than this no header may be.
MOST_BYTES = 60_000


class ConstantView(APIView):
    """Signs in by token like every other view and does nothing else."""

    def get(self, request: Request) -> Response:
        return Response({"constant": True})


class SignInView(APIView):
    """Gives whoever comes with a token the session cookie that pages want."""

    def post(self, request: Request) -> Response:
        user: Any = request.user
        login(request._request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return Response({})


class CountStatements:
    """Middleware: tells how many statements an answer took and which were slow, where the request asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if COUNT_HEADER not in request.headers:
            return self.get_response(request)
        count = 0
        slow: list[tuple[float, str]] = []

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            began = perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                spent = (perf_counter() - began) * 1000
                if spent > SLOW and not many:
                    slow.append((round(spent, 1), context["cursor"].cursor.mogrify(sql, params).decode()))

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(watch))
            response = self.get_response(request)
        response.headers[COUNTED_HEADER] = str(count)
        response.headers[SLOW_HEADER] = told(slow)
        return response


def told(slow: list[tuple[float, str]]) -> str:
    """The slow statements as a header: JSON without a character beyond ASCII; the slowest first, as many as fit."""
    kept: list[tuple[float, str]] = []
    for each in sorted(slow, reverse=True):
        if len(json.dumps([*kept, each])) <= MOST_BYTES:
            kept.append(each)
    return json.dumps(kept)


urlpatterns = [
    path(CONSTANT.removeprefix("/"), ConstantView.as_view()),
    path(SIGN_IN.removeprefix("/"), SignInView.as_view()),
    path("", include("rectify.urls")),
]
