"""A crash between any two statements of any act leaves the whole act or nothing.

Every service is called again and again, each time with a failure at the next of its writing statements, until it comes
through; after each failure everything stands as it stood before.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from issues import milestones
from issues import plan as issues_plan
from issues import services as issues_services
from issues.models import Round
from issues.plan import NewHeading, NewRound, NewSubIssue
from measures import (
    acceptance_meeting,
    closing,
    closure,
    deadline_signing,
    deadlines,
    evidence,
    papers,
    rules,
    services,
)
from measures import plan as measures_plan
from measures.look_back import services as look_back
from measures.plan import NewMeasure
from rectify.dispatch import calendar_acts, feeds, freezing, opening, reporting, schedules
from rectify.dispatch.notices import configuring, inbox, urging
from rectify.dispatch.supervision import answering, drafting, templates
from rectify.documents import brief_templates, briefs

from .building import APPROVED_ON, DUE_ON, FEEDBACK_ON, REASON, TODAY, Ledger, act_by, build_ledger
from .crash_cases import MORE_CASES
from .crash_cases_of_calendar import CALENDAR_CASES
from .crash_cases_of_notices import NOTICE_CASES, allowing
from .crash_cases_of_weeks import WEEK_CASES
from .driving import attach, do, drive, drive_sub_issue
from .sending import scan

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("evidence_root")]

MODULES = (
    services,
    closing,
    closure,
    papers,
    acceptance_meeting,
    evidence,
    deadlines,
    deadline_signing,
    look_back,
    issues_services,
    issues_plan,
    measures_plan,
    rules,
    opening,
    freezing,
    schedules,
    reporting,
    milestones,
    calendar_acts,
    feeds,
    urging,
    configuring,
    inbox,
    drafting,
    answering,
    templates,
    briefs,
    brief_templates,
)
# What is only called within an act that holds the lock and the transaction.
PARTS = {
    "papers.require_office",
    "papers.keep_scan",
    "acceptance_meeting.carry_out",
    "services.reopen_with",
    "plan.locked_round",
    "opening.locked_for_office",
    "rules.round_to_configure",
    "opening.is_system",
    "opening.who_acts",
    "calendar_acts.require_administrator",
    "calendar_acts.plan_year",
    "calendar_acts.preview_calendar",
}
Call = Callable[[], Any]
Prepare = Callable[[Ledger], Call]


class CrashError(Exception):
    """The power went."""


def named(function: Any) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def services_of(module: Any) -> Iterator[Any]:
    """The acts of a module: its public functions that begin with who acts and when."""
    for name, function in vars(module).items():
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
            parameters = list(inspect.signature(function).parameters)
            if parameters[:1] == ["act"] and named(function) not in PARTS:
                yield function


@contextmanager
def failing_at(number: int) -> Iterator[None]:
    """Inside, the writing statement with this number, counted from 1, fails."""
    written = 0

    def watch(execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal written
        if str(statement).lstrip().split(" ")[0] in ("INSERT", "UPDATE", "DELETE"):
            written += 1
            if written == number:
                raise CrashError
        return execute(statement, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the rooms."""
    rooms = ("organization", "issues", "measures", "dispatch", "documents")
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in rooms]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def on_measure(function: Any, state: str, role: str, **data: Any) -> Prepare:
    """An act on a measure in a state, by the one whose act it is."""

    def prepare(ledger: Ledger) -> Call:
        measure = drive(ledger.measure, state)
        if function is closing.request_closure:
            attach(measure)
        act = act_by(ledger.people[role])
        return lambda: function(act, measure.pk, {"version": measure.version, **data})

    return prepare


def on_sub_issue(function: Any, state: str, role: str, **data: Any) -> Prepare:
    def prepare(ledger: Ledger) -> Call:
        sub_issue = drive_sub_issue(ledger.sub_issue, state, result="sustained")
        act = act_by(ledger.people[role])
        return lambda: function(act, sub_issue.pk, {"version": sub_issue.version, **data})

    return prepare


def last_signature(ledger: Ledger) -> Call:
    measure = drive(ledger.measure, "in_review")
    do(measure, "sign", "head")
    do(measure, "sign", "office")
    act = act_by(ledger.people["leader-vp_road"])
    return lambda: closing.sign(act, measure.pk, {"version": measure.version})


