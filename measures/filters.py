"""Filters of the lists of measures, in the present and as of a past day; the ledger page and the API use the same."""

from typing import Any

import django_filters as filters
from django.db.models import F, Q

from issues.filters import SUPERIOR_CHOICES, ScopedFilterSet, SubIssueFilterSet
from issues.models import Round, SubIssue
from issues.states import Kind, SubIssueStatus
from rectify.organization.filters import DepartmentFilter, LeaderFilter, NamingFilterSet, OrganizationFilter
from rectify.organization.lookups import by_id_or_key
from rectify.organization.models import Department
from rectify.web.filters import ChoicesFilter, IdFilter, YesNoFilter, with_words

from .inputs import OUTCOME_UNITS
from .models import EvidenceKind, Measure
from .querysets import behind, due_within, late, late_originally
from .states import DONE, MeasureStatus


class MeasureFilterSet(ScopedFilterSet):
    ORDERINGS = {
        "number": "position",
        "due_on": "due_on",
        "status": "status",
        "kind": "kind",
        "progress": "progress",
        "reported_on": "reported_on",
        "closed_on": "closed_on",
    }
    SEARCHED = ("content", "work_done", "document", "sub_issue__title", "sub_issue__finding__title")
    NUMBERS = ("number", "sub_issue__number")
    DONE = DONE
    LATE = staticmethod(late)

    organization = OrganizationFilter(field_name="sub_issue__round__organization")
    heading = IdFilter(method="by_heading")
    finding = IdFilter(field_name="sub_issue__finding")
    sub_issue = IdFilter(field_name="sub_issue")
    special_plan = IdFilter(field_name="sub_issue__special_plan")
    status = ChoicesFilter(choices=MeasureStatus.choices, method="by_choices")
    sub_issue_status = ChoicesFilter(choices=SubIssueStatus.choices, method="by_sub_issue_status")
    superior_finding = ChoicesFilter(
        choices=SUPERIOR_CHOICES, method="by_superior_finding", label="what the superior found of the sub-issue"
    )
    done = YesNoFilter(method="by_done")
    kind = ChoicesFilter(choices=Kind.choices, method="by_choices")
    lead_department = filters.CharFilter(method="by_department", max_length=60)
    responsible_department = filters.CharFilter(method="by_responsible_department", max_length=60)
    responsible_leader = filters.CharFilter(method="by_leader", max_length=60)
    due_before = filters.DateFilter(method="by_due_before", label="on or before this day")
    due_after = filters.DateFilter(method="by_due_after", label="on or after this day")
    due_within = IdFilter(method="by_due_within", min_value=0, max_value=3660)
    overdue = YesNoFilter(method="by_overdue")
    overdue_original = YesNoFilter(method="by_overdue_original", label="the plan's own deadline has passed")
    behind = YesNoFilter(method="by_behind", label="behind even progress")
    outcome = ChoicesFilter(choices=list(OUTCOME_UNITS.items()), method="by_outcome")
    search = filters.CharFilter(method="by_search", max_length=100)
    ordering = filters.CharFilter(method="by_ordering", max_length=100)

    def filter_queryset(self, queryset: Any) -> Any:
        queryset = super().filter_queryset(queryset)
        return queryset if self.form.cleaned_data.get("status") else queryset.counted(self.scope.suffix)

    def by_heading(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(Q(sub_issue__finding__heading=value) | Q(sub_issue__finding__heading__parent=value))

    def by_sub_issue_status(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        return self._under(queryset, "status", values)

    def by_superior_finding(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        return self._under(queryset, name, values)

    def _under(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        """Those under the sub-issues that a filter of theirs names."""
        if not values:
            return queryset
        fitting = SubIssueFilterSet({name: ",".join(values)}, self.sub_issues(), self.scope).filtered()
        return queryset.filter(sub_issue__in=fitting.order_by().values("pk"))

    def sub_issues(self) -> Any:
        """The sub-issues of the scope, with their state then where the moment is past."""
        moment = self.scope.moment
        found: Any = SubIssue.objects.filter(round=self.scope.round) if self.scope.round else SubIssue.objects.all()
        return found.as_of(moment.on, moment.known_at) if moment.is_past else found

    def by_due_within(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(due_within(self.scope.moment.on, int(value), self.scope.suffix))

    def by_overdue_original(self, queryset: Any, name: str, value: bool) -> Any:
        return self._where(queryset, late_originally(self.scope.moment.on, self.scope.suffix), value)

    def by_behind(self, queryset: Any, name: str, value: bool) -> Any:
        return self._where(queryset, behind(self.scope.moment.on, self.scope.suffix), value)

    def by_outcome(self, queryset: Any, name: str, values: list[str] | None) -> Any:
        if not values:
            return queryset
        moment = self.scope.moment
        any_of = Q()
        for value in values:
            any_of |= Q(**{f"came_of_{value}__isnull": False})
        closed = {self.column("status"): MeasureStatus.CLOSED}
        return queryset.with_outcomes(values, moment.on, moment.known_at).filter(any_of, **closed)

    def _where(self, queryset: Any, condition: Q, holds: bool) -> Any:
        """Where a condition holds, or all the others; negating a comparison with NULL would drop those."""
        fitting = queryset.filter(condition)
        return fitting if holds else queryset.exclude(pk__in=fitting.order_by().values("pk"))

    def by_responsible_department(self, queryset: Any, name: str, text: str) -> Any:
        known = Department.objects.filter(organization__in=self.chosen())
        found = by_id_or_key(known, name, text)
        if self.scope.suffix:
            return queryset.filter(**{f"{self.column('responsible_departments')}__contains": f'"{found.key}"'})
        return queryset.filter(responsible_departments=found)

    def by_ordering(self, queryset: Any, name: str, text: str) -> Any:
        if text.removeprefix("-") == "number":
            terms = ("sub_issue__position", "position")
            return queryset.order_by(*(F(term).desc() if text.startswith("-") else F(term).asc() for term in terms))
        return super().by_ordering(queryset, name, text)

    def ordering_column(self, key: str) -> str:
        column = self.ORDERINGS[key]
        return column if column == "position" else self.column(column)


class AnsweredSubIssueFilterSet(SubIssueFilterSet):
    """Sub-issues by what answers them, too."""

    responsible_department = filters.CharFilter(
        method="by_responsible_department", max_length=60, label="of one of its measures"
    )

    def by_responsible_department(self, queryset: Any, name: str, text: str) -> Any:
        moment, asked = self.scope.moment, {name: text, "organization": self.data.get("organization", "")}
        measures: Any = (
            Measure.objects.filter(sub_issue__round=self.scope.round) if self.scope.round else Measure.objects
        )
        measures = measures.as_of(moment.on, moment.known_at) if moment.is_past else measures.all()
        fitting = MeasureFilterSet(asked, measures, self.scope).filtered()
        return queryset.filter(pk__in=fitting.order_by().values("sub_issue"))


class OfMeasureFilterSet(NamingFilterSet):
    """For what belongs to a measure."""

    SEARCHED: tuple[str, ...] = ("measure__content",)

    organization = OrganizationFilter(field_name="measure__sub_issue__round__organization")
    round = IdFilter(field_name="measure__sub_issue__round")
    sub_issue = IdFilter(field_name="measure__sub_issue")
    measure = IdFilter(field_name="measure")
    lead_department = DepartmentFilter(field_name="measure__lead_department", label="of the measure")
    responsible_department = DepartmentFilter(field_name="measure__responsible_departments", label="of the measure")
    responsible_leader = LeaderFilter(field_name="measure__responsible_leader", label="of the measure")
    kind = ChoicesFilter(field_name="measure__kind", choices=Kind.choices, label="of the measure")
    search = filters.CharFilter(method="by_search", max_length=100)

    def chosen(self) -> Any:
        round_ = self.form.cleaned_data.get("round")
        if round_ is None:
            return super().chosen()
        return self.readable().filter(pk__in=Round.objects.filter(pk=round_).values("organization"))

    def by_search(self, queryset: Any, name: str, text: str) -> Any:
        return with_words(queryset, text, self.SEARCHED, ("measure__number",))


class EvidenceFilterSet(OfMeasureFilterSet):
    SEARCHED = ("title", "filename", "measure__content")

    kind = filters.ChoiceFilter(choices=EvidenceKind.choices)
    sha256 = filters.CharFilter(max_length=64)
    standing = YesNoFilter(method="by_standing", label="neither withdrawn nor replaced")
    ordering = filters.OrderingFilter(fields=("uploaded_at", "title", "size"))

    def by_standing(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.standing() if value else queryset.exclude(pk__in=queryset.standing().order_by().values("pk"))
