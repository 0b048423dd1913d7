"""Two days of the demonstration compared: on its named days, and since its newest frozen week."""

import csv
from io import StringIO

import pytest

from .demonstration import DEMO_TODAY, Demo
from .looking import numbers, page, signed_in
from .sending import api, url
from .test_compared import asked, told

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.once]
NAMED_DAYS = ("2021-02-24", "2021-03-23", "2021-04-08", "2021-04-16", "2021-08-12")


@pytest.mark.long
@pytest.mark.parametrize("number", range(len(NAMED_DAYS) - 1))
def test_between_the_named_days_the_demonstration_tells_what_its_lists_tell(demo: Demo, number: int) -> None:
    earlier, later = NAMED_DAYS[number : number + 2]
    client = api(demo.person("auditor"))
    body = asked(demo.person("auditor"), demo.past, **{"from": earlier, "to": later})
    for day, figures in ((earlier, body["figures"]["from"]), (later, body["figures"]["to"])):
        whole = client.get(url("dashboards/round"), {"round": demo.past.pk, "as_of": day}).json()
        planned = {"planned": whole["measures"]["planned"]}
        assert figures["measures"] | planned == whole["measures"]
        assert all(whole[name] == value for name, value in figures.items() if name != "measures")

    def closed(collection: str, day: str) -> set[int]:
        query = {"round": demo.past.pk, "as_of": day, "status": "closed", "page_size": 500}
        return {row["id"] for row in client.get(url(collection), query).json()["results"]}

    for what, collection in (("measure", "measures"), ("sub_issue", "sub-issues")):
        expected = closed(collection, later) - closed(collection, earlier)
        found = {pk for kind, each, pk in told(body) if (kind, each) == ("closed", what)}
        assert found == expected
    difference = body["figures"]["difference"]["measures"]["closed"]
    assert difference == body["figures"]["to"]["measures"]["closed"] - body["figures"]["from"]["measures"]["closed"]


def test_from_23_march_to_8_april_the_page_the_api_and_the_file_agree(demo: Demo) -> None:
    office = demo.person("office")
    query = {"from": "2021-03-23", "to": "2021-04-08"}
    body = asked(office, demo.past, **query)
    assert body["counts"]["closed"] == {"sub_issues": 3, "measures": 21}
    address = f"/round/changes/?round={demo.past.pk}&from=2021-03-23&to=2021-04-08"
    html = page(office, address)
    for change in body["changes"]:
        kind = "sub-issues" if change["what"] == "sub_issue" else "measures"
        assert f'href="/{kind}/{change["id"]}/?as_of=2021-04-08"' in html
    linked = numbers(html)
    assert linked["&status=closed"] == body["figures"]["to"]["measures"]["closed"]
    assert linked["&due_within=10"] == body["figures"]["to"]["due_in_10_days"]
    text = signed_in(office).get(f"{address}&format=csv").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert len([row for row in rows if row[1]]) - 1 == len(body["changes"])
    assert all(row[-4:] == ["2021-03-23", "2021-04-08", DEMO_TODAY.isoformat(), body["digest"]] for row in rows[1:])


def test_without_days_it_tells_what_changed_since_the_newest_frozen_week(demo: Demo) -> None:
    auditor = demo.person("auditor")
    weeks = api(auditor).get(url("dispatches"), {"round": demo.twin.pk}).json()["results"]
    frozen = sorted(week["frozen_at"][:10] for week in weeks)
    body = asked(auditor, demo.twin)
    assert (body["from"], body["to"]) == (frozen[-1], DEMO_TODAY.isoformat())
    assert asked(auditor, demo.twin, to=frozen[-1])["from"] == frozen[0]
    assert asked(auditor, demo.twin, as_of=frozen[-1])["to"] == frozen[-1]
    assert asked(auditor, demo.twin, known_at=frozen[0])["from"] == frozen[0]
    assert asked(auditor, demo.past)["from"] == demo.past.feedback_on.isoformat()
    feedback = demo.past.feedback_on.isoformat()
    same = asked(auditor, demo.past, to=feedback)
    assert (same["from"], same["to"], same["changes"]) == (feedback, feedback, [])
