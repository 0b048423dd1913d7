"""The overview of the demonstration's rounds: page, file, API and the rows behind each figure agree, on any day."""

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from rectify.organization.models import User

from .demonstration import Demo
from .sending import api, url
from .test_dashboards import PAGES, figures, page, words

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("db")]
DAYS = ("2021-02-24", "2021-03-23", "2021-04-08", "2021-04-16", "2021-08-12")


def rows_behind(user: User, address: str) -> tuple[int, int]:
    """How many sub-issues and measures the API lists for the filters of a ledger's address."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(unescape(address)).query).items()}
    measures = api(user).get(url("measures"), query | {"page_size": 1}).json()["count"]
    of_sub_issues = {
        {"sub_issue_status": "status"}.get(name, name): value
        for name, value in query.items()
        if name in ("round", "as_of", "known_at", "sub_issue_status", "superior_finding", "heading")
    }
    return api(user).get(url("sub-issues"), of_sub_issues | {"page_size": 1}).json()["count"], measures


class TestRound:
    def test_the_named_days_of_the_round_as_it_was(self, demo: Demo) -> None:
        office, found = demo.person("office"), []
        for day in DAYS:
            told = figures(office, round=demo.past.pk, as_of=day)
            found.append((told["sub_issues"]["closed"], told["sub_issues"]["sustained"], told["measures"]["closed"]))
            assert (told["sub_issues"]["total"], told["measures"]["total"]) == (36, 116)
        assert found[0] == (0, 0, 0) and found[-1][:2] == (28, 8)
        assert [each[2] for each in found] == sorted(each[2] for each in found)

    @pytest.mark.long
    @pytest.mark.parametrize(("which", "day"), [("twin", ""), ("twin", "2021-09-08"), ("past", "2021-04-16")])
    def test_page_file_api_and_rows_agree(self, demo: Demo, which: str, day: str) -> None:
        office, round_ = demo.person("office"), getattr(demo, which)
        query = {"round": round_.pk} | ({"as_of": day} if day else {})
        told, html = figures(office, **query), words(page(office, **query))
        file = page(office, **query, format="csv").getvalue().decode("utf-8-sig")
        rows = {(row[0], row[1]): row[2] for row in csv.reader(io.StringIO(file))}
        assert rows["时限", "逾期"] == str(told["overdue"]) and rows["时限", "落后序时进度"] == str(told["behind"])
        assert rows["整改措施", "已完成"] == str(told["done"])
        linked = re.findall(r'<td class="number[^"]*"><a href="(/ledger/[^"]+)">([\d,]+)</a>', html)
        assert len(linked) > 8
        for address, number in linked:
            sub_issues, measures = rows_behind(office, address)
            # The whole ledger stands behind both totals.
            both = (sub_issues, measures) if "&" not in address.removesuffix(f"&amp;as_of={day}") else (measures,)
            of_sub_issues = "sub_issue_status" in address or "superior_finding" in address
            assert int(number) in ((sub_issues,) if of_sub_issues else both), address
        assert told["digest"] in html

    def test_the_change_since_the_last_frozen_week(self, demo: Demo) -> None:
        office = demo.person("office")
        told = figures(office, round=demo.twin.pk)
        since = told["since"]
        before = figures(office, round=demo.twin.pk, as_of=since["on"], known_at=since["on"])
        for name in ("done", "overdue", "due_in_10_days"):
            assert since["changes"][name] == told[name] - before[name], name
        changed = since["changes"]["measures"]["closed"]
        assert changed == told["measures"]["closed"] - before["measures"]["closed"]

    def test_a_wrong_day_or_round(self, demo: Demo) -> None:
        office = demo.person("office")
        for name in PAGES:
            for query in ({"as_of": "2021-02-23"}, {"as_of": "2999-01-01"}, {"as_of": "x"}, {"known_at": "2021-02-30"}):
                answer = page(office, name, round=demo.past.pk, **query)
                assert answer.status_code == 400 and "日期" in answer.content.decode(), (name, query)
            assert page(office, name, round=999999).status_code == 404
            assert page(office, name, round="x").status_code == 404
        for name in ("round", "departments", "leaders", "trend", "reporting"):
            client = api(office)
            assert (
                client.get(url("dashboards", name), {"round": demo.past.pk, "as_of": "1999-01-01"}).status_code == 400
            )
            assert client.get(url("dashboards", name), {"round": 999999}).status_code == 404
            assert client.get(url("dashboards", name), {}).status_code == 400
            wrong = client.get(url("dashboards", name), {"round": demo.past.pk, "as_off": "2021-04-08"})
            assert wrong.status_code == 400 and "as_off" in wrong.json()["errors"]


class TestOwners:
    def test_what_hurts_most_stands_first(self, demo: Demo) -> None:
        office = demo.person("office")
        for name, groups in (("departments", "by_department"), ("leaders", "by_leader")):
            told = api(office).get(url("dashboards", name), {"round": demo.twin.pk}).json()
            late = [(row["overdue"], row["behind"], row["due_in_10_days"]) for row in told["results"]]
            assert late == sorted(late, reverse=True)
            of_round = {row["key"]: row for row in figures(office, round=demo.twin.pk)[groups]}
            for row in told["results"]:
                assert of_round[row["key"]].items() <= row.items()
                assert row["open"] == row["total"] - row["closed"] - row["sustained"]
                assert [set(load) for load in row["weeks"]] == [{"week", "on", "open", "overdue", "closed"}] * 2

    def test_a_departments_own_page(self, demo: Demo) -> None:
        office = demo.person("office")
        first = figures(office, round=demo.twin.pk)["by_department"][0]
        html = words(page(office, "department", first["id"], round=demo.twin.pk))
        assert first["name"] in html and f"牵头措施{first['total']}条" in html
        assert page(office, "department", 999999, round=demo.twin.pk).status_code == 404


class TestReporting:
    def test_the_map_counts_the_boards_lines(self, demo: Demo) -> None:
        office = demo.person("office")
        told = api(office).get(url("dashboards", "reporting"), {"round": demo.twin.pk}).json()
        assert [week["open"] for week in told["weeks"]] == [False, False]
        for week in told["weeks"]:
            dispatch = api(office).get(url("dispatches", week["dispatch"])).json()
            totals = {
                name: sum(row["weeks"].get(week["week"], {}).get(name, 0) for row in told["departments"])
                for name in ("reported", "late", "unconfirmed", "missing", "returned", "exempt", "owed")
            }
            counts = dispatch["counts"]
            assert totals["reported"] == counts["reported"] and totals["exempt"] == counts["exempt"]
            assert totals["missing"] == counts["to_report"] + counts["saved"]
            assert totals["owed"] == sum(counts.values()) - counts["exempt"]

    def test_the_file_is_a_picture_that_stands_alone(self, demo: Demo) -> None:
        for name in ("reporting-map", "round-curve"):
            answer = page(demo.person("office"), name, round=demo.twin.pk, as_of="2021-09-10")
            svg = answer.content.decode()
            assert answer["Content-Type"] == "image/svg+xml" and "attachment" in answer["Content-Disposition"]
            assert (
                svg.startswith("<?xml") and "数据截至 2021-09-10" in svg and "--overdue" in svg and "<script" not in svg
            )


class TestTrend:
    def test_each_point_is_that_days_figure(self, demo: Demo) -> None:
        office = demo.person("office")
        told = api(office).get(url("dashboards", "trend"), {"round": demo.past.pk, "as_of": "2021-08-12"}).json()
        points = {point["on"]: point for point in told["points"]}
        days = list(points)
        assert days == sorted(days) and (days[0], days[-1]) == ("2021-02-24", "2021-08-12")
        for day in days[:: max(1, len(days) // 4)]:
            that_day = figures(office, round=demo.past.pk, as_of=day)
            point = points[day]
            assert (point["total"], point["done"]) == (that_day["measures"]["total"], that_day["done"]), day
            assert point["closed"] == that_day["measures"]["closed"]
            assert point["sub_issues_closed"] == that_day["sub_issues"]["closed"]
            assert point["planned"] == sum(due <= day for due in told["due"])
