"""Filters that the lists of every room need."""

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from rectify.workflow.guards import LARGEST_ID


class IdFilter(filters.Filter):
    """A whole number that names a row."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", LARGEST_ID)
        super().__init__(*args, **kwargs)


class YesNoField(forms.Field):
    """True or false; a word that is neither is told, not passed over."""

    WORDS = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        text = "" if value is None else str(value).strip().lower()
        if text == "":
            return None
        if text not in self.WORDS:
            raise forms.ValidationError(_("Give true or false."))
        return self.WORDS[text]


class YesNoFilter(filters.Filter):
    field_class = YesNoField


class OrganizationFilter(filters.CharFilter):
    """An organisation, by id or key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=60, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        if value in (None, ""):
            return qs
        if value.isascii() and value.isdigit():
            return qs.filter(**{self.field_name: int(value)}) if int(value) <= LARGEST_ID else qs.none()
        return qs.filter(**{f"{self.field_name}__key": value})


class ChoicesFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """One or several of some choices, separated by commas."""
