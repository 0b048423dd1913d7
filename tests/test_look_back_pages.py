"""The pages of looking back: drawing, checking and remarking, what waits for whom, and what is counted."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures import todo
from measures.look_back import services
from measures.models import LookBack, LookBackItem, MeasureHistory, Remark
from rectify.organization.posts import Posts

from .building import TODAY, Ledger, Place, act_by, build_ledger, build_organization, forget_posts
from .driving import do, drive
from .forms_sent import at, statements
from .looking import page
from .test_look_back import check, close, drawn_from, item_of, remark_on

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

LOOK_BACKS = "/look-backs/"


def look_back_page(item: LookBackItem) -> str:
    return reverse("look-back", args=[item.look_back_id])


def item_act(item: LookBackItem, act: str) -> str:
    return reverse("look-back-act", args=[item.pk, act])


class TestDrawing:
    def test_what_will_be_drawn_is_said_beforehand(self, place: Place) -> None:
        mixed = [{"lead_department": place.departments[key]} for key in ("road", "road", "plan", "party")]
        ledger = build_ledger(place, sub_issues=1, measures=mixed)
        close(ledger, 4)
        auditor = at(place.people["auditor"])
        html = auditor.get(LOOK_BACKS, {"size": "3"}).content.decode()
        shares = re.findall(r'<th scope="row">(\w+)</th><td class="number">(\d+)</td><td class="number">([^<]+)<', html)
        assert shares == [("公路处", "2", "1"), ("综合规划处", "1", "1"), ("机关党委", "1", "1")]
        assert "现有已销号措施4条，涉及3个牵头部门。" in html and "随机抽取3条<" in html
        html = auditor.get(LOOK_BACKS, {"size": "2"}).content.decode()
        assert html.count("0或1") == 2 and "抽签决定" in html
        assert not LookBack.objects.exists()

    def test_drawing_leads_to_the_sample(self, ledger: Ledger) -> None:
        close(ledger, 3)
        auditor = at(ledger.people["auditor"])
        answer = auditor.post(LOOK_BACKS, {"size": "2", "title": "", "seed": ""})
        look_back = LookBack.objects.get()
        assert answer["Location"] == reverse("look-back", args=[look_back.pk])
        html = auditor.get(answer["Location"]).content.decode()
        assert look_back.seed in html and "结果一致" in html
        assert all(item.measure.content in html for item in look_back.items.all())
        assert look_back.title in auditor.get(LOOK_BACKS).content.decode()

    @pytest.mark.parametrize("size", ["0", "4", "-1", "x", "", "99999999999999999999", "0000000011111"])
    @pytest.mark.soak
    def test_a_size_that_does_not_fit(self, ledger: Ledger, size: str) -> None:
        close(ledger, 3)
        auditor = at(ledger.people["auditor"])
        answer = auditor.post(LOOK_BACKS, {"size": size, "title": "检查"})
        assert answer.status_code == 400
        html = answer.content.decode()
        assert "error-summary" in html and 'value="检查"' in html
        assert auditor.get(LOOK_BACKS, {"size": size}).status_code == 200
        assert not LookBack.objects.exists()

    def test_where_nothing_is_closed_the_page_says_so(self, ledger: Ledger) -> None:
        auditor = at(ledger.people["auditor"])
        assert "尚无已销号的措施" in auditor.get(LOOK_BACKS).content.decode()
        assert auditor.post(LOOK_BACKS, {"size": "1"}).status_code == 409

    @pytest.mark.long
    def test_others_see_the_samples_and_no_form(self, ledger: Ledger) -> None:
        close(ledger, 1)
        title = drawn_from(ledger, 1).title
        for key in ("office", "liaison-road", "leader-vp_road"):
            html = page(ledger.people[key], LOOK_BACKS)
            assert title in html and 'id="draw"' not in html
            assert at(ledger.people[key]).post(LOOK_BACKS, {"size": "1"}).status_code == 403

    @pytest.mark.long
    def test_the_rail_shows_it_to_auditors_and_the_office(self, ledger: Ledger) -> None:
        for key, shown in (("auditor", True), ("office", True), ("liaison-road", False), ("leader-vp_road", False)):
            rail = re.search(r'<ul class="rail-list">.*?</ul>', page(ledger.people[key]), re.DOTALL)
            assert rail is not None
            assert (LOOK_BACKS in rail[0]) is shown
            assert rail[0].count("<li>") <= 7

    def test_a_seed_with_markup_is_shown_as_text(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        LookBack.objects.update(seed="<script>alert(1)</script>", title="<b>x</b>")
        html = page(ledger.people["auditor"], look_back_page(item))
        assert "<script>alert" not in html and "<b>x</b>" not in html
        assert "结果一致" in html


class TestChecking:
    def test_checking_by_two_buttons(self, ledger: Ledger) -> None:
        close(ledger, 2)
        first, second = drawn_from(ledger, 2).items.order_by("position")
        auditor = at(ledger.people["auditor"])
        html = auditor.get(look_back_page(first)).content.decode()
        assert html.count("整改属实</button>") == html.count("问题反弹</button>") == 2
        assert "会议纪要" in html and "bureau 单位 leader-vp_road（2021-03-31）" in html
        answer = auditor.post(item_act(first, "check"), {"version": 1, "result": "holds", "note": "属实。"})
        assert answer["Location"] == f"{look_back_page(first)}#item-{first.pk}"
        answer = auditor.post(item_act(second, "check"), {"version": 1, "result": "relapsed", "note": "反弹。"})
        html = auditor.get(look_back_page(first)).content.decode()
        assert "整改属实</button>" not in html and "是否重新整改由整改办决定" in html
        assert "抽取2条，已核查2条，问题反弹1条" in html

    def test_what_was_typed_comes_back(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        auditor = at(ledger.people["auditor"])
        answer = auditor.post(item_act(item, "check"), {"version": 1, "result": "", "note": "现场很好"})
        assert answer.status_code == 400 and "现场很好" in answer.content.decode()
        answer = auditor.post(item_act(item, "check"), {"version": 7, "result": "holds", "note": "现场很好"})
        assert answer.status_code == 409 and "现场很好" in answer.content.decode()
        assert not MeasureHistory.objects.filter(action="check_sample").exists()

    def test_who_took_part_reads_why_not(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        head = ledger.people["head-road"]
        ledger.place.assign(head, "auditor")
        html = page(head, look_back_page(item))
        assert "您参与过本措施的销号" in html and "整改属实</button>" not in html
        answer = at(head).post(item_act(item, "check"), {"version": 1, "result": "holds", "note": "属实"})
        assert answer.status_code == 403 and "您签批过本措施" in answer.content.decode()

    @pytest.mark.long
    def test_the_office_decides(self, ledger: Ledger) -> None:
        item, office = item_of(ledger), ledger.people["office"]
        assert "待处理" not in page(office)
        check(item, ledger.people["auditor"])
        assert "回头看发现反弹，待处理" in page(office)
        html = page(office, look_back_page(item))
        assert f"{reverse('measure', args=[item.measure_id])}?act=reopen#act" in html
        tab = page(office, "/todo/?tab=look-back")
        assert "现场核查，问题再次出现。" in tab
        answer = at(office).post(item_act(item, "decline"), {"version": 2, "reason": ""})
        assert answer.status_code == 400 and "维持销号" in answer.content.decode()
        at(office).post(item_act(item, "decline"), {"version": 2, "reason": "另行立项"})
        assert "另行立项" in page(office, look_back_page(item)) and "待处理" not in page(office)

    def test_reopened_from_the_measures_page(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        check(item, ledger.people["auditor"])
        do(ledger.measure, "reopen", "office", reason="回头看发现问题反弹")
        html = page(ledger.people["liaison-road"], reverse("measure", args=[ledger.measure.pk]))
        assert "依据“2021年第1次回头看”的核查结果，要求本措施重新整改" in html
        assert f"{look_back_page(item)}#item-{item.pk}" in html
        assert "整改办已于2021-03-31要求本措施重新整改" in page(ledger.people["auditor"], look_back_page(item))


class TestRemarks:
    @pytest.mark.long
    def test_a_department_finds_and_answers_it(self, ledger: Ledger) -> None:
        remark = remark_on(ledger, ledger.measure)
        liaison = ledger.people["liaison-road"]
        assert remark.text in page(liaison) and remark.text in page(liaison, "/todo/")
        assert "剩15天" in page(liaison)
        assert remark.text not in page(ledger.people["liaison-plan"])
        address = reverse("measure", args=[ledger.measure.pk])
        assert "提交答复" in page(liaison, address) and "提交答复" not in page(ledger.people["office"], address)
        act = reverse("remark-act", args=[remark.pk, "answer"])
        refused = at(liaison).post(act, {"version": 1, "answer": " "})
        assert refused.status_code == 400 and f'id="remark-{remark.pk}"' in refused.content.decode()
        stale = at(liaison).post(act, {"version": 3, "answer": "已经补充上传"})
        assert stale.status_code == 409 and "已经补充上传" in stale.content.decode()
        answer = at(liaison).post(act, {"version": 1, "answer": "已经补充上传"})
        assert answer["Location"] == f"{address}#remark-{remark.pk}"
        assert remark.text not in page(liaison)
        assert "待审阅的答复" in page(ledger.people["auditor"])

    def test_an_auditor_settles_or_sends_back(self, ledger: Ledger) -> None:
        remark = remark_on(ledger, ledger.measure)
        services.answer_remark(act_by(ledger.people["head-road"]), remark.pk, {"version": 1, "answer": "已补充。"})
        auditor = at(ledger.people["auditor"])
        send_back = reverse("remark-act", args=[remark.pk, "send_back"])
        assert auditor.post(send_back, {"version": 2, "reason": ""}).status_code == 400
        assert auditor.post(send_back, {"version": 2, "reason": "仍缺纪要"}).status_code == 302
        assert "仍缺纪要" in page(ledger.people["liaison-road"], "/todo/")
        services.answer_remark(act_by(ledger.people["head-road"]), remark.pk, {"version": 3, "answer": "纪要已补。"})
        assert auditor.post(reverse("remark-act", args=[remark.pk, "settle"]), {"version": 4}).status_code == 302
        html = page(ledger.people["liaison-road"], reverse("measure", args=[ledger.measure.pk]))
        for words in ("提出核查意见，要求2021年4月15日前答复。", "退回核查意见的答复", "认可核查意见的答复。"):
            assert words in html

    @pytest.mark.long
    def test_making_one_on_a_measure_and_on_a_sample(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        auditor, measure = at(ledger.people["auditor"]), reverse("measure", args=[ledger.measure.pk])
        add = reverse("add-remark", args=[ledger.measure.pk])
        assert add in auditor.get(measure).content.decode()
        assert add not in page(ledger.people["office"], measure)
        first = auditor.post(add, {"text": "请补充。"})
        assert first["Location"].startswith(f"{measure}#remark-")
        on_sample = {"text": "请说明。", "item": item.pk, "from": "look-back", "answer_due_on": ""}
        second = auditor.post(add, on_sample)
        assert second["Location"].startswith(f"{look_back_page(item)}#remark-")
        refused = auditor.post(add, {**on_sample, "text": "请说明一二", "answer_due_on": "2021-01-01"})
        assert refused.status_code == 400
        assert "2021年第1次回头看</h1>" in refused.content.decode() and "请说明一二" in refused.content.decode()
        assert auditor.post(add, {"text": ""}).status_code == 400
        assert Remark.objects.count() == 2
        assert at(ledger.people["office"]).post(add, {"text": "x"}).status_code == 403

    def test_a_past_day_shows_none_of_it(self, ledger: Ledger) -> None:
        remark = remark_on(ledger, ledger.measure)
        address = f"{reverse('measure', args=[ledger.measure.pk])}?as_of=2021-03-30"
        assert remark.text not in page(ledger.people["liaison-road"], address)
        assert remark.text not in page(ledger.people["liaison-road"], "/?as_of=2021-03-30")

    def test_unknown_acts_and_foreign_rows(self, ledger: Ledger, other: Ledger) -> None:
        item, remark = item_of(ledger), remark_on(ledger, ledger.measure)
        office = at(ledger.people["office"])
        assert office.get(item_act(item, "burn")).status_code == 404
        assert office.get(reverse("remark-act", args=[remark.pk, "burn"])).status_code == 404
        assert office.get(item_act(item, "check"))["Location"] == f"{look_back_page(item)}#item-{item.pk}"
        stranger = at(other.people["auditor"])
        for address in (
            look_back_page(item),
            item_act(item, "check"),
            reverse("remark-act", args=[remark.pk, "answer"]),
        ):
            assert stranger.get(address).status_code == 404
            assert stranger.post(address, {}).status_code in (404, 405)


class TestCounts:
    def test_the_navigation_counts_what_waits(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        check(item, ledger.people["auditor"])
        asked, answered = remark_on(ledger, ledger.measures[1]), remark_on(ledger, ledger.measure)
        services.answer_remark(act_by(ledger.people["head-road"]), answered.pk, {"version": 1, "answer": "已补充。"})
        assert asked.state == "open"
        wanted = {"liaison-road": 1, "head-road": 1, "office": 1, "auditor": 1, "liaison-plan": 0, "leader-vp_road": 0}
        for key, number in wanted.items():
            user = ledger.people[key]
            forget_posts(user)
            posts = Posts.of(user, TODAY)
            with CaptureQueriesContext(connection) as caught:
                assert todo.count_todo(posts, TODAY) == number, key
            assert len(caught) <= 1

    @pytest.mark.soak
    def test_statements_do_not_grow(self, db: None) -> None:
        def counted(place: Place, size: int) -> list[int]:
            ledger = build_ledger(place, sub_issues=size, measures=2)
            close(ledger, len(ledger.measures) - 1)
            look_back = drawn_from(ledger, len(ledger.measures) - 1)
            auditor, people = place.people["auditor"], place.people
            for item in look_back.items.order_by("position")[:size]:
                remark = remark_on(ledger, item.measure, item=item.pk)
                services.answer_remark(act_by(people["head-road"]), remark.pk, {"version": 1, "answer": "已补充。"})
                remark_on(ledger, item.measure, item=item.pk)
                check(item, auditor)
            remarked = look_back.items.earliest("position").measure_id
            sample, measure = reverse("look-back", args=[look_back.pk]), reverse("measure", args=[remarked])
            looked = [(key, sample) for key in ("auditor", "office", "liaison-road")]
            looked += [("auditor", LOOK_BACKS), ("auditor", measure), ("auditor", "/todo/?tab=look-back")]
            looked += [("office", "/todo/?tab=look-back"), ("liaison-road", "/todo/?tab=look-back")]
            looked += [(key, "/") for key in ("auditor", "office", "liaison-road")]
            items = f"/api/v1/look-back-items/?look_back={look_back.pk}"
            looked += [(key, items) for key in ("auditor", "liaison-plan")]
            looked += [("auditor", f"/api/v1/remarks/?round={ledger.round.pk}"), ("auditor", "/api/v1/look-backs/")]
            return [statements(at(people[key]), address) for key, address in looked]

        small, large = counted(build_organization("small"), 1), counted(build_organization("large"), 4)
        assert small == large
        assert max(small) <= 26, small


def test_the_minutes_read_like_minutes(ledger: Ledger) -> None:
    item = item_of(ledger)
    check(item, ledger.people["auditor"])
    services.decline_reopening(act_by(ledger.people["office"]), item.pk, {"version": 2, "reason": "另行立项"})
    html = page(ledger.people["liaison-road"], reverse("measure", args=[ledger.measure.pk]))
    for words in (
        "在“2021年第1次回头看”中抽取本措施。",
        "在“2021年第1次回头看”中核查本措施：问题反弹，建议重新整改。",
        "未采纳“2021年第1次回头看”的建议，维持销号。",
    ):
        assert words in html


def test_a_measure_that_was_never_looked_back_on_has_no_section(ledger: Ledger) -> None:
    drive(ledger.measure, "in_progress")
    address = reverse("measure", args=[ledger.measure.pk])
    assert 'id="remarks"' not in page(ledger.people["liaison-road"], address)
    assert 'id="remarks"' in page(ledger.people["auditor"], address)


def test_the_demonstration_has_a_second_look(demo: Any, db: None) -> None:
    look_back = LookBack.objects.get()
    assert look_back.round == demo.twin and services.drawn_again(look_back)
    assert sorted(look_back.items.values_list("result", flat=True)) == ["holds", *["pending"] * 4, "relapsed"]
    assert sorted(Remark.objects.values_list("state", flat=True)) == ["answered", "open"]
    opened = Remark.objects.get(state="open")
    assert opened.text in page(demo.person("liaison-road"), f"/?round={demo.twin.pk}")
    assert "待处理" in page(demo.person("office"), f"/?round={demo.twin.pk}")
