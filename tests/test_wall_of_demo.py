"""The wall chart over the whole demonstration: page, wall, picture, rows and API tell the same as the lists."""

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from issues.models import Heading
from issues.states import SubIssueStatus
from measures.models import Measure
from measures.states import OPEN

from .demonstration import DEMO_TODAY, Demo
from .ledger_reading import browser, in_api
from .sending import url
from .test_wall import API, FILE, FULL, WALL, bars, measures_of, told

pytestmark = [pytest.mark.once, pytest.mark.django_db]


FILTERS = (
    "",
    "heading={heading}",
    "lead_department=road",
    "responsible_leader=vp_road",
    "status=" + ",".join(sorted(OPEN)),
    "overdue=true",
    "overdue=false&kind=immediate",
    "behind=true",
    "kind=long_term",
    "search=交通",
    "due_within=20",
    "status=cancelled",
)


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("day", ["", "&as_of=2021-08-20"])
def test_are_those_of_the_list(demo: Demo, filters: str, day: str) -> None:
    heading = Heading.objects.filter(round=demo.twin, parent=None).first()
    query = f"round={demo.twin.pk}&{filters.format(heading=heading and heading.pk)}{day}"
    client = browser(demo.person("office"))
    wanted = sorted(in_api(client, query))
    page = client.get(f"{WALL}?{query}").content.decode()
    assert sorted(bars(page)) == wanted
    assert bars(page) == bars(page, "narrow")
    assert sorted(row["id"] for row in measures_of(client.get(f"{API}?{query}").json())) == wanted
    rows = list(csv.DictReader(io.StringIO(read_csv(client, query))))
    assert len(rows) == len(wanted)


@pytest.mark.parametrize("day", ["", "2021-08-20"])
def test_figures_are_the_rounds(demo: Demo, day: str) -> None:
    client = browser(demo.person("office"))
    query = {"round": demo.twin.pk, **({"as_of": day} if day else {})}
    figures = client.get(url("dashboards/round"), query).json()
    chart = told(client, **query)
    rows = measures_of(chart)
    assert len(rows) == figures["measures"]["total"]
    assert sum(row["overdue"] for row in rows) == figures["overdue"]
    for status in ("closed", "in_progress", "in_review", "sustained"):
        assert sum(row["status"] == status for row in rows) == figures["measures"][status]
    states = [each["status"] for heading in chart["headings"] for each in heading["sub_issues"]]
    for status in SubIssueStatus:
        assert states.count(status) == figures["sub_issues"][status]
    assert chart["digest"] == figures["digest"]
    assert [heading["number"] for heading in chart["headings"]] == ["1", "2", "3", "4"]


def test_the_wall_shows_every_row_once_in_its_heading_and_what_presses_first(demo: Demo) -> None:
    client = browser(demo.person("office"))
    page = client.get(f"{FULL}?round={demo.twin.pk}").content.decode()
    rows = measures_of(told(client, round=demo.twin.pk))
    found = bars(page, "screen")
    soon = set(in_api(client, f"round={demo.twin.pk}&due_within=10"))
    late = {row["id"] for row in rows if row["overdue"]}
    pressing = len(late | soon)
    assert set(found[: len(late)]) == late and late
    assert set(found[:pressing]) == late | soon
    assert found[pressing:] == [row["id"] for row in rows]
    assert page.count("data-wall-page ") == page.count("data-wall-dot ") > 4
    # Each page has fills of its own, since a hidden picture paints nothing in another.
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_picture_alone_is_whole(demo: Demo) -> None:
    answer = browser(demo.person("office")).get(f"{FILE}?round={demo.twin.pk}&as_of=2021-08-20")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "wall-chart-2021-08-20.svg" in answer["Content-Disposition"]
    svg = ElementTree.fromstring(answer.content)  # noqa: S314 -- our own
    text = "".join(svg.itertext())
    for measure in Measure.objects.filter(sub_issue__round=demo.twin):
        assert f"{measure.number} " in text
    assert demo.twin.title in text and "2021-08-20" in text
    assert "href=" not in answer.content.decode()


def test_a_far_deadline_does_not_press_the_others_together(demo: Demo) -> None:
    client = browser(demo.person("office"))
    chart = told(client, round=demo.twin.pk)
    due = sorted(row["due_on"] for row in measures_of(chart) if row["due_on"])
    assert chart["until"] < due[-1]
    assert chart["from"] <= DEMO_TODAY.isoformat() < chart["until"]
    assert sum(day <= chart["until"] for day in due) > 0.8 * len(due)
    page = client.get(f"{WALL}?round={demo.twin.pk}").content.decode()
    wide = page[: page.index("wall-form-narrow")]
    # One arrow more stands in the words for them.
    beyond = [
        row
        for row in measures_of(chart)
        if row["due_on"] and row["due_on"] > chart["until"] and row["status"] != "sustained"
    ]
    assert wide.count('class="wall-arrow"') == len(beyond) + 1


def read_csv(client: Client, query: str) -> str:
    answer: Any = client.get(f"{WALL}?{query}&format=csv")
    assert answer.status_code == 200
    return answer.getvalue().decode("utf-8-sig")