def correction(ledger: Ledger) -> Call:
    measure = drive(ledger.measure, "in_progress")
    data = {"progress": 10, "done": "更正", "reason": "有误", "replaces": measure.history.latest("sequence").sequence}
    act = act_by(ledger.people["liaison-road"])
    return lambda: services.correct(act, measure.pk, {"version": measure.version, **data})


def reopening(ledger: Ledger) -> Call:
    """Of a measure under a closed sub-issue, which is reopened with it."""
    drive_sub_issue(ledger.sub_issue, "closed", result="closed")
    ledger.measure.refresh_from_db()
    act, measure = act_by(ledger.people["office"]), ledger.measure
    return lambda: closing.reopen(act, measure.pk, {"version": measure.version, "reason": REASON})


def draft_of(ledger: Ledger) -> Ledger:
    return build_ledger(ledger.place, title="草稿", sub_issues=1, measures=1, approve=False)


def new_round(ledger: Ledger) -> Call:
    act = act_by(ledger.people["office"], FEEDBACK_ON)
    organization = ledger.place.organization
    return lambda: issues_plan.create_round(act, organization, NewRound("新一轮", FEEDBACK_ON))


def feedback(ledger: Ledger) -> Call:
    act = act_by(ledger.people["office"], FEEDBACK_ON)
    round_ = issues_plan.create_round(act, ledger.place.organization, NewRound("新一轮", FEEDBACK_ON))
    headings = [NewHeading("方面", children=[NewHeading("之一", findings=["甲", "乙"])])]
    return lambda: issues_plan.enter_feedback(act, round_, headings)


def sub_issue_drafts(ledger: Ledger) -> Call:
    draft, place = draft_of(ledger), ledger.place
    act = act_by(ledger.people["office"], FEEDBACK_ON)
    new = NewSubIssue(
        finding=draft.findings[0],
        number="9",
        position=9,
        title="又一条",
        kind="time_bound",
        responsible_leader=place.leaders["vp_road"],
        lead_department=place.departments["road"],
        due_on=DUE_ON,
    )
    return lambda: issues_plan.draft_sub_issues(act, draft.round, [new])


def measure_drafts(ledger: Ledger) -> Call:
    draft, place = draft_of(ledger), ledger.place
    act = act_by(ledger.people["office"], FEEDBACK_ON)
    common = {
        "kind": "time_bound",
        "responsible_leader": place.leaders["vp_road"],
        "lead_department": place.departments["road"],
        "responsible_departments": [place.departments["plan"]],
        "due_on": DUE_ON,
    }
    new = [NewMeasure(number=f"9-{n}", position=n, content="又一项", **common) for n in (1, 2)]  # type: ignore[arg-type]
    return lambda: measures_plan.draft_measures(act, draft.sub_issue, new)


def approval(function: Any) -> Prepare:
    def prepare(ledger: Ledger) -> Call:
        round_ = Round.objects.get(pk=draft_of(ledger).round.pk)
        act = act_by(ledger.people["office"])
        data = {"version": round_.version, "meeting": "党组会议", "approved_on": APPROVED_ON.isoformat()}
        more = [{"measures": 1}] if function is issues_plan.approve_plan else []
        return lambda: function(act, round_.pk, data, *more)

    return prepare


def noticing(ledger: Ledger) -> Call:
    act = act_by(ledger.people["office"])
    round_ = Round.objects.get(pk=ledger.round.pk)
    data = {"version": round_.version, "notice_on": TODAY.isoformat()}
    return lambda: issues_plan.publish_notice(act, round_.pk, data)


def on_paper(function: Any) -> Prepare:
    def prepare(ledger: Ledger) -> Call:
        act = act_by(ledger.people["office"])
        data = {"title": "签批单", "signed_on": TODAY.isoformat()}
        if function is papers.register_on_sub_issue:
            row: Any = drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
            do(row, "sign", "office")
            act = act_by(ledger.place.add_person("office-two", "office"))
        else:
            row = drive(ledger.measure, "in_review")
        if function is papers.register_signatures:
            many = {**data, "items": [{"measure": row.pk, "version": row.version}]}
            return lambda: function(act, ledger.round.pk, many, scan())
        return lambda: function(act, row.pk, {**data, "version": row.version}, scan())

    return prepare


