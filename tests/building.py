"""Builds what a test needs through the real services: an organisation with its people, a round with its ledger.

    place = build_organization("bureau")              # departments road, plan, party, office; a person for each role
    ledger = build_ledger(place, sub_issues=2, measures=3)
    drive(ledger.measure, to="in_review")             # by those whose acts these are, today
    api(place.people["liaison-road"]).get(...)

Everything happens on the day of the stopped clock (`NOW`), or before it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from issues.models import Finding, Round, SubIssue
from issues.plan import NewHeading, NewRound, NewSubIssue, create_round, draft_sub_issues, enter_feedback
from issues.services import recall as recall_acceptance
from issues.services import reopen as reopen_sub_issue
from issues.services import return_for_rework as return_acceptance
from measures import closing, deadline_signing, deadlines, services
from measures.closure import request_acceptance, sign_acceptance
from measures.evidence import add_evidence
from measures.models import Evidence, Extension, LongTermRequest, Measure
from measures.plan import NewMeasure, approve_plan, draft_measures, set_closing_defaults
from rectify.organization.models import Department, Leader, Organization, Role, RoleAssignment, User
from rectify.workflow.acts import Act

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2021, 3, 31, 10, 0, tzinfo=CHINA)
TODAY = NOW.date()
FEEDBACK_ON = date(2021, 2, 24)
DRAFTED_ON = date(2021, 2, 25)
APPROVED_ON = date(2021, 2, 26)
DUE_ON = date(2021, 4, 24)
REASON = "佐证材料不完整，请补充。"

DEPARTMENTS = {"road": "公路处", "plan": "综合规划处", "party": "机关党委", "office": "办公室"}
LEADERS = {"vp_road": "分管公路副厅长", "secretary": "厅党组书记"}
PLAIN_ROLES = {
    "office": Role.OFFICE,
    "auditor": Role.AUDITOR,
    "system-admin": Role.SYSTEM_ADMIN,
    "security-admin": Role.SECURITY_ADMIN,
    "audit-admin": Role.AUDIT_ADMIN,
}

# The smallest file that any reader of PDF opens: one empty page.
PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
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
}


@dataclass
class Place:
    """An organisation with its departments, leaders and people, each by key.

    `people` has `liaison-<department>`, `head-<department>`, `leader-<leader>`, `assistant-<leader>`, `office`,
    `auditor`, `system-admin`, `security-admin`, `audit-admin`; and `nobody`, who has an account and no role.
    """

    organization: Organization
    departments: dict[str, Department] = field(default_factory=dict)
    leaders: dict[str, Leader] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def add_person(self, key: str, role: str | None = None, **place: Any) -> User:
        """A person with an account, and with a role where one is given."""
        prefix = "" if self.organization.key == "bureau" else f"{self.organization.key}-"
        user = User(username=f"{prefix}{key}", name=f"{self.organization.name} {key}")
        user.set_unusable_password()
        user.save()
        self.people[key] = user
        if role is not None:
            self.assign(user, role, **place)
        return user

    def assign(self, user: User, role: str, **fields: Any) -> RoleAssignment:
        """A role in this organisation. What the user's roles were on a day is forgotten, as between two requests."""
        forget_posts(user)
        return RoleAssignment.objects.create(user=user, role=role, organization=self.organization, **fields)


@dataclass
class Ledger:
    """A round with what stands in it."""

    place: Place
    round: Round
    findings: list[Finding] = field(default_factory=list)
    sub_issues: list[SubIssue] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    @property
    def people(self) -> dict[str, User]:
        return self.place.people

    @property
    def sub_issue(self) -> SubIssue:
        return self.sub_issues[0]

    @property
    def measure(self) -> Measure:
        return self.measures[0]


def forget_posts(user: User) -> None:
    """Drops the roles that a user object keeps for the length of a request."""
    user.__dict__.pop("_posts_by_day", None)


def build_organization(key: str = "bureau", parent: Organization | None = None) -> Place:
    """An organisation with four departments, two leaders and a person for each role."""
    place = Place(Organization.objects.create(key=key, name=f"{key} 单位", parent=parent))
    for position, (name, title) in enumerate(DEPARTMENTS.items()):
        place.departments[name] = department = Department.objects.create(
            organization=place.organization, key=name, name=title, position=position
        )
        place.add_person(f"liaison-{name}", Role.LIAISON, department=department)
        place.add_person(f"head-{name}", Role.HEAD, department=department)
    for position, (name, title) in enumerate(LEADERS.items()):
        place.leaders[name] = leader = Leader.objects.create(
            organization=place.organization, key=name, title=title, position=position
        )
        place.add_person(f"leader-{name}", Role.LEADER, leader=leader)
        place.add_person(f"assistant-{name}", Role.ASSISTANT, leader=leader)
    for name, role in PLAIN_ROLES.items():
        place.add_person(name, role)
    place.add_person("nobody")
    return place


def act_by(user: User, on: date = TODAY, at: datetime | None = None) -> Act:
    """An act of a person on a day, entered at a moment: at ten o'clock of that day unless another one is given."""
    moment = at or datetime.combine(on, time(10), CHINA)
    return Act(user, on, lambda: moment)


