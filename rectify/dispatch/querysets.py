"""What may be read of weeks and their lines, and in which state a line is."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from measures.models import MeasureHistory
from measures.states import DONE, SETTLED, MeasureStatus
from rectify.organization.models import Organization, Role, RoleAssignment

from .states import LineState

# The rows of a measure's history that fill its line.
REPORTS = ("report_progress", "correct", "report_stage")


class DispatchQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "DispatchQuerySet":
        """Those of rounds that a person may read on a day."""
        return self.filter(round__organization__in=Organization.objects.readable_by(user, on).values("pk"))

    def open(self) -> "DispatchQuerySet":
        """Neither frozen nor skipped."""
        return self.filter(frozen_at__isnull=True, skipped="")


class LineQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "LineQuerySet":
        """Those of rounds that a person may read on a day."""
        return self.filter(dispatch__round__organization__in=Organization.objects.readable_by(user, on).values("pk"))

    def with_report(self) -> "LineQuerySet":
        """Adds `report`, the history row of the newest report since the week opened, with `report_at` and its actor.

        A report that was dated back to before the week tells of another week.
        """
        rows = MeasureHistory.objects.counting().filter(
            measure=OuterRef("measure"),
            action__in=REPORTS,
            recorded_at__gte=OuterRef("dispatch__opened_at"),
            happened_on__gte=OuterRef("dispatch__monday"),
        )
        newest = self.annotate(report=Subquery(rows.order_by("-happened_on", "-place").values("pk")[:1]))
        row = MeasureHistory.objects.filter(pk=OuterRef("report"))
        return newest.annotate(
            report_at=Subquery(row.values("recorded_at")[:1]), report_actor=Subquery(row.values("actor")[:1])
        )

    def with_state(self) -> "LineQuerySet":
        """Adds `state`, as of now; of a frozen week the state in which it was frozen."""
        by_head = RoleAssignment.objects.filter(
            role=Role.HEAD, department=OuterRef("department"), user=OuterRef("report_actor")
        )
        nothing = Q(report__isnull=True) | Q(report=F("recalled"))
        unconfirmed = Q(dispatch__confirms=True, by_head=False) & (
            Q(confirmed__isnull=True) | ~Q(report=F("confirmed"))
        )
        settled = Q(measure__status__in=DONE | SETTLED) & ~Q(measure__status=MeasureStatus.SUSTAINED, stage=True)
        unreported = Q(report__isnull=True)
        exempt = (~Q(exempt="") & (unreported | settled)) | (unreported & settled)
        now = Case(
            When(exempt, Value("exempt")),
            When(nothing & Q(draft__isnull=False), Value("saved")),
            When(nothing, Value("to_report")),
            When(report=F("returned"), then=Value("returned")),
            When(unconfirmed, Value("to_confirm")),
            When(report_at__gt=F("dispatch__cutoff_at"), then=Value("late")),
            default=Value("reported"),
            output_field=models.CharField(choices=LineState.choices),
        )
        lines = self.with_report().annotate(by_head=Exists(by_head))
        return lines.annotate(state=Coalesce("frozen__state", now))

    def for_display(self) -> "LineQuerySet":
        """With what a row shows, at a constant number of statements."""
        return self.with_state().select_related(
            "dispatch__round__organization",
            "department",
            "drafted_by",
            "frozen",
            "measure__lead_department",
            "measure__responsible_leader",
            "measure__sub_issue__round__organization",
        )


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "NoticeQuerySet":
        """What stands in a person's own inbox; of rounds that they may still read."""
        organizations = Organization.objects.readable_by(user, on).values("pk")
        return self.filter(recipient=user, in_app=True, round__organization__in=organizations)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def told(self, kind: str, subject_id: Any, period: Any) -> "NoticeQuerySet":
        """What people were told of a thing; the arguments may be expressions, for use in a subquery."""
        # With the condition of the unique index, so that PostgreSQL may use it.
        return self.filter(recipient__isnull=False, kind=kind, subject_id=subject_id, period=period)
