"""The demonstration: its named totals, its days, its twin; loading again changes nothing; its history proves itself."""

from collections import Counter
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from issues.models import Finding, Heading, Round, SpecialPlan, SubIssue
from measures.checking import rebuild_differences, verify_history
from measures.models import ClosureRequest, Measure, MeasureHistory
from measures.states import SETTLED
from rectify.demonstration.loader import load_demo
from rectify.demonstration.weeks import week_scenes
from rectify.organization.models import Department, User

from .demonstration import DEMO_NOW, DEMO_TODAY, Demo
from .sending import api, url

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NOTICE_DAY = "2021-08-12"


def both(demo: Demo) -> tuple[Round, Round]:
    return demo.past, demo.twin


def figures(demo: Demo, round_: Round, **days: str) -> dict[str, Any]:
    answer = api(demo.person("auditor")).get(url("dashboards/round"), {"round": round_.pk, **days})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_named_totals_are_there(demo: Demo) -> None:
    assert Department.objects.count() == 16
    for round_ in both(demo):
        headings = Heading.objects.filter(round=round_)
        totals = {
            "areas": headings.filter(parent=None).count(),
            "topics": headings.exclude(parent=None).count(),
            "findings": Finding.objects.filter(round=round_).count(),
            "sub_issues": SubIssue.objects.filter(round=round_).count(),
            "measures": Measure.objects.filter(sub_issue__round=round_).count(),
            "special_plans": SpecialPlan.objects.filter(round=round_).count(),
            "not_public": SubIssue.objects.filter(round=round_, disclosed=False).count(),
        }
        assert totals == {
            "areas": 4,
            "topics": 13,
            "findings": 24,
            "sub_issues": 36,
            "measures": 116,
            "special_plans": 4,
            "not_public": 9,
        }
        assert round_.planned == {"sub_issues": 36, "measures": 116}
        assert (round_.declared["findings_as_reported"], round_.declared["items"]) == (25, 24)


def test_on_the_notice_day_28_are_closed_and_8_sustained(demo: Demo) -> None:
    for days in ({"as_of": NOTICE_DAY}, {"as_of": NOTICE_DAY, "known_at": NOTICE_DAY}, {}):
        found = figures(demo, demo.past, **days)["sub_issues"]
        assert found == {"total": 36, "closed": 28, "sustained": 8, "in_review": 0, "rectifying": 0}
    assert demo.past.status == "noticed" and demo.past.notice_on.isoformat() == NOTICE_DAY
    assert figures(demo, demo.past, as_of="2021-02-24")["sub_issues"]["rectifying"] == 36


@pytest.mark.long
def test_the_figures_are_the_counts_of_their_lists(demo: Demo) -> None:
    client = api(demo.person("auditor"))
    for round_, day in ((demo.past, "2021-03-31"), (demo.past, NOTICE_DAY), (demo.twin, DEMO_TODAY.isoformat())):
        found = figures(demo, round_, as_of=day)
        query = {"round": round_.pk, "as_of": day, "page_size": 1}
        for collection, counts in (("measures", found["measures"]), ("sub-issues", found["sub_issues"])):
            for status, number in counts.items():
                if status not in ("planned", "total"):
                    listed = client.get(url(collection), {**query, "status": status}).json()["count"]
                    assert listed == number, (day, collection, status)
        overdue = client.get(url("measures"), {**query, "overdue": "true"}).json()["count"]
        assert overdue == found["overdue"]


def test_the_twin_stands_in_its_sixth_week_with_work_that_presses(demo: Demo) -> None:
    assert demo.twin.feedback_on == DEMO_TODAY - timedelta(weeks=5)
    assert demo.twin.status == "active"
    measures = Measure.objects.filter(sub_issue__round=demo.twin)
    open_ones = measures.exclude(status__in=SETTLED)
    late = open_ones.filter(due_on__lt=DEMO_TODAY).count()
    sunday = DEMO_TODAY + timedelta(days=6 - DEMO_TODAY.weekday())
    due_this_week = open_ones.filter(due_on__gte=DEMO_TODAY, due_on__lte=sunday).count()
    returned = ClosureRequest.objects.filter(measure__in=measures.filter(status="in_progress"), outcome="returned")
    waiting = Counter(
        request.next_signer for request in ClosureRequest.objects.filter(measure__in=measures, outcome="pending")
    )
    assert late >= 3
    assert due_this_week == 5
    assert returned.count() == 2
    assert waiting == {"head": 1, "office": 1, "leader": 1}


def test_deadlines_that_the_source_lacks_are_marked(demo: Demo) -> None:
    for round_ in both(demo):
        measures = Measure.objects.filter(sub_issue__round=round_)
        assert measures.filter(due_assumed=True).count() > 0
        assert not measures.filter(due_on=None, due_assumed=True).exists()
        assert not measures.filter(due_on=None).exclude(kind="long_term").exists()


