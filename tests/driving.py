"""Brings measures, sub-issues and requests to the states a test needs, by those whose acts these are."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import SubIssue
from issues.services import recall as recall_acceptance
from issues.services import record_superior_finding
from issues.services import reopen as reopen_sub_issue
from issues.services import return_for_rework as return_acceptance
from measures import closing, deadline_signing, deadlines, services
from measures.closure import request_acceptance, sign_acceptance
from measures.evidence import add_evidence
from measures.models import Evidence, Extension, LongTermRequest, Measure
from rectify.organization.models import RoleAssignment, User

from .building import TODAY, act_by

MEASURE_SERVICES = {
    "report_progress": services.report_progress,
    "correct": services.correct,
    "complete": services.complete,
    "request_closure": closing.request_closure,
    "sign": closing.sign,
    "return": closing.return_for_rework,
    "recall": closing.recall,
    "reopen": closing.reopen,
    "request_extension": deadlines.request_extension,
    "request_long_term": deadlines.request_long_term,
    "report_stage": services.report_stage,
    "review_stage": deadlines.review_stage,
}


EXTENSION_SERVICES = {
    "sign": deadline_signing.sign_extension,
    "return": deadline_signing.return_extension,
    "recall": deadline_signing.recall_extension,
}


LONG_TERM_SERVICES = {
    "sign": deadline_signing.sign_long_term,
    "return": deadline_signing.return_long_term,
    "recall": deadline_signing.recall_long_term,
}


SUB_ISSUE_SERVICES = {
    "request_acceptance": request_acceptance,
    "sign": sign_acceptance,
    "return": return_acceptance,
    "recall": recall_acceptance,
    "reopen": reopen_sub_issue,
    "record_superior_finding": record_superior_finding,
}


def person_of(row: Measure | SubIssue, role: str) -> User:
    """Who is `liaison`, `head`, `leader` or `office` to a measure or sub-issue."""
    places = {"department": row.lead_department_id} if role in ("liaison", "head") else {}
    places = {"leader": row.responsible_leader_id} if role == "leader" else places
    # In one statement: this is asked before every act.
    sub_issue = row.sub_issue_id if isinstance(row, Measure) else row.pk
    organization = SubIssue.objects.filter(pk=sub_issue).values("round__organization")
    posts = RoleAssignment.objects.filter(role=role, organization__in=organization, **places)
    return User.objects.filter(pk__in=posts.values("user")).earliest("pk")


def attach(measure: Measure, by: User | None = None, on: date = TODAY, text: str = "会议纪要") -> Evidence:
    """Adds a small text file as evidence."""
    act = act_by(by or person_of(measure, "liaison"), on)
    file = SimpleUploadedFile("会议纪要.txt", text.encode(), "text/plain")
    return add_evidence(act, measure.pk, {"title": "会议纪要", "kind": "minutes"}, file)


def do(row: Measure | SubIssue, name: str, by: str | User, on: date = TODAY, **data: Any) -> Any:
    """One act on a measure or a sub-issue as it is now, by a role to it or by a person. Refreshes the given row."""
    row.refresh_from_db()
    table = MEASURE_SERVICES if isinstance(row, Measure) else SUB_ISSUE_SERVICES
    user = person_of(row, by) if isinstance(by, str) else by
    done = table[name](act_by(user, on), row.pk, {"version": row.version, **data})
    row.refresh_from_db()
    return done


def decide(request: Extension | LongTermRequest, name: str, by: str | User, on: date = TODAY, **data: Any) -> Any:
    """One act on a request that changes a deadline, by a role to its measure or by a person. Refreshes the request."""
    request.refresh_from_db()
    table = EXTENSION_SERVICES if isinstance(request, Extension) else LONG_TERM_SERVICES
    user = person_of(request.measure, by) if isinstance(by, str) else by
    table[name](act_by(user, on), request.pk, {"version": request.version, **data})
    request.refresh_from_db()
    return request


def ask_extension(measure: Measure, due_on: str = "2021-05-20", on: date = TODAY) -> Extension:
    """Asks for a later deadline."""
    do(measure, "request_extension", "liaison", on, due_on=due_on, reason="审批尚未完成")
    return measure.extensions.get(outcome="pending")


def ask_long_term(measure: Measure, review_on: str = "2021-06-30", on: date = TODAY, **data: Any) -> LongTermRequest:
    """Asks for moving to long term."""
    fields = {"stage_goal": "每季度排查一次", "review_on": review_on, "reason": "须长期坚持", **data}
    do(measure, "request_long_term", "liaison", on, **fields)
    return measure.long_term_requests.get(outcome="pending")


def sustain(measure: Measure, review_on: str = "2021-06-30", on: date = TODAY, **data: Any) -> Measure:
    """Moves a measure to long term."""
    request = ask_long_term(measure, review_on, on, **data)
    for role in ("office", "leader"):
        decide(request, "sign", role, on)
    measure.refresh_from_db()
    return measure


def drive(measure: Measure, to: str, on: date = TODAY) -> Measure:
    """Brings a measure that was not started to a state: in_progress, completed, in_review, closed or sustained."""
    if to == "sustained":
        return sustain(drive(measure, "in_progress", on), on=on)
    ways = {
        "not_started": 0,
        "in_progress": 1,
        "completed": 2,
        "in_review": 3,
        "closed": 6,
    }
    percent = {} if measure.kind == "long_term" else {"progress": 40}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("report_progress", "liaison", {"done": "已召开专题会议研究部署", **percent}),
        ("complete", "liaison", {"note": "已完成"}),
        ("request_closure", "liaison", {"note": "申请销号"}),
        ("sign", "head", {}),
        ("sign", "office", {}),
        ("sign", "leader", {}),
    ]
    for name, role, data in steps[: ways[to]]:
        if name == "request_closure":
            attach(measure, on=on)
        do(measure, name, role, on, **data)
    return measure


def drive_sub_issue(sub_issue: SubIssue, to: str, on: date = TODAY, result: str | None = None) -> SubIssue:
    """Brings a fresh sub-issue to in_review, closed (with all its measures) or sustained."""
    result = result or ("sustained" if to == "sustained" else "closed")
    if result == "closed" and to != "rectifying":
        for measure in Measure.objects.filter(sub_issue=sub_issue, status="not_started"):
            drive(measure, "closed", on)
    steps = {"rectifying": 0, "in_review": 1, "closed": 3, "sustained": 3}[to]
    if steps:
        do(sub_issue, "request_acceptance", "liaison", on, note="申请验收", result=result)
    for role in ("office", "leader")[: max(0, steps - 1)]:
        do(sub_issue, "sign", role, on)
    return sub_issue
