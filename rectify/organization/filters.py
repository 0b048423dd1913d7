"""Filters that name organisations, departments and leaders, by id or key; what the reader does not know is refused."""

from typing import Any

import django_filters as filters
from django.db import models

from rectify.web import clock

from .lookups import by_id_or_key
from .models import Department, Leader, Organization


class NamingFilterSet(filters.FilterSet):
    """Filters some of which name an organisation, a department or a leader."""

    def readable(self) -> Any:
        """The organisations that may be named."""
        assert self.request is not None  # noqa: S101  the lists that are filtered so are asked for by somebody
        return Organization.objects.readable_by(self.request.user, clock.today())

    def chosen(self) -> Any:
        """The organisations whose departments and leaders may be named: the one that is named itself, else all."""
        organization = self.form.cleaned_data.get("organization")
        if not organization:
            return self.readable()
        return [by_id_or_key(self.readable(), "organization", organization)]


class OrganizationFilter(filters.CharFilter):
    """By an organisation's id or key. Raises Invalid at the parameter where the reader knows none of this name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=60, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        if value in (None, ""):
            return qs
        return qs.filter(**{self.field_name: by_id_or_key(self.known(), self.parameter, value)})

    @property
    def parameter(self) -> str:
        return next(name for name, found in self.parent.filters.items() if found is self)

    def known(self) -> Any:
        """Where to look for what is named."""
        return self.parent.readable()


class OfOrganizationFilter(OrganizationFilter):
    """The same for what an organisation has."""

    model_named: type[models.Model]

    def known(self) -> Any:
        return self.model_named._default_manager.filter(organization__in=self.parent.chosen())


class DepartmentFilter(OfOrganizationFilter):
    model_named = Department


class LeaderFilter(OfOrganizationFilter):
    model_named = Leader