def test_nothing_happened_outside_the_rounds_days(demo: Demo) -> None:
    for round_ in both(demo):
        rows = MeasureHistory.objects.filter(sub_issue__round=round_)
        assert not rows.filter(happened_on__lt=round_.feedback_on).exists()
        assert not rows.filter(happened_on__gt=DEMO_TODAY).exists()
        assert all(row.recorded_at.date() >= row.happened_on - timedelta(days=1) for row in rows)
    closed = Measure.objects.filter(sub_issue__round=demo.past, status="closed")
    last_signed = {
        row.measure_id: row.happened_on for row in MeasureHistory.objects.filter(to_status="closed", action="sign")
    }
    assert closed.count() > 90
    assert all(last_signed[measure.pk] == measure.closed_on for measure in closed)


def test_loading_again_changes_nothing(demo: Demo) -> None:
    before = (Round.objects.count(), MeasureHistory.objects.count(), User.objects.count())
    assert load_demo(DEMO_TODAY, DEMO_NOW) is False
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "nothing was changed" in out.getvalue()
    assert (Round.objects.count(), MeasureHistory.objects.count(), User.objects.count()) == before


def test_its_history_proves_itself(demo: Demo) -> None:
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


@pytest.mark.parametrize(
    "username",
    [
        "office",
        "auditor",
        "system-admin",
        "security-admin",
        "audit-admin",
        "liaison-road",
        "head-road",
        "leader-vp_road",
    ],
)
def test_the_sign_ins_are_there(demo: Demo, username: str) -> None:
    body = api(demo.person(username)).get(url("me")).json()
    assert body["username"] == username and len(body["posts"]) == 1
    assert not User.objects.get(username=username).check_password(username)


def test_the_words_in_records_are_chinese(demo: Demo) -> None:
    row = MeasureHistory.objects.filter(action="report_progress").first()
    assert row is not None
    assert any("\u4e00" <= character <= "\u9fff" for character in row.actor_name + row.department_name)


def test_the_round_shows_to_everybody_in_business_and_to_no_administrator(demo: Demo) -> None:
    counts = {
        user.username: api(demo.person(user.username)).get(url("rounds")).json()["count"]
        for user in User.objects.filter(username__in=("leader-secretary", "liaison-water", "audit-admin", "office"))
    }
    assert counts == {"leader-secretary": 2, "liaison-water": 2, "office": 2, "audit-admin": 0}


def test_the_twin_has_an_order_to_answer_and_one_that_is_concluded(demo: Demo) -> None:
    rows = api(demo.person("liaison-road")).get(url("supervision-orders")).json()["results"]
    assert [(row["round"], row["status"]) for row in rows] == [(demo.twin.pk, "issued"), (demo.twin.pk, "closed")]
    assert rows[0]["due_on"] == str(DEMO_TODAY + timedelta(days=2)) and rows[0]["available_acts"] == ["answer"]


def test_the_twin_has_two_frozen_weeks_a_brief_and_an_open_present(demo: Demo) -> None:
    client = api(demo.person("office"))
    weeks = client.get(url("dispatches"), {"round": demo.twin.pk}).json()["results"]
    assert [row["week"] for row in weeks] == [36, 35] and all(row["frozen_at"] for row in weeks)
    for week in weeks:
        lines = client.get(url("progress-reports"), {"dispatch": week["id"], "page_size": 500}).json()["results"]
        states = Counter(line["state"] for line in lines)
        assert len(lines) == 116 and states["reported"] > 80 and 0 < states["to_confirm"] < 5, states
    (brief,) = client.get(url("weekly-briefs"), {"round": demo.twin.pk}).json()["results"]
    assert (brief["dispatch"], brief["status"]) == (weeks[0]["id"], "issued")
    closed = client.get(url("weekly-briefs", brief["id"])).json()["figures"]["headline"]["measures_closed"]
    assert closed["now"] > closed["before"] > 0


@pytest.mark.parametrize(
    ("today", "weeks"),
    [
        (date(2021, 9, 13), [(2021, 35), (2021, 36)]),
        (date(2021, 9, 19), [(2021, 35), (2021, 36)]),
        # The whole week from 16 February 2026 on is the Spring Festival.
        (date(2026, 2, 25), [(2026, 6), (2026, 7)]),
        # Of the week of the Mid-Autumn Festival Monday to Saturday were worked on, of that of 4 October 2021 two days.
        (date(2021, 10, 14), [(2021, 39), (2021, 40)]),
    ],
)
def test_its_weeks_are_those_before_with_working_days(db: None, today: date, weeks: list[tuple[int, int]]) -> None:
    scenes = list(week_scenes({"mobilization_on": today - timedelta(days=33)}, today, timedelta(0)))
    opened = [scene.on.isocalendar()[:2] for scene in scenes if scene.kind == "open_week"]
    assert opened == weeks
    assert [scene.kind for scene in scenes[-4:]] == ["open_week", "confirm_week", "freeze_week", "issue_brief"]
    moments = [(scene.on, scene.order) for scene in scenes]
    assert moments == sorted(moments)
    assert all(scene.on <= today for scene in scenes)
