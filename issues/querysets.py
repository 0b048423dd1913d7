"""What may be read of rounds, findings and sub-issues, and how they stood on a past day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from rectify.organization.models import Organization
from rectify.workflow.past import with_state_then

from .states import SETTLED

STATE_THEN: Mapping[str, models.Field] = {
    "status": models.TextField(),
    "title": models.TextField(),
    "kind": models.TextField(),
    "due_on": models.DateField(),
    "closed_on": models.DateField(),
    "responsible_leader": models.TextField(),
    "lead_department": models.TextField(),
    "reopened": models.BooleanField(),
    # History of earlier releases does not name these.
    "superior_finding": models.TextField(default=""),
    "superior_found_on": models.DateField(),
    "superior_paper": models.TextField(default=""),
}


def late(on: date, suffix: str = "") -> Q:
    """Not accepted, and the sub-issue's own deadline lies before the day."""
    return Q(**{f"due_on{suffix}__lt": on}) & ~Q(**{f"status{suffix}__in": SETTLED})


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "RoundQuerySet":
        """The rounds whose data a person may read on a day."""
        return self.filter(organization__in=Organization.objects.readable_by(user, on).values("pk"))


class WithinRoundQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "WithinRoundQuerySet":
        """Those of rounds that a person may read on a day."""
        return self.filter(round__organization__in=Organization.objects.readable_by(user, on).values("pk"))


class MilestoneQuerySet(WithinRoundQuerySet):
    def ahead(self) -> "MilestoneQuerySet":
        """Neither reached nor dropped, those that are late included."""
        return self.filter(met_on__isnull=True, dropped=False)


class SubIssueQuerySet(WithinRoundQuerySet):
    def as_of(
        self, on: date | None, known_at: datetime | None, fields: Iterable[str] = STATE_THEN
    ) -> "SubIssueQuerySet":
        """Adds `<field>_then`: how each stood on a day, as known at a moment; leaves out what did not exist yet."""
        history: Any = self.model._meta.get_field("history").related_model
        return with_state_then(self, history, {name: STATE_THEN[name] for name in fields}, on, known_at)
