"""What may be read of measures, what is late on a day, and how they stood on a past day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual

from rectify.organization.models import Organization
from rectify.workflow.past import with_state_then

from .progress import LONG_ENOUGH
from .states import OMITTED, SETTLED, UNDONE

STATE_THEN: Mapping[str, models.Field] = {
    "status": models.TextField(),
    "content": models.TextField(),
    "kind": models.TextField(),
    "progress": models.IntegerField(),
    "due_on": models.DateField(),
    "original_due_on": models.DateField(),
    "closed_on": models.DateField(),
    "responsible_leader": models.TextField(),
    "lead_department": models.TextField(),
    "responsible_departments": models.TextField(),
    "stage_goal": models.TextField(),
    "review_on": models.DateField(),
    "work_done": models.TextField(),
    "next_step": models.TextField(),
    "difficulty": models.TextField(),
    "reported_on": models.DateField(),
}


# What begins a stage of a long-term measure, and what a department does in it.
STAGE_BEGUN = ("sustain", "review_stage")
STAGE_WORK = ("report_stage", "add_evidence", "replace_evidence")


def late(on: date, suffix: str = "") -> Q:
    """Not settled, and the deadline lies before the day."""
    return Q(**{f"due_on{suffix}__lt": on}) & ~Q(**{f"status{suffix}__in": SETTLED})


def due_within(on: date, days: int, suffix: str = "") -> Q:
    """Not settled, and the deadline falls between the day and so many days later, both included."""
    window = {f"due_on{suffix}__gte": on, f"due_on{suffix}__lte": on + timedelta(days=days)}
    return Q(**window) & ~Q(**{f"status{suffix}__in": SETTLED})


def late_originally(on: date, suffix: str = "") -> Q:
    """Not settled, and the deadline that the plan set lies before the day, whatever was extended since."""
    return Q(**{f"original_due_on{suffix}__lt": on}) & ~Q(**{f"status{suffix}__in": SETTLED})


def behind(on: date, suffix: str = "") -> Q:
    """Behind even progress: the rule of `progress.lags` in SQL.

    Of a term of `whole` days `gone` are over: expected are 100 * gone // whole per cent, and less is there just where
    (progress + 1) * whole <= 100 * gone.
    """
    start, due = F("sub_issue__round__plan_approved_on"), F(f"due_on{suffix}")
    whole = ExpressionWrapper(due - start, DurationField())
    gone = ExpressionWrapper(Value(on, models.DateField()) - start, DurationField())
    steps = ExpressionWrapper(Coalesce(F(f"progress{suffix}"), 0) + 1, models.IntegerField())
    needed = ExpressionWrapper(steps * whole, DurationField())
    so_far = ExpressionWrapper(Value(100) * gone, DurationField())
    undone = Q(**{f"status{suffix}__in": UNDONE}) & Q(LessThanOrEqual(Value(timedelta(LONG_ENOUGH + 1)), whole))
    short = Coalesce(F(f"progress{suffix}"), 0)
    over = Q(**{f"due_on{suffix}__lte": on}) & Q(LessThanOrEqual(short, Value(99)))
    return undone & (over | (Q(**{f"due_on{suffix}__gt": on}) & Q(LessThanOrEqual(needed, so_far))))


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "MeasureQuerySet":
        """The measures whose rounds a person may read on a day."""
        organizations = Organization.objects.readable_by(user, on).values("pk")
        return self.filter(sub_issue__round__organization__in=organizations)

    def as_of(
        self,
        on: date | None,
        known_at: datetime | None,
        fields: Iterable[str] = STATE_THEN,
        *,
        together: bool = False,
    ) -> "MeasureQuerySet":
        """Adds `<field>_then`: how each stood on a day, as known at a moment; leaves out what did not exist yet.

        Args:
            together: for whole rows that are rewound; see `with_state_then`.
        """
        history: Any = self.model._meta.get_field("history").related_model
        types = {name: STATE_THEN[name] for name in fields}
        return with_state_then(self, history, types, on, known_at, together=together)

    def counted(self, suffix: str = "") -> "MeasureQuerySet":
        """Without cancelled and merged ones."""
        return self.exclude(**{f"status{suffix}__in": OMITTED})

    def overdue(self, on: date, suffix: str = "") -> "MeasureQuerySet":
        return self.filter(late(on, suffix))

    def with_outcomes(
        self, names: Iterable[str], on: date | None = None, known_at: datetime | None = None
    ) -> "MeasureQuerySet":
        """Adds `came_of_<name>`: the quantity that the newest request to close it names by a day; None for none."""
        history: Any = self.model._meta.get_field("history").related_model
        asked = history.objects.filter(measure=OuterRef("pk"), action="request_closure").counting(on, known_at)
        newest = asked.order_by("-happened_on", "-place")

        def quantity(name: str) -> Subquery:
            return Subquery(newest.values(quantity=KeyTextTransform(name, KeyTransform("outcomes", "payload")))[:1])

        return self.annotate(**{f"came_of_{name}": quantity(name) for name in names})

    def with_stage_work(self) -> "MeasureQuerySet":
        """Adds `stage_work`: whether a long-term measure was reported on, or proved, since its stage began."""
        history: Any = self.model._meta.get_field("history").related_model
        begun = history.objects.filter(measure=OuterRef(OuterRef("pk")), action__in=STAGE_BEGUN)
        since = Coalesce(Subquery(begun.order_by("-sequence").values("sequence")[:1]), 0)
        work = history.objects.filter(measure=OuterRef("pk"), action__in=STAGE_WORK, sequence__gt=since)
        return self.annotate(stage_work=Exists(work))

    def for_display(self) -> "MeasureQuerySet":
        """With what a row on a page or in an answer shows, at a constant number of statements."""
        return self.select_related(
            "lead_department", "responsible_leader", "sub_issue__round__organization"
        ).prefetch_related("responsible_departments")


class OfMeasureQuerySet(models.QuerySet):
    """Rows that belong to a measure and are read by whoever reads that."""

    def visible_to(self, user: Any, on: date) -> "OfMeasureQuerySet":
        """Those of measures whose rounds a person may read on a day."""
        organizations = Organization.objects.readable_by(user, on).values("pk")
        return self.filter(measure__sub_issue__round__organization__in=organizations)


class EvidenceQuerySet(OfMeasureQuerySet):
    def standing(self) -> "EvidenceQuerySet":
        """What counts: neither withdrawn nor replaced by a newer version."""
        return self.filter(withdrawn_on__isnull=True, replaced_by__isnull=True).select_related("replaced_by")
