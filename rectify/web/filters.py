"""Filters that the lists of every room need."""

from typing import Any

import django_filters as filters
from django import forms

# The largest id that a database counts; a larger one would be an error of the database, not an empty list.
LARGEST_ID = 2**63 - 1


class IdFilter(filters.Filter):
    """A whole number that names a row."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", LARGEST_ID)
        super().__init__(*args, **kwargs)


class ChoicesFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """One or several of some choices, separated by commas."""
