"""Filters of the lists of samples, sampled measures and remarks."""

from typing import Any

import django_filters as filters
from django.db.models import Q

from issues.filters import OfRoundFilterSet
from rectify.web import clock
from rectify.web.filters import ChoicesFilter, IdFilter, OrganizationFilter, YesNoFilter

from ..models import Finding, RemarkState
from .states import ItemState, in_state, overdue


class LookBackFilterSet(OfRoundFilterSet):
    ordering = filters.OrderingFilter(fields=("drawn_on", "title", "size"))


class OfMeasureFilterSet(filters.FilterSet):
    """For what belongs to a measure."""

    organization = OrganizationFilter(field_name="measure__sub_issue__round__organization")
    round = IdFilter(field_name="measure__sub_issue__round")
    sub_issue = IdFilter(field_name="measure__sub_issue")
    measure = IdFilter(field_name="measure")
    lead_department = IdFilter(field_name="measure__lead_department")


class LookBackItemFilterSet(OfMeasureFilterSet):
    look_back = IdFilter(field_name="look_back")
    result = ChoicesFilter(choices=Finding.choices)
    state = ChoicesFilter(choices=ItemState.choices, method="by_state")
    ordering = filters.OrderingFilter(fields=("position", "closed_on", "checked_on"))

    def by_state(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        fitting = Q()
        for value in values or ():
            fitting |= in_state(value)
        return queryset.filter(fitting)


class RemarkFilterSet(OfMeasureFilterSet):
    look_back = IdFilter(field_name="item__look_back")
    item = IdFilter(field_name="item")
    state = ChoicesFilter(choices=RemarkState.choices)
    overdue = YesNoFilter(method="by_overdue")
    ordering = filters.OrderingFilter(fields=("made_on", "answer_due_on", "answered_on"))

    def by_overdue(self, queryset: Any, name: str, value: bool) -> Any:
        late = overdue(clock.today())
        return queryset.filter(late if value else ~late)
