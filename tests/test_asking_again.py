"""Forms with which one asks again: what stood in the request before, why it came back, what is still wanted."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from measures.models import Measure, WantedEvidence

from .building import REASON, Ledger
from .driving import ask_extension, attach, decide, do, drive, drive_sub_issue
from .forms_sent import act_on, at

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def form_of(ledger: Ledger, measure: Measure, act: str) -> str:
    page = at(ledger.people["liaison-road"]).get(f"{reverse('measure', args=[measure.pk])}?act={act}")
    return page.content.decode()


def test_a_returned_request_is_mended_not_typed_anew(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    attach(measure)
    do(measure, "request_closure", "liaison", note="三项制度已印发", outcomes={"rules": "3"})
    do(measure, "return", "head", reason=REASON)
    liaison = at(ledger.people["liaison-road"])
    todo = liaison.get(f"{reverse('todo')}?tab=returned").content.decode()
    assert "?act=request_closure#act" in todo
    form = form_of(ledger, measure, "request_closure")
    assert "三项制度已印发" in form and REASON in form and 'value="3"' in form


def test_a_recalled_request_and_a_completion_note_are_there_again(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    do(measure, "complete", "liaison", note="已全部完成并通过自查")
    assert "已全部完成并通过自查" in form_of(ledger, measure, "request_closure")
    attach(measure)
    do(measure, "request_closure", "liaison", note="请予销号")
    do(measure, "recall", "liaison")
    assert "请予销号" in form_of(ledger, measure, "request_closure")


def test_a_returned_extension_is_mended(ledger: Ledger) -> None:
    request = ask_extension(drive(ledger.measure, "in_progress"), "2021-05-20")
    decide(request, "return", "office", reason="时限过长")
    form = form_of(ledger, ledger.measure, "request_extension")
    assert 'value="2021-05-20"' in form and "审批尚未完成" in form and "时限过长" in form


def test_a_returned_acceptance_is_mended(ledger: Ledger) -> None:
    sub_issue = drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
    note = sub_issue.acceptance_requests.get().note
    do(sub_issue, "return", "office", reason="请补充培训签到表")
    page = f"{reverse('sub-issue', args=[sub_issue.pk])}?act=request_acceptance"
    form = at(ledger.people["liaison-road"]).get(page).content.decode()
    assert note in form and "请补充培训签到表" in form


class TestWantedKinds:
    def wanted(self, ledger: Ledger) -> Any:
        measure = drive(ledger.measure, "in_progress")
        WantedEvidence.objects.create(round=ledger.round, measure_kind=measure.kind, evidence_kind="minutes")
        return measure

    def ask(self, ledger: Ledger, measure: Measure, **fields: Any) -> Any:
        file = SimpleUploadedFile("整改会议纪要.txt", "会议纪要".encode(), "text/plain")
        liaison = at(ledger.people["liaison-road"])
        return act_on(liaison, measure, "request_closure", note="已完成", file=file, **fields)

    def test_they_are_named_before_anything_is_uploaded(self, ledger: Ledger) -> None:
        form = form_of(ledger, self.wanted(ledger), "request_closure")
        assert "缺少“会议纪要”类佐证材料" in form and '<option value="minutes" selected>' in form

    def test_the_file_of_the_request_says_what_it_is(self, ledger: Ledger) -> None:
        measure = self.wanted(ledger)
        assert self.ask(ledger, measure, kind="minutes").status_code == 302
        measure.refresh_from_db()
        assert (measure.status, measure.evidence.get().kind) == ("in_review", "minutes")

    def test_another_kind_does_not_do(self, ledger: Ledger) -> None:
        measure = self.wanted(ledger)
        assert self.ask(ledger, measure, kind="photo").status_code == 400
        assert not measure.evidence.exists()
