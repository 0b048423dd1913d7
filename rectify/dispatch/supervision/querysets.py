"""Which supervision papers a person may read, and which still want something."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When

from rectify.organization.models import Organization, Role, RoleAssignment

from .states import OPEN, OrderStatus, overdue


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user: Any, on: date) -> "OrderQuerySet":
        """Issued ones for everybody who reads the round; what was never issued for its office and its author alone."""
        offices = RoleAssignment.objects.active(on).filter(user=user, role=Role.OFFICE).values("organization")
        return self.filter(
            Q(issued_on__isnull=False) | Q(drafted_by=user) | Q(round__organization__in=offices),
            round__organization__in=Organization.objects.readable_by(user, on).values("pk"),
        )

    def awaiting_answer(self) -> "OrderQuerySet":
        """Issued, and not answered or to be answered again."""
        return self.filter(status=OrderStatus.ISSUED)

    def open(self) -> "OrderQuerySet":
        """Issued and not concluded."""
        return self.filter(status__in=OPEN)

    def overdue(self, on: date) -> "OrderQuerySet":
        """To be answered, and the day until which it was is past."""
        return self.filter(overdue(on))

    def pressing_first(self) -> "OrderQuerySet":
        """What waits for an answer, by its day; what is to be checked; drafts; then the rest, the newest first."""
        rank = Case(
            When(status=OrderStatus.ISSUED, then=Value(0)),
            When(status=OrderStatus.ANSWERED, then=Value(1)),
            When(status=OrderStatus.DRAFT, then=Value(2)),
            default=Value(3),
            output_field=models.IntegerField(),
        )
        open_due = Case(When(status__in=OPEN, then=F("due_on")), output_field=models.DateField())
        by_day = F("open_due").asc(nulls_last=True)
        return self.annotate(rank=rank, open_due=open_due).order_by("rank", by_day, "-pk")

    def for_display(self) -> "OrderQuerySet":
        """With what a row shows: one statement."""
        return self.select_related(
            "round__organization", "department", "leader", "measure__sub_issue", "sub_issue", "parent"
        )
