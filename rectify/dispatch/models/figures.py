"""The figures of a round as they stood when a week was frozen."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from issues.models import Round

from .week import Dispatch


class FrozenFigures(models.Model):
    """What a round came to when a week was frozen: against it a later day's changes are told.

    Rows are never changed: triggers see to it.

    Args:
        on: the day of the freezing.
        figures: as `RoundFigures.as_json`, and `reported`: the week's lines by how they were reported.
    """

    dispatch = models.OneToOneField(Dispatch, models.PROTECT, related_name="figures", primary_key=True)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    on = models.DateField()
    figures = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["round", "on"])]

    def __str__(self) -> str:
        return f"{self.dispatch}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
