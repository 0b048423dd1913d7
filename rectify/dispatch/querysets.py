"""What may be read of weeks and their lines, and in which state a line is."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value, When
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


def _newest_reports() -> Any:
    """The reports that may fill the line of the outer query, the one that does first."""
    rows = MeasureHistory.objects.counting().filter(
        measure=OuterRef("measure"),
        action__in=REPORTS,
        recorded_at__gte=OuterRef("dispatch__opened_at"),
        happened_on__gte=OuterRef("dispatch__monday"),
    )
    return rows.order_by("-happened_on", "-place")


def _with_state(reports: Any) -> Any:
    """Adds `state` to reports: that of the line of the outer query, if it is this one that fills it."""
    by_head = RoleAssignment.objects.filter(
        role=Role.HEAD, department=OuterRef(OuterRef("department")), user=OuterRef("actor")
    )
    settled = Q(measure__status__in=DONE | SETTLED) & ~Q(measure__status=MeasureStatus.SUSTAINED, stage=True)
    unconfirmed = Q(confirmed__isnull=True) | ~Q(pk=F("confirmed"))
    state = Case(
        When(~Q(exempt="") & settled, Value("exempt")),
        When(Q(pk=F("recalled")) & Q(draft__isnull=False), Value("saved")),
        When(pk=F("recalled"), then=Value("to_report")),
        When(pk=F("returned"), then=Value("returned")),
        When(unconfirmed & Q(confirms=True) & ~Exists(by_head), Value("to_confirm")),
        When(recorded_at__gt=OuterRef("dispatch__cutoff_at"), then=Value("late")),
        default=Value("reported"),
        output_field=models.CharField(),
    )
    return reports.annotate(
        exempt=_of_line("exempt", models.CharField()),
        stage=_of_line("stage", models.BooleanField()),
        draft=_of_line("draft", models.JSONField()),
        confirms=_of_line("dispatch__confirms", models.BooleanField()),
        **{name: _of_line(name, models.BigIntegerField()) for name in ("recalled", "returned", "confirmed")},
    ).annotate(state=state)


def _of_line(name: str, field: models.Field) -> ExpressionWrapper:
    return ExpressionWrapper(OuterRef(name), output_field=field)


class LineQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "LineQuerySet":
        """Those of rounds that a person may read on a day."""
        return self.filter(dispatch__round__organization__in=Organization.objects.readable_by(user, on).values("pk"))

    def with_report(self) -> "LineQuerySet":
        """Adds `report` and `first_report`, the history rows of the newest and the first report since the week opened,
        and `report_at`.

        A report that was dated back to before the week tells of another week.
        """
        newest = self.annotate(
            report=Subquery(_newest_reports().values("pk")[:1]),
            first_report=Subquery(_newest_reports().order_by("happened_on", "place").values("pk")[:1]),
        )
        row = MeasureHistory.objects.filter(pk=OuterRef("report"))
        return newest.annotate(report_at=Subquery(row.values("recorded_at")[:1]))

    def with_state(self) -> "LineQuerySet":
        """Adds `state`, as of now; of a frozen week the state in which it was frozen."""
        # All that depends on the report is asked inside one subquery: named outside, it would be repeated each time.
        settled = Q(measure__status__in=DONE | SETTLED) & ~Q(measure__status=MeasureStatus.SUSTAINED, stage=True)
        without = Case(
            When(~Q(exempt="") | settled, Value("exempt")),
            When(draft__isnull=False, then=Value("saved")),
            default=Value("to_report"),
        )
        reported = Subquery(_with_state(_newest_reports()).values("state")[:1])
        now = Coalesce("frozen__state", reported, without)
        return self.with_report().annotate(
            state=ExpressionWrapper(now, output_field=models.CharField(choices=LineState.choices))
        )

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
