"""Builds what a test needs through the real services: an organisation with its people, a round with its ledger.

    place = build_organization("bureau")              # departments road, plan, party, office; a person for each role
    ledger = build_ledger(place, sub_issues=2, measures=3)
    drive(ledger.measure, to="in_review")             # by those whose acts these are, today
    api(place.people["liaison-road"]).get(...)

Everything happens on the day of the stopped clock (`NOW`), or before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from issues.models import Finding, Round, SubIssue
from issues.plan import NewHeading, NewRound, NewSubIssue, create_round, draft_sub_issues, enter_feedback
from measures.models import Measure
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
