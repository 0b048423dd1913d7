"""Filters of the lists of samples, sampled measures and remarks."""

from typing import Any

import django_filters as filters
from django.db.models import Q

from issues.filters import OfRoundFilterSet
from rectify.web import clock
from rectify.web.filters import ChoicesFilter, IdFilter, YesNoFilter

from ..filters import OfMeasureFilterSet
from ..models import Finding, RemarkState
from .states import ItemState, in_state, overdue


class LookBackFilterSet(OfRoundFilterSet):
    ordering = filters.OrderingFilter(fields=("drawn_on", "title", "size"))


class LookBackItemFilterSet(OfMeasureFilterSet):
    SEARCHED = ("note", "measure__content")

    look_back = IdFilter(field_name="look_back")
    result = ChoicesFilter(choices=Finding.choices)
    done = YesNoFilter(method="by_done", label="checked")
    state = ChoicesFilter(choices=ItemState.choices, method="by_state")
    status = ChoicesFilter(choices=ItemState.choices, method="by_state", label="the same as state")
    ordering = filters.OrderingFilter(fields=("position", "closed_on", "checked_on"))

    def by_state(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        fitting = Q()
        for value in values or ():
            fitting |= in_state(value)
        return queryset.filter(fitting)

    def by_done(self, queryset: Any, name: str, value: bool) -> Any:
        checked = ~Q(result=Finding.PENDING)
        return queryset.filter(checked if value else ~checked)


class RemarkFilterSet(OfMeasureFilterSet):
    SEARCHED = ("text", "answer", "measure__content")

    look_back = IdFilter(field_name="item__look_back")
    item = IdFilter(field_name="item")
    state = ChoicesFilter(choices=RemarkState.choices)
    status = ChoicesFilter(field_name="state", choices=RemarkState.choices, label="the same as state")
    done = YesNoFilter(method="by_done", label="accepted")
    due_before = filters.DateFilter(field_name="answer_due_on", lookup_expr="lte", label="on or before this day")
    due_after = filters.DateFilter(field_name="answer_due_on", lookup_expr="gte", label="on or after this day")
    overdue = YesNoFilter(method="by_overdue")
    ordering = filters.OrderingFilter(fields=("made_on", "answer_due_on", "answered_on"))

    def by_overdue(self, queryset: Any, name: str, value: bool) -> Any:
        late = overdue(clock.today())
        return queryset.filter(late if value else ~late)

    def by_done(self, queryset: Any, name: str, value: bool) -> Any:
        accepted = Q(state=RemarkState.ACCEPTED)
        return queryset.filter(accepted if value else ~accepted)
