"""Filters of the lists of weeks and lines."""

from typing import Any

import django_filters as filters

from rectify.organization.filters import DepartmentFilter, NamingFilterSet, OrganizationFilter
from rectify.web.filters import ChoicesFilter, IdFilter

from .states import LineState

STATUSES = [("open", "open"), ("frozen", "frozen"), ("skipped", "skipped")]


class DispatchFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="round__organization")
    round = IdFilter(field_name="round")
    year = filters.NumberFilter(field_name="year")
    week = filters.NumberFilter(field_name="week")
    status = ChoicesFilter(choices=STATUSES, method="by_status")
    ordering = filters.OrderingFilter(fields=("monday",))

    def by_status(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        fitting = queryset.none()
        for value in values or ():
            frozen = {"frozen_at__isnull": value != "frozen", "skipped": ""}
            fitting |= queryset.exclude(skipped="") if value == "skipped" else queryset.filter(**frozen)
        return fitting


class LineFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="dispatch__round__organization")
    round = IdFilter(field_name="dispatch__round")
    dispatch = IdFilter(field_name="dispatch")
    measure = IdFilter(field_name="measure")
    lead_department = DepartmentFilter(field_name="department")
    state = ChoicesFilter(choices=LineState.choices)
    status = ChoicesFilter(field_name="state", choices=LineState.choices, label="the same as state")
    search = filters.CharFilter(field_name="measure__content", lookup_expr="icontains", max_length=100)
    ordering = filters.OrderingFilter(fields=(("measure__position", "number"), ("measure__due_on", "due_on")))
