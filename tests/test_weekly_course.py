"""A long random course of a round's weeks by everybody's legal acts: told once, frozen for good, provable."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from issues.models import Milestone, Round
from measures.checking import rebuild_differences, verify_history
from rectify.dispatch.models import (
    Contribution,
    Delivery,
    Dispatch,
    FrozenLine,
    Line,
    Notice,
    Schedule,
    SupervisionOrder,
)
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.scheduling import tick
from rectify.documents.models import WeeklyBrief
from rectify.organization.models import User
from rectify.web import clock

from .building import CHINA, REASON, Ledger
from .random_requests import Sender
from .sending import api, url
from .soaking import soaked

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
MONDAY = datetime(2021, 4, 5, 8, 30, tzinfo=CHINA)
OFFICE, LIAISON, HEAD, LEADER = "office", "liaison-road", "head-road", "leader-vp_road"
ON_LINES = [(LIAISON, act) for act in ("save", "submit", "submit", "recall", "ask")]
ON_LINES += [(HEAD, act) for act in ("submit", "confirm", "confirm", "return")] + [(OFFICE, "return")]


class Course:
    """Random acts at moments that go on, now and then back by an hour."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.rng, self.ledger, self.now = random.Random(seed), ledger, MONDAY  # noqa: S311 -- nothing here is secret
        self.road, self.plan = (ledger.place.departments[key].pk for key in ("road", "plan"))
        self.measures = Sender(ledger, f"course {seed}")
        self.kept: dict[int, Any] = {}

    def post(self, who: str, collection: str, row: Any, act: str, **data: Any) -> int:
        user = User.objects.get(pk=self.ledger.people[who].pk)
        address = url(collection, row, act) if row is not None else url(collection)
        version = {"version": row.version} if row is not None else {}
        answer = api(user).post(address, {**version, **data}, "json")
        assert answer.status_code in (200, 201, 202, 400, 403, 404, 409), answer.content
        return answer.status_code

    def some(self, rows: Any) -> Any:
        return self.rng.choice(found) if (found := list(rows)) else None

    def on_line(self) -> None:
        line = self.some(Line.objects.filter(dispatch__in=Dispatch.objects.open()))
        if line is None:
            return
        if Contribution.objects.filter(line=line, text="").exists():
            self.post("liaison-plan", "progress-reports", line, "contribute", text="已配合")
            return
        who, act = self.rng.choice(ON_LINES)
        same = act == "submit" and self.rng.random() < 0.4
        body = {"same": True, "reason": REASON} if same else {"progress": self.rng.randint(0, 100), "done": "已开展"}
        self.post(who, "progress-reports", line, act, **{"reason": REASON, "department": self.plan, **body})

    def on_order(self) -> None:
        order = self.some(SupervisionOrder.objects.all()) if self.rng.random() < 0.8 else None
        if order is None:
            who = self.rng.choice([OFFICE, LEADER])
            kind = "instruction" if who == LEADER else self.rng.choice(["reminder_letter", "order", "interview"])
            about = {"measure": self.some(self.ledger.measures).pk, "kind": kind, "instruction": "抓紧"}
            self.post(who, "supervision-orders", None, "", round=self.ledger.round.pk, **about)
            return
        acts = {"draft": ["issue", "edit", "cancel"], "issued": ["answer", "answer", "cancel"]}
        acts["answered"] = ["return_answer", "conclude"]
        act = self.rng.choice(acts.get(order.status, ["cancel"]))
        body = {"department": self.road, "answer": "已办", "conclusion": "同意", "reason": REASON, "title": "改"}
        self.post(LIAISON if act == "answer" else OFFICE, "supervision-orders", order, act, **body)

    def on_brief(self) -> None:
        week = self.some(Dispatch.objects.filter(frozen_at__isnull=False))
        if week is None:
            return
        brief = WeeklyBrief.objects.filter(dispatch=week).order_by("-edition").first()
        if brief is None:
            self.post(OFFICE, "weekly-briefs", None, "", dispatch=week.pk)
        else:
            act = self.rng.choice(["edit", "issue", "new_edition"])
            self.post(OFFICE, "weekly-briefs", brief, act, overview="平稳", reason=REASON)

    def on_week(self) -> None:
        week = Dispatch.objects.open().first()
        if week is None:
            self.post(OFFICE, "dispatches", None, "", round=self.ledger.round.pk)
        else:
            self.post(OFFICE, "dispatches", week, self.rng.choice(["urge", "urge", "urge", "freeze"]))

    def on_round(self) -> None:
        round_ = Round.objects.get(pk=self.ledger.round.pk)
        grace, day = self.rng.choice([0, 6, 168]), self.now.date() + timedelta(days=self.rng.randint(1, 30))
        name, body = self.rng.choice(
            [
                ("schedule", {"grace_hours": grace, "paused": self.rng.random() < 0.3}),
                ("warnings", {"blue_days": self.rng.randint(11, 40)}),
                ("milestones", {}),
            ]
        )
        if name != "milestones":
            self.post(OFFICE, "rounds", round_, name, **body)
            return
        milestone = self.some(Milestone.objects.all())
        if milestone is None or self.rng.random() < 0.5:
            self.post(OFFICE, "milestones", None, "", round=round_.pk, title="节点", due_on=day.isoformat())
        else:
            act = self.rng.choice(["set", "meet", "drop"])
            days = {"due_on": day.isoformat(), "met_on": self.now.date().isoformat()}
            self.post(OFFICE, "milestones", milestone, act, reason=REASON, **days)

    def step(self) -> None:
        self.now += timedelta(hours=self.rng.choice([0, 0, 1, 3, 9, 30, -1]), minutes=self.rng.randint(0, 50))
        with clock.stopped_at(self.now):
            acts = [self.on_line, self.on_line, self.on_line, self.on_order, self.on_brief, self.on_week, self.on_round]
            self.rng.choice([*acts, self.measures.send, self.measures.send])()
            if self.rng.random() < 0.4:
                tick(lambda: self.now)
                deliver(lambda: self.now)
            self.kept_for_good()

    def kept_for_good(self) -> None:
        """What is frozen stays as it was frozen."""
        now = {row["line_id"]: row for row in FrozenLine.objects.values()}
        assert {pk: now.get(pk) for pk in self.kept} == self.kept
        self.kept = now


def run(ledger: Ledger, settings: Any, seed: int, steps: int) -> Course:
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "x", "django.core.mail.backends.locmem.EmailBackend"
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    Schedule.objects.get_or_create(round=ledger.round, defaults={"runs_from": date(2021, 4, 1)})
    course = Course(ledger, seed)
    for _each in range(steps):
        course.step()
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []
    told = [(n.kind, n.subject_id, n.recipient_id, n.period) for n in Notice.objects.all()]
    assert len(told) == len(set(told))
    numbers = list(SupervisionOrder.objects.exclude(number="").values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    assert not Delivery.objects.filter(status="failed").exists()
    return course


@pytest.mark.long
def test_a_course_of_a_few_weeks(ledger: Ledger, settings: Any) -> None:
    run(ledger, settings, 1, 40)
    assert Dispatch.objects.exists() and Notice.objects.exists()


@pytest.mark.soak
def test_courses_of_months(ledger: Ledger, settings: Any) -> None:
    for seed in range(2, 2 + soaked(3)):
        run(ledger, settings, seed, 100)
    assert SupervisionOrder.objects.filter(status="closed").exists() and WeeklyBrief.objects.exists()
