"""A supervision paper that must be answered, and the templates from which papers are drafted."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from issues.models import Round, SubIssue
from measures.models import Measure
from rectify.organization.models import Department, Leader

from ..supervision.querysets import OrderQuerySet
from ..supervision.states import OrderKind, OrderStatus


class SupervisionOrder(models.Model):
    """A paper by which the office, or a leader through it, asks a department something it must answer (督办, 批示).

    It is about a measure, about a sub-issue, or about the whole round where it names neither.

    Args:
        number: the paper's (文号), given when it is issued: running in `serial` per round, kind and year.
        question: what must be answered.
        text: the paper's words; until it is issued, names in braces stand for what is only known then.
        instruction: a leader's own words, never changed; `leader` is the post, `leader_name` who held it.
        turn: how often an answer was asked for: 1 when it is issued, one more whenever one is returned.
        ended_on, ended_by_name: when and by whom it was concluded or cancelled.
        parent: the paper that this one follows.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=OrderKind.choices)
    status = models.CharField(max_length=20, choices=OrderStatus.choices, default=OrderStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    serial = models.PositiveIntegerField(null=True, blank=True)
    number = models.CharField(max_length=60, blank=True)
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="+")
    sub_issue = models.ForeignKey(SubIssue, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)
    question = models.TextField(blank=True)
    text = models.TextField(blank=True)
    instruction = models.TextField(blank=True)
    leader = models.ForeignKey(Leader, models.PROTECT, null=True, blank=True, related_name="+")
    leader_name = models.CharField(max_length=150, blank=True)
    due_on = models.DateField(null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    turn = models.PositiveSmallIntegerField(default=0)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_by_name = models.CharField(max_length=150)
    drafted_on = models.DateField()
    drafted_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    issued_by_name = models.CharField(max_length=150, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_by_name = models.CharField(max_length=150, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    conclusion = models.TextField(blank=True)
    cancel_reason = models.TextField(blank=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "year", "serial"], name="order_number_unique"),
            models.CheckConstraint(
                name="order_about_one_thing", condition=Q(measure__isnull=True) | Q(sub_issue__isnull=True)
            ),
            models.CheckConstraint(
                name="issued_order_is_complete",
                condition=~Q(status__in=["issued", "answered", "closed"])
                | Q(department__isnull=False, due_on__isnull=False, issued_on__isnull=False, serial__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "status", "due_on"]),
            models.Index(fields=["department", "status"]),
            models.Index(fields=["measure"]),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} {self.pk}"

    @property
    def about(self) -> Any:
        """The measure or sub-issue that it is about; the round where it names neither."""
        return self.measure or self.sub_issue or self.round

    def is_overdue(self, on: date) -> bool:
        """Whether it is to be answered and the day until which it was is past."""
        return self.status == OrderStatus.ISSUED and self.due_on is not None and self.due_on < on


class PaperTemplate(models.Model):
    """What a round's papers of one kind begin with; a kind without a row of its own has the usual one."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=OrderKind.choices)
    title = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "kind"], name="one_template_a_kind")]

    def __str__(self) -> str:
        return f"{self.round}: {self.get_kind_display()}"
