"""Weekly briefs over the API: drawn up, edited, issued, corrected, downloaded; and the office's own template."""

from typing import Any

import django_filters as filters
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.models import Round
from issues.scope import named_round
from measures.evidence_api import AnyType
from measures.look_back.api import id_in
from measures.rows_api import RowsViewSet
from rectify.organization.filters import NamingFilterSet, OrganizationFilter
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint, body_of
from rectify.web.filters import ChoicesFilter, IdFilter
from rectify.web.uploads import only_file
from rectify.workflow.guards import ActInput, ReasonInput

from . import briefs
from .brief_documents import template_of
from .brief_templates import KNOWN, TemplateInput, drop_template, set_template
from .briefs import DrawUpInput, EditInput
from .downloads import docx_of
from .models import WeeklyBrief
from .representation import BriefDetailSerializer, BriefSerializer, brief_rows
from .states import BriefStatus


class BriefFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="dispatch__round__organization")
    round = IdFilter(field_name="dispatch__round")
    dispatch = IdFilter(field_name="dispatch")
    status = ChoicesFilter(choices=BriefStatus.choices)
    edition = IdFilter(field_name="edition")
    ordering = filters.OrderingFilter(fields=(("dispatch__monday", "monday"), ("edition", "edition")))


class WeeklyBriefViewSet(RowsViewSet):
    """Weekly briefs (周报), the newest first; drawing one up is `POST` with the frozen week's id."""

    queryset = WeeklyBrief.objects.for_display().order_by("-dispatch__monday", "-edition", "-pk")
    serializer_class = BriefSerializer
    filterset_class = BriefFilterSet

    def counts_exactly(self) -> bool:
        return not {"round", "dispatch"}.isdisjoint(self.request.query_params)

    def rows(self, found: Any) -> list[dict[str, Any]]:
        rows = brief_rows(list(found), Posts.of(self.request.user, clock.today()))
        if self.action == "list":
            for row in rows:
                del row["figures"]
        return rows

    @extend_schema(responses=BriefDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One brief with its figures."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(request=DrawUpInput, responses={201: BriefDetailSerializer})
    def create(self, request: Request) -> Response:
        """Draws up the brief of a frozen week."""
        data = body_of(request)
        week = id_in(data, "dispatch", _("Give the id of a frozen week."))
        return Response(self.current_row(briefs.draw_up(clock.act_of(request.user), week, data)), status=201)

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyType)
    def docx(self, request: Request, pk: int) -> HttpResponse | FileResponse:
        """The file: of an issued brief the very one that was issued, of a draft as it would be issued today."""
        return docx_of(self.get_object(), clock.today(), clock.now())

    act_edit = act_endpoint("edit", briefs.edit, EditInput, BriefDetailSerializer)
    act_issue = act_endpoint("issue", briefs.issue, EditInput, BriefDetailSerializer)
    act_new_edition = act_endpoint("new_edition", briefs.new_edition, ReasonInput, BriefDetailSerializer)


class TemplateSerializer(serializers.Serializer):
    """The office's own template, and what one may name."""

    version = serializers.IntegerField(help_text="the round's")
    filename = serializers.CharField(allow_blank=True, help_text="empty where the built-in layout is used")
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    uploaded_at = serializers.DateTimeField(allow_null=True)
    uploaded_by_name = serializers.CharField(allow_blank=True)
    names = serializers.ListField(child=serializers.CharField())
    lists = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class BriefTemplateView(APIView):
    """The template for the weekly briefs of a round."""

    parser_classes = [MultiPartParser]

    @extend_schema(responses=TemplateSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The template in use, and the names that one may hold."""
        return Response(template_row(named_round(request.user, clock.today(), {"round": str(pk)})))

    @extend_schema(request=TemplateInput, responses=TemplateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Takes another template from now on; what was issued stays."""
        act, data = clock.act_of(request.user), body_of(request)
        made = set_template(act, int(pk), data, only_file(request.FILES))
        return Response(template_row(Round.objects.get(pk=made.round_id)))


class BuiltInLayoutView(APIView):
    """The way back to the built-in layout of the weekly briefs of a round."""

    @extend_schema(request=ActInput, responses=TemplateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Gives up the office's own template; what was issued stays."""
        round_ = drop_template(clock.act_of(request.user), int(pk), body_of(request))
        return Response(template_row(round_))


def template_row(round_: Round) -> dict[str, Any]:
    """A round's template as the API tells it."""
    template = template_of(round_)
    return {
        "version": round_.version,
        "filename": template.filename if template else "",
        "size": template.size if template else None,
        "sha256": template.sha256 if template else "",
        "uploaded_at": template.uploaded_at if template else None,
        "uploaded_by_name": template.uploaded_by_name if template else "",
        "names": [*KNOWN.names],
        "lists": {name: [*fields] for name, fields in KNOWN.lists.items()},
    }
