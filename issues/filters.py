"""Filters of the lists of sub-issues, in the present and as of a past day."""

from collections.abc import Collection
from typing import Any

import django_filters as filters
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rectify.organization.filters import NamingFilterSet, OrganizationFilter
from rectify.organization.lookups import by_id_or_key
from rectify.organization.models import Department, Leader, Organization
from rectify.web.filters import ChoicesFilter, IdFilter, YesNoFilter, with_words
from rectify.workflow.refusals import Invalid

from .querysets import late
from .scope import Scope
from .states import DONE, Kind, RoundStatus, SubIssueStatus, SuperiorFinding

# In lists and figures what has no finding yet has a name.
NO_FINDING = "none"
SUPERIOR_CHOICES = [*SuperiorFinding.choices, (NO_FINDING, _("No finding yet"))]


class RoundFilterSet(NamingFilterSet):
    organization = OrganizationFilter(field_name="organization")
    status = ChoicesFilter(choices=RoundStatus.choices)
    search = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=100)
    ordering = filters.OrderingFilter(fields=("feedback_on", "title", "status"))


class OfRoundFilterSet(NamingFilterSet):
    """For what belongs to a round and bears a title."""

    organization = OrganizationFilter(field_name="round__organization")
    round = IdFilter(field_name="round")
    search = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=100)


class WithinRoundFilterSet(OfRoundFilterSet):
    """For headings and findings."""

    ordering = filters.OrderingFilter(fields=(("position", "number"), ("title", "title")))


class FindingFilterSet(WithinRoundFilterSet):
    heading = IdFilter(method="by_heading")

    def by_heading(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(Q(heading=value) | Q(heading__parent=value))


class ScopedFilterSet(NamingFilterSet):
    """Filters whose columns may be those of a past day. Raises Invalid for what does not fit."""

    ORDERINGS: dict[str, str] = {}
    SEARCHED: tuple[str, ...] = ()
    NUMBERS: tuple[str, ...] = ("number",)
    # The states that count as done, and what makes a row late: those of sub-issues.
    DONE: Collection[str] = DONE
    LATE: Any = staticmethod(late)

    def __init__(self, data: Any, queryset: Any, scope: Scope) -> None:
        # A filter that is not asked for costs as much as one that is, and there are many.
        known: dict[str, Any] = type(self).get_filters()
        self.base_filters = {name: found for name, found in known.items() if name in data}
        super().__init__(data, queryset)
        self.scope = scope

    def readable(self) -> Any:
        return Organization.objects.readable_by(self.scope.user, self.scope.moment.today)

    def chosen(self) -> Any:
        return super().chosen() if self.scope.round is None else self.scope.organizations

    def column(self, name: str) -> str:
        return name + self.scope.suffix

    def filtered(self) -> models.QuerySet:
        """The rows that fit."""
        if not self.is_valid():
            raise Invalid(errors={name: [str(e) for e in errors] for name, errors in self.errors.items()})
        return self.qs

    def by_choices(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        return queryset.filter(**{f"{self.column(name)}__in": values}) if values else queryset

    def _keyed(self, queryset: Any, model: type[models.Model], name: str, text: str) -> Any:
        known = model._default_manager.filter(organization__in=self.chosen())
        found = by_id_or_key(known, name, text)
        if self.scope.suffix:
            return queryset.filter(**{self.column(name): found.key})
        return queryset.filter(**{name: found})

    def by_department(self, queryset: Any, name: str, text: str) -> Any:
        return self._keyed(queryset, Department, name, text)

    def by_leader(self, queryset: Any, name: str, text: str) -> Any:
        return self._keyed(queryset, Leader, name, text)

    def by_due_before(self, queryset: Any, name: str, day: Any) -> Any:
        return queryset.filter(**{f"{self.column('due_on')}__lte": day})

    def by_due_after(self, queryset: Any, name: str, day: Any) -> Any:
        return queryset.filter(**{f"{self.column('due_on')}__gte": day})

    def by_search(self, queryset: Any, name: str, text: str) -> Any:
        return with_words(queryset, text, self.SEARCHED, self.NUMBERS)

    def by_ordering(self, queryset: Any, name: str, text: str) -> Any:
        terms = []
        for part in text.split(",")[:3]:
            key, descending = part.removeprefix("-").strip(), part.startswith("-")
            if key not in self.ORDERINGS:
                message = _("Lists can be ordered by: %(names)s.") % {"names": ", ".join(self.ORDERINGS)}
                raise Invalid(errors={"ordering": [message]})
            field = F(self.ordering_column(key))
            terms.append(field.desc(nulls_last=True) if descending else field.asc(nulls_last=True))
        return queryset.order_by(*terms, "pk")

    def ordering_column(self, key: str) -> str:
        return self.ORDERINGS[key]

    def by_done(self, queryset: Any, name: str, value: bool) -> Any:
        done = Q(**{f"{self.column('status')}__in": self.DONE})
        return queryset.filter(done if value else ~done)

    def by_overdue(self, queryset: Any, name: str, value: bool) -> Any:
        overdue = self.LATE(self.scope.moment.on, self.scope.suffix)
        # Without a deadline it is not overdue; negating a comparison with NULL would drop it.
        return queryset.filter(overdue) if value else queryset.exclude(pk__in=queryset.filter(overdue).values("pk"))


class SubIssueFilterSet(ScopedFilterSet):
    ORDERINGS = {"number": "position", "due_on": "due_on", "status": "status", "kind": "kind"}
    SEARCHED = ("title", "finding__title")

    organization = OrganizationFilter(field_name="round__organization")
    heading = IdFilter(method="by_heading")
    finding = IdFilter(field_name="finding")
    status = ChoicesFilter(choices=SubIssueStatus.choices, method="by_choices")
    superior_finding = ChoicesFilter(
        choices=SUPERIOR_CHOICES, method="by_superior_finding", label="what the superior found; none: nothing yet"
    )
    kind = ChoicesFilter(choices=Kind.choices, method="by_choices")
    lead_department = filters.CharFilter(method="by_department", max_length=60)
    responsible_leader = filters.CharFilter(method="by_leader", max_length=60)
    done = YesNoFilter(method="by_done", label="no longer being rectified: under acceptance, closed or sustained")
    disclosed = YesNoFilter(field_name="disclosed")
    due_before = filters.DateFilter(method="by_due_before", label="on or before this day")
    due_after = filters.DateFilter(method="by_due_after", label="on or after this day")
    overdue = YesNoFilter(method="by_overdue", label="neither closed nor sustained, and its own deadline has passed")
    search = filters.CharFilter(method="by_search", max_length=100)
    ordering = filters.CharFilter(method="by_ordering", max_length=100)

    def by_heading(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(Q(finding__heading=value) | Q(finding__heading__parent=value))

    def by_superior_finding(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        return self.by_choices(queryset, name, ["" if value == NO_FINDING else value for value in values or ()])

    def ordering_column(self, key: str) -> str:
        column = self.ORDERINGS[key]
        return column if column == "position" else self.column(column)
