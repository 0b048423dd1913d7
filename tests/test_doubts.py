"""Signs of paper rectification: each rule where it speaks and where it does not, its words, and who reads them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures import services
from measures.doubts import DOUBTS, counts
from measures.models import Evidence, Extension, Measure

from .building import TODAY, Ledger, Place, act_by, build_ledger, build_organization
from .driving import attach, do, drive
from .looking import page, signed_in
from .sending import api
from .test_bad_input import problem

pytestmark = pytest.mark.usefixtures("evidence_root")

ADDRESS = "/api/v1/doubts/"
SAME = "已召开专题会议，部署下一步工作。"


def signs(ledger: Ledger, kind: str) -> list[dict[str, Any]]:
    answer = api(ledger.people["auditor"]).get(ADDRESS, {"round": ledger.round.pk, "kind": kind})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["count"] == len(body["results"])
    assert next(row["count"] for row in body["kinds"] if row["kind"] == kind) == body["count"]
    return body["results"]


def seen(ledger: Ledger, kind: str) -> list[tuple[str, str]]:
    """Number of the measure and words of each sign."""
    return [(sign["places"][0]["measure_number"], sign["words"]) for sign in signs(ledger, kind)]


def report(measure: Measure, words: str, on: date = TODAY, **data: Any) -> Measure:
    measure.refresh_from_db()
    liaison = measure.lead_department.assignments.get(role="liaison").user
    given = {"version": measure.version, "progress": 30, "done": words, **data}
    return services.report_progress(act_by(liaison, on), measure.pk, given)


class TestLateEvidence:
    def test_uploaded_after_completion(self, ledger: Ledger) -> None:
        late, same_day = ledger.measures[:2]
        for measure in (late, same_day):
            drive(measure, "completed", on=date(2021, 3, 12))
        attach(late, on=date(2021, 3, 20))
        attach(same_day, on=date(2021, 3, 12))
        words = "completed 2021-03-12, evidence “会议纪要” uploaded 2021-03-20"
        assert seen(ledger, "late_evidence") == [(late.number, words)]
        assert signs(ledger, "late_evidence")[0]["places"][0]["evidence"] == late.evidence.get().pk

    def test_dated_after_completion(self, ledger: Ledger) -> None:
        drive(ledger.measure, "closed", on=date(2021, 3, 12))
        Evidence.objects.update(dated_on="2021-03-15")
        words = "completed 2021-03-12, evidence “会议纪要” dated 2021-03-15"
        assert seen(ledger, "late_evidence") == [(ledger.measure.number, words)]

    def test_what_was_asked_for_by_a_return_is_no_sign(self, ledger: Ledger) -> None:
        measure = drive(ledger.measure, "in_review", on=date(2021, 3, 12))
        do(measure, "return", "head", date(2021, 3, 13), reason="请补充会议纪要")
        attach(measure, on=date(2021, 3, 20), text="补充")
        do(measure, "request_closure", "liaison", date(2021, 3, 20), note="已补充")
        assert seen(ledger, "late_evidence") == []
        assert measure.status == "in_review"

    def test_what_goes_on_or_was_withdrawn_is_no_sign(self, ledger: Ledger) -> None:
        going_on, withdrawn = ledger.measures[:2]
        drive(going_on, "in_progress", on=date(2021, 3, 12))
        attach(going_on)
        drive(withdrawn, "completed", on=date(2021, 3, 12))
        attach(withdrawn)
        Evidence.objects.filter(measure=withdrawn).update(withdrawn_on=TODAY)
        assert seen(ledger, "late_evidence") == []


class TestOthers:
    def test_entered_late(self, ledger: Ledger) -> None:
        late, soon = ledger.measures[:2]
        report(late, "已部署", happened_on="2021-03-23")
        report(soon, "已部署", happened_on="2021-03-24")
        assert seen(ledger, "late_entry") == [(late.number, "happened 2021-03-23, entered 2021-03-31")]
        place = signs(ledger, "late_entry")[0]["places"][0]
        assert place["entry"] == late.history.latest("sequence").sequence

    def test_the_same_words_whatever_the_white_space(self, ledger: Ledger) -> None:
        first, second, third, fourth = ledger.measures
        report(first, SAME)
        report(second, f" {SAME[:5]} \n\u3000{SAME[5:]}\t")
        report(third, SAME)
        report(third, SAME)
        report(fourth, "另有说明，与其他填报都不相同。")
        (sign,) = signs(ledger, "same_text")
        assert sign["words"] == f"4 reports of 3 measures say the same: “{SAME}”"
        assert [place["measure_number"] for place in sign["places"]] == ["1-1", "1-2", "2-1", "2-1"]

    def test_few_words_and_corrected_ones_are_no_sign(self, ledger: Ledger) -> None:
        first, second = ledger.measures[:2]
        for measure in (first, second):
            report(measure, "已 部 署 有 关 工 作")
        for measure in (first, second):
            report(measure, SAME)
        row = second.history.latest("sequence")
        second.refresh_from_db()
        right = {
            "version": second.version,
            "progress": 30,
            "done": "已印发工作方案并组织学习。",
            "replaces": row.sequence,
        }
        services.correct(act_by(ledger.people["liaison-road"]), second.pk, {**right, "reason": "写错"})
        assert signs(ledger, "same_text") == []

    def test_many_places_are_counted_and_the_first_are_named(self, place: Place) -> None:
        ledger = build_ledger(place, sub_issues=5, measures=3)
        for measure in ledger.measures:
            report(measure, SAME)
        (sign,) = signs(ledger, "same_text")
        assert (len(sign["places"]), sign["more"]) == (12, 3)

    def test_extended_twice(self, ledger: Ledger) -> None:
        twice, once = ledger.measures[:2]
        for measure, outcomes in ((twice, ("passed", "returned", "passed")), (once, ("passed", "returned"))):
            for outcome in outcomes:
                Extension.objects.create(
                    measure=measure,
                    due_on="2021-05-30",
                    old_due_on=measure.due_on,
                    outcome=outcome,
                    asked_by=ledger.people["liaison-road"],
                    asked_by_name="x",
                    asked_on=TODAY,
                    asked_at=act_by(ledger.people["liaison-road"]).clock(),
                    note="x",
                    from_status="in_progress",
                )
        words = "extended 2 times, from 2021-04-24 to 2021-04-24"
        assert seen(ledger, "extended_twice") == [(twice.number, words)]

    def test_closed_within_a_day(self, ledger: Ledger) -> None:
        fast, slow = ledger.measures[:2]
        drive(fast, "closed", on=date(2021, 3, 12))
        drive(slow, "in_review", on=date(2021, 3, 12))
        for role in ("head", "office", "leader"):
            do(slow, "sign", role, date(2021, 3, 14))
        assert seen(ledger, "fast_closure") == [(fast.number, "asked 2021-03-12, closed 2021-03-12")]

    def test_closed_without_evidence_that_stands(self, ledger: Ledger) -> None:
        bare, kept = ledger.measures[:2]
        for measure in (bare, kept):
            drive(measure, "closed")
        Evidence.objects.filter(measure=bare).update(withdrawn_on=TODAY)
        assert seen(ledger, "no_evidence") == [(bare.number, "closed 2021-03-31, no evidence stands")]


class TestReading:
    @pytest.mark.parametrize("key", ["office", "liaison-road", "leader-vp_road"])
    def test_only_auditors_read_them(self, ledger: Ledger, key: str) -> None:
        problem(api(ledger.people[key]).get(ADDRESS, {"round": ledger.round.pk}), 403)
        assert signed_in(ledger.people[key]).get("/doubts/").status_code == 403

    def test_what_the_address_names(self, ledger: Ledger, other: Ledger) -> None:
        client = api(ledger.people["auditor"])
        body = client.get(ADDRESS, {"round": ledger.round.pk}).json()
        assert [row["kind"] for row in body["kinds"]] == list(DOUBTS) and body["results"] == []
        problem(client.get(ADDRESS), 400, "round")
        problem(client.get(ADDRESS, {"round": other.round.pk}), 404)
        problem(client.get(ADDRESS, {"round": "x"}), 404)
        problem(client.get(ADDRESS, {"round": ledger.round.pk, "kind": "x"}), 400, "kind")
        problem(client.get(ADDRESS, {"round": ledger.round.pk, "kind": "late_entry", "page": "0"}), 400, "page")
        for name, value in (("page", "0"), ("page_size", "501")):
            problem(client.get(ADDRESS, {"round": ledger.round.pk, name: value}), 400, name)
        problem(client.get(ADDRESS, {"round": ledger.round.pk, "page": 2}), 404)

    def test_another_round_counts_nothing_of_this_one(self, ledger: Ledger, other: Ledger) -> None:
        drive(ledger.measure, "closed")
        report(ledger.measures[1], SAME, happened_on="2021-03-01")
        report(ledger.measures[2], SAME)
        assert [number for _doubt, number in counts(ledger.round)] == [0, 1, 1, 0, 1, 0]
        assert sum(number for _doubt, number in counts(other.round)) == 0

    def test_the_page_says_that_these_are_hints(self, ledger: Ledger) -> None:
        for measure in ledger.measures[:2]:
            report(measure, SAME, happened_on="2021-03-01")
        html = page(ledger.people["auditor"], "/doubts/")
        entry = ledger.measure.history.latest("sequence").sequence
        link = f"{reverse('measure', args=[ledger.measure.pk])}?history=all#entry-{entry}"
        assert "不是结论" in html and "事情发生" in html and link in html
        assert "补录" in html
        html = page(ledger.people["auditor"], "/doubts/?kind=same_text")
        assert f"2条措施的2次填报文字相同：“{SAME}”" in html and "另见" in html
        assert "没有此类线索" in page(ledger.people["auditor"], "/doubts/?kind=no_evidence")
        assert page(ledger.people["auditor"], "/doubts/?kind=x&page=99")

    def test_the_home_counts_them_and_leads_to_the_rows(self, ledger: Ledger) -> None:
        drive(ledger.measure, "closed")
        html = page(ledger.people["auditor"])
        assert f"/doubts/?round={ledger.round.pk}&amp;kind=fast_closure" in html
        assert "kind=no_evidence" not in html

    @pytest.mark.long
    def test_statements_do_not_grow(self, db: None) -> None:
        def counted(key: str, size: int) -> list[int]:
            ledger = build_ledger(build_organization(key), sub_issues=size, measures=3)
            for measure in ledger.measures:
                drive(measure, "completed", on=date(2021, 3, 12))
                attach(measure)
            Evidence.objects.filter(measure=ledger.measure).update(withdrawn_on=TODAY)
            found = []
            for kind in DOUBTS:
                client = signed_in(ledger.people["auditor"])
                client.get("/doubts/")
                with CaptureQueriesContext(connection) as caught:
                    assert client.get("/doubts/", {"kind": kind}).status_code == 200
                found.append(len(caught))
            return found

        small, large = counted("small", 1), counted("large", 4)
        assert small == large
        assert max(small) <= 16, small
