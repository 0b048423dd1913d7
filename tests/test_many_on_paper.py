"""One paper that signs many requests, registered from its page."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import Paper
from measures.models import MeasureHistory

from .building import TODAY, Ledger
from .driving import ask_extension, do, drive
from .forms_sent import at
from .sending import scan

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def form(*items: str, **fields: Any) -> dict[str, Any]:
    paper = {"title": "厅长办公会纪要", "signed_on": TODAY.isoformat(), "kind": "minutes", "signer": ""}
    return {"item": items, **paper, **fields}


@pytest.mark.long
def test_the_office_ticks_what_the_paper_signs(ledger: Ledger) -> None:
    closing, extended = drive(ledger.measures[0], "in_review"), drive(ledger.measures[1], "in_progress")
    do(closing, "sign", "head")
    request = ask_extension(extended)
    page, office = reverse("many-on-paper"), at(ledger.place.add_person("office-two", "office"))
    shown = office.get(page).content.decode()
    items = [f"measure:{closing.pk}:{closing.version}", f"extension:{request.pk}:{request.version}"]
    assert all(f'value="{item}"' in shown for item in items) and "待整改办审核" in shown
    # Two hold the office: the paper has to say who of them signed.
    several = office.post(page, form(*items, file=scan()))
    assert several.status_code == 400 and "厅长办公会纪要" in several.content.decode()
    assert "checked" in several.content.decode() and not Paper.objects.exists()
    signer = str(ledger.people["office"].pk)
    done = office.post(page, form(*items, signer=signer, file=scan("纪要.pdf")))
    assert done["Location"] == reverse("paper", args=[Paper.objects.get().pk])
    rows = MeasureHistory.objects.filter(action__startswith="register_signature")
    assert {row.measure_id for row in rows} == {closing.pk, extended.pk}


def test_nothing_ticked_or_no_scan_is_told_at_its_place(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    office, page = at(ledger.people["office"]), reverse("many-on-paper")
    nothing = office.post(page, form(file=scan()))
    assert nothing.status_code == 400 and "请勾选" in nothing.content.decode()
    unscanned = office.post(page, form(f"measure:{measure.pk}:{measure.version}"))
    assert unscanned.status_code == 400 and "请上传扫描件" in unscanned.content.decode()
    odd = office.post(page, form("nonsense", "measure:x:y", file=scan()))
    assert odd.status_code == 400


def test_statements_do_not_grow_with_what_is_under_review(ledger: Ledger) -> None:
    counts = []
    office = at(ledger.people["office"])
    for measure in ledger.measures[:2]:
        drive(measure, "in_review")
        with CaptureQueriesContext(connection) as caught:
            assert office.get(reverse("many-on-paper")).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_what_changed_meanwhile_stays_ticked_and_is_marked(ledger: Ledger) -> None:
    stale, other = (drive(measure, "in_review") for measure in ledger.measures[:2])
    for measure in (stale, other):
        do(measure, "sign", "head")
    ledger.place.add_person("office-two", "office")
    items = [f"measure:{stale.pk}:{stale.version - 1}", f"measure:{other.pk}:{other.version}"]
    signer = str(ledger.people["office"].pk)
    told = at(ledger.place.people["office-two"]).post(
        reverse("many-on-paper"), form(*items, signer=signer, file=scan())
    )
    html = told.content.decode()
    assert told.status_code == 409 and not Paper.objects.exists()
    for measure in (stale, other):
        assert f'value="measure:{measure.pk}:{measure.version}" checked' in html
    assert html.count("已有变化，请核对") == 1
    line = html.split(f'value="measure:{stale.pk}:')[1].split("</tr>")[0]
    assert "已有变化，请核对" in line


def test_what_waits_for_the_registrar_alone_cannot_be_ticked(ledger: Ledger) -> None:
    own, heads = (drive(measure, "in_review") for measure in ledger.measures[:2])
    do(own, "sign", "head")
    office, address = at(ledger.people["office"]), reverse("many-on-paper")
    html = office.get(address).content.decode()
    assert f'value="measure:{own.pk}:{own.version}" disabled' in html and html.count("本人审签请直接在系统内办理") == 1
    assert f'value="measure:{heads.pk}:{heads.version}">' in html
    # A colleague may have signed it on paper.
    ledger.place.add_person("office-two", "office")
    assert f'value="measure:{own.pk}:{own.version}">' in office.get(address).content.decode()
