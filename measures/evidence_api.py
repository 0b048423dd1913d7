"""Evidence over the API."""

import re
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from rectify.web import clock
from rectify.web.act_endpoints import NUMBER, body_of
from rectify.web.lists import KnowsParameters
from rectify.web.shown_files import download, picture
from rectify.web.uploads import only_file
from rectify.workflow.refusals import Invalid

from .evidence import EvidenceInput, WithdrawInput, add_evidence, withdraw_evidence
from .evidence_facts import with_facts
from .filters import EvidenceFilterSet
from .models import Evidence
from .representation import EvidenceSerializer

PICTURE = [
    OpenApiParameter("page", int, description="counted from 1; the first 20 pages can be had"),
    OpenApiParameter("size", str, enum=["small"], description="small for a list"),
]


class AnyType(DefaultContentNegotiation):
    """A file is served as what it is, whatever the client says it accepts."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class EvidenceViewSet(KnowsParameters, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Evidence; uploading is `POST` of a multipart form."""

    queryset = Evidence.objects.select_related("replaced_by")
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilterSet
    parser_classes = [MultiPartParser]
    lookup_value_regex = NUMBER

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.queryset.visible_to(self.request.user, clock.today())

    def paginate_queryset(self, queryset: Any) -> Any:
        return with_facts(super().paginate_queryset(queryset) or [], self.request.user, clock.today())

    def get_object(self) -> Evidence:
        return with_facts([super().get_object()], self.request.user, clock.today())[0]

    def counts_exactly(self) -> bool:
        return "measure" in self.request.query_params

    def told(self, evidence: Evidence) -> Any:
        """A piece of evidence as an act has left it."""
        return EvidenceSerializer(with_facts([evidence], self.request.user, clock.today())[0]).data

    @extend_schema(request=EvidenceInput, responses={201: EvidenceSerializer})
    def create(self, request: Request) -> Response:
        """Adds a file to a measure, or with `replaces` a newer version of one."""
        data = body_of(request)
        text = str(data.get("measure", ""))
        if not re.fullmatch(NUMBER, text):
            raise Invalid(errors={"measure": [_("Give the id of a measure.")]})
        added = add_evidence(clock.act_of(request.user), int(text), data, only_file(request.FILES))
        return Response(self.told(added), status=201)

    @extend_schema(request=WithdrawInput, responses={200: EvidenceSerializer})
    @action(detail=True, methods=["post"], parser_classes=[JSONParser, FormParser])
    def withdraw(self, request: Request, pk: int) -> Response:
        """Withdraws a file with a reason; it stays to be seen and counts no more."""
        return Response(self.told(withdraw_evidence(clock.act_of(request.user), int(pk), body_of(request))))

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyType)
    def file(self, request: Request, pk: int) -> FileResponse:
        """The file itself, as a download that no browser runs."""
        found = super().get_object()
        return download(found.sha256, found.filename, found.content_type)

    @extend_schema(parameters=PICTURE, responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyType)
    def preview(self, request: Request, pk: int) -> HttpResponse:
        """A page of the file as a picture, where it has pages: of a PDF, or the picture itself."""
        found = super().get_object()
        return picture(found.sha256, found.content_type, request.query_params)
