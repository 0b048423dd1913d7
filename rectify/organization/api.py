"""Organisations, departments and oneself over the API."""

from typing import Any

import django_filters as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rectify.web import clock
from rectify.web.act_endpoints import NUMBER
from rectify.web.filters import IdFilter
from rectify.web.lists import KnowsParameters

from .filters import NamingFilterSet, OrganizationFilter
from .models import Department, Organization
from .posts import Posts


class OrganizationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = ["id", "key", "name", "parent"]


class DepartmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Department
        fields = ["id", "key", "name", "organization"]


class OrganizationFilterSet(filters.FilterSet):
    key = filters.CharFilter(max_length=60)
    parent = IdFilter(field_name="parent")
    search = filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=100)
    ordering = filters.OrderingFilter(fields=("key", "name"))


class DepartmentFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="organization")
    key = filters.CharFilter(max_length=60)
    search = filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=100)
    ordering = filters.OrderingFilter(fields=("position", "key", "name"))


class OrganizationViewSet(KnowsParameters, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The organisations whose data one may read."""

    queryset = Organization.objects.order_by("pk")
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilterSet
    lookup_value_regex = NUMBER

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.queryset.readable_by(self.request.user, clock.today())


class DepartmentViewSet(KnowsParameters, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The departments of the organisations whose data one may read."""

    queryset = Department.objects.order_by("organization", "position", "pk")
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilterSet
    lookup_value_regex = NUMBER

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        readable = Organization.objects.readable_by(self.request.user, clock.today())
        return self.queryset.filter(organization__in=readable.values("pk"))


class PostSerializer(serializers.Serializer):
    role = serializers.CharField()
    role_label = serializers.CharField(source="get_role_display")
    organization = serializers.IntegerField(source="organization_id")
    department = serializers.IntegerField(source="department_id", allow_null=True)
    leader = serializers.IntegerField(source="leader_id", allow_null=True)
    valid_until = serializers.DateField(allow_null=True)


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    posts = PostSerializer(many=True)


class MeView(APIView):
    """Who is signed in, and what they are."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Oneself and the roles in force today."""
        user: Any = request.user
        posts = Posts.of(user, clock.today()).assignments
        return Response(
            MeSerializer({"id": user.pk, "username": user.username, "name": user.name, "posts": posts}).data
        )
