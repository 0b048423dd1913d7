"""The state of many objects on a past day, in SQL: for each field the last word of the rows that count.

Within a round this costs one index probe per object and field, so lists and figures of a past day stay one statement.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from .history import HistoryRow

SUFFIX = "_then"


def last_word(
    model: type[HistoryRow], name: str, output: models.Field, on: date | None, known_at: datetime | None
) -> models.expressions.Combinable:
    """An expression for one field's value on a day, for the object with the outer query's primary key.

    Args:
        model: the history table whose SUBJECT the outer query selects.
        name: the tracked field.
        output: the type to cast the kept text to.
        on, known_at: the day, and the moment up to which entries were known; None for no limit.
    """
    rows = (
        model.objects.filter(**{f"{model.SUBJECT}_id": models.OuterRef("pk"), "payload__new__has_key": name})
        .counting(on, known_at)
        .order_by("-happened_on", "-place")
        .annotate(word=KeyTextTransform(name, KeyTextTransform("new", "payload")))
        .values("word")[:1]
    )
    subquery = models.Subquery(rows, output_field=models.TextField())
    return subquery if isinstance(output, models.TextField) else Cast(subquery, output)


def with_state_then(
    queryset: models.QuerySet,
    model: type[HistoryRow],
    fields: Mapping[str, models.Field],
    on: date | None,
    known_at: datetime | None,
) -> models.QuerySet:
    """Adds `<field>_then` for each field and leaves out what did not exist yet on that day."""
    annotations: dict[str, Any] = {
        f"{name}{SUFFIX}": last_word(model, name, output, on, known_at) for name, output in fields.items()
    }
    return queryset.annotate(**annotations).filter(status_then__isnull=False)
