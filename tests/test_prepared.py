"""Queries that are put into SQL once: the same rows as asked directly, whatever the values."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import DateField, F, Value
from django.utils import timezone

from issues.models import Round, SubIssue
from measures.figures.rows import read_rows
from measures.models import Measure, MeasureHistory
from rectify.web.moments import Moment
from rectify.workflow.prepared import Prepared

from .building import TODAY, Ledger

DAY = timedelta(days=1)


@Prepared
def of_round(round: int, until: date | None) -> Any:
    rows = Measure.objects.filter(sub_issue__round=round).order_by("pk")
    if until is not None:
        rows = rows.filter(due_on__lte=until + 10 * DAY)
    return rows.values_list("pk", "due_on", "status", Value("2021-03-01"), "due_assumed")


@Prepared
def among(keys: list[int], on: date) -> Any:
    return Measure.objects.filter(pk__in=keys).order_by("pk").values_list("pk", Value(on, DateField()), F("due_on"))


@Prepared
def written_by(moment: datetime) -> Any:
    return MeasureHistory.objects.filter(recorded_at__lte=moment).order_by("pk").values_list("pk", "payload")


def test_values_are_put_in_anew_each_time(ledger: Ledger, other: Ledger) -> None:
    for round_ in Round.objects.all():
        for until in (None, TODAY - 400 * DAY, TODAY, TODAY + 400 * DAY):
            rows = Measure.objects.filter(sub_issue__round=round_)
            fitting = rows if until is None else rows.filter(due_on__lte=until + 10 * DAY)
            expected = [(m.pk, m.due_on, m.status, "2021-03-01", m.due_assumed) for m in fitting.order_by("pk")]
            assert of_round(round=round_.pk, until=until) == expected


@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_lists_of_any_length(ledger: Ledger, other: Ledger, count: int) -> None:
    pks = list(Measure.objects.order_by("pk").values_list("pk", flat=True))
    chosen = (pks * 20)[:count]
    found = among(keys=chosen, on=TODAY)
    assert [pk for pk, _on, _due_on in found] == sorted(set(chosen))
    assert {on for _pk, on, _due_on in found} <= {TODAY}


def test_moments_and_values_of_json(ledger: Ledger) -> None:
    rows = list(MeasureHistory.objects.order_by("pk"))
    assert written_by(moment=timezone.now() + 36500 * DAY) == [(row.pk, row.payload) for row in rows]
    assert written_by(moment=rows[0].recorded_at - DAY) == []


def test_one_statement(ledger: Ledger, django_assert_num_queries: Any) -> None:
    round_ = SubIssue.objects.select_related("round")[0].round
    for on in (TODAY, TODAY - DAY):
        with django_assert_num_queries(1):
            assert read_rows(round_, Moment(on, None, TODAY)) or on < TODAY
