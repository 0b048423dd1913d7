"""The overview of many rounds: the figures of each round's own page, of lists and of frozen weeks, for its readers."""

import csv
from datetime import date, datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.models import Round
from rectify.dashboards.figures.many import round_lines
from rectify.dashboards.pages.many_words import line_of
from rectify.dispatch.freezing import freeze_week
from rectify.dispatch.models import Dispatch
from rectify.dispatch.opening import open_week
from rectify.organization.models import Organization, User
from rectify.web import clock
from rectify.web.moments import Moment

from .building import CHINA, FEEDBACK_ON, TODAY, Ledger, Place, act_by, build_ledger, build_organization
from .driving import drive, drive_sub_issue
from .looking import page, signed_in
from .sending import api, url
from .test_bad_input import problem

pytestmark = pytest.mark.usefixtures("db", "evidence_root")
OVERVIEW = url("dashboards/overview")
FRIDAY = datetime(2021, 3, 12, 15, 0, tzinfo=CHINA)


def listed(user: User, **query: Any) -> dict[str, Any]:
    answer = api(user).get(OVERVIEW, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def line(user: User, round_: Round, **query: Any) -> dict[str, Any]:
    (found,) = [each for each in listed(user, **query)["results"] if each["round"] == round_.pk]
    return found


def moved(ledger: Ledger) -> Ledger:
    """With something in most states, and something late."""
    drive(ledger.measures[0], "closed", date(2021, 3, 10))
    drive(ledger.measures[1], "in_progress", date(2021, 3, 11))
    drive(ledger.measures[2], "sustained", date(2021, 3, 11))
    return ledger


def frozen(ledger: Ledger, at: datetime = FRIDAY) -> Dispatch:
    """A week that was opened on its Monday and frozen at a moment."""
    office = ledger.people["office"]
    monday = at - timedelta(days=at.weekday(), hours=5)
    with clock.stopped_at(monday):
        week = open_week(act_by(office, monday.date(), monday), ledger.round.pk, {})
    with clock.stopped_at(at):
        freeze_week(act_by(office, at.date(), at), week.pk, {"version": week.version})
    week.refresh_from_db()
    return week


def agrees(row: dict[str, Any], whole: dict[str, Any]) -> None:
    """The figures of a row are those of the round's own dashboard."""
    for name in ("sub_issues", "measures", "overdue", "due_in_10_days", "due_in_20_days", "as_of"):
        assert row[name] == whole[name], name


@pytest.mark.long
def test_each_round_has_the_figures_of_its_own_page_and_of_the_lists(place: Place, other: Ledger) -> None:
    late = {"due_on": date(2021, 3, 20)}
    ledger = moved(build_ledger(place, measures=[late, {}, late]))
    second = build_ledger(place, title="另一轮", sub_issues=1, measures=[{"due_on": date(2021, 4, 5)}])
    empty = build_ledger(place, title="空", sub_issues=1, measures=0, approve=False)
    drive_sub_issue(second.sub_issue, "closed")
    auditor = place.people["auditor"]
    client = api(auditor)
    body = listed(auditor)
    assert {row["round"] for row in body["results"]} == {each.round.pk for each in (ledger, second, empty)}
    assert (body["count"], body["count_exact"], body["next"]) == (3, True, None)
    for row in body["results"]:
        agrees(row, client.get(url("dashboards/round"), {"round": row["round"]}).json())
        counted = {"done": {"done": "true"}, "overdue": {"overdue": "true"}, "behind": {"behind": "true"}}
        for name, filters in counted.items():
            query = {"round": row["round"], "page_size": 1, **filters}
            assert row[name] == client.get(url("measures"), query).json()["count"], name
    assert line(auditor, ledger.round)["overdue"] > 0 and line(auditor, ledger.round)["behind"] == 0
    assert listed(other.people["office"])["count"] == 1
    agrees(
        line(other.people["office"], other.round),
        api(other.people["office"]).get(url("dashboards/round"), {"round": other.round.pk}).json(),
    )


@pytest.mark.long
def test_every_number_leads_to_as_many_rows(ledger: Ledger) -> None:
    moved(ledger)
    frozen(ledger)
    with clock.stopped_at(FRIDAY + timedelta(days=3)):
        open_week(act_by(ledger.people["office"], date(2021, 3, 15)), ledger.round.pk, {})
    client = api(ledger.people["auditor"])
    today = Moment(TODAY, None, TODAY)
    for moment in (today, Moment(date(2021, 3, 14), None, TODAY)):
        (found,) = round_lines([ledger.round], moment)
        links = [cell for cell in line_of(found, moment).cells if cell.url.startswith("/ledger/")]
        assert len(links) > 3
        for cell in links:
            query = dict(parse_qsl(urlsplit(cell.url).query))
            collection = "measures"
            if cell.column.under == "sub_issues":
                collection = "sub-issues"
                query = {name.removeprefix("sub_issue_"): value for name, value in query.items()}
            assert client.get(url(collection), query).json()["count"] == cell.number, cell.url


@pytest.mark.long
def test_a_past_day_shows_the_newest_week_frozen_by_then(ledger: Ledger) -> None:
    drive(ledger.measures[0], "closed", date(2021, 3, 10))
    first = frozen(ledger)
    drive(ledger.measures[1], "closed", date(2021, 3, 17))
    second = frozen(ledger, FRIDAY + timedelta(days=7))
    drive(ledger.measures[2], "closed", date(2021, 3, 24))
    auditor = ledger.people["auditor"]
    for day, week, frozen_on, closed in (
        ("2021-03-12", first, "2021-03-12", 1),
        ("2021-03-18", first, "2021-03-12", 1),
        ("2021-03-19", second, "2021-03-19", 2),
        ("2021-03-30", second, "2021-03-19", 2),
    ):
        row = line(auditor, ledger.round, as_of=day)
        assert (row["as_of"], row["frozen_on"], row["week"]) == (frozen_on, frozen_on, str(week.iso_week))
        assert row["measures"]["closed"] == closed
        assert row["reported"]["dispatch"] == week.pk and not row["reported"]["open"]
        days = {"as_of": frozen_on, "known_at": frozen_on}
        agrees(row, api(auditor).get(url("dashboards/round"), {"round": ledger.round.pk, **days}).json())
    before = line(auditor, ledger.round, as_of="2021-03-11")
    assert (before["as_of"], before["measures"], before["overdue"], before["reported"]) == (None, None, None, None)
    assert line(auditor, ledger.round, as_of="2021-03-20", known_at="2021-03-15")["frozen_on"] == "2021-03-12"
    present = line(auditor, ledger.round)
    assert (present["as_of"], present["week"]) == (TODAY.isoformat(), str(second.iso_week))
    assert present["measures"]["closed"] == 3 and present["reported"]["dispatch"] == second.pk
    html = page(ledger.people["office"], "/rounds/?as_of=2021-03-11")
    assert "—" in html and "2021-03-11" in html


def test_the_week_that_is_open_stands_before_the_newest_that_is_frozen(ledger: Ledger) -> None:
    frozen(ledger)
    with clock.stopped_at(FRIDAY + timedelta(days=3)):
        week = open_week(act_by(ledger.people["office"], date(2021, 3, 15)), ledger.round.pk, {})
    row = line(ledger.people["auditor"], ledger.round)
    assert row["reported"]["dispatch"] == week.pk and row["reported"]["open"]
    assert (row["reported"]["owed"], row["reported"]["missing"]) == (4, 4)
    assert row["frozen_on"] == "2021-03-12"


@pytest.mark.long
def test_a_superiors_office_sees_the_rounds_below_it_and_no_others(db: None, other: Ledger) -> None:
    above = build_organization("above")
    own = build_ledger(above, title="本级", sub_issues=1, measures=1)
    below = moved(build_ledger(build_organization("bureau", parent=above.organization)))
    office = above.people["office"]
    assert {row["round"] for row in listed(office)["results"]} == {own.round.pk, below.round.pk}
    agrees(line(office, below.round), api(office).get(url("dashboards/round"), {"round": below.round.pk}).json())
    assert {row["round"] for row in listed(office, organization="bureau")["results"]} == {below.round.pk}
    assert {row["round"] for row in listed(above.people["liaison-road"])["results"]} == {own.round.pk}
    assert {row["round"] for row in listed(below.people["office"])["results"]} == {below.round.pk}
    html = page(office, "/rounds/")
    assert 'name="organization"' in html and "bureau 单位" in html and other.round.organization.name not in html
    problem(api(office).get(OVERVIEW, {"organization": other.round.organization.key}), 400)


def test_administrators_and_people_without_a_role_are_refused(ledger: Ledger) -> None:
    for name in ("system-admin", "security-admin", "audit-admin", "nobody"):
        problem(api(ledger.people[name]).get(OVERVIEW), 403)
        assert signed_in(ledger.people[name]).get("/rounds/").status_code == 403


@pytest.mark.long
def test_it_is_narrowed_by_status_and_by_words(place: Place) -> None:
    first = build_ledger(place, title="巡视整改", sub_issues=1, measures=1)
    second = build_ledger(place, title="审计整改", sub_issues=1, measures=1, approve=False)
    office = place.people["office"]

    def found(**query: str) -> set[int]:
        return {row["round"] for row in listed(office, **query)["results"]}

    assert found(status="draft") == {second.round.pk}
    assert found(status="draft,active") == {first.round.pk, second.round.pk}
    assert found(search="审计") == {second.round.pk}
    assert found(search="bureau 巡视") == {first.round.pk}
    assert found(search="没有") == set()
    assert "巡视整改" not in page(office, "/rounds/?search=审计").split('id="live"')[1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "done"}, "status"),
        ({"search": "长" * 101}, "search"),
        ({"organization": "nobody-knows"}, "organization"),
        ({"as_of": "2099-01-01"}, "as_of"),
        ({"as_of": "gestern"}, "as_of"),
        ({"known_at": "2099-01-01"}, "known_at"),
        ({"page": "0"}, "page"),
        ({"page": "zwei"}, "page"),
        ({"page": "99999999999"}, "page"),
        ({"page_size": "501"}, "page_size"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(ledger: Ledger, query: dict[str, str], field: str) -> None:
    office = ledger.people["office"]
    assert list(problem(api(office).get(OVERVIEW, query), 400)["errors"]) == [field]
    assert signed_in(office).get("/rounds/", query).status_code == 400


def test_what_it_does_not_know_is_refused(ledger: Ledger) -> None:
    office = ledger.people["office"]
    problem(api(office).get(OVERVIEW, {"ordering": "title"}), 400)
    problem(api(office).get(OVERVIEW, {"page": "2"}), 404)
    assert signed_in(office).get("/rounds/", {"page": "2"}).status_code == 404
    many = "&".join(f"filter_{number}=1" for number in range(10_000))
    assert api(office).get(f"{OVERVIEW}?{many}").status_code in (400, 413)
    assert signed_in(office).get(f"/rounds/?{many}").status_code in (400, 413)


def copies(ledger: Ledger, count: int) -> None:
    """Rounds beside that of the ledger, in organisations below its own."""
    below = Organization.objects.bulk_create(
        Organization(key=f"below-{number}", name=f"下属{number}", parent=ledger.round.organization)
        for number in range(count)
    )
    Round.objects.bulk_create(
        Round(organization=each, title="下属单位整改", feedback_on=FEEDBACK_ON, status="active") for each in below
    )


@pytest.mark.long
def test_fifty_stand_on_a_page_and_the_sums_are_those_of_the_page(ledger: Ledger) -> None:
    moved(ledger)
    copies(ledger, 60)
    office = ledger.people["office"]
    first, second = listed(office), listed(office, page="2")
    assert (first["count"], len(first["results"]), len(second["results"])) == (61, 50, 11)
    assert first["next"] and second["previous"] and not second["next"]
    rounds = [row["round"] for row in first["results"] + second["results"]]
    assert len(set(rounds)) == 61
    html = page(office, "/rounds/?page=2")
    (row,) = [row for row in second["results"] if row["round"] == ledger.round.pk]
    sums = html.split("<tfoot>")[1]
    assert f">{row['measures']['total']}<" in sums and f">{row['measures']['closed']}<" in sums
    assert "rank" not in html.lower().split('id="live"')[1].split("</table>")[0]
    text = signed_in(office).get("/rounds/?format=csv").getvalue().decode("utf-8-sig")
    lines = list(csv.reader(StringIO(text)))
    assert len(lines) == 62 and {len(each) for each in lines} == {len(lines[0])}


def test_an_open_page_asks_and_hears_nothing_until_one_of_its_rounds_changed(ledger: Ledger, other: Ledger) -> None:
    client = signed_in(ledger.people["office"])
    html = client.get("/rounds/").content.decode()
    asking = unescape(html.split('class="live" hx-get="')[1].split('"')[0])
    assert client.get(asking).status_code == 204
    drive(other.measure, "in_progress")
    assert client.get(asking).status_code == 204
    drive(ledger.measure, "in_progress")
    assert client.get(asking).status_code == 200


def statements(user: User, **query: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        listed(user, **query)
    return len(captured.captured_queries)


def of_page(user: User, address: str) -> int:
    client = signed_in(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code in (200, 204)
    return len(captured.captured_queries)


@pytest.mark.long
@pytest.mark.parametrize("more", [0, 3, 40])
def test_the_statements_are_pinned_whatever_the_number_of_rounds(ledger: Ledger, more: int) -> None:
    frozen(ledger)
    with clock.stopped_at(FRIDAY + timedelta(days=3)):
        open_week(act_by(ledger.people["office"], date(2021, 3, 15)), ledger.round.pk, {})
    copies(ledger, more)
    office = ledger.people["office"]
    assert statements(office) == 7
    assert statements(office, as_of="2021-03-30") == 4
    assert of_page(office, "/rounds/") == 14


def test_the_way_to_it_stands_where_there_is_more_than_one_round(ledger: Ledger) -> None:
    office = ledger.people["office"]
    assert 'href="/rounds/"' not in page(office, f"/round/?round={ledger.round.pk}")
    copies(ledger, 1)
    assert page(office, f"/round/?round={ledger.round.pk}").count('href="/rounds/"') == 2
    assert 'href="/rounds/?as_of=2021-03-20"' in page(office, f"/round/?round={ledger.round.pk}&as_of=2021-03-20")
