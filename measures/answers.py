"""What an answer of the API says of a measure beside its own columns, read in the same statement and not as objects.

A list of 50 would otherwise make six objects for each row, and name the same few departments again and again.
"""

from typing import Any

from django.db import models
from django.db.models import F, OuterRef

from rectify.organization.models import Organization
from rectify.organization.posts import Concern

from .models import Measure
from .parties import Around

Responsible = Measure.responsible_departments.through


class JoinedIds(models.Subquery):
    """The column `joined` of a query as one text, separated by commas and in the query's order."""

    template = "(SELECT GROUP_CONCAT(item.joined, ',') FROM (%(subquery)s) item)"
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(SELECT STRING_AGG(item.joined::text, ',') FROM (%(subquery)s) item)"
        return self.as_sql(compiler, connection, template=template, **context)


class JoinedNames(JoinedIds):
    """The same, put side by side as Chinese does."""

    template = "(SELECT GROUP_CONCAT(item.joined, '、') FROM (%(subquery)s) item)"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(SELECT STRING_AGG(item.joined, '、') FROM (%(subquery)s) item)"
        return self.as_sql(compiler, connection, template=template, **context)


def for_answers(measures: Any) -> Any:
    """The measures of a queryset with what `around` takes from them."""
    departments = Responsible.objects.filter(measure=OuterRef("pk")).order_by("department__position", "department")
    return measures.annotate(
        around_round=F("sub_issue__round"),
        around_status=F("sub_issue__round__status"),
        around_organization=F("sub_issue__round__organization"),
        around_parent=F("sub_issue__round__organization__parent"),
        around_leader=F("responsible_leader__title"),
        around_department=F("lead_department__name"),
        around_contributors=JoinedIds(departments.values(joined=F("department"))),
    )


def around(measure: Any) -> Around:
    """What stands around a measure that `for_answers` read."""
    organization = Organization(pk=measure.around_organization, parent_id=measure.around_parent)
    contributors = [int(pk) for pk in (measure.around_contributors or "").split(",") if pk]
    return Around(
        organization,
        measure.around_round,
        measure.around_status,
        measure.around_leader,
        measure.around_department,
        Concern(organization.pk, measure.lead_department_id, measure.responsible_leader_id, contributors),
    )
