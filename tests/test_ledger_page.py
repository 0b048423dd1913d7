"""The ledger page and the split table: who sees what, words for bad input, rows that come anew, statements counted."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from measures.models import Measure
from measures.round_digest import round_digest
from rectify.dashboards.ledger.filters import LABELS
from rectify.dashboards.ledger.words import reconcile
from rectify.web.moments import Moment

from .building import TODAY, Ledger, Place, build_ledger
from .driving import do, drive, drive_sub_issue
from .ledger_reading import body, browser, measures_on, sub_issues_on

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("evidence_root")]
WRONG = {
    "status=gone": "status",
    "kind=never": "kind",
    "heading=first": "heading",
    "heading=999999999999999999999999999": "heading",
    "special_plan=1e30": "special_plan",
    "special_plan=x": "special_plan",
    "lead_department=nowhere": "lead_department",
    "responsible_leader=99999999": "responsible_leader",
    "due_within=soon": "due_within",
    "due_within=-1": "due_within",
    "due_before=2021-02-30": "due_before",
    "ordering=colour": "ordering",
    "sub_issue_status=gone": "sub_issue_status",
    "search=" + "长" * 101: "search",
    "search=%00": "search",
    "as_of=2021-02-30": "as_of",
    "as_of=2099-01-01": "as_of",
    "as_of=2020-01-01": "as_of",
    "known_at=never": "known_at",
}


@pytest.mark.long
@pytest.mark.parametrize("query", WRONG)
def test_what_does_not_fit_is_said_in_words(ledger: Ledger, query: str) -> None:
    client = browser(ledger.people["office"])
    answer = client.get(f"/ledger/?round={ledger.round.pk}&{query}")
    assert answer.status_code == 400
    page = body(answer)
    with translation.override("en"):
        assert f"<li>{LABELS[WRONG[query]]}: " in page
    assert not measures_on(page)


def test_the_files_of_the_ledger_are_had_whatever_the_page_was_asked(ledger: Ledger) -> None:
    client = browser(ledger.people["office"])
    page = body(client.get(f"/ledger/?round={ledger.round.pk}&status=not_started&utm_source=mail"))
    (address,) = re.findall(r'href="(/api/v1/measures/[^"]*format=csv[^"]*)"', page)
    assert "utm_source" not in address and "status=not_started" in address
    assert client.get(unescape(address)).status_code == 200


@pytest.mark.parametrize("path", ["/ledger/", "/split-table/", "/ledger/rows/{pk}/"])
@pytest.mark.parametrize("who", ["system-admin", "security-admin", "audit-admin", "nobody"])
def test_who_sees_no_business_data_sees_none_here(ledger: Ledger, who: str, path: str) -> None:
    answer = browser(ledger.people[who]).get(path.format(pk=ledger.measure.pk))
    assert answer.status_code == 403
    assert ledger.measure.content not in body(answer)


def test_other_organisations_are_not_found(ledger: Ledger, other: Ledger) -> None:
    client = browser(ledger.people["office"])
    for path in (f"/ledger/?round={other.round.pk}", f"/split-table/?round={other.round.pk}"):
        assert client.get(path).status_code == 404
    assert client.get(f"/ledger/rows/{other.measure.pk}/").status_code == 404
    assert client.get("/ledger/rows/999999/").status_code == 404


def test_signed_out_one_is_asked_to_sign_in(ledger: Ledger) -> None:
    for path in ("/ledger/", "/split-table/", f"/ledger/rows/{ledger.measure.pk}/"):
        answer = Client().get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")


def test_nothing_is_written_through_these_pages(ledger: Ledger) -> None:
    client = browser(ledger.people["office"])
    for path in ("/ledger/", "/split-table/", f"/ledger/rows/{ledger.measure.pk}/"):
        assert client.post(path).status_code == 405


def _statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.long
def test_the_number_of_statements_does_not_grow_with_the_rows(place: Place) -> None:
    client = browser(place.people["liaison-road"])
    small = build_ledger(place, title="小", findings=1, sub_issues=1, measures=1)
    large = build_ledger(place, title="大", findings=4, sub_issues=3, measures=5)
    drive(small.measure, "in_review")
    for measure in large.measures[:3]:
        drive(measure, "in_review")
    rounds = [small.round.pk, large.round.pk]
    for path in ("/ledger/?", "/ledger/?ordering=due_on&", "/split-table/?", f"/ledger/?as_of={TODAY}&"):
        counts = [_statements(client, f"{path}round={pk}") for pk in rounds]
        assert counts[0] == counts[1] <= 26, (path, counts)


@pytest.mark.long
def test_who_may_report_has_the_button_and_nobody_else(ledger: Ledger) -> None:
    place = f"/measures/{ledger.measure.pk}/report/?as=ledger"
    address = f"/ledger/?round={ledger.round.pk}"
    assert place in body(browser(ledger.people["liaison-road"]).get(address))
    for who in ("liaison-plan", "office", "auditor", "leader-vp_road"):
        assert "data-report-open" not in body(browser(ledger.people[who]).get(address))
    assert "data-report-open" not in body(browser(ledger.people["liaison-road"]).get(f"{address}&as_of=2021-03-01"))


def test_who_is_to_sign_is_led_to_the_measure(ledger: Ledger) -> None:
    drive(ledger.measure, "in_review")
    address = f"/ledger/?round={ledger.round.pk}&status=in_review"
    button = f'class="button button-small ledger-act not-in-print" href="/measures/{ledger.measure.pk}/">'
    assert f"{button}Check<" in body(browser(ledger.people["head-road"]).get(address))
    for who in ("head-road", "office"):
        do(ledger.measure, "sign", who.partition("-")[0], comment="同意")
    assert f"{button}Sign<" in body(browser(ledger.people["leader-vp_road"]).get(address))


def test_a_row_is_fetched_anew_after_a_report_with_the_figures(ledger: Ledger) -> None:
    do(ledger.measure, "report_progress", "liaison", progress=55, done="已印发方案")
    answer = body(browser(ledger.people["liaison-road"]).get(f"/ledger/rows/{ledger.measure.pk}/"))
    assert measures_on(answer) == [ledger.measure.pk]
    assert "55%" in answer and "已印发方案" in answer
    for part in ("figures", "sentence", "digest"):
        assert f'id="ledger-{part}" hx-swap-oob="true"' in answer
    digest = f'id="ledger-digest">{round_digest(ledger.round, Moment(TODAY, None, TODAY))}<'
    assert digest.replace('">', '" hx-swap-oob="true">') in answer
    assert digest in body(browser(ledger.people["office"]).get(f"/ledger/?round={ledger.round.pk}"))
    assert f"/ledger/rows/{ledger.measure.pk}/" in answer


def test_the_bar_has_the_hue_of_the_state_and_not_of_the_percentage(ledger: Ledger) -> None:
    do(drive(ledger.measure, "in_review"), "return", "head", reason="缺会议纪要")
    address = f"/ledger/?round={ledger.round.pk}"
    client = browser(ledger.people["office"])
    assert 'class="progress progress-in_progress"' in body(client.get(address))
    assert "progress-closed" not in body(client.get(address))
    drive(ledger.measures[1], "closed")
    assert 'class="progress progress-closed"' in body(client.get(address))


def test_a_long_tree_starts_folded_on_a_phone(ledger: Ledger, place: Place) -> None:
    client = browser(place.people["office"])
    assert "data-tree-phone" not in body(client.get(f"/ledger/?round={ledger.round.pk}"))
    large = build_ledger(place, title="大", findings=4, sub_issues=3, measures=5)
    assert "data-tree-phone" in body(client.get(f"/ledger/?round={large.round.pk}"))


def test_a_report_shows_escaped(ledger: Ledger) -> None:
    do(ledger.measure, "report_progress", "liaison", progress=5, done="<script>alert(1)</script>")
    raw = browser(ledger.people["office"]).get(f"/ledger/?round={ledger.round.pk}").content.decode()
    assert "<script>alert" not in raw and "&lt;script&gt;alert" in raw


def test_cancelled_measures_show_only_when_asked_for(ledger: Ledger) -> None:
    Measure.objects.filter(pk=ledger.measure.pk).update(status="cancelled")
    client = browser(ledger.people["office"])
    address = f"/ledger/?round={ledger.round.pk}"
    assert ledger.measure.pk not in measures_on(body(client.get(address)))
    assert measures_on(body(client.get(f"{address}&status=cancelled"))) == [ledger.measure.pk]


def test_a_sub_issue_without_measures_shows_with_its_status(place: Place) -> None:
    empty = build_ledger(place, sub_issues=2, measures=0)
    page = body(browser(place.people["office"]).get(f"/ledger/?round={empty.round.pk}&sub_issue_status=rectifying"))
    assert sub_issues_on(page) == [sub_issue.pk for sub_issue in empty.sub_issues]


def test_the_split_table_names_what_was_left_over(place: Place) -> None:
    bare = build_ledger(place, findings=1, sub_issues=2, measures=0)
    page = body(browser(place.people["office"]).get(f"/split-table/?round={bare.round.pk}"))
    assert page.count("no measure yet") == 2
    assert f'href="#s{bare.sub_issue.pk}"' in page
    unsplit = build_ledger(place, title="未拆分", findings=1, sub_issues=0, measures=0, approve=False)
    page = body(browser(place.people["office"]).get(f"/split-table/?round={unsplit.round.pk}"))
    assert page.count("no sub-issue yet") == 1
    assert f'href="#f{unsplit.findings[0].pk}"' in page


def test_a_closed_sub_issue_tells_when_it_was_accepted(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "closed")
    page = body(browser(ledger.people["office"]).get(f"/ledger/?round={ledger.round.pk}&sub_issue_status=closed"))
    assert sub_issues_on(page) == [ledger.sub_issue.pk]
    assert f"accepted {TODAY}" in page and "closed 2/2" in page


def test_totals_that_agree_say_nothing_and_unknown_ones_are_not_hidden() -> None:
    loaded = {"findings": 2, "sub_issues": 3, "undisclosed": 0, "measures": 5, "special_plans": 0, "documents": 0}
    assert reconcile({"items": 2, "measures": 5}, loaded).sentence == ""
    totals = reconcile({"measures": 6, "何物": 7}, loaded)
    assert "6" in totals.sentence and "5" in totals.sentence
    assert [(total.label, total.declared, total.counted) for total in totals.totals[1:]] == [("何物", 7, None)]
