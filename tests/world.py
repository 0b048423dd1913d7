"""A ledger with a row for each route of the matrix, and input that would do."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from issues.models import AcceptanceMeeting, Paper
from measures.evidence import add_evidence
from measures.look_back import services as looking
from measures.models import Evidence
from rectify.organization.models import Role

from .building import NOW, REASON, TODAY, Ledger, act_by, build_ledger, build_organization, forget_posts
from .driving import ask_extension, ask_long_term, attach, drive, drive_sub_issue, sustain
from .matrix import MATRIX, READERS, STRANGERS
from .sending import scan, sheet
from .world_of_weeks import fill_briefs, fill_calendar, fill_dispatch, fill_supervision


@dataclass
class World:
    """A ledger with a row for each route, and a client for each role."""

    ledger: Ledger
    clients: dict[str, Client]
    addresses: dict[str, str]
    data: dict[str, dict[str, Any]]


def build_world() -> World:
    """Two organisations, a row in the right state for each route, and a client for each role."""
    ledger = build_ledger(build_organization(), sub_issues=5, measures=1)
    foreign = build_ledger(build_organization("other"), title="另一轮巡视")
    made = World(ledger, clients_of(ledger, foreign), {}, {})
    fill_rows(made)
    connection.check_constraints()
    return made


def clients_of(ledger: Ledger, foreign: Ledger) -> dict[str, Client]:
    people = {role: ledger.people[key] for role, key in {**READERS, **STRANGERS}.items()}
    people["foreign"] = foreign.people["office"]
    clients = {"anonymous": Client(raise_request_exception=False)}
    for role, user in people.items():
        clients[role] = Client(raise_request_exception=False)
        clients[role].force_login(user)
        forget_posts(user)
    return clients


def fill_rows(made: World) -> None:
    """A row in the right state for each act, and input that would do."""
    ledger, place = made.ledger, made.ledger.place
    fresh, going, asked, closed, _last = ledger.measures
    drive(fresh, "in_progress")
    drive(going, "in_progress")
    drive(asked, "in_review")
    drive(closed, "closed")
    asking, accepted, done = ledger.sub_issues[0], ledger.sub_issues[4], ledger.sub_issues[3]
    drive_sub_issue(accepted, "in_review", result="sustained")
    drive_sub_issue(done, "sustained")
    draft = build_ledger(place, title="草稿", sub_issues=1, measures=1, approve=False).round
    report = {"progress": 20, "done": "已部署"}
    correction = {**report, "replaces": going.history.latest("sequence").sequence, "reason": "有误"}
    evidence = attach(going)
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "measure-report-progress": (fresh, report),
        "measure-correct": (going, correction),
        "measure-complete": (going, {"note": "已完成"}),
        "measure-request-closure": (going, {"note": "申请销号"}),
        "measure-sign": (asked, {}),
        "measure-return": (asked, {"reason": REASON}),
        "measure-recall": (asked, {}),
        "measure-reopen": (closed, {"reason": REASON}),
        "sub-issue-request-acceptance": (asking, {"note": "申请验收", "result": "sustained"}),
        "sub-issue-sign": (accepted, {}),
        "sub-issue-return": (accepted, {"reason": REASON}),
        "sub-issue-recall": (accepted, {}),
        "sub-issue-reopen": (done, {"reason": REASON}),
        "sub-issue-record-superior-finding": (
            done,
            {"finding": "accepted", "found_on": "2021-03-30", "paper": "巡视办〔2021〕12号"},
        ),
        "round-approve-plan": (draft, {"meeting": "党组会议", "approved_on": "2021-03-01"}),
        "round-set-closing-rules": (ledger.round, {"return_reasons": ["请补充"]}),
        "round-publish-notice": (ledger.round, {"notice_on": "2021-03-30"}),
        "report-row": (fresh, report),
        "add-evidence": (going, {"title": "纪要", "kind": "minutes"}),
    }
    acts |= {
        "measure-register-signature": (asked, {"title": "签批单", "signed_on": "2021-03-31"}),
        "sub-issue-register-signature": (
            accepted,
            {"title": "签批单", "signed_on": "2021-03-31", "signer": place.add_person("office-two", Role.OFFICE).pk},
        ),
    }
    for route, (row, data) in acts.items():
        row.refresh_from_db()
        made.addresses[route] = reverse(route, args=[row.pk])
        made.data[route] = {"version": row.version, **data}
    signing = {
        "measure-act": (asked.pk, "sign"),
        "sub-issue-act": (accepted.pk, "sign"),
        "todo-item": ("measure", asked.pk),
    }
    for route, place_of in signing.items():
        made.addresses[route] = reverse(route, args=place_of)
        made.data[route] = {"act": "sign", "version": (accepted if route == "sub-issue-act" else asked).version}
    made.data["evidence-list"] = {"measure": going.pk, "title": "纪要", "kind": "minutes"}
    fill_evidence(made, going, evidence)
    fill_meetings(made, asked, accepted)
    fill_deadlines(made)
    fill_look_backs(made, closed)
    fill_dispatch(made)
    fill_briefs(made)
    fill_supervision(made)
    fill_calendar(made)
    fill_addresses(made, going, evidence)


def fill_look_backs(made: World, closed: Any) -> None:
    """Two samples, one checked, and two remarks, one answered; and the input for others."""
    ledger, round_ = made.ledger, made.ledger.round
    auditor, head = act_by(ledger.people["auditor"]), act_by(ledger.people["head-road"])
    draw = {"size": 1, "seed": "1"}
    item, relapsed = (looking.draw_sample(auditor, round_.pk, draw).items.get() for _nth in range(2))
    assert item.measure_id == closed.pk
    looking.check_item(auditor, relapsed.pk, {"version": 1, "result": "relapsed", "note": "反弹"})
    asked, answered = (looking.make_remark(auditor, closed.pk, {"text": "请补充"}) for _nth in range(2))
    looking.answer_remark(head, answered.pk, {"version": 1, "answer": "已补充"})
    acts: dict[str, tuple[int, dict[str, Any]]] = {
        "look-back-item-check": (item.pk, {"version": 1, "result": "holds", "note": "属实"}),
        "look-back-item-decline": (relapsed.pk, {"version": 2, "reason": REASON}),
        "remark-answer": (asked.pk, {"version": 1, "answer": "已补充"}),
        "remark-settle": (answered.pk, {"version": 2}),
        "remark-send-back": (answered.pk, {"version": 2, "reason": REASON}),
        "add-remark": (closed.pk, {"text": "请补充"}),
    }
    for route, (pk, data) in acts.items():
        made.addresses[route], made.data[route] = reverse(route, args=[pk]), data
    for route, (pk, act), data in (
        ("look-back-act", (item.pk, "check"), acts["look-back-item-check"][1]),
        ("remark-act", (asked.pk, "answer"), acts["remark-answer"][1]),
    ):
        made.addresses[route], made.data[route] = reverse(route, args=[pk, act]), data
    rows = {"look-back": item.look_back_id, "look-back-detail": item.look_back_id}
    for route, pk in {**rows, "look-back-item-detail": item.pk, "remark-detail": asked.pk}.items():
        made.addresses[route] = reverse(route, args=[pk])
    for route in ("look-backs", "doubts", "doubt-list"):
        made.addresses[route] = f"{reverse(route)}?round={round_.pk}"
    made.data["look-back-list"] = {"round": round_.pk, **draw}
    made.data["look-backs"] = draw
    made.data["remark-list"] = {"measure": closed.pk, "text": "请补充"}


def fill_meetings(made: World, measure: Any, sub_issue: Any) -> None:
    """A paper and a meeting that stand, and the input for others."""
    ledger = made.ledger
    item = {"measure": measure.pk, "version": measure.version}
    made.data["paper-list"] = {"round": ledger.round.pk, "items": json.dumps([item]), **sheet()}
    decision = {"sub_issue": sub_issue.pk, "version": sub_issue.version, "agreed": True, "criteria": None}
    office = ledger.people["office"]
    meeting = {
        "title": "验收会",
        "held_on": "2021-03-31",
        "chair": "厅党组书记",
        "participants": [office.pk],
        "decisions": [decision],
    }
    made.data["acceptance-meeting-list"] = {"round": ledger.round.pk, **meeting}
    made.data["acceptance-meeting"] = {
        **{name: meeting[name] for name in ("title", "held_on", "chair", "participants")},
        "sub_issue": [sub_issue.pk],
        f"version-{sub_issue.pk}": sub_issue.version,
        f"decision-{sub_issue.pk}": "agreed",
        f"criteria-{sub_issue.pk}": [criterion.key for criterion in ledger.round.acceptance_criteria.all()],
    }
    paper = Paper.objects.create(
        round=ledger.round,
        title="会议纪要",
        signed_on="2021-03-31",
        filename="纪要.pdf",
        content_type="application/pdf",
        size=12,
        sha256=Evidence.objects.filter(content_type="application/pdf").values_list("sha256", flat=True)[0],
        registered_by=office,
        registered_by_name=office.name,
        registered_on="2021-03-31",
        registered_at=NOW,
    )
    held = AcceptanceMeeting.objects.create(
        round=ledger.round, title="验收会", held_on="2021-03-31", chair="书记", recorded_by=office, recorded_at=NOW
    )
    made.addresses["many-on-paper"] = f"{reverse('many-on-paper')}?round={ledger.round.pk}"
    made.data["many-on-paper"] = {"item": [f"measure:{measure.pk}:{measure.version}"], **sheet()}
    made.addresses["acceptance-meeting"] = f"{reverse('acceptance-meeting')}?round={ledger.round.pk}"
    for route in ("paper-detail", "paper-file", "paper", "paper-picture"):
        made.addresses[route] = reverse(route, args=[paper.pk])
    for route in (
        "acceptance-meeting-detail",
        "acceptance-meeting-add-record",
        "acceptance-record",
        "acceptance-signed-record",
    ):
        made.addresses[route] = reverse(route, args=[held.pk])
    for route in ("sub-issue-acceptance-requests", "sub-issue-acceptance-draft"):
        made.addresses[route] = reverse(route, args=[sub_issue.pk])
    made.addresses["round-closing-rules"] = reverse("round-closing-rules", args=[ledger.round.pk])
    made.addresses["rules"] = f"{reverse('rules')}?round={ledger.round.pk}"
    made.data["rules"] = {"version": ledger.round.version, "reasons": "请补充", "days": 10}
    made.addresses["measure-closure-requests"] = reverse("measure-closure-requests", args=[measure.pk])


def fill_deadlines(made: World) -> None:
    """Measures whose deadlines are about to change, in a round of their own."""
    ledger = build_ledger(made.ledger.place, title="延期", sub_issues=1, measures=4)
    fresh, extended, moved, sustained = ledger.measures
    extension, long_term = ask_extension(extended), ask_long_term(moved)
    sustain(sustained)
    # Whoever registers does not sign on paper.
    other = made.ledger.people["office-two"].pk
    day = {"reason": REASON, "due_on": "2021-05-20", "review_on": "2021-06-30", "stage_goal": "巩固"}
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "measure-request-extension": (fresh, day),
        "measure-request-long-term": (fresh, day),
        "measure-report-stage": (sustained, {"done": "按季度排查"}),
        "measure-review-stage": (sustained, {"met": False, "note": "未达到"}),
    }
    for name, row in (("extension", extension), ("long-term-request", long_term)):
        acts |= {f"{name}-{act}": (row, {"reason": REASON}) for act in ("detail", "sign", "return", "recall")}
        acts[f"{name}-register-signature"] = (row, {"title": "审批单", "signed_on": TODAY.isoformat(), "signer": other})
    for route, (row, data) in acts.items():
        made.addresses[route] = reverse(route, args=[row.pk])
        made.data[route] = {"version": row.version, **data}
    made.addresses["deadline-act"] = reverse("deadline-act", args=["extension", extension.pk, "recall"])
    made.data["deadline-act"] = {"version": 1}


def fill_evidence(made: World, measure: Any, evidence: Any) -> None:
    """A file to withdraw, and one with pages to look at."""
    act = act_by(made.ledger.people["liaison-road"])
    pages = add_evidence(act, measure.pk, {"title": "签批件", "kind": "document"}, scan())
    made.addresses["withdraw-evidence"] = reverse("withdraw-evidence", args=[measure.pk])
    made.addresses["evidence-withdraw"] = reverse("evidence-withdraw", args=[evidence.pk])
    made.data["withdraw-evidence"] = {"evidence": evidence.pk, "reason": REASON}
    made.data["evidence-withdraw"] = {"reason": REASON}
    for route in ("evidence-view", "evidence-picture", "evidence-preview"):
        made.addresses[route] = reverse(route, args=[pages.pk])


# Routes that take the round as a parameter.
OF_A_ROUND = (
    "dashboard-round",
    "dashboard-changes",
    "dashboard-departments",
    "dashboard-leaders",
    "dashboard-trend",
    "dashboard-reporting",
    "dashboard-wall-chart",
    "round",
    "round-curve",
    "wall",
    "wall-full",
    "wall-file",
    "reporting",
    "reporting-map",
    "by-department",
    "by-leader",
    "changes",
)


def fill_addresses(made: World, measure: Any, evidence: Any) -> None:
    """Where the rows stand that are only read."""
    ledger = made.ledger
    for route in OF_A_ROUND:
        made.addresses[route] = f"{reverse(route)}?round={ledger.round.pk}"
    rows = {
        "organization": ledger.place.organization,
        "department": ledger.place.departments["road"],
        "round": ledger.round,
        "heading": ledger.findings[0].heading,
        "finding": ledger.findings[0],
        "sub-issue": ledger.sub_issue,
        "measure": measure,
        "evidence": evidence,
        "ledger-row": measure,
        "home-row": measure,
    }
    for name, row in rows.items():
        for route in (name, f"{name}-detail", f"{name}-history", f"{name}-standing", f"{name}-file"):
            if route in MATRIX and route not in OF_A_ROUND:
                made.addresses[route] = reverse(route, args=[row.pk])
