"""A component that stands many times on a page, rendered once for each set of values."""

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template

register = template.Library()


@register.simple_tag(takes_context=True)
def piece(context: Context, name: str, **values: Any) -> str:
    """The component `name` with just these values, as `include … only` gives it.

    A table of hundreds of rows shows few different states, deadlines and percentages. The page hands in a dictionary
    `pieces` in which they are kept while it is made.
    """
    kept: dict[Any, str] = context["pieces"]
    key = (name, *values.items())
    if key not in kept:
        kept[key] = get_template(f"components/{name}.html").render(values)
    return kept[key]
