"""The ledger page and the split table over the whole demonstration: the API's rows, and figures that lead to theirs."""

import csv
import io
import re
from typing import Any

import pytest

from measures.models import Measure

from .demonstration import Demo
from .ledger_reading import body, browser, figures_on, in_api, measures_on, sub_issues_on

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NOTICE = "as_of=2021-08-12"
FILTERS = [
    "",
    "status=closed",
    "status=closed,in_review",
    "done=true",
    "done=false",
    "kind=long_term",
    "lead_department=road",
    "responsible_department=plan",
    "responsible_leader=vp_road",
    "overdue=true",
    "due_within=10",
    "due_within=20",
    "search=公路",
    "search=党组 会议",
    "search=没有这样的词",
    "ordering=due_on",
    "ordering=-progress",
    "ordering=-number",
    "ordering=number",
    "lead_department=road&status=in_progress&ordering=-due_on",
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("moment", "each"),
    [
        ("", 2),
        pytest.param("", 1, marks=pytest.mark.soak),
        pytest.param(NOTICE, 2, marks=pytest.mark.soak),
        pytest.param("as_of=2021-03-31&known_at=2021-03-20", 5, marks=pytest.mark.soak),
    ],
    ids=["now", "all", "then", "known"],
)
def test_the_page_shows_the_rows_of_the_api(demo: Demo, moment: str, each: int) -> None:
    client = browser(demo.person("auditor"))
    for query in FILTERS[::each]:
        address = f"round={demo.past.pk}&{moment}&{query}".rstrip("&")
        page = client.get(f"/ledger/?{address}")
        assert page.status_code == 200, query
        assert measures_on(body(page)) == in_api(client, address), query


@pytest.mark.long
@pytest.mark.parametrize(("name", "moment"), [pytest.param("twin", "", marks=pytest.mark.soak), ("past", NOTICE)])
def test_each_figure_leads_to_just_the_rows_that_it_counts(demo: Demo, name: str, moment: str) -> None:
    client = browser(demo.person("office"))
    figures = figures_on(body(client.get(f"/ledger/?round={getattr(demo, name).pk}&{moment}")))
    assert len(figures) == 16
    for line, number, url in figures:
        page = body(client.get(url))
        rows = sub_issues_on(page) if line == "Sub-issues" else measures_on(page)
        assert len(rows) == number, (line, url)


def test_on_the_notice_day_28_are_closed_and_8_go_on(demo: Demo) -> None:
    client = browser(demo.person("leader-secretary"), "zh-hans")
    page = body(client.get(f"/ledger/?round={demo.past.pk}&{NOTICE}"))
    assert "36条具体问题中已销号28条，持续推进8条" in page
    numbers = {url.rpartition("&")[2]: number for _line, number, url in figures_on(page)}
    assert numbers["sub_issue_status=closed"] == 28
    assert numbers["sub_issue_status=sustained"] == 8
    assert "方案批准116条" in page
    assert "反馈问题在文件中一处记为25项、一处记为24项" in page
    assert "36条具体问题中有9条未公开" in page
    answer = client.get(f"/api/v1/dashboards/round/?round={demo.past.pk}&{NOTICE}")
    assert answer.json()["digest"] in page


def test_the_whole_tree_is_there(demo: Demo) -> None:
    page = body(browser(demo.person("office")).get(f"/ledger/?round={demo.past.pk}"))
    levels = [len(re.findall(f'class="level-{level}[ "]', page)) for level in range(5)]
    assert levels == [4, 13, 24, 36, 116]


def test_only_branches_with_hits_are_shown(demo: Demo) -> None:
    client = browser(demo.person("office"))
    page = body(client.get(f"/ledger/?round={demo.past.pk}&lead_department=road"))
    ids, parents = re.findall(r'data-tree-id="(\w+)"', page), re.findall(r'data-tree-parent="(\w+)"', page)
    assert set(parents) <= set(ids)
    assert set(ids) - set(parents) == {f"m{pk}" for pk in measures_on(page)}


def test_a_search_finds_two_characters_inside_sentences_and_says_so_when_it_does_not(demo: Demo) -> None:
    client = browser(demo.person("office"))
    assert measures_on(body(client.get(f"/ledger/?round={demo.past.pk}&search=枢纽")))
    nothing = body(client.get(f"/ledger/?round={demo.past.pk}&search=没有这样的词"))
    assert not measures_on(nothing)
    assert "Nothing fits these filters." in nothing


@pytest.mark.long
def test_the_export_links_give_just_what_is_shown(demo: Demo) -> None:
    client = browser(demo.person("office"))
    for query in ("lead_department=road&ordering=-due_on", "sub_issue_status=sustained", f"{NOTICE}&status=closed"):
        page = body(client.get(f"/ledger/?round={demo.past.pk}&{query}"))
        url = next(url for url in re.findall(r'href="([^"]*)"', page) if url.endswith("format=csv"))
        answer: Any = client.get(url)
        lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))[1:]
        shown = Measure.objects.in_bulk(measures_on(page))
        assert [line[0] for line in lines] == [
            measure.number for measure in map(shown.get, measures_on(page)) if measure
        ]
        xlsx: Any = client.get(url.replace("format=csv", "format=xlsx"))
        assert b"".join(xlsx.streaming_content).startswith(b"PK")


def test_the_split_table_holds_everything_beside_each_other(demo: Demo) -> None:
    client = browser(demo.person("auditor"), "zh-hans")
    page = body(client.get(f"/split-table/?round={demo.past.pk}&{NOTICE}"))
    assert [int(number) for number in re.findall(r'<li><span class="figure-number">(\d+)', page)] == [25, 24, 36, 116]
    assert len(re.findall('class="split-measure"', page)) == 116
    spans = [int(span) for span in re.findall(r'class="split-finding"[^>]* rowspan="(\d+)"', page)]
    assert len(spans) == 24 and sum(spans) == 116
    spans = [int(span) for span in re.findall(r'class="split-sub-issue" rowspan="(\d+)"', page)]
    assert len(spans) == 36 and sum(spans) == 116
    assert "<dt>未公开</dt><dd>9条具体问题：" in page
    answer: Any = client.get(f"/split-table/?round={demo.past.pk}&format=csv")
    assert len(list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))) == 117
