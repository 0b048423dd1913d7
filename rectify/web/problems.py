"""Refusals and failures as answers: RFC 9457 problem details for the API, a page in words for people."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from rectify.workflow.guards import flat_messages
from rectify.workflow.refusals import Refusal

from .field_names import FIELD_NAMES

logger = logging.getLogger(__name__)
# For what is refused before a view of the API is reached, or fails in it.
CODES = {400: "parse-error", 403: "permission-denied", 404: "not-found", 413: "too-large", 500: "failure"}
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
NOT_FIELDS = ("form",)


def writable(text: Any) -> str:
    """A message as text that can be sent: what a client wrote may stand in it, half characters included."""
    return str(text).encode("utf-8", "replace").decode()


def problem_body(status: int, code: str, title: Any, detail: Any) -> dict[str, Any]:
    """The members that every problem detail has."""
    return {"type": f"/problems/{code}", "title": str(title), "status": status, "detail": str(detail)}


class ProblemResponse(Response):
    """A problem detail (RFC 9457)."""

    def __init__(self, status: int, code: str, title: Any, detail: Any, **members: Any) -> None:
        body = problem_body(status, code, title, writable(detail)) | members
        if "errors" in members:
            body["errors"] = {name: [writable(text) for text in texts] for name, texts in members["errors"].items()}
        super().__init__(body, status=status, content_type="application/problem+json")


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal as a problem detail; None leaves real failures to Django."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, TOO_MUCH):
        return ProblemResponse(413, CODES[413], _("Too much at once"), too_much_in_words(error))
    if isinstance(error, SuspiciousOperation):
        error = exceptions.ParseError()
    if isinstance(error, Refusal):
        set_rollback()
        return _of_refusal(error, context)
    if isinstance(error, exceptions.APIException):
        set_rollback()
        return _of_api_exception(error, context)
    return None


def too_much_in_words(error: Exception) -> str:
    """What a request held too much of, and how much it may hold."""
    if isinstance(error, TooManyFieldsSent):
        return _("A request may have %(count)d fields at most.") % {"count": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS}
    if isinstance(error, TooManyFilesSent):
        return _("A request may carry %(count)d files at most.") % {"count": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    return _("The fields of a request may hold %(megabytes)d MB at most; files are counted apart.") % {
        "megabytes": megabytes
    }


def errors_in_short(errors: Mapping[str, list[Any]], context: Mapping[str, Any]) -> str:
    """What is wrong where one field is, else in which: for clients that show a problem's `detail` alone."""
    # The parameters of an address are called what they are called.
    labels = {} if getattr(context.get("request"), "method", "GET") == "GET" else FIELD_NAMES
    if len(errors) == 1:
        ((name, messages),) = errors.items()
        message = str(messages[0]) if messages else _("Please check what was entered")
        return message if name in NOT_FIELDS else _told_of(labels.get(name, name), message)
    names = pgettext("between names", ", ").join(str(labels.get(name, name)) for name in errors)
    return _("Please check %(count)d fields: %(names)s.") % {"count": len(errors), "names": names}


def _told_of(name: Any, message: str) -> str:
    return _("%(label)s: %(value)s") % {"label": name, "value": message}


def _of_refusal(error: Refusal, context: Mapping[str, Any]) -> Response:
    members: dict[str, Any] = {}
    detail = error.detail
    if error.errors:
        members["errors"] = error.errors
        detail = errors_in_short(error.errors, context)
    current_row = getattr(context.get("view"), "current_row", None)
    if error.current is not None and current_row is not None:
        members["current"] = current_row(error.current)
    return ProblemResponse(error.status, error.code, error.title, detail, **members)


def _of_api_exception(error: exceptions.APIException, context: Mapping[str, Any]) -> Response:
    detail = error.detail
    members: dict[str, Any] = {}
    if isinstance(detail, Mapping):
        members["errors"] = {name: flat_messages(messages) for name, messages in detail.items()}
        text = errors_in_short(members["errors"], context)
    elif isinstance(detail, list):
        text = " ".join(str(message) for message in detail)
    else:
        text = str(detail)
    if isinstance(error, exceptions.ParseError):
        # The parsers speak English, and of their own insides.
        text = _("The body of the request could not be read; send valid JSON or a form, in UTF-8.")
    code = str(error.default_code).replace("_", "-")
    title = {405: _("Not possible here"), 415: _("Not understood here")}.get(error.status_code, error.default_detail)
    response = ProblemResponse(error.status_code, code, title, text, **members)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait))
    return response


class ProblemPagesMiddleware:
    """Shows a refusal that a page view let through as a page in the reader's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and not request.path.startswith("/api/"):
            page = problem_page(
                request, 405, _("Not possible here"), _("Please go back and use the page's own buttons.")
            )
            page["Allow"] = response.headers.get("Allow", "")
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            return problem_page(request, error.status, error.title, error.detail, errors=error.errors)
        return None


def problem_page(request: HttpRequest, status: int, title: Any, detail: Any, **context: Any) -> HttpResponse:
    """A page that says what was wrong and what to do; the same as a problem detail where the API was asked."""
    if request.path.startswith("/api/"):
        body = problem_body(status, CODES.get(status, "refused"), title, detail)
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return render(
        request, "errors/problem.html", {"status": status, "title": title, "detail": detail, **context}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, TOO_MUCH):
        return problem_page(request, 413, _("Too much at once"), too_much_in_words(exception))
    return problem_page(request, 400, _("Bad request"), _("The address or the form was not understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_page(request, 403, _("Not allowed"), _("Your role does not allow this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = _("There is nothing at this address, or it is not yours to see.")
    if request.path.startswith("/api/") and not request.path.endswith("/") and is_valid_path(f"{request.path}/"):
        # Reading it is redirected; anything else would lose its body on the way.
        detail = _("The addresses of the API end with “/”: %(address)s.") % {"address": f"{request.path}/"}
    return problem_page(request, 404, _("Not found"), detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """What a fault of the application looks like; the page needs nothing that could fail in its turn."""
    if request.path.startswith("/api/"):
        detail = _("The fault is with the application, not with you. Nothing was changed by halves.")
        return problem_page(request, 500, _("Something went wrong here"), detail)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem_page(
        request, 403, _("The form has expired"), _("Please go back, reload the page and send the form again.")
    )
