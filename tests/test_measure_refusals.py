"""What the pages of measures refuse, how they say it, and that nothing is changed then."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues.models import SubIssueHistory
from measures.models import Evidence, Measure, MeasureHistory
from rectify.organization.models import Role

from .building import Ledger
from .driving import attach, drive
from .forms_sent import act_on, act_on_sub_issue, at, report_on, text_file

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
HOSTILE = ("\0", "a\0b", "x" * 10_000, "-1", "1e9", "[]", "{}", "<script>alert(1)</script>", "=1+1", "9" * 30, "９", "")


@pytest.fixture
def unchanged(ledger: Ledger) -> Iterator[None]:
    """Nothing may be written during the test."""

    def state() -> tuple[Any, ...]:
        return (
            MeasureHistory.objects.count(),
            SubIssueHistory.objects.count(),
            Evidence.objects.count(),
            list(Measure.objects.order_by("pk").values_list("version", "status", "progress")),
        )

    before = state()
    yield
    assert state() == before


@pytest.mark.long
def test_refusals_leave_no_trace(ledger: Ledger, unchanged: None) -> None:
    measure, people = ledger.measure, ledger.people
    for key in ("auditor", "assistant-vp_road", "liaison-plan", "leader-secretary"):
        client = at(people[key])
        assert report_on(client, measure).status_code == 403
        for act in ("complete", "request_closure", "sign", "return", "recall", "reopen", "correct"):
            answer = act_on(client, measure, act, note="x", reason="x")
            assert answer.status_code in (403, 409), (key, act)
            assert "您" in answer.content.decode() or "状态" in answer.content.decode()
    liaison = at(people["liaison-road"])
    assert act_on(liaison, measure, "complete", note="x").status_code == 409
    assert liaison.post(reverse("measure-act", args=[measure.pk, "complete"]), {}).status_code == 409
    assert liaison.post(reverse("report-row", args=[measure.pk]), {"done": "x", "progress": 5}).status_code == 400
    assert liaison.post(reverse("add-evidence", args=[measure.pk]), {}).status_code == 400
    assert act_on(liaison, measure, "no-such-act").status_code == 404


@pytest.mark.long
def test_the_invisible_is_not_there(ledger: Ledger, other: Ledger) -> None:
    hidden = drive(other.measure, "in_progress")
    evidence = attach(hidden)
    before = MeasureHistory.objects.count()
    for key in ("liaison-road", "office", "auditor", "nobody", "system-admin", "audit-admin"):
        client = at(ledger.people[key])
        for address in (
            reverse("measure", args=[hidden.pk]),
            reverse("report-row", args=[hidden.pk]),
            reverse("sub-issue", args=[other.sub_issue.pk]),
            reverse("evidence", args=[evidence.pk]),
            reverse("measure", args=[10**25]),
            reverse("sub-issue", args=[10**25]),
            reverse("evidence", args=[10**25]),
            reverse("report-row", args=[10**25]),
        ):
            assert client.get(address).status_code == 404, (key, address)
        assert report_on(client, hidden).status_code == 404
        assert act_on(client, hidden, "complete", note="x").status_code == 404
        assert act_on_sub_issue(client, other.sub_issue, "sign").status_code == 404
        assert client.post(reverse("add-evidence", args=[hidden.pk]), {"file": text_file()}).status_code == 404
        assert client.post(reverse("add-evidence", args=[10**25]), {"file": text_file()}).status_code == 404
        assert client.post(reverse("todo-item", args=["measure", hidden.pk]), {"act": "sign"}).status_code == 404
    assert MeasureHistory.objects.count() == before


def test_who_is_signed_out_is_led_to_the_door(ledger: Ledger) -> None:
    for name, args in (("measure", [ledger.measure.pk]), ("sub-issue", [ledger.sub_issue.pk]), ("todo", [])):
        answer = Client().get(reverse(name, args=args))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("sign-in"))


@pytest.mark.soak
def test_hostile_input_is_refused_in_words(ledger: Ledger) -> None:
    measure, sub_issue, people = drive(ledger.measure, "in_progress"), ledger.sub_issue, ledger.people
    liaison, head, office = at(people["liaison-road"]), at(people["head-road"]), at(people["office"])
    names = ("note", "reason", "comment", "replaces", "outcome-rules", "result", "title", "kind", "resolve", "stock")
    answers = []
    for value in HOSTILE:
        data: Mapping[str, Any] = {name: [value, value] for name in names}
        fields = {**data, "progress": value, "done": value, "happened_on": value}
        answers.append(report_on(liaison, measure, "?as=ledger", **fields))
        for client, act in (
            (liaison, "correct"),
            (liaison, "complete"),
            (liaison, "request_closure"),
            (head, "return"),
        ):
            answers.append(act_on(client, measure, act, **data))
        answers.append(act_on(liaison, measure, "complete", **data, version=value))
        answers.append(act_on_sub_issue(liaison, sub_issue, "request_acceptance", **data))
        answers.append(act_on_sub_issue(office, sub_issue, "return", **data))
        upload = {"title": value, "kind": value or "x", "file": text_file("a.txt")}
        answers.append(liaison.post(reverse("add-evidence", args=[measure.pk]), upload))
        query = {"act": value, "replaces": value, "tab": value, "as": value, "history": value, "next": value}
        for name, args in (("measure", [measure.pk]), ("sub-issue", [sub_issue.pk]), ("todo", [])):
            assert liaison.get(reverse(name, args=args), query).status_code == 200
    assert {answer.status_code for answer in answers} <= {200, 302, 400, 403, 409}


def test_a_form_leads_only_to_this_site(ledger: Ledger) -> None:
    liaison, measure = at(ledger.people["liaison-road"]), ledger.measure
    for wanted in ("https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"):
        answer = report_on(liaison, measure, next=wanted)
        assert answer["Location"] == reverse("measure", args=[measure.pk])
    assert report_on(liaison, measure, next="/todo/")["Location"] == "/todo/"


def test_forms_need_their_token(ledger: Ledger, unchanged: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ledger.people["liaison-road"])
    assert report_on(client, ledger.measure).status_code == 403


def test_what_was_written_is_never_markup(ledger: Ledger) -> None:
    measure, liaison = ledger.measure, at(ledger.people["liaison-road"])
    report_on(liaison, measure, done="<script>alert(1)</script>")
    for name in ("measure", "report-row"):
        assert "<script>alert" not in liaison.get(reverse(name, args=[measure.pk])).content.decode()


def test_evidence_is_a_download_and_nothing_else(ledger: Ledger) -> None:
    evidence = attach(drive(ledger.measure, "in_progress"))
    answer: Any = at(ledger.people["auditor"]).get(reverse("evidence", args=[evidence.pk]))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == "会议纪要".encode()


def test_a_file_too_large_is_413(ledger: Ledger, settings: Any, unchanged: None) -> None:
    settings.EVIDENCE_MAX_BYTES = 3
    client = at(ledger.people["liaison-road"])
    address = reverse("add-evidence", args=[ledger.measure.pk])
    assert client.post(address, {"title": "x", "kind": "other", "file": text_file()}).status_code == 413


def test_report_errors_stand_at_their_fields(ledger: Ledger, unchanged: None) -> None:
    liaison = at(ledger.people["liaison-road"])
    for fields, place in (
        ({"progress": "101"}, "report-{pk}-progress_error"),
        ({"progress": ""}, "report-{pk}-progress_error"),
        ({"done": ""}, "report-{pk}-done_error"),
        ({"happened_on": "2021-02-30"}, "report-{pk}-happened_on_error"),
        ({"happened_on": "2030-01-01"}, "report-{pk}-happened_on_error"),
        ({"happened_on": "2020-01-01"}, "report-{pk}-happened_on_error"),
    ):
        answer = report_on(liaison, ledger.measure, next_step="留下的文字", **fields)
        assert answer.status_code == 400
        assert place.format(pk=ledger.measure.pk) in answer.content.decode()
        assert "留下的文字" in answer.content.decode()


@pytest.mark.long
@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("head-road", "同意"),
        ("office", "现待公路处负责人审核，尚未轮到您。"),
        ("leader-vp_road", "现待公路处负责人审核，尚未轮到您。"),
        ("liaison-road", "销号审核期间不能填报进展。"),
        ("auditor", "待公路处负责人审核，今日送达。"),
    ],
)
def test_the_page_says_why_not(ledger: Ledger, key: str, words: str) -> None:
    measure = drive(ledger.measure, "in_review")
    assert words in at(ledger.people[key]).get(reverse("measure", args=[measure.pk])).content.decode()


def test_nobody_signs_what_they_asked_for(ledger: Ledger) -> None:
    liaison = ledger.people["liaison-road"]
    ledger.place.assign(liaison, Role.HEAD, department=ledger.place.departments["road"])
    measure = drive(ledger.measure, "in_review")
    client = at(liaison)
    assert "本人申请" in client.get(reverse("measure", args=[measure.pk])).content.decode()
    refused = act_on(client, measure, "sign")
    assert refused.status_code == 403
    assert "本人申请" in refused.content.decode()
