"""What the homes say of the demonstration, against what the API says of the same day."""

import re
from typing import Any

import pytest
from django.urls import reverse

from .demonstration import Demo
from .looking import numbers, page, signed_in
from .sending import url

pytestmark = pytest.mark.once


def dashboard(demo: Demo, which: str = "twin", **params: str) -> dict[str, Any]:
    client = signed_in(demo.person("office"))
    round_ = getattr(demo, which)
    return client.get(url("dashboards", "round"), {"round": round_.pk, **params}).json()


@pytest.mark.django_db
class TestNumbers:
    """What a home says equals what the API says of the same day, and each figure leads to its rows."""

    def test_the_secretary_hears_the_round_in_one_sentence(self, demo: Demo) -> None:
        told, found = dashboard(demo), numbers(page(demo.person("leader-secretary")))
        assert found[""] in (told["sub_issues"]["total"], told["measures"]["total"])
        assert found["sub_issue_status=closed"] == told["sub_issues"]["closed"]
        assert found["status=closed"] == told["measures"]["closed"]
        assert found["overdue=true"] == told["overdue"]
        assert found["due_within=10"] == told["due_in_10_days"]

    def test_the_secretary_sees_every_member_of_the_group(self, demo: Demo) -> None:
        told, found = dashboard(demo), numbers(page(demo.person("leader-secretary")))
        for member in told["by_leader"]:
            mine = f"responsible_leader={member['id']}"
            assert found[mine] == member["total"]
            assert found.get(f"{mine}&status=closed", 0) == member["closed"]
            assert found.get(f"{mine}&overdue=true", 0) == member["overdue"]

    def test_members_stand_in_the_order_of_their_posts(self, demo: Demo) -> None:
        html = page(demo.person("leader-secretary"))
        titles = [member["title"] for member in dashboard(demo)["by_leader"]]
        places = [html.index(f'<th scope="row">{title}</th>') for title in titles]
        assert places == sorted(places)

    def test_the_office_sees_the_departments_worst_first(self, demo: Demo) -> None:
        html = page(demo.person("office"))
        told, found = dashboard(demo), numbers(html)
        for department in told["by_department"]:
            mine = f"lead_department={department['id']}"
            for status in ("not_started", "in_progress", "completed", "in_review", "closed"):
                assert found.get(f"{mine}&status={status}", 0) == department[status]
            assert found.get(f"{mine}&overdue=true", 0) == department["overdue"]
        late = [d["overdue"] for d in told["by_department"]]
        shown = re.findall(r'<th scope="row"><a href="[^"]*lead_department=(\d+)', html)
        by_id = {str(d["id"]): d["overdue"] for d in told["by_department"]}
        assert [by_id[pk] for pk in shown] == sorted(late, reverse=True)

    def test_a_department_counts_its_own(self, demo: Demo) -> None:
        told = dashboard(demo)
        road = next(d for d in told["by_department"] if d["key"] == "road")
        for username in ("liaison-road", "head-road"):
            found = numbers(page(demo.person(username)))
            mine = f"lead_department={road['id']}"
            assert found[mine] == road["total"]
            assert found[f"{mine}&status=closed"] == road["closed"]
            assert found[f"{mine}&status=in_progress"] == road["in_progress"]
            assert found.get(f"{mine}&overdue=true", 0) == road["overdue"]

    def test_a_leader_counts_the_own_items(self, demo: Demo) -> None:
        leader = next(row for row in dashboard(demo)["by_leader"] if row["key"] == "vp_road")
        found = numbers(page(demo.person("leader-vp_road")))
        mine = f"responsible_leader={leader['id']}"
        assert found[mine] == leader["total"]
        assert found[f"{mine}&status=closed"] == leader["closed"]

    def test_an_auditor_sees_from_25_to_116_and_the_digest(self, demo: Demo) -> None:
        html = page(demo.person("auditor"), f"/?round={demo.past.pk}")
        assert re.findall(r'home-total-number">(\d+)<', html) == ["25", "24", "36", "116"]
        assert dashboard(demo, "past")["digest"] in html
        assert reverse("split-table") in html

    @pytest.mark.long
    @pytest.mark.parametrize("username", ["liaison-road", "head-road", "office", "leader-secretary", "auditor"])
    def test_a_past_day_shows_that_day_and_nothing_to_do(self, demo: Demo, username: str) -> None:
        html = page(demo.person(username), f"/?round={demo.past.pk}&as_of=2021-04-01")
        assert "/report/" not in html
        assert "/todo/measure/" not in html
        if username in ("office", "leader-secretary"):
            told, found = dashboard(demo, "past", as_of="2021-04-01"), numbers(html)
            assert found["status=closed"] == told["measures"]["closed"]
            assert found["sub_issue_status=closed"] == told["sub_issues"]["closed"]

    def test_on_the_notice_day_28_are_closed_and_8_go_on(self, demo: Demo) -> None:
        found = numbers(page(demo.person("leader-secretary"), f"/?round={demo.past.pk}&as_of=2021-08-12"))
        assert (found["sub_issue_status=closed"], found["sub_issue_status=sustained"]) == (28, 8)
