"""Acts as endpoints: `POST {collection}/{id}/{act}/` calls the act's service and answers with the row as it is now."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rectify.workflow.acts import Act
from rectify.workflow.refusals import Invalid

from .clock import act_of

Service = Callable[[Act, int, Mapping[str, Any]], Any]
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


def act_endpoint(name: str, service: Service, input_class: type[serializers.Serializer], answer: Any) -> Any:
    """The view method for one act, for a viewset that has `current_row(row)`."""

    def endpoint(self: Any, request: Request, pk: int) -> Response:
        row = service(act_of(request.user), pk, body_of(request))
        return Response(self.current_row(row))

    endpoint.__name__ = f"act_{name}"
    endpoint.__doc__ = (service.__doc__ or name).strip().splitlines()[0]
    made = action(detail=True, methods=["post"], url_path=name, url_name=name.replace("_", "-"))(endpoint)
    return extend_schema(request=input_class, responses={200: answer}, description=endpoint.__doc__)(made)


def page_act(request: HttpRequest, service: Service, pk: int) -> Any:
    """Calls an act's service from a page's form; refusals are the page's to show."""
    return service(act_of(request.user), pk, request.POST.dict())
