"""Notices over the API: one's own inbox, how one is told, a round's warnings and channels, urging."""

from typing import Any

import django_filters as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.scope import named_round
from measures.rows_api import RowsViewSet
from rectify.organization.filters import NamingFilterSet, OrganizationFilter
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.web.act_endpoints import act_endpoint, body_of
from rectify.web.filters import ChoicesFilter, IdFilter
from rectify.workflow.guards import ActInput
from rectify.workflow.refusals import Forbidden

from ..models import Channel, Notice, NoticeKind
from . import configuring, inbox
from .representation import NoticeSerializer, notice_rows


class NoticeFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="round__organization")
    round = IdFilter(field_name="round")
    kind = ChoicesFilter(choices=NoticeKind.choices)
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")


class CountSerializer(serializers.Serializer):
    unread = serializers.IntegerField(help_text="100 where there are more")


class MarkedSerializer(serializers.Serializer):
    marked = serializers.IntegerField()


class NoticeViewSet(RowsViewSet):
    """One's own notices, the newest first."""

    queryset = Notice.objects.order_by("-made_at", "-pk")
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilterSet

    def rows(self, found: Any) -> list[dict[str, Any]]:
        return notice_rows(list(found), clock.today())

    act_read = act_endpoint("read", inbox.mark_read, serializers.Serializer, NoticeSerializer)

    @extend_schema(responses=CountSerializer)
    @action(detail=False, methods=["get"])
    def count(self, request: Request) -> Response:
        """How many are unread."""
        return Response({"unread": inbox.unread_count(request.user, clock.today())})

    @extend_schema(request=inbox.ReadAllInput, responses=MarkedSerializer)
    @action(detail=False, methods=["post"])
    def read_all(self, request: Request) -> Response:
        """Marks all that one has seen as read."""
        return Response({"marked": inbox.mark_all_read(clock.act_of(request.user), body_of(request))})


class ContactSerializer(inbox.ContactInput):
    """How one is told."""

    address = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text="empty where no address is known"
    )


class ContactView(APIView):
    """How one is told oneself: e-mail, quiet hours, kinds."""

    @extend_schema(responses=ContactSerializer)
    def get(self, request: Request) -> Response:
        """As it stands."""
        return Response(inbox.told(inbox.contact_of(request.user)))

    @extend_schema(request=inbox.ContactInput, responses=ContactSerializer)
    def post(self, request: Request) -> Response:
        """Changes what is given."""
        return Response(inbox.told(inbox.set_contact(clock.act_of(request.user), body_of(request))))


class WarningSerializer(configuring.WarningInput):
    """A round's colours; `version` is the round's."""


class WarningView(APIView):
    """From how many days before a deadline a round warns whom."""

    @extend_schema(responses=WarningSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The colours as they stand."""
        round_ = named_round(request.user, clock.today(), {"round": str(pk)})
        return Response({"version": round_.version, **configuring.warnings_told(configuring.warnings_of(round_))})

    @extend_schema(request=configuring.WarningInput, responses=WarningSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Changes what is given of them."""
        round_ = configuring.set_warnings(clock.act_of(request.user), int(pk), body_of(request))
        return Response({"version": round_.version, **configuring.warnings_told(configuring.warnings_of(round_))})


class ChannelSerializer(serializers.Serializer):
    """A channel; its secret is never shown."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    way = serializers.CharField()
    name = serializers.CharField()
    address = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()


class RoundChannelsView(APIView):
    """The groups and systems that are told of a round's weeks; for its office."""

    @extend_schema(responses=ChannelSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """All of them."""
        round_ = named_round(request.user, clock.today(), {"round": str(pk)})
        if "office" not in Posts.of(request.user, clock.today()).parties(Concern(round_.organization_id)):
            raise Forbidden()
        return Response(ChannelSerializer(Channel.objects.filter(round=round_), many=True).data)

    @extend_schema(request=configuring.ChannelInput, responses={201: ChannelSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Adds one."""
        channel = configuring.add_channel(clock.act_of(request.user), int(pk), body_of(request))
        return Response(ChannelSerializer(channel).data, status=201)


class ChannelView(APIView):
    """One channel."""

    @extend_schema(request=configuring.ChannelInput, responses=ChannelSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Changes what is given of it, or switches it off."""
        channel = configuring.change_channel(clock.act_of(request.user), int(pk), body_of(request))
        return Response(ChannelSerializer(channel).data)


class ChannelTestView(APIView):
    """Trying a channel out."""

    @extend_schema(request=ActInput, responses={202: None})
    def post(self, request: Request, pk: int) -> Response:
        """Has a test message sent with the next look."""
        configuring.test_channel(clock.act_of(request.user), int(pk), body_of(request))
        return Response(status=202)
