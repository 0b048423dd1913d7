"""Figures of a round: against a slow recount, equal to what the lists behind them hold, on any day."""

from datetime import timedelta
from typing import Any

import pytest

from issues.scope import Scope
from measures.figures.round import of_measures, round_figures
from measures.filters import MeasureFilterSet
from measures.models import Measure
from rectify.web.moments import Moment

from .demonstration import DEMO_TODAY, Demo

pytestmark = pytest.mark.usefixtures("db")


def listed(demo: Demo, moment: Moment, **filters: str) -> int:
    """How many rows a list holds."""
    scope = Scope(demo.person("office"), moment, demo.twin)
    measures: Any = Measure.objects.filter(sub_issue__round=demo.twin)
    if moment.is_past:
        measures = measures.as_of(moment.on, moment.known_at)
    return MeasureFilterSet(filters, measures, scope).filtered().count()


@pytest.mark.parametrize("days", [0, 1, 9, 20, 33])
def test_what_presses_is_what_the_lists_hold(demo: Demo, days: int) -> None:
    moment = Moment(DEMO_TODAY - timedelta(days), None, DEMO_TODAY)
    figures = round_figures(demo.twin, moment)
    for name in ("overdue", "overdue_original", "behind"):
        assert listed(demo, moment, **{name: "true"}) == figures.pressing[name], name
        total = figures.measures["total"]
        assert listed(demo, moment, **{name: "false"}) == total - figures.pressing[name], name
    assert listed(demo, moment, done="true") == figures.pressing["done"]
    assert figures.pressing["behind"] == sum(
        row.lags(demo.twin.plan_approved_on, moment.on) for row in of_measures(figures.rows)
    )
    if days == 0:
        assert figures.pressing["behind"] > 0 and figures.pressing["overdue"] > 0
