"""The pages of supervision: the list, drafting, the paper, its acts, the templates; and where else papers stand."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from rectify.dispatch.models import OrderKind, PaperTemplate, SupervisionOrder
from rectify.organization.models import User
from rectify.web import clock

from .building import NOW, Ledger
from .forms_sent import at, statements
from .test_dispatch import opened
from .test_supervision import answered, drafted, issued

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def page(user: User, name: str = "supervision-list", *args: Any, **query: Any) -> str:
    answer = at(user).get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def press(user: User, pk: int, act: str, **data: Any) -> Any:
    version = SupervisionOrder.objects.get(pk=pk).version
    return at(user).post(reverse("supervision-act", args=[pk, act]), {"version": version, **data})


def new(ledger: Ledger, **query: Any) -> str:
    return f"{reverse('supervision-new')}?" + "&".join(f"{name}={value}" for name, value in query.items())


class TestDrafting:
    @pytest.mark.long
    def test_the_office_drafts_issues_and_concludes(self, ledger: Ledger) -> None:
        office, measure = ledger.people["office"], ledger.measure
        assert new(ledger, measure=measure.pk) in page(office, "measure", measure.pk)
        form = at(office).get(new(ledger, measure=measure.pk, kind="order")).content.decode()
        assert "督办事项：1-1 整改措施第1条" in form and "2021-04-08" in form
        fields = {"title": "督办单", "text": "{部门}：\r\n请答复：{问题}", "question": "何时完成？", "due_on": ""}
        road = ledger.place.departments["road"].pk
        sent = at(office).post(new(ledger, measure=measure.pk, kind="order"), {**fields, "department": road})
        order = SupervisionOrder.objects.get()
        assert sent["Location"] == reverse("supervision-order", args=[order.pk])
        shown = page(office, "supervision-order", order.pk)
        assert "如今日发出" in shown and '<p class="letter-to">公路处：</p>' in shown and "请答复：何时完成？" in shown
        fields = {"department": road, "question": "何时办结？", "title": "督办单", "text": order.text, "due_on": ""}
        assert press(office, order.pk, "issue", **fields).status_code == 302
        liaison = ledger.people["liaison-road"]
        shown = page(liaison, "supervision-order", order.pk)
        assert "督办〔2021〕1号 督办单" in shown and "公路处须在2021年4月8日前答复" in shown
        assert press(liaison, order.pk, "answer", answer="四月底办结").status_code == 302
        shown = page(office, "supervision-order", order.pk)
        assert "四月底办结" in shown and shown.count("button-primary") == 1
        assert press(office, order.pk, "conclude", conclusion="同意").status_code == 302
        assert "以督办〔2021〕1号发出，2021年4月8日前答复。" in page(office, "supervision-order", order.pk)

    @pytest.mark.long
    def test_the_next_kind_is_proposed(self, ledger: Ledger) -> None:
        office, address = at(ledger.people["office"]), new(ledger, measure=ledger.measure.pk)
        for kind, label in zip(list(OrderKind)[:4], ("提醒函", "督办单", "约谈", "问责建议"), strict=True):
            shown = office.get(address).content.decode()
            assert f'aria-current="page">{label}<' in shown, kind
            issued(ledger, kind=kind)
        assert 'aria-current="page">问责建议<' in office.get(address).content.decode()
        assert "承接问责建议〔2021〕1号" in office.get(address).content.decode()

    def test_a_leader_writes_words_alone(self, ledger: Ledger) -> None:
        leader, address = ledger.people["leader-vp_road"], new(ledger, measure=ledger.measure.pk)
        assert "作出批示" in page(leader, "measure", ledger.measure.pk)
        form = at(leader).get(address).content.decode()
        assert 'name="instruction"' in form and 'name="department"' not in form
        assert at(leader).post(address, {"instruction": ""}).status_code == 400
        assert at(leader).post(address, {"instruction": "请抓紧"}).status_code == 302
        order = SupervisionOrder.objects.get()
        shown = page(leader, "supervision-order", order.pk)
        assert "请抓紧" in shown and "由整改办确定答复部门和期限后发出" in shown
        assert "请抓紧" in page(ledger.people["office"], "dispatch-board")
        assert "请抓紧" not in page(ledger.people["auditor"], "dispatch-board")

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, ledger: Ledger) -> None:
        office, address = ledger.people["office"], new(ledger, measure=ledger.measure.pk)
        answer = at(office).post(address, {"title": "督办单", "text": "请{处室}答复", "question": "何时？"})
        html = answer.content.decode()
        assert answer.status_code == 400 and "“{处室}”不是可填入的名称；可用的有：{部门}" in html
        assert "请{处室}答复</textarea>" in html and not SupervisionOrder.objects.exists()
        order = drafted(ledger)
        answer = press(office, order["id"], "issue", department="", question="", title="督办单", text="请答复")
        html = answer.content.decode()
        assert answer.status_code == 400 and "请选择须答复的部门" in html and "请写明须答复的问题" in html

    def test_who_may_not_and_what_is_not_there(self, ledger: Ledger, other: Ledger) -> None:
        assert at(ledger.people["liaison-road"]).get(reverse("supervision-new")).status_code == 403
        for query in ({"measure": other.measure.pk}, {"measure": "x"}, {"parent": "999999"}, {"round": "x"}):
            assert at(ledger.people["office"]).get(reverse("supervision-new"), query).status_code == 404, query
        order = drafted(ledger)["id"]
        assert at(ledger.people["auditor"]).get(reverse("supervision-order", args=[order])).status_code == 404
        assert at(ledger.people["office"]).get(reverse("supervision-act", args=[order, "burn"])).status_code == 404


class TestPaper:
    def test_each_reader_is_told_what_waits_for_whom(self, ledger: Ledger) -> None:
        order = issued(ledger)["id"]
        lines = {
            "office": "只有公路处的联络人或负责人可以答复",
            "liaison-plan": "只有公路处的联络人或负责人可以答复",
            "auditor": "只有公路处的联络人或负责人可以答复",
        }
        for key, words in lines.items():
            assert words in page(ledger.people[key], "supervision-order", order), key
        mine = page(ledger.people["head-road"], "supervision-order", order)
        assert "只有公路处" not in mine and 'name="answer"' in mine
        press(ledger.people["head-road"], order, "answer", answer="已完成")
        assert "由整改办办结或退回答复" in page(ledger.people["head-road"], "supervision-order", order)

    def test_an_answer_comes_back_with_what_was_wrong(self, ledger: Ledger) -> None:
        order, office, liaison = answered(ledger)["id"], ledger.people["office"], ledger.people["liaison-road"]
        assert press(office, order, "return_answer", reason="").status_code == 400
        assert press(office, order, "return_answer", reason="请写明数量", due_on="2021-04-12").status_code == 302
        shown = page(liaison, "supervision-order", order)
        assert "请写明数量" in shown and ">已完成</textarea>" in shown and "2021年4月12日" in shown
        stale = at(liaison).post(reverse("supervision-act", args=[order, "answer"]), {"version": 1, "answer": "已改"})
        assert stale.status_code == 409 and ">已改</textarea>" in stale.content.decode()


class TestLists:
    @pytest.mark.long
    def test_what_is_open_stands_first_and_chips_narrow_it(self, ledger: Ledger) -> None:
        office = ledger.people["office"]
        assert "尚未发出任何文书" in page(office)
        waiting, closed = issued(ledger)["id"], answered(ledger, kind="reminder_letter")["id"]
        press(office, closed, "conclude", conclusion="同意")
        drafted(ledger, kind="interview")
        everything = page(office)
        order = [everything.index(words) for words in ("督办〔2021〕1号", ">约谈</a>", "提醒〔2021〕1号")]
        assert order == sorted(order)
        assert "1件未办结" in everything and "row-overdue" not in everything
        assert "提醒〔2021〕1号" in page(office, show="closed") and "督办〔2021〕1号" not in page(office, show="closed")
        assert "提醒〔2021〕1号" not in page(office, kind="order") and "约谈" in page(office, show="draft")
        assert "没有符合条件的文书" in page(office, show="overdue")
        with clock.stopped_at(NOW + timedelta(days=12)):
            late = page(office, show="overdue")
            assert "row-overdue" in late and "其中1件逾期" in late and "逾期4天" in late
        assert ">约谈</a>" not in page(ledger.people["auditor"]) and waiting

    @pytest.mark.long
    def test_open_ones_stand_on_the_board_and_in_the_departments_week(self, ledger: Ledger) -> None:
        order, liaison = issued(ledger)["id"], ledger.people["liaison-road"]
        address = reverse("supervision-order", args=[order])
        assert address in page(ledger.people["auditor"], "dispatch-board")
        assert address in page(liaison, "this-week") and address not in page(ledger.people["liaison-plan"], "this-week")
        opened(ledger)
        assert address in page(liaison, "this-week") and address in page(ledger.people["office"], "dispatch-board")
        press(liaison, order, "answer", answer="已完成")
        assert address not in page(liaison, "this-week") and address in page(ledger.people["office"], "dispatch-board")

    @pytest.mark.long
    def test_statements_do_not_grow(self, ledger: Ledger) -> None:
        counts = []
        for kind in ("order", "interview"):
            issued(ledger, kind=kind)
            for key, name in (("office", "supervision-list"), ("office", "dispatch-board"), ("head-road", "this-week")):
                counts.append(statements(at(ledger.people[key]), reverse(name)))
        assert counts[:3] == counts[3:]


class TestTemplates:
    @pytest.mark.long
    def test_previewed_then_saved(self, ledger: Ledger) -> None:
        office = at(ledger.people["office"])
        address = f"{reverse('paper-templates')}?round={ledger.round.pk}&kind=order"
        assert "整改工作督办单" in office.get(address).content.decode()
        ledger.round.refresh_from_db()
        words = {"title": "{轮次}督办", "body": "{部门}：\r\n请就{措施}答复。", "version": ledger.round.version}
        shown = office.post(address, {**words, "preview": "1"}).content.decode()
        assert "请就1-1 整改措施第1条答复。" in shown and not PaperTemplate.objects.exists()
        assert office.post(address, words).status_code == 302
        assert PaperTemplate.objects.get().body == "{部门}：\n请就{措施}答复。"
        for body, words_ in (("{科室}", "可用的有：{部门}"), ("{部门", "花括号不成对"), ("", "请填写")):
            for more in ({}, {"preview": "1"}):
                answer = office.post(address, {**words, "body": body, **more})
                assert answer.status_code == 400 and words_ in answer.content.decode(), body
        assert PaperTemplate.objects.get().body == "{部门}：\n请就{措施}答复。"
        stale = office.post(address, {**words, "body": "新"})
        assert stale.status_code == 409 and ">新</textarea>" in stale.content.decode()
