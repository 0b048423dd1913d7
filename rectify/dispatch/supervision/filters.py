"""Filters of the list of papers."""

from typing import Any

import django_filters as filters

from rectify.organization.filters import DepartmentFilter, NamingFilterSet, OrganizationFilter
from rectify.web import clock
from rectify.web.filters import ChoicesFilter, IdFilter, YesNoFilter

from .states import OrderKind, OrderStatus, overdue


class OrderFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="round__organization")
    round = IdFilter(field_name="round")
    kind = ChoicesFilter(choices=OrderKind.choices)
    status = ChoicesFilter(choices=OrderStatus.choices)
    overdue = YesNoFilter(method="by_overdue", label="to be answered, and late")
    department = DepartmentFilter(field_name="department")
    measure = IdFilter(field_name="measure")
    sub_issue = IdFilter(field_name="sub_issue")
    ordering = filters.OrderingFilter(fields=("due_on", "issued_on"))

    def by_overdue(self, queryset: Any, name: str, value: bool) -> Any:
        late = overdue(clock.today())
        return queryset.filter(late) if value else queryset.exclude(late)
