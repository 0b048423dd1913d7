"""Who sees what, and who signs what: by the roles in force on the day, one rule for one object and for many."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from measures.closing import sign
from measures.models import Measure
from measures.parties import concern_of
from rectify.organization.models import ADMINISTRATOR_ROLES, BUSINESS_ROLES, Organization, Role, RoleAssignment, User
from rectify.organization.posts import Posts
from rectify.workflow.refusals import Forbidden, NotFound

from .building import NOW, REASON, TODAY, Ledger, Place, act_by, build_ledger, build_organization, forget_posts
from .driving import attach, do, drive
from .sending import api, upload_of, url
from .test_bad_input import problem

pytestmark = pytest.mark.usefixtures("evidence_root")
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def family(db: None) -> dict[str, Organization]:
    """A grandparent, its child, the child's children, and a stranger."""
    top = Organization.objects.create(key="top", name="省")
    middle = Organization.objects.create(key="middle", name="市", parent=top)
    return {
        "top": top,
        "middle": middle,
        "left": Organization.objects.create(key="left", name="左", parent=middle),
        "right": Organization.objects.create(key="right", name="右", parent=middle),
        "stranger": Organization.objects.create(key="stranger", name="外"),
    }


def assignment(user: User, organization: Organization, role: str, dice: random.Random) -> RoleAssignment:
    department = organization.departments.get_or_create(key="d", defaults={"name": "处"})[0]
    leader = organization.leaders.get_or_create(key="l", defaults={"title": "副厅长"})[0]
    return RoleAssignment.objects.create(
        user=user,
        role=role,
        organization=organization,
        department=department if role in ("liaison", "head") else None,
        leader=leader if role in ("leader", "assistant") else None,
        valid_from=dice.choice([None, YESTERDAY, TODAY, TOMORROW]),
        valid_until=dice.choice([None, None, YESTERDAY, TODAY, TOMORROW]),
    )


@pytest.mark.long
def test_the_rule_for_one_object_and_for_many_is_the_same(family: dict[str, Organization]) -> None:
    dice = random.Random(20210331)  # noqa: S311 -- the same people every time
    read = 0
    for number in range(80):
        user = User.objects.create(username=f"u{number}", name=f"u{number}")
        for _post in range(dice.randint(0, 3)):
            assignment(user, dice.choice(list(family.values())), dice.choice(Role.values), dice)
        many = set(Organization.objects.readable_by(user, TODAY).values_list("key", flat=True))
        forget_posts(user)
        posts = Posts.of(user, TODAY)
        one = {key for key, organization in family.items() if posts.reads(organization)}
        assert one == many, [str(a) for a in user.assignments.all()]
        read += len(one)
    assert read > 30


@pytest.mark.parametrize("role", Role.values)
def test_a_superiors_office_and_auditors_read_below_and_nobody_reads_above(
    family: dict[str, Organization], role: str
) -> None:
    user = User.objects.create(username="u", name="u")
    dice = random.Random(0)  # noqa: S311
    assignment(user, family["middle"], role, dice)
    RoleAssignment.objects.update(valid_from=None, valid_until=None)
    readable = set(Organization.objects.readable_by(user, TODAY).values_list("key", flat=True))
    expected = set()
    if role in BUSINESS_ROLES:
        expected = {"middle"}
    if role in (Role.OFFICE, Role.AUDITOR):
        expected |= {"left", "right"}
    assert readable == expected


def test_a_superiors_office_reads_the_round_but_acts_in_none_of_it(db: None) -> None:
    above = build_organization("above")
    ledger = build_ledger(build_organization("bureau", parent=above.organization))
    measure = drive(ledger.measure, "closed")
    client = api(above.people["office"])
    assert client.get(url("measures")).json()["count"] == 4
    assert client.get(url("measures", measure)).json()["available_acts"] == []
    problem(client.post(url("measures", measure, "reopen"), {"version": 8, "reason": REASON}, format="json"), 403)
    problem(api(above.people["liaison-road"]).get(url("measures", measure)), 404)
    problem(api(ledger.people["office"]).get(url("organizations", above.organization)), 404)


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "expected"),
    [
        (None, None, 200),
        (TODAY, None, 200),
        (None, TODAY, 200),
        (TOMORROW, None, 404),
        (None, YESTERDAY, 404),
        (YESTERDAY, TOMORROW, 200),
    ],
)
def test_a_role_holds_from_and_until_its_days(
    ledger: Ledger, valid_from: date | None, valid_until: date | None, expected: int
) -> None:
    liaison = ledger.people["liaison-road"]
    liaison.assignments.update(valid_from=valid_from, valid_until=valid_until)
    assert api(liaison).get(url("measures", ledger.measure)).status_code == expected
    data = {"version": 1, "progress": 10, "done": "已部署"}
    answer = api(liaison).post(url("measures", ledger.measure, "report_progress"), data, format="json")
    assert answer.status_code == expected
    assert len(api(liaison).get(url("me")).json()["posts"]) == (expected == 200)


