"""Filters that the lists of every room need."""

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from rectify.workflow.guards import LARGEST_ID


@extend_schema_field(OpenApiTypes.INT)
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


class ChoicesFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """One or several of some choices, separated by commas."""


def with_words(queryset: Any, text: str, parts_of: Sequence[str], whole: Sequence[str] = ()) -> Any:
    """The rows in which every word of a text stands; words behind the fifth are passed over.

    Args:
        parts_of: columns in which a word may be a part.
        whole: columns of which it has to be the whole: numbers.
    """
    for word in text.split()[:5]:
        found = Q()
        for field in parts_of:
            found |= Q(**{f"{field}__icontains": word})
        for field in whole:
            found |= Q(**{field: word})
        queryset = queryset.filter(found)
    return queryset
