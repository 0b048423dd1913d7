"""The pages of the weekly dispatch: this week for departments, the board for the office."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from issues.models import Round
from measures.progress import expected
from rectify.dispatch.models import Dispatch, Line, Schedule
from rectify.dispatch.progress import behind
from rectify.organization.models import User
from rectify.web import clock

from .building import CHINA, NOW, Ledger
from .forms_sent import at, statements
from .test_dispatch import opened

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
FRIDAY = datetime(2021, 4, 2, 13, 0, tzinfo=CHINA)


def page(user: User, **query: Any) -> str:
    return at(user).get(reverse("this-week"), query).content.decode()


def press(user: User, act: str, **fields: Any) -> Any:
    return at(user).post(reverse("this-week"), {"act": act, **fields})


def filled(line: Line, **fields: Any) -> dict[str, Any]:
    line.refresh_from_db()
    values = {
        "version": line.version,
        "progress": 30,
        "done": "已部署",
        "next_step": "培训",
        "difficulty": "",
        **fields,
    }
    return {f"{name}-{line.pk}": value for name, value in values.items()}


@pytest.fixture
def week(ledger: Ledger) -> Dispatch:
    opened(ledger)
    return Dispatch.objects.get()


class TestThisWeek:
    def test_before_a_week_is_opened_it_says_so(self, ledger: Ledger) -> None:
        assert "尚未开启任何一周" in page(ledger.people["liaison-road"])

    def test_who_belongs_to_no_department_is_told(self, ledger: Ledger) -> None:
        assert at(ledger.people["office"]).get(reverse("this-week")).status_code == 403

    @pytest.mark.long
    def test_all_that_is_filled_in_goes_in_one_press(self, ledger: Ledger, week: Dispatch) -> None:
        liaison, head = ledger.people["liaison-road"], ledger.people["head-road"]
        shown = page(liaison)
        assert "本周4条，已报0条，星期五12:00截止" in shown
        first, second, third, _rest = week.lines.order_by("pk")
        form = {**filled(first), **filled(second), **filled(third, done="")}
        assert press(liaison, "submit-all", **form).status_code == 302
        assert "本周4条，已报2条" in page(liaison)
        waiting = page(head)
        assert "全部同意（2条）" in waiting
        assert press(head, "confirm-all", **filled(first), **filled(second)).status_code == 302
        states = Line.objects.filter(dispatch=week).with_state().order_by("pk").values_list("state", flat=True)
        assert list(states) == ["reported", "reported", "to_report", "to_report"]

    def test_what_lacks_is_said_at_its_row_and_nothing_typed_is_lost(self, ledger: Ledger, week: Dispatch) -> None:
        liaison = ledger.people["liaison-road"]
        first, second, *_rest = week.lines.order_by("pk")
        answer = press(liaison, "submit-all", **filled(first, progress=""), **filled(second))
        html = answer.content.decode()
        assert answer.status_code == 400 and "有1条未能办理" in html
        assert "请填写完成进度" in html and ">已部署</textarea>" in html
        assert Line.objects.with_state().get(pk=second.pk).state == "to_confirm"

    def test_a_draft_is_there_again_and_for_nobody_else(self, ledger: Ledger, week: Dispatch) -> None:
        liaison, line = ledger.people["liaison-road"], week.lines.earliest("pk")
        assert press(liaison, f"save-{line.pk}", **filled(line, done="写了一半")).status_code == 302
        assert "写了一半" in page(liaison) and "写了一半" in page(ledger.people["head-road"])
        board = at(ledger.people["auditor"]).get(reverse("dispatch-board"), {"state": "saved"}).content.decode()
        assert "写了一半" not in board and "已暂存" in board

    @pytest.mark.long
    def test_returned_with_its_reason_recalled_and_as_last_week(self, ledger: Ledger, week: Dispatch) -> None:
        liaison, head, line = ledger.people["liaison-road"], ledger.people["head-road"], week.lines.earliest("pk")
        press(liaison, f"submit-{line.pk}", **filled(line))
        empty = press(head, f"return-{line.pk}", **filled(line, reason=""))
        assert empty.status_code == 400
        assert press(head, f"return-{line.pk}", **filled(line, reason="请写明数量")).status_code == 302
        assert "请写明数量" in page(liaison)
        # What was sent back is not last week's.
        assert press(liaison, f"same-{line.pk}", **filled(line)).status_code == 400
        assert press(liaison, f"submit-{line.pk}", **filled(line)).status_code == 302
        assert press(liaison, f"recall-{line.pk}", **filled(line)).status_code == 302
        assert "已部署" in page(liaison)

    def test_another_departments_line_and_nonsense(self, ledger: Ledger, week: Dispatch) -> None:
        line = week.lines.earliest("pk")
        refused = press(ledger.people["liaison-plan"], f"submit-{line.pk}", **filled(line))
        assert refused.status_code == 403
        for act in ("submit-x", "nonsense-1", "submit", "", "submit-99999999999999999999"):
            assert press(ledger.people["liaison-road"], act).status_code == 404, act
        assert press(ledger.people["liaison-road"], "submit-999999").status_code == 404
        assert at(ledger.people["liaison-road"]).get(reverse("this-week"), {"week": "x"}).status_code == 404

    def test_what_was_done_to_one_line_is_said_at_the_line(self, ledger: Ledger, week: Dispatch) -> None:
        liaison, line = ledger.people["liaison-road"], week.lines.latest("pk")
        address = press(liaison, f"save-{line.pk}", **filled(line))["Location"]
        assert address.endswith(f"#line-{line.pk}")
        shown = at(liaison).get(address.partition("#")[0]).content.decode()
        assert "已暂存1条" in shown[shown.index(f'id="line-{line.pk}"') :]
        for odd in ("save-x", "save-99999999999999999999", "nonsense-1"):
            assert at(liaison).get(reverse("this-week"), {"done": odd}).status_code == 200

    def test_late_and_frozen_are_said(self, ledger: Ledger, week: Dispatch) -> None:
        with clock.stopped_at(FRIDAY):
            assert "现在报送计为逾期报送" in page(ledger.people["liaison-road"])
        freeze(ledger, week)
        assert "本周已定稿" in page(ledger.people["liaison-road"])


def freeze(ledger: Ledger, week: Dispatch) -> Any:
    address = f"{reverse('dispatch-freeze-page', args=[week.pk])}?round={ledger.round.pk}"
    return at(ledger.people["office"]).post(address, {"version": week.version})


class TestBoard:
    def board(self, user: User, **query: Any) -> str:
        return at(user).get(reverse("dispatch-board"), query).content.decode()

    @pytest.mark.long
    def test_the_office_opens_sees_and_freezes(self, ledger: Ledger) -> None:
        office = ledger.people["office"]
        address = f"{reverse('dispatch-open')}?round={ledger.round.pk}"
        assert address in self.board(office) and address not in self.board(ledger.people["auditor"])
        assert at(office).post(address).status_code == 302
        week = Dispatch.objects.get()
        again = at(office).post(address, follow=True).content.decode()
        assert "已经开启" in again
        line = week.lines.earliest("pk")
        press(ledger.people["liaison-road"], f"submit-{line.pk}", **filled(line))
        shown = self.board(office)
        assert "0个部门已报齐，1个部门未报齐" in shown and "公路处3" in shown
        assert line.measure.number in shown[shown.index("本周有进展") :]
        listed = self.board(office, state="to_confirm", department=line.department_id)
        assert re.search(r'id="lines-title">填报明细：公路处 · 待负责人确认 <span class="muted small">1<', listed)
        named = re.findall(r'\bid="([^"]+)"', listed)
        assert "freeze" in named and len(named) == len(set(named)), "the dialog of freezing is found by its id"
        assert freeze(ledger, week)["Location"].endswith(f"week={week.pk}")
        assert "校验码" in self.board(office) and address not in self.board(office)
        with clock.stopped_at(NOW + timedelta(days=7)):
            assert address in self.board(office)

    def test_a_count_names_its_state_where_no_heading_stands_over_it(self, ledger: Ledger, week: Dispatch) -> None:
        """On a phone, where the table folds into a list of what is not zero."""
        shown = self.board(ledger.people["office"])
        table = shown[shown.index('<table class="table board">') : shown.index("</table>")]
        counts = re.findall(r'<td class="number([^"]*)">(.*?)</td>', table)
        assert len(counts) == 2 * 7
        assert [bool(re.search(r' data-label="待填报">4</a>', inside)) for _names, inside in counts].count(True) == 2
        assert all(("board-none" in names) != ("<a " in inside) for names, inside in counts)
        assert all(("<a " in inside) == ("data-label" in inside) for _names, inside in counts)

    @pytest.mark.long
    def test_the_office_returns_what_the_head_confirmed(self, ledger: Ledger, week: Dispatch) -> None:
        office, line = ledger.people["office"], week.lines.earliest("pk")
        address = reverse("dispatch-return-page", args=[line.pk])
        press(ledger.people["liaison-road"], f"submit-{line.pk}", **filled(line))
        query = {"department": line.department_id, "state": "to_confirm"}
        assert address not in self.board(office, **query), "it waits for the head first"
        press(ledger.people["head-road"], f"confirm-{line.pk}", **filled(line))
        line.refresh_from_db()
        data, query = {"version": line.version, "state": "reported"}, query | {"state": "reported"}
        shown = self.board(office, **query)
        assert address in shown and "公路处 · 已报送" in shown and "下一步工作" in shown and "培训" in shown
        assert address not in self.board(ledger.people["auditor"], **query)
        told = at(office).post(address, data, follow=True).content.decode()
        assert "请填写此项" in told and address in told
        assert at(ledger.people["head-road"]).post(address, {**data, "reason": "x"}).status_code == 403
        told = at(office).post(address, {**data, "reason": "请写明公里数"}, follow=True).content.decode()
        assert "已退回补充" in told and "请写明公里数" in page(ledger.people["liaison-road"])

    def test_the_group_chat_gets_departments_and_counts_only(self, ledger: Ledger, week: Dispatch) -> None:
        shown = self.board(ledger.people["office"])
        chat = re.search(r'<textarea class="board-chat"[^>]*>([^<]*)<', shown)
        assert chat is not None and "公路处4" in chat.group(1)
        assert ledger.measure.content not in chat.group(1)
        assert "board-chat" not in self.board(ledger.people["auditor"])

    @pytest.mark.long
    def test_statements_do_not_grow(self, ledger: Ledger, week: Dispatch) -> None:
        counts = []
        for line in week.lines.order_by("pk")[:2]:
            press(ledger.people["liaison-road"], f"submit-{line.pk}", **filled(line))
            counts.append(statements(at(ledger.people["office"]), reverse("dispatch-board")))
            counts.append(statements(at(ledger.people["liaison-road"]), reverse("this-week")))
        assert counts[:2] == counts[2:]


class TestSchedule:
    def form(self, ledger: Ledger, **fields: Any) -> dict[str, Any]:
        version = Round.objects.get(pk=ledger.round.pk).version
        usual = {"opens_weekday": "1", "opens_time": "08:30", "cutoff_weekday": "4", "cutoff_time": "17:00"}
        return {"version": version, **usual, "grace_hours": "2", "long_items": "monthly", "confirms": "on", **fields}

    def test_the_office_sets_it_and_sees_the_weeks_that_follow(self, ledger: Ledger) -> None:
        office, address = at(ledger.people["office"]), f"{reverse('dispatch-schedule')}?round={ledger.round.pk}"
        shown = office.get(address).content.decode()
        assert "各周由整改办手动开启" in shown and "2021年第13周" in shown
        assert office.post(address, self.form(ledger)).status_code == 302
        kept = Schedule.objects.get()
        assert (kept.cutoff_weekday, kept.long_items, kept.confirms, kept.paused) == (4, "monthly", True, False)
        saved = office.get(address).content.decode()
        assert "自动开启、自动定稿" in saved and "04-01 星期四 17:00" in saved
        assert office.post(address, self.form(ledger, confirms="", paused="on")).status_code == 302
        assert Schedule.objects.get().paused

    def test_what_cannot_be_is_told_at_its_field_with_what_was_typed(self, ledger: Ledger) -> None:
        office, address = at(ledger.people["office"]), f"{reverse('dispatch-schedule')}?round={ledger.round.pk}"
        answer = office.post(address, self.form(ledger, opens_weekday="5", cutoff_weekday="1", grace_hours="7"))
        html = answer.content.decode()
        assert answer.status_code == 400 and "截止时间早于开启时间" in html and 'value="7"' in html
        assert not Schedule.objects.exists()


def test_the_homes_tell_how_far_the_week_has_come(ledger: Ledger, week: Dispatch) -> None:
    line = week.lines.earliest("pk")
    press(ledger.people["liaison-road"], f"submit-{line.pk}", **filled(line))
    liaison = at(ledger.people["liaison-road"]).get("/").content.decode()
    assert "本周4条，已报1条，星期五12:00截止；1条待负责人确认" in liaison and reverse("this-week") in liaison
    office = at(ledger.people["office"]).get("/").content.decode()
    assert "1个部门未报齐" in office and reverse("dispatch-board") in office
    freeze(ledger, week)
    assert "条，已报" not in at(ledger.people["liaison-road"]).get("/").content.decode()


def test_even_progress() -> None:
    start, due = NOW.date(), NOW.date() + timedelta(days=100)
    assert [expected(start, due, start + timedelta(days=days)) for days in (0, 25, 100, 200)] == [0, 25, 100, 100]
    row = {"starts_on": start, "due_on": due, "progress": 24, "before": {"progress": 0}}
    assert behind(row, start + timedelta(days=25)) and not behind({**row, "progress": 25}, start + timedelta(days=25))
    # Short ones and undated ones are not measured so.
    assert not behind({**row, "due_on": start + timedelta(days=60)}, start + timedelta(days=50))
    assert not behind({**row, "due_on": None}, due)
