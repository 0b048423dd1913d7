"""What was asked, who signed, on which papers and in which meetings, over the API."""

import json
from collections.abc import Mapping
from typing import Any

import django_filters as filters
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from issues.api import VisibleViewSet
from issues.filters import OfRoundFilterSet
from issues.inputs import MeetingInput
from issues.models import AcceptanceMeeting, AcceptanceMeetingItem, Paper
from rectify.web import clock
from rectify.web.act_endpoints import body_of
from rectify.web.shown_files import download
from rectify.web.uploads import only_file
from rectify.workflow.refusals import Invalid

from . import papers
from .acceptance_meeting import add_record, hold_meeting
from .evidence_api import AnyType
from .inputs import PaperInput


class PaperSerializer(serializers.ModelSerializer):
    file = serializers.SerializerMethodField()

    class Meta:
        model = Paper
        fields = [
            "id",
            "round",
            "kind",
            "title",
            "signed_on",
            "participants",
            "filename",
            "size",
            "sha256",
            "registered_by_name",
            "registered_on",
            "file",
        ]

    def get_file(self, paper: Paper) -> str:
        return f"/api/v1/papers/{paper.pk}/file/"


class DecisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = AcceptanceMeetingItem
        fields = ["sub_issue", "agreed", "opinion", "criteria", "status"]


class RecordInput(serializers.Serializer):
    """The scan of a meeting's signed record."""

    file = serializers.FileField()


class MeetingSerializer(serializers.ModelSerializer):
    items = DecisionSerializer(many=True)

    class Meta:
        model = AcceptanceMeeting
        fields = [
            "id",
            "round",
            "title",
            "held_on",
            "place",
            "chair",
            "participants",
            "guests",
            "paper",
            "recorded_by_name",
            "recorded_at",
            "items",
        ]


def form_of(request: Request, *lists: str) -> dict[str, Any]:
    """The body of a request that may be a form with files: its lists are JSON then. Raises Invalid."""
    data = dict(body_of(request))
    for name in lists:
        if isinstance(data.get(name), str):
            try:
                data[name] = json.loads(data[name])
            except (ValueError, RecursionError) as error:
                raise Invalid(errors={name: [_("Give a list, as JSON.")]}) from error
    return data


def round_id_of(data: Mapping[str, Any]) -> int:
    """The round that a body names. Raises Invalid."""
    text = str(data.get("round", ""))
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Invalid(errors={"round": [_("Give the id of a round.")]})
    return int(text)


class PaperFilterSet(OfRoundFilterSet):
    kind = filters.ChoiceFilter(choices=Paper.PaperKind.choices)
    ordering = filters.OrderingFilter(fields=("signed_on", "title"))


class MeetingFilterSet(OfRoundFilterSet):
    ordering = filters.OrderingFilter(fields=("held_on", "title"))


class PaperViewSet(VisibleViewSet):
    """Scans on which signatures were given by hand; registering one is `POST` of a multipart form."""

    queryset = Paper.objects.all()
    serializer_class = PaperSerializer
    filterset_class = PaperFilterSet
    parser_classes = [MultiPartParser]

    @extend_schema(request=PaperInput, responses={201: PaperSerializer})
    def create(self, request: Request) -> Response:
        """Registers a scan (round, kind, title, signed_on, file) and the signatures it bears (items, as JSON)."""
        data = form_of(request, "items")
        act, file = clock.act_of(request.user), only_file(request.FILES)
        paper = papers.register_signatures(act, round_id_of(data), data, file)
        return Response(PaperSerializer(paper).data, status=201)

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyType)
    def file(self, request: Request, pk: int) -> FileResponse:
        """The scan itself, as a download that no browser runs."""
        paper = self.get_object()
        return download(paper.sha256, paper.filename, paper.content_type)


class MeetingViewSet(VisibleViewSet):
    """Acceptance meetings; holding one is `POST` of JSON, or of a form with the scan of the record."""

    queryset = AcceptanceMeeting.objects.prefetch_related("items")
    serializer_class = MeetingSerializer
    filterset_class = MeetingFilterSet
    parser_classes = [JSONParser, FormParser, MultiPartParser]

    @extend_schema(request=MeetingInput, responses={201: MeetingSerializer})
    def create(self, request: Request) -> Response:
        """Records a meeting of a round and carries out what it decided."""
        data = form_of(request, "decisions", "participants")
        meeting = hold_meeting(clock.act_of(request.user), round_id_of(data), data, only_file(request.FILES))
        return Response(MeetingSerializer(meeting).data, status=201)

    @extend_schema(request=RecordInput, responses={200: MeetingSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def add_record(self, request: Request, pk: int) -> Response:
        """Adds the scan of the signed record; it signs for those who took part."""
        meeting = add_record(clock.act_of(request.user), self.get_object().pk, only_file(request.FILES))
        return Response(MeetingSerializer(meeting).data)
