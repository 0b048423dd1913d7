"""Open dashboards keep up: they ask every few seconds whether anything changed, which costs one small statement."""

from hashlib import sha256
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from issues.models import Round, SubIssue
from measures.models import Measure
from rectify.dispatch.models import Dispatch
from rectify.web.moments import Moment
from rectify.workflow.prepared import Prepared

SINCE = "since"


def revision(round_: Round, moment: Moment) -> str:
    """What changes whenever a figure of the round may have changed: by an act, or because a day has passed.

    Every act counts up the entries of what it changes, in its own transaction; no row of another round is looked at.
    One statement.
    """
    [counts] = _counts(round=round_.pk)
    return "-".join([f"{moment.today:%Y%m%d}", *map(str, counts)])


def revision_of_many(rounds: Any, moment: Moment) -> str:
    """The same for a page of rounds: changes too when one comes or goes, or when their order changes. One statement.

    Args:
        rounds: the page as a query.
    """
    counts = list(rounds.values_list("pk", "status", *_entries()))
    return f"{moment.today:%Y%m%d}-{sha256(repr(counts).encode()).hexdigest()[:16]}"


def _entries() -> list[Any]:
    """How many entries history has of a round, of its sub-issues and of its measures, and how many weeks it has."""

    def total(rows: Any, of: str, field: str) -> Any:
        summed = rows.order_by().values(of).annotate(total=Sum(field)).values("total")
        return Coalesce(Subquery(summed), 0)

    weeks = Dispatch.objects.filter(round=OuterRef("pk")).order_by().values("round")
    return [
        F("entries"),
        total(SubIssue.objects.filter(round=OuterRef("pk")), "round", "entries"),
        total(Measure.objects.filter(sub_issue__round=OuterRef("pk")), "sub_issue__round", "entries"),
        Coalesce(Subquery(weeks.annotate(count=Count("pk")).values("count")), 0),
    ]


@Prepared
def _counts(round: int) -> Any:
    return Round.objects.filter(pk=round).values_list(*_entries())


def unchanged(request: HttpRequest, present: str) -> bool:
    """Whether whoever asks has this revision already."""
    return request.GET.get(SINCE, "") == present