def build_ledger(
    place: Place,
    *,
    title: str = "巡视反馈意见整改",
    findings: int = 1,
    sub_issues: int = 2,
    measures: int | Sequence[Mapping[str, Any]] = 2,
    lead: str = "road",
    leader: str = "vp_road",
    responsible: Sequence[str] = ("plan",),
    approve: bool = True,
) -> Ledger:
    """A round through the services, up to its approved plan.

    Args:
        findings: how many there are.
        sub_issues: how many each finding has.
        measures: how many each sub-issue has, or for each of them the fields of `NewMeasure` that differ.
        lead, leader, responsible: keys of the lead department, the leader and the responsible departments.
        approve: False leaves the round a draft.
    """
    office = place.people["office"]
    act = act_by(office, FEEDBACK_ON)
    new = NewRound(title=title, feedback_on=FEEDBACK_ON, declared={"measures": 116})
    ledger = Ledger(place, create_round(act, place.organization, new))
    set_closing_defaults(ledger.round)
    heading = NewHeading("贯彻落实方面", findings=[f"反馈问题第{number}项" for number in range(1, findings + 1)])
    ledger.findings = enter_feedback(act, ledger.round, [NewHeading("方面", children=[heading])])
    act = act_by(office, DRAFTED_ON)
    ledger.sub_issues = draft_sub_issues(
        act,
        ledger.round,
        [
            NewSubIssue(
                finding=ledger.findings[index // sub_issues],
                number=str(index + 1),
                position=index + 1,
                title=f"具体问题第{index + 1}条",
                kind="time_bound",
                responsible_leader=place.leaders[leader],
                lead_department=place.departments[lead],
                due_on=DUE_ON,
            )
            for index in range(findings * sub_issues)
        ],
    )
    wanted = [{}] * measures if isinstance(measures, int) else measures
    for sub_issue in ledger.sub_issues:
        drafts = [
            NewMeasure(
                **{
                    "number": f"{sub_issue.number}-{position}",
                    "position": position,
                    "content": f"整改措施第{position}条",
                    "kind": "time_bound",
                    "responsible_leader": place.leaders[leader],
                    "lead_department": place.departments[lead],
                    "responsible_departments": [place.departments[key] for key in responsible],
                    "due_on": DUE_ON,
                    **fields,
                }
            )
            for position, fields in enumerate(wanted, start=1)
        ]
        ledger.measures += draft_measures(act, sub_issue, drafts)
    ledger.round.refresh_from_db()
    if approve:
        data = {"version": ledger.round.version, "meeting": "党组会议", "approved_on": APPROVED_ON.isoformat()}
        ledger.round = approve_plan(act_by(office, APPROVED_ON), ledger.round.pk, data)
    for row in (*ledger.sub_issues, *ledger.measures):
        row.refresh_from_db()
    return ledger


def person_of(row: Measure | SubIssue, role: str) -> User:
    """Who is `liaison`, `head`, `leader` or `office` to a measure or sub-issue."""
    round_ = row.sub_issue.round if isinstance(row, Measure) else row.round
    places = {"department": row.lead_department} if role in ("liaison", "head") else {}
    places = {"leader": row.responsible_leader} if role == "leader" else places
    return User.objects.filter(
        assignments__role=role,
        assignments__organization=round_.organization,
        **{f"assignments__{name}": value for name, value in places.items()},
    ).earliest("pk")


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


class Client(APIClient):
    """A signed-in client of the API, for which every request is a new one: roles are read anew."""

    user: User | None = None

    def request(self, **kwargs: Any) -> Any:
        if self.user is not None:
            forget_posts(self.user)
        return super().request(**kwargs)


def api(user: User | None = None) -> Client:
    """A client of the API in somebody's name, answering in English; nobody's where none is given."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en", raise_request_exception=False)
    client.user = user
    if user is not None:
        client.force_authenticate(user)
    return client


def upload_of(user: User, measure: Measure, /, **fields: Any) -> Any:
    """Uploads a small text file as evidence over the API; `fields` are those of the form that differ."""
    file = SimpleUploadedFile("会议纪要.txt", "会议纪要".encode(), "text/plain")
    form = {"measure": measure.pk, "title": "会议纪要", "kind": "minutes", "file": file, **fields}
    return api(user).post(url("evidence"), form, format="multipart")


def scan(name: str = "签批件.pdf") -> SimpleUploadedFile:
    """A scanned paper."""
    return SimpleUploadedFile(name, PDF, "application/pdf")


def sheet(**fields: Any) -> dict[str, Any]:
    """The form with which a signed sheet is registered; `fields` are those that differ."""
    return {"title": "签批单", "signed_on": TODAY.isoformat(), "file": scan(), **fields}


def soaked(examples: int) -> int:
    """How many examples a long test plays: so many, or as many as SOAK_SECONDS where that is less."""
    seconds = os.environ.get("SOAK_SECONDS")
    return min(examples, max(2, int(seconds) // 4)) if seconds else examples


def url(collection: str, row: Any = None, act: str = "") -> str:
    """An address of the API: url("measures"), url("measures", measure), url("measures", measure, "sign")."""
    address = f"/api/v1/{collection}/"
    if row is not None:
        address += f"{row if isinstance(row, int | str) else row.pk}/"
    return f"{address}{act}/" if act else address