@pytest.mark.long
@pytest.mark.parametrize("role", [*ADMINISTRATOR_ROLES, None])
def test_administrators_and_people_without_a_role_see_no_business(ledger: Ledger, role: str | None) -> None:
    keys = {"system": "system-admin", "security": "security-admin", "audit": "audit-admin", None: "nobody"}
    client = api(ledger.people[keys[role]])
    for name in (
        "organizations",
        "departments",
        "rounds",
        "headings",
        "findings",
        "sub-issues",
        "measures",
        "evidence",
    ):
        assert client.get(url(name)).json()["count"] == 0, name
    assert client.get(url("history")).json()["count"] == 0
    for name, row in (("measures", ledger.measure), ("sub-issues", ledger.sub_issue), ("rounds", ledger.round)):
        problem(client.get(url(name, row)), 404)
        problem(client.get(url(name, row, "history")), 404)
    problem(client.get(url("dashboards/round"), {"round": ledger.round.pk}), 404)


def test_a_contributing_department_adds_evidence_but_does_not_report(ledger: Ledger) -> None:
    for key in ("liaison-plan", "head-plan"):
        client = api(ledger.people[key])
        acts = client.get(url("measures", ledger.measure)).json()["available_acts"]
        assert acts == ["add_evidence", "replace_evidence", "withdraw_evidence"]
        data = {"version": 1, "progress": 10, "done": "已部署"}
        problem(client.post(url("measures", ledger.measure, "report_progress"), data, format="json"), 403)
        assert upload_of(ledger.people[key], ledger.measure).status_code == 201


def test_an_assistant_reads_and_never_signs(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    do(measure, "sign", "head")
    do(measure, "sign", "office")
    assistant = ledger.people["assistant-vp_road"]
    assert api(assistant).get(url("measures", measure)).json()["available_acts"] == []
    with pytest.raises(Forbidden):
        do(measure, "sign", assistant)


def acts_of(user: User, measure: Measure) -> list[str]:
    return api(user).get(url("measures", measure)).json()["available_acts"]


def test_nobody_signs_what_they_asked_for(ledger: Ledger) -> None:
    both = ledger.people["liaison-road"]
    ledger.place.assign(both, Role.HEAD, department=ledger.place.departments["road"])
    measure = drive(ledger.measure, "in_progress")
    attach(measure, by=both)
    do(measure, "request_closure", both, note="申请销号")
    assert "sign" not in acts_of(both, measure)
    with pytest.raises(Forbidden, match="本人申请"):
        do(measure, "sign", both)
    assert "sign" in acts_of(ledger.people["head-road"], measure)


def test_nobody_signs_twice_and_a_deputy_takes_the_second_step(ledger: Ledger) -> None:
    both = ledger.people["head-road"]
    ledger.place.assign(both, Role.OFFICE)
    measure = drive(ledger.measure, "in_review")
    do(measure, "sign", both)
    assert "sign" not in acts_of(both, measure) and "return" not in acts_of(both, measure)
    for act, data in (("sign", {}), ("return", {"reason": REASON})):
        with pytest.raises(Forbidden):
            do(measure, act, both, **data)
    deputy = ledger.place.add_person("deputy", Role.OFFICE)
    assert do(measure, "sign", deputy).status == "in_review"
    assert do(measure, "sign", "leader").status == "closed"


def test_steps_are_signed_in_their_order(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    for key in ("office", "leader-vp_road"):
        with pytest.raises(Forbidden):
            do(measure, "sign", ledger.people[key])
    do(measure, "sign", "head")
    with pytest.raises(Forbidden):
        do(measure, "sign", ledger.people["leader-vp_road"])
    with pytest.raises(Forbidden):
        do(measure, "sign", ledger.people["leader-secretary"])


def test_the_offices_own_measures_are_checked_by_somebody_from_outside_it(place: Place) -> None:
    clerk = place.add_person("clerk", Role.OFFICE, department=place.departments["office"])
    ledger = build_ledger(place, lead="office")
    measure = drive(ledger.measure, "in_review")
    do(measure, "sign", "head")
    assert "office" not in Posts.of(clerk, TODAY).parties(concern_of(measure))
    assert acts_of(clerk, measure) == []
    with pytest.raises(Forbidden):
        do(measure, "sign", clerk)
    outside = place.add_person("outside", Role.OFFICE, department=place.departments["party"])
    assert "sign" in acts_of(outside, measure)
    do(measure, "sign", outside)
    assert do(measure, "sign", "leader").status == "closed"


def test_recall_is_the_askers_until_somebody_signed(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    deputy = ledger.place.add_person("deputy", Role.LIAISON, department=ledger.place.departments["road"])
    assert "recall" in acts_of(ledger.people["liaison-road"], measure)
    assert "recall" not in acts_of(deputy, measure)
    do(measure, "sign", "head")
    assert "recall" not in acts_of(ledger.people["liaison-road"], measure)
    answer = api(ledger.people["liaison-road"]).post(
        url("measures", measure, "recall"), {"version": measure.version}, format="json"
    )
    problem(answer, 409)


def test_a_change_of_the_chain_does_not_reach_requests_under_way(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    request: Any = measure.closure_requests.get()
    assert request.chain == ["head", "office", "leader"]
    stranger = act_by(ledger.people["nobody"], at=NOW)
    with pytest.raises(NotFound):
        sign(stranger, measure.pk, {"version": measure.version})
