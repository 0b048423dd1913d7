"""Supervision papers by API: drafted, issued, answered, returned, concluded; instructions; templates; who is told."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from issues.models import RoundHistory
from measures.checking import check_history
from rectify.dispatch.models import Notice, SupervisionOrder
from rectify.organization.models import User
from rectify.web import clock

from .building import CHINA, NOW, REASON, Ledger
from .driving import drive
from .sending import api, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
QUESTION = "何时完成？"


def drafted(ledger: Ledger, by: str = "office", **fields: Any) -> dict[str, Any]:
    about = {} if {"measure", "sub_issue"} & fields.keys() else {"measure": ledger.measure.pk}
    body = {"round": ledger.round.pk, "kind": "order", **about, **fields}
    answer = api(ledger.people[by]).post(url("supervision-orders"), body, "json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def post(user: User, order: dict[str, Any], act: str, **data: Any) -> Any:
    version = SupervisionOrder.objects.get(pk=order["id"]).version
    return api(user).post(url("supervision-orders", order["id"], act), {"version": version, **data}, "json")


def issued(ledger: Ledger, department: str = "road", **fields: Any) -> dict[str, Any]:
    order = drafted(ledger, **fields)
    body = {"department": ledger.place.departments[department].pk, "question": QUESTION, "text": order["text"]}
    answer = post(ledger.people["office"], order, "issue", **body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def answered(ledger: Ledger, **fields: Any) -> dict[str, Any]:
    return post(ledger.people["liaison-road"], issued(ledger, **fields), "answer", answer="已完成").json()


def listed(user: User, **query: Any) -> list[int]:
    answer = api(user).get(url("supervision-orders"), query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind).order_by("period", "recipient").values_list("period", "recipient__username")
    return [(period, name) for period, name in rows]


def count_history() -> int:
    return RoundHistory.objects.count()


class TestCourse:
    def test_from_the_draft_to_the_conclusion(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_progress")
        office, liaison, head = (ledger.people[key] for key in ("office", "liaison-road", "head-road"))
        draft = drafted(ledger)
        assert (draft["status"], draft["number"], draft["due_on"]) == ("draft", "", None)
        assert "{部门}" in draft["text"] and "40%，已召开专题会议" in draft["text"]
        assert draft["available_acts"] == ["edit", "issue", "cancel"]
        order = issued(ledger)
        # Five working days after a Wednesday, over Qingming: Saturday to Monday are holidays.
        assert (order["number"], order["due_on"]) == ("督办〔2021〕1号", "2021-04-08")
        assert order["text"].startswith("公路处：") and f"书面答复：{QUESTION}" in order["text"]
        assert "2021年4月8日前" in order["text"] and "{" not in order["text"]
        assert post(liaison, order, "answer", answer="已完成").json()["status"] == "answered"
        again = post(office, order, "return_answer", reason=REASON, due_on="2021-04-12").json()
        assert (again["status"], again["due_on"], again["return_reason"], again["turn"]) == (
            "issued",
            "2021-04-12",
            REASON,
            2,
        )
        assert post(head, order, "answer", answer="已全部完成").json()["answer"] == "已全部完成"
        closed = post(office, order, "conclude", conclusion="情况属实").json()
        assert (closed["status"], closed["conclusion"], closed["available_acts"]) == ("closed", "情况属实", [])
        rows = RoundHistory.objects.filter(payload__order__id=order["id"]).order_by("sequence")
        assert [row.action for row in rows] == [
            "draft_order",
            "issue_order",
            "answer_order",
            "return_order_answer",
            "answer_order",
            "conclude_order",
        ]
        assert rows[1].payload["order"] == {
            "id": order["id"],
            "number": "督办〔2021〕1号",
            "kind": "order",
            "status": "issued",
            "department": "road",
            "due_on": "2021-04-08",
        }
        assert rows[1].payload["paper"]["text"] == order["text"] and rows[2].payload["answer"] == "已完成"
        assert (rows[3].reason, rows[5].payload["conclusion"]) == (REASON, "情况属实")
        assert not check_history(clock.now, print).flaws
        out = io.StringIO()
        call_command("rebuild", check=True, stdout=out)
        assert told("order") == [
            ("issued", "liaison-road"),
            ("issued", "head-road"),
            ("returned-2", "liaison-road"),
            ("returned-2", "head-road"),
        ]
        assert told("order_answered") == [("answer-1", "office"), ("answer-2", "office")]
        facts = Notice.objects.filter(kind="order").latest("pk").facts
        assert facts == {"number": "督办〔2021〕1号", "kind": "order", "department": "公路处", "due_on": "2021-04-12"}

    def test_numbers_run_by_kind_and_year(self, ledger: Ledger) -> None:
        numbers = [issued(ledger, kind=kind)["number"] for kind in ("order", "order", "reminder_letter")]
        with clock.stopped_at(datetime(2022, 1, 4, 9, tzinfo=CHINA)):
            numbers.append(issued(ledger)["number"])
        assert numbers == ["督办〔2021〕1号", "督办〔2021〕2号", "提醒〔2021〕1号", "督办〔2022〕1号"]

    def test_a_draft_is_edited_and_may_be_cancelled(self, ledger: Ledger) -> None:
        office, order = ledger.people["office"], drafted(ledger)
        edited = post(office, order, "edit", title="督办单", question="为何？", due_on="2021-04-30").json()
        assert (edited["title"], edited["question"], edited["due_on"]) == ("督办单", "为何？", "2021-04-30")
        assert post(office, order, "cancel", reason="不再需要").json()["status"] == "cancelled"
        problem(post(office, order, "issue", department=ledger.place.departments["road"].pk), 409)
        assert listed(ledger.people["auditor"]) == [] and listed(office) == [order["id"]]

    def test_overdue_is_derived(self, ledger: Ledger) -> None:
        order, office = issued(ledger), ledger.people["office"]
        assert listed(office, overdue="true") == [] and list(SupervisionOrder.objects.awaiting_answer())
        with clock.stopped_at(NOW + timedelta(days=9)):
            assert listed(office, overdue="true") == [order["id"]]
            post(ledger.people["liaison-road"], order, "answer", answer="已完成")
            assert listed(office, overdue="true") == [] and listed(office, overdue="false") == [order["id"]]
        assert RoundHistory.objects.latest("sequence").payload["late"] is True

    def test_who_finds_what(self, ledger: Ledger) -> None:
        first = issued(ledger, kind="reminder_letter")
        second = issued(ledger, department="plan", sub_issue=ledger.sub_issue.pk, parent=first["id"])
        draft, auditor = drafted(ledger), ledger.people["auditor"]
        assert listed(auditor) == [second["id"], first["id"]]
        assert listed(auditor, kind="reminder_letter,interview") == [first["id"]]
        assert listed(auditor, department="plan", status="issued") == [second["id"]]
        assert listed(auditor, measure=ledger.measure.pk, ordering="due_on") == [first["id"]]
        assert api(auditor).get(url("supervision-orders", draft["id"])).status_code == 404
        assert second["parent"] == first["id"] and second["measure"] is None


class TestInstructions:
    def test_a_leaders_words_reach_the_department_unchanged(self, ledger: Ledger) -> None:
        office, leader, words = ledger.people["office"], ledger.people["leader-vp_road"], "请公路处一周内  说明。{抄送}"
        made = drafted(ledger, "leader-vp_road", kind="instruction", instruction=words)
        assert (made["instruction"], made["department"], made["available_acts"]) == (words, None, [])
        assert told("instruction") == [("written", "office")]
        assert listed(leader) == [made["id"]] and listed(ledger.people["leader-secretary"]) == []
        road = ledger.place.departments["road"].pk
        edited = post(office, made, "edit", department=road, due_on="2021-04-06", instruction="别的").json()
        assert (edited["instruction"], edited["leader_name"]) == (words, "bureau 单位 leader-vp_road")
        issued_ = post(office, made, "issue").json()
        assert (issued_["number"], issued_["due_on"]) == ("批示〔2021〕1号", "2021-04-06")
        paper = RoundHistory.objects.latest("sequence").payload["paper"]
        assert (paper["instruction"], paper["leader"]) == (words, "bureau 单位 leader-vp_road")
        post(ledger.people["head-road"], made, "answer", answer="已落实")
        assert told("order_answered") == [("answer-1", "leader-vp_road"), ("answer-1", "office")]
        assert api(leader).get(url("supervision-orders", made["id"])).json()["answer"] == "已落实"

    def test_the_office_enters_one_for_a_leader(self, ledger: Ledger) -> None:
        leader = ledger.place.leaders["secretary"].pk
        made = drafted(ledger, kind="instruction", instruction="请办理", leader=leader)
        assert made["leader_name"] == "厅党组书记" and not told("instruction")
        body = {"round": ledger.round.pk, "kind": "instruction", "instruction": "请办理"}
        refused = api(ledger.people["office"]).post(url("supervision-orders"), body, "json")
        problem(refused, 400, "leader")

    @pytest.mark.parametrize(
        ("by", "kind", "status"),
        [("leader-vp_road", "order", 403), ("assistant-vp_road", "instruction", 403), ("liaison-road", "order", 403)],
    )
    def test_who_drafts_nothing(self, ledger: Ledger, by: str, kind: str, status: int) -> None:
        body = {"round": ledger.round.pk, "kind": kind, "instruction": "请办理"}
        before = count_history()
        problem(api(ledger.people[by]).post(url("supervision-orders"), body, "json"), status)
        assert count_history() == before and not SupervisionOrder.objects.exists()


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"kind": "letter"}, "kind"),
            ({"measure": 10**9}, "measure"),
            ({"sub_issue": 10**9}, "sub_issue"),
            ({"measure": "first", "sub_issue": "first"}, "sub_issue"),
            ({"department": 10**9}, "department"),
            ({"parent": 10**9}, "parent"),
            ({"text": "请{处室}答复"}, "text"),
            ({"text": "请{部门答复"}, "text"),
            ({"text": "{部门.name}"}, "text"),
            ({"text": "{部门!r}"}, "text"),
            ({"title": "{}"}, "title"),
            ({"due_on": "soon"}, "due_on"),
        ],
    )
    def test_a_draft_that_cannot_be(self, ledger: Ledger, fields: dict[str, Any], field: str) -> None:
        first = {"measure": ledger.measure.pk, "sub_issue": ledger.sub_issue.pk}
        given = {name: first[name] if value == "first" else value for name, value in fields.items()}
        body, before = {"round": ledger.round.pk, "kind": "order", **given}, count_history()
        problem(api(ledger.people["office"]).post(url("supervision-orders"), body, "json"), 400, field)
        assert count_history() == before and not SupervisionOrder.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, "department"),
            ({"department": "road", "question": " "}, "question"),
            ({"department": "road", "due_on": "2021-03-30"}, "due_on"),
            ({"department": "road", "text": "{某}"}, "text"),
            ({"department": "road", "title": "{问题}", "question": "问" * 300}, "title"),
        ],
    )
    def test_what_lacks_is_not_issued(self, ledger: Ledger, fields: dict[str, Any], field: str) -> None:
        order, before = drafted(ledger), count_history()
        if "department" in fields:
            fields = {**fields, "department": ledger.place.departments["road"].pk}
        problem(post(ledger.people["office"], order, "issue", **fields), 400, field)
        assert count_history() == before
        assert not SupervisionOrder.objects.exclude(status="draft", version=1, department=None).exists()

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("act", "by", "data", "status"),
        [
            ("answer", "liaison-plan", {"answer": "已完成"}, 403),
            ("answer", "office", {"answer": "已完成"}, 403),
            ("answer", "liaison-road", {"answer": " "}, 400),
            ("answer", "liaison-road", {"answer": "已完成", "version": 1}, 409),
            ("conclude", "office", {"conclusion": "属实"}, 409),
            ("return_answer", "office", {"reason": REASON}, 409),
            ("cancel", "office", {}, 400),
            ("cancel", "leader-vp_road", {"reason": REASON}, 403),
            ("edit", "auditor", {}, 403),
        ],
    )
    def test_acts_on_an_issued_paper(self, ledger: Ledger, act: str, by: str, data: Any, status: int) -> None:
        order = issued(ledger)
        before = count_history(), Notice.objects.count()
        problem(post(ledger.people[by], order, act, **data), status)
        assert (count_history(), Notice.objects.count()) == before
        assert SupervisionOrder.objects.get(pk=order["id"]).status == "issued"

    def test_an_answer_is_not_returned_into_the_past(self, ledger: Ledger) -> None:
        order = answered(ledger)
        problem(
            post(ledger.people["office"], order, "return_answer", reason=REASON, due_on="2021-03-01"), 400, "due_on"
        )
        problem(post(ledger.people["office"], order, "conclude", conclusion=""), 400, "conclusion")

    def test_strangers_and_an_archived_round(self, ledger: Ledger, other: Ledger) -> None:
        order = issued(ledger)
        for stranger in (other.people["office"], ledger.people["system-admin"]):
            assert post(stranger, order, "cancel", reason=REASON).status_code == 404
            assert listed(stranger) == []
        type(ledger.round).objects.filter(pk=ledger.round.pk).update(status="archived")
        office = ledger.people["office"]
        assert api(office).get(url("supervision-orders", order["id"])).json()["available_acts"] == []
        problem(post(office, order, "cancel", reason=REASON), 409)

    def test_the_offices_own_answer_is_checked_by_somebody_from_outside_it(self, ledger: Ledger) -> None:
        place = ledger.place
        inside = place.add_person("office-inside", "office", department=place.departments["office"])
        order = issued(ledger, department="office")
        post(ledger.people["liaison-office"], order, "answer", answer="已完成")
        problem(post(inside, order, "conclude", conclusion="属实"), 403)
        assert post(ledger.people["office"], order, "conclude", conclusion="属实").status_code == 200


class TestTemplates:
    def set(self, ledger: Ledger, by: str = "office", **words: str) -> Any:
        ledger.round.refresh_from_db()
        templates = {"order": {"title": "督办通知", "body": "{部门}：请就{措施}答复。", **words}}
        address = url("rounds", ledger.round, "paper-templates")
        return api(ledger.people[by]).post(address, {"version": ledger.round.version, "templates": templates}, "json")

    def test_papers_begin_with_the_rounds_own(self, ledger: Ledger) -> None:
        assert self.set(ledger).json()["templates"]["order"]["title"] == "督办通知"
        row = RoundHistory.objects.latest("sequence")
        assert row.action == "set_paper_templates" and set(row.payload["templates"]) == {"order"}
        assert issued(ledger)["text"] == "公路处：请就1-1 整改措施第1条答复。"
        assert drafted(ledger, kind="interview")["title"] == "整改工作约谈通知书"
        assert not check_history(clock.now, print).flaws

    @pytest.mark.parametrize(
        ("words", "field"), [({"body": "{科室}"}, "body"), ({"title": "{部门"}, "title"), ({"body": ""}, "templates")]
    )
    def test_an_unknown_name_is_named_with_those_that_are_known(
        self, ledger: Ledger, words: dict[str, str], field: str
    ) -> None:
        before, answer = count_history(), self.set(ledger, **words)
        problem(answer, 400, field)
        if words.get("body") == "{科室}":
            assert "{科室}" in answer.json()["errors"]["body"][0] and "{答复期限}" in answer.json()["errors"]["body"][0]
        assert count_history() == before

    def test_only_the_office_sets_them(self, ledger: Ledger) -> None:
        problem(self.set(ledger, "auditor"), 403)
        assert api(ledger.people["auditor"]).get(url("rounds", ledger.round, "paper-templates")).status_code == 200

    def test_braces_in_a_measures_own_words_stay(self, ledger: Ledger) -> None:
        type(ledger.measure).objects.filter(pk=ledger.measure.pk).update(content="修订{办法}")
        assert "修订{办法}" in issued(ledger)["text"]


def test_days_late_are_those_of_the_day_of_issue(ledger: Ledger) -> None:
    assert "逾期" not in drafted(ledger)["text"]
    with clock.stopped_at(datetime(2021, 4, 26, 9, tzinfo=CHINA)):
        order = drafted(ledger)
    with clock.stopped_at(datetime(2021, 4, 30, 9, tzinfo=CHINA)):
        body = {"department": ledger.place.departments["road"].pk, "question": QUESTION}
        text = post(ledger.people["office"], order, "issue", **body).json()["text"]
    assert "2021年4月24日（截至2021年4月30日逾期6天）" in text


def test_a_paper_on_the_whole_round_names_no_single_leader(ledger: Ledger) -> None:
    body = {"round": ledger.round.pk, "kind": "reminder_letter"}
    text = api(ledger.people["office"]).post(url("supervision-orders"), body, "json").json()["text"]
    assert "整改事项：本轮整改工作" in text and "责任领导" not in text
