"""The forms of evidence on a measure's page, and how its minutes tell what was done."""

from typing import Any

import pytest
from django.urls import reverse

from measures.models import Evidence, Measure
from rectify.organization.models import User

from .building import TODAY, Ledger
from .driving import attach, do, drive
from .files import docx, file
from .forms_sent import at, text_file
from .test_transitions import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def page_of(user: User, measure: Measure, query: str = "") -> str:
    return at(user).get(reverse("measure", args=[measure.pk]) + query).content.decode()


def add(user: User, measure: Measure, **fields: Any) -> Any:
    return at(user).post(reverse("add-evidence", args=[measure.pk]), {"file": text_file(), **fields}, follow=True)


def withdraw(user: User, measure: Measure, evidence: Any, **fields: Any) -> Any:
    data = {"evidence": evidence, "reason": "与另一份重复", **fields}
    return at(user).post(reverse("withdraw-evidence", args=[measure.pk]), data)


def test_the_day_that_it_bears_is_entered_and_shown(ledger: Ledger) -> None:
    liaison, measure = ledger.people["liaison-road"], ledger.measure
    assert "落款 2021-03-01" in add(liaison, measure, dated_on="2021-03-01", title="纪要").content.decode()
    before = everything()
    refused = add(liaison, measure, dated_on="2031-03-01", title="我的标题")
    assert refused.status_code == 400
    assert "该日在今日之后" in refused.content.decode()
    assert "我的标题" in refused.content.decode() and 'value="2031-03-01"' in refused.content.decode()
    assert everything() == before


def test_the_same_file_under_another_measure_is_told(ledger: Ledger) -> None:
    liaison = ledger.people["liaison-road"]
    add(liaison, ledger.measures[0])
    told = add(liaison, ledger.measures[1], title="同一份").content.decode()
    assert "“同一份”的同一文件也用于 1-1。" in told
    for shown in (told, page_of(ledger.people["auditor"], ledger.measures[1])):
        assert (
            "同一文件也用于" in shown and f'href="{reverse("measure", args=[ledger.measures[0].pk])}">1-1</a>' in shown
        )


@pytest.mark.long
def test_links_stand_beside_ones_own_files_alone(ledger: Ledger) -> None:
    people, measure = ledger.people, ledger.measure
    own, theirs = attach(measure, people["liaison-road"]), attach(measure, people["liaison-plan"], text="另一份")
    links = {pk: f"?act=withdraw_evidence&amp;evidence={pk}#act" for pk in (own.pk, theirs.pk)}
    for key, mine in (("liaison-road", {own.pk}), ("head-plan", {theirs.pk}), ("office", {own.pk, theirs.pk})):
        shown = page_of(people[key], measure)
        assert {pk for pk, link in links.items() if link in shown} == mine
        choices = page_of(people[key], measure, "?act=withdraw_evidence")
        assert {pk for pk in links if f'<option value="{pk}"' in choices} == mine
        # They stand beside the files, not among the measure's own acts.
        assert 'href="?act=withdraw_evidence' not in shown
    for key in ("auditor", "leader-vp_road", "liaison-party"):
        shown = page_of(people[key], measure)
        assert not any(link in shown for link in links.values())
    past = page_of(people["office"], measure, f"?as_of={TODAY.replace(day=30)}")
    assert own.title not in past


def test_a_newer_version_by_the_form(ledger: Ledger) -> None:
    liaison, measure = ledger.people["liaison-road"], ledger.measure
    old = attach(measure)
    form = page_of(liaison, measure, f"?act=replace_evidence&replaces={old.pk}")
    assert f'<option value="{old.pk}" selected>' in form
    before = everything()
    two = {"file": [text_file(), text_file("二.txt")], "replaces": old.pk}
    assert at(liaison).post(reverse("add-evidence", args=[measure.pk]), two).status_code == 400
    none = at(liaison).post(reverse("add-evidence", args=[measure.pk]), {"replaces": old.pk})
    assert none.status_code == 400 and "请选择要上传的文件" in none.content.decode()
    wrong = add(liaison, measure, replaces="999")
    assert wrong.status_code == 400 and "请选择本措施下仍然有效的材料" in wrong.content.decode()
    assert everything() == before
    done = add(liaison, measure, replaces=old.pk, title="会议纪要定稿").content.decode()
    assert "已由新版“会议纪要定稿”替换" in done
    assert "上传新版材料，替换“会议纪要”。" in done
    assert 'id="evidence">佐证材料 <span class="muted small">1</span>' in done


@pytest.mark.long
def test_a_withdrawal_by_the_form(ledger: Ledger) -> None:
    people, measure = ledger.people, ledger.measure
    evidence, elsewhere = attach(measure), attach(ledger.measures[1])
    before = everything()
    for wrong in ("", "x", "999999", "9" * 40, elsewhere.pk):
        assert withdraw(people["liaison-road"], measure, wrong).status_code == 400
    assert withdraw(people["liaison-road"], measure, evidence.pk, reason=" ").status_code == 400
    assert withdraw(people["liaison-road"], measure, evidence.pk, version=9).status_code == 409
    assert withdraw(people["liaison-plan"], measure, evidence.pk).status_code == 403
    assert withdraw(people["nobody"], measure, evidence.pk).status_code == 404
    assert everything() == before
    assert withdraw(people["liaison-road"], measure, evidence.pk).status_code == 302
    shown = page_of(people["auditor"], measure)
    assert "2021年3月31日由" in shown and "撤下：与另一份重复" in shown
    assert "撤下“会议纪要”。" in shown
    assert 'id="evidence">佐证材料 <span class="muted small">0</span>' in shown


def test_the_minutes_name_whose_signatures_became_void(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_review")
    do(measure, "sign", "head")
    withdraw(ledger.people["liaison-road"], measure, measure.evidence.get().pk)
    head = ledger.people["head-road"].get_full_name()
    assert f"撤下“会议纪要”；{head}的签批随之失效。" in page_of(ledger.people["auditor"], measure)


def test_a_past_day_shows_what_stood_then(ledger: Ledger) -> None:
    earlier = TODAY.replace(day=20)
    evidence = attach(ledger.measure, on=earlier)
    withdraw(ledger.people["liaison-road"], ledger.measure, evidence.pk)
    then = page_of(ledger.people["auditor"], ledger.measure, "?as_of=2021-03-25")
    assert evidence.title in then and "与另一份重复" not in then
    assert 'class="evidence-withdrawn"' not in then


def test_a_refused_file_refuses_all_and_says_which(ledger: Ledger) -> None:
    liaison, before = ledger.people["liaison-road"], everything()
    files = [text_file(), file("机密-报告.docx", docx("正文"))]
    refused = at(liaison).post(reverse("add-evidence", args=[ledger.measure.pk]), {"file": files})
    assert refused.status_code == 400
    assert "机密-报告.docx：标有“机密”" in refused.content.decode()
    assert "不得存储、处理、传输涉密文件" in refused.content.decode()
    assert everything() == before
    assert Evidence.objects.count() == 0
