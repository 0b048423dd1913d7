"""What an auditor looks at first: closures that went fast, entries made late, closures on a single file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, ExpressionWrapper, F
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.models import ClosureRequest, Measure, MeasureHistory
from measures.states import MeasureStatus
from rectify.workflow.signing import Outcome

from .desk import Desk

FAST = timedelta(days=1)
LATE = timedelta(days=7)
NAMED = 300


@dataclass(frozen=True)
class Instance:
    """One measure about which there is a doubt, with the facts."""

    measure: Measure
    facts: str

    @property
    def url(self) -> str:
        return reverse("measure", args=[self.measure.pk])


@dataclass(frozen=True)
class Doubt:
    """One kind of doubt.

    Args:
        total: how many there are; the first of them are named.
    """

    name: str
    total: int
    instances: list[Instance]

    @property
    def more(self) -> int:
        return self.total - len(self.instances)


def doubts(desk: Desk) -> list[Doubt]:
    """The doubts that can be computed now; each costs two statements."""
    return [_fast(desk), _entered_late(desk), _single_file(desk)]


def _doubt(name: str, rows: Any, instance: Callable[[Any], Instance]) -> Doubt:
    return Doubt(name, rows.count(), [instance(row) for row in rows[:NAMED]])


def _fast(desk: Desk) -> Doubt:
    rows = (
        ClosureRequest.objects.filter(measure__sub_issue__round=desk.round, outcome=Outcome.PASSED)
        .filter(ended_on__lte=ExpressionWrapper(F("asked_on") + FAST, output_field=DateField()))
        .filter(measure__status=MeasureStatus.CLOSED)
        .select_related("measure")
        .order_by("measure__sub_issue__position", "measure__position", "pk")
    )

    def instance(request: ClosureRequest) -> Instance:
        days = {"asked": request.asked_on, "closed": request.ended_on}
        return Instance(request.measure, _("asked %(asked)s, closed %(closed)s") % days)

    return _doubt(_("Closed within a day of the request"), rows, instance)


def _entered_late(desk: Desk) -> Doubt:
    rows = (
        MeasureHistory.objects.filter(sub_issue__round=desk.round)
        .annotate(entered_on=TruncDate("recorded_at"))
        .filter(entered_on__gt=ExpressionWrapper(F("happened_on") + LATE, output_field=DateField()))
        .select_related("measure")
        .order_by("measure__sub_issue__position", "measure__position", "sequence")
    )

    def instance(row: Any) -> Instance:
        days: dict[str, date] = {"happened": row.happened_on, "entered": row.entered_on}
        return Instance(row.measure, _("happened %(happened)s, entered %(entered)s") % days)

    return _doubt(_("Entered more than 7 days later"), rows, instance)


def _single_file(desk: Desk) -> Doubt:
    rows = (
        Measure.objects.filter(sub_issue__round=desk.round, status=MeasureStatus.CLOSED)
        .annotate(files=Count("evidence"))
        .filter(files__lte=1)
        .order_by("sub_issue__position", "position")
    )

    def instance(measure: Any) -> Instance:
        words = ngettext("%(n)d piece of evidence", "%(n)d pieces of evidence", measure.files)
        return Instance(measure, words % {"n": measure.files})

    return _doubt(_("Closed with a single piece of evidence or none"), rows, instance)
