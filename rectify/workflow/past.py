"""The state of many objects on a past day, in SQL: for each field the last word of the rows that count.

Within a round this costs one index probe per object and field, so lists and figures of a past day stay one statement.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import Exact

from .history import HistoryQuerySet, HistoryRow

SUFFIX = "_then"


def last_word(rows: HistoryQuerySet, name: str, output: models.Field) -> models.expressions.Combinable:
    """An expression for one field's value on a day, for the object with the outer query's primary key.

    Args:
        rows: the outer object's rows that count, the last one first.
        name: the tracked field.
        output: the type to cast the kept text to.
    """
    word = KeyTextTransform(name, KeyTextTransform("new", "payload"))
    words = rows.filter(payload__new__has_key=name).values(word=word)[:1]
    return _typed(models.Subquery(words, output_field=models.TextField()), output)


def _typed(word: models.Subquery, output: models.Field) -> Any:
    """The kept text as its type. SQLite reads JSON's true, false and null as these words."""
    if isinstance(output, models.TextField):
        return word
    if isinstance(output, models.BooleanField):
        return Exact(word, models.Value("true"))
    return Cast(NullIf(word, models.Value("null")), output)


def with_state_then(
    queryset: Any,
    model: type[HistoryRow],
    fields: Mapping[str, models.Field],
    on: date | None,
    known_at: datetime | None,
) -> Any:
    """Adds `<field>_then` for each field and leaves out what did not exist yet on that day.

    Args:
        queryset: of the objects whose history the model keeps.
        fields: tracked field -> the type of its column.
        on, known_at: the day, and the moment up to which entries were known; None for no limit.
    """
    own = model.objects.filter(**{f"{model.SUBJECT}_id": models.OuterRef("pk")})
    rows = own.counting(on, known_at).order_by("-happened_on", "-place")
    annotations: dict[str, Any] = {f"{name}{SUFFIX}": last_word(rows, name, output) for name, output in fields.items()}
    return queryset.annotate(**annotations).filter(status_then__isnull=False)
