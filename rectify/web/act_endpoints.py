"""Acts as endpoints: `POST {collection}/{id}/{act}/` calls the act's service and answers with the row as it is now."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from rectify.workflow.refusals import Invalid

from .clock import act_of
from .uploads import only_file

# What an address may hold as a row's number: no more digits than the database can tell apart.
NUMBER = "[0-9]{1,18}"


def body_of(request: Request) -> Mapping[str, Any]:
    """The request's fields. Raises Invalid where the body is no object."""
    try:
        data = request.data
    except RecursionError:
        data = None
    if not isinstance(data, Mapping):
        raise Invalid(_("Send an object with named fields."))
    return data.dict() if hasattr(data, "dict") else data


def act_endpoint(
    name: str,
    service: Callable[..., Any],
    input_class: type[serializers.Serializer],
    answer: Any,
    *,
    file: bool = False,
    also_without: bool = False,
) -> Any:
    """The view method for one act, for a viewset that has `current_row(row)`.

    Args:
        file: it is sent as a multipart form, and the service takes the field `file` after the rest.
        also_without: the file may be left out, and the rest be sent as any other act.
    """

    def endpoint(self: Any, request: Request, pk: int) -> Response:
        data = body_of(request)
        files = [only_file(request.FILES)] if file else []
        return Response(self.current_row(service(act_of(request.user), int(pk), data, *files)))

    endpoint.__name__ = f"act_{name}"
    endpoint.__doc__ = (service.__doc__ or name).strip().splitlines()[0]
    parsers = [JSONParser, FormParser, MultiPartParser] if also_without else [MultiPartParser]
    more: dict[str, Any] = {"parser_classes": parsers} if file else {}
    made = action(detail=True, methods=["post"], url_path=name, url_name=name.replace("_", "-"), **more)(endpoint)
    return extend_schema(request=input_class, responses={200: answer}, description=endpoint.__doc__)(made)