def meeting(ledger: Ledger) -> Call:
    act, decisions = act_by(ledger.people["office"]), []
    for sub_issue in ledger.sub_issues:
        drive_sub_issue(sub_issue, "in_review", result="sustained")
        decisions.append({"sub_issue": sub_issue.pk, "version": sub_issue.version, "agreed": True, "opinion": "同意"})
    decisions[1] |= {"agreed": False}
    data = {
        "title": "验收会",
        "held_on": TODAY.isoformat(),
        "chair": "书记",
        "participants": [ledger.people[key].pk for key in ("office", "leader-vp_road")],
        "decisions": decisions,
    }
    return lambda: acceptance_meeting.hold_meeting(act, ledger.round.pk, data, scan())


def signed_record(ledger: Ledger) -> Call:
    drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
    act = act_by(ledger.people["office"])
    data = {
        "title": "验收会",
        "held_on": TODAY.isoformat(),
        "chair": "书记",
        "participants": [ledger.people[key].pk for key in ("office", "leader-vp_road")],
        "decisions": [{"sub_issue": ledger.sub_issue.pk, "version": ledger.sub_issue.version, "agreed": True}],
    }
    held = acceptance_meeting.hold_meeting(act, ledger.round.pk, data, None)
    return lambda: acceptance_meeting.add_record(act, held.pk, scan())


def upload(ledger: Ledger) -> Call:
    measure = drive(ledger.measure, "in_progress")
    act = act_by(ledger.people["liaison-road"])
    data = {"title": "纪要", "kind": "minutes"}
    return lambda: evidence.add_evidence(
        act, measure.pk, data, SimpleUploadedFile("纪要.txt", "会议纪要".encode(), "text/plain")
    )


REPORT = {"progress": 50, "done": "已开展工作"}
CASES: dict[str, Prepare] = {
    **MORE_CASES,
    **WEEK_CASES,
    **CALENDAR_CASES,
    **NOTICE_CASES,
    "services.report_progress": on_measure(services.report_progress, "not_started", "liaison-road", **REPORT),
    "services.correct": correction,
    "services.complete": on_measure(services.complete, "in_progress", "liaison-road", note="已完成"),
    "closing.request_closure": on_measure(closing.request_closure, "in_progress", "liaison-road", note="申请"),
    "closing.sign": last_signature,
    "closing.return_for_rework": on_measure(closing.return_for_rework, "in_review", "head-road", reason=REASON),
    "closing.recall": on_measure(closing.recall, "in_review", "liaison-road"),
    "closing.reopen": reopening,
    "closure.request_acceptance": on_sub_issue(
        closure.request_acceptance, "rectifying", "liaison-road", note="申请", result="sustained"
    ),
    "closure.sign_acceptance": on_sub_issue(closure.sign_acceptance, "in_review", "office"),
    "services.return_for_rework": on_sub_issue(issues_services.return_for_rework, "in_review", "office", reason=REASON),
    "services.recall": on_sub_issue(issues_services.recall, "in_review", "liaison-road"),
    "services.reopen": on_sub_issue(issues_services.reopen, "sustained", "office", reason=REASON),
    "services.record_superior_finding": on_sub_issue(
        issues_services.record_superior_finding,
        "sustained",
        "office",
        finding="sent_back",
        found_on=TODAY.isoformat(),
        paper="巡视办〔2021〕12号",
    ),
    "papers.register_signatures": on_paper(papers.register_signatures),
    "papers.register_on_measure": on_paper(papers.register_on_measure),
    "papers.register_on_sub_issue": on_paper(papers.register_on_sub_issue),
    "acceptance_meeting.hold_meeting": meeting,
    "acceptance_meeting.add_record": signed_record,
    "evidence.add_evidence": upload,
    "plan.create_round": new_round,
    "plan.enter_feedback": feedback,
    "plan.draft_sub_issues": sub_issue_drafts,
    "plan.draft_measures": measure_drafts,
    "plan.approve_plan": approval(measures_plan.approve_plan),
    "plan.publish_notice": noticing,
}
# Called through those of `closure`, which tell them whether all is settled.
TWICE = {"services.request_acceptance", "services.sign"}


def test_every_act_is_among_the_cases() -> None:
    known = {named(function) for module in MODULES for function in services_of(module)}
    assert sorted((known - TWICE) ^ set(CASES)) == []


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.soak
def test_a_crash_leaves_all_or_nothing(ledger: Ledger, settings: Any, name: str) -> None:
    allowing(settings)
    call = CASES[name](ledger)
    before = everything()
    for number in range(1, 200):
        try:
            with failing_at(number):
                call()
        except CrashError:
            assert everything() == before, f"{name} left something when its write {number} failed"
        else:
            break
    assert number > 1, f"{name} wrote nothing"
    assert everything() != before
