"""More acts for test_crashes.py: the weekly dispatch."""

from collections.abc import Callable
from typing import Any

from issues.models import Round
from rectify.dispatch import freezing, opening, reporting, schedules
from rectify.dispatch.models import Line

from .building import REASON, Ledger, act_by

REPORT = {"progress": 30, "done": "已部署"}


def opened(ledger: Ledger) -> Any:
    """The present week of the ledger's round."""
    return opening.open_week(act_by(ledger.people["office"]), ledger.round.pk, {})


def line_of(ledger: Ledger) -> Line:
    return opened(ledger).lines.get(measure=ledger.measure)


def opening_week(ledger: Ledger) -> Callable[[], Any]:
    return lambda: opened(ledger)


def freezing_week(ledger: Ledger) -> Callable[[], Any]:
    week, act = opened(ledger), act_by(ledger.people["office"])
    return lambda: freezing.freeze_week(act, week.pk, {"version": week.version})


def setting(ledger: Ledger) -> Callable[[], Any]:
    round_, act = Round.objects.get(pk=ledger.round.pk), act_by(ledger.people["office"])
    return lambda: schedules.set_schedule(act, round_.pk, {"version": round_.version, "paused": True})


def on_line(function: Any, role: str, sent: bool = False, **data: Any) -> Callable[[Ledger], Callable[[], Any]]:
    """An act on a line, on which was reported already or not."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        line = line_of(ledger)
        if sent:
            line = reporting.submit(act_by(ledger.people["liaison-road"]), line.pk, {"version": 1, **REPORT})
        act = act_by(ledger.people[role])
        return lambda: function(act, line.pk, {"version": line.version, **data})

    return prepare


def helped(answered: bool) -> Callable[[Ledger], Callable[[], Any]]:
    """Asking a responsible department, and its answer."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        line, plan = line_of(ledger), ledger.place.departments["plan"]
        line.measure.responsible_departments.add(plan)
        liaison, body = act_by(ledger.people["liaison-road"]), {"version": 1, "department": plan.pk}
        if not answered:
            return lambda: reporting.ask_department(liaison, line.pk, body)
        reporting.ask_department(liaison, line.pk, body)
        helper = act_by(ledger.people["liaison-plan"])
        return lambda: reporting.contribute(helper, line.pk, {"version": 2, "text": "已配合"})

    return prepare


WEEK_CASES: dict[str, Any] = {
    "opening.open_week": opening_week,
    "freezing.freeze_week": freezing_week,
    "schedules.set_schedule": setting,
    "reporting.save_draft": on_line(reporting.save_draft, "liaison-road", done="草稿"),
    "reporting.submit": on_line(reporting.submit, "liaison-road", **REPORT),
    "reporting.confirm": on_line(reporting.confirm, "head-road", sent=True),
    "reporting.return_line": on_line(reporting.return_line, "head-road", sent=True, reason=REASON),
    "reporting.recall": on_line(reporting.recall, "liaison-road", sent=True),
    "reporting.ask_department": helped(answered=False),
    "reporting.contribute": helped(answered=True),
}
