"""The weekly brief: drawn up from a frozen week, its figures locked, issued for good, corrected by a new edition."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from docx import Document

from issues.models import RoundHistory
from measures.checking import check_history
from rectify.dispatch.models import FrozenLine, Notice
from rectify.documents.brief_templates import starter
from rectify.documents.models import BriefTemplate, IssuedBrief, WeeklyBrief
from rectify.documents.official import OfficialDocument
from rectify.organization.models import Role, User
from rectify.web import clock
from rectify.web.file_types import FILE_TYPES

from .building import NOW, TODAY, Ledger
from .driving import drive
from .forms_sent import at
from .sending import api, url
from .test_bad_input import problem
from .test_dispatch import at as at_moment
from .test_dispatch import opened, submitted

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
DOCX = FILE_TYPES[".docx"][1]
HARMFUL = "{{ 7*7 }}{% for %}<w:p>&\x01\x08\ufffe" + "长" * 4900


def frozen(ledger: Ledger) -> dict[str, Any]:
    """A frozen week: one line reported with a difficulty, one closed, two missing."""
    drive(ledger.measures[1], "closed")
    week = opened(ledger)
    assert submitted(ledger, difficulty="需财政部门协调资金").status_code == 200
    answer = api(ledger.people["office"]).post(url("dispatches", week["id"], "freeze"), {"version": 1}, "json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def office(ledger: Ledger) -> Any:
    return api(ledger.people["office"])


def drawn_up(ledger: Ledger, week: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = office(ledger).post(url("weekly-briefs"), {"dispatch": (week or frozen(ledger))["id"]}, "json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def act(ledger: Ledger, brief: dict[str, Any], name: str, by: str = "office", **data: Any) -> Any:
    body = {"version": brief["version"], **data}
    return api(ledger.people[by]).post(url("weekly-briefs", brief["id"], name), body, "json")


def issued(ledger: Ledger, **typed: str) -> dict[str, Any]:
    answer = act(ledger, drawn_up(ledger), "issue", **typed)
    assert answer.status_code == 200, answer.content
    return answer.json()


def file_of(user: User, brief: dict[str, Any]) -> bytes:
    answer = api(user).get(url("weekly-briefs", brief["id"], "docx"))
    assert answer.status_code == 200 and answer["Content-Type"] == DOCX
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


class TestFigures:
    @pytest.mark.long
    def test_they_are_those_of_the_frozen_lines(self, ledger: Ledger) -> None:
        week = frozen(ledger)
        figures = drawn_up(ledger, week)["figures"]
        lines = FrozenLine.objects.all()
        assert lines.count() == 4
        (road,) = figures["departments"]
        assert road["owed"] == lines.exclude(state="exempt").count() == 3
        assert road["unconfirmed"] == lines.filter(state="to_confirm").count() == 1
        assert road["missing"] == lines.filter(state="to_report").count() == 2
        assert figures["headline"]["measures_closed"] == {"now": 1, "before": None}
        assert [row["number"] for row in figures["changed"]["closed"]] == ["1-2"]
        assert figures["difficulties"][0]["text"] == "需财政部门协调资金"

    @pytest.mark.long
    def test_changes_are_counted_against_the_last_frozen_week(self, ledger: Ledger) -> None:
        frozen(ledger)
        drive(ledger.measures[2], "in_progress")
        later = NOW + timedelta(days=30)
        with at_moment(later):
            week = opened(ledger)
            answer = office(ledger).post(url("dispatches", week["id"], "freeze"), {"version": 1}, "json")
            figures = drawn_up(ledger, answer.json())["figures"]
        assert figures["before"] == "2021-W13"
        assert figures["headline"]["overdue"] == {"now": 3, "before": 0}
        assert figures["headline"]["measures_closed"] == {"now": 1, "before": 1}
        assert figures["changed"]["closed"] == [] and len(figures["overdue"]) == 3

    def test_they_are_as_of_the_freezing_however_late_it_is_drawn_up(self, ledger: Ledger) -> None:
        week = frozen(ledger)
        with at_moment(NOW + timedelta(days=2)):
            drive(ledger.measures[2], "closed", TODAY + timedelta(days=2))
            assert drawn_up(ledger, week)["figures"]["headline"]["measures_closed"]["now"] == 1

    def test_the_texts_are_drafted_from_what_was_reported(self, ledger: Ledger) -> None:
        brief = drawn_up(ledger)
        assert brief["matters"] == "1. 公路处（1-1）：需财政部门协调资金。"
        assert brief["overview"].startswith("公路处（1-1）：已印发管理办法。\n") and "组织培训" in brief["next_week"]


class TestActs:
    def test_it_waits_for_the_freezing_and_is_drawn_up_once(self, ledger: Ledger) -> None:
        week = opened(ledger)
        problem(office(ledger).post(url("weekly-briefs"), {"dispatch": week["id"]}, "json"), 409)
        office(ledger).post(url("dispatches", week["id"], "freeze"), {"version": 1}, "json")
        brief = drawn_up(ledger, week)
        twice = office(ledger).post(url("weekly-briefs"), {"dispatch": week["id"]}, "json")
        assert problem(twice, 409)["current"]["id"] == brief["id"]
        problem(office(ledger).post(url("weekly-briefs"), {"dispatch": "x"}, "json"), 400, "dispatch")

    def test_a_draft_is_the_offices_alone(self, ledger: Ledger, other: Ledger) -> None:
        brief = drawn_up(ledger)
        for key in ("auditor", "leader-vp_road", "liaison-road"):
            assert api(ledger.people[key]).get(url("weekly-briefs", brief["id"])).status_code == 404
            assert act(ledger, brief, "edit", by=key).status_code == 404
        assert api(other.people["office"]).get(url("weekly-briefs", brief["id"])).status_code == 404
        done = act(ledger, brief, "issue").json()
        assert api(ledger.people["auditor"]).get(url("weekly-briefs", brief["id"])).json()["available_acts"] == []
        assert act(ledger, done, "new_edition", by="auditor", reason="x").status_code == 403
        assert api(other.people["office"]).get(url("weekly-briefs", brief["id"], "docx")).status_code == 404

    def test_two_hands_on_one_draft(self, ledger: Ledger) -> None:
        brief = drawn_up(ledger)
        assert act(ledger, brief, "edit", overview="总体平稳").json()["overview"] == "总体平稳"
        for name in ("edit", "issue"):
            stale = act(ledger, brief, name, overview="另一稿")
            problem(stale, 409)
            assert stale.json()["current"]["overview"] == "总体平稳"
        problem(act(ledger, {**brief, "version": 2}, "edit", overview="长" * 5001), 400, "overview")

    def test_every_act_leaves_its_row(self, ledger: Ledger) -> None:
        brief = issued(ledger)
        act(ledger, brief, "new_edition", reason="更正一处数据口径")
        rows = RoundHistory.objects.filter(action__contains="brief").order_by("sequence")
        assert [row.action for row in rows] == ["draw_up_brief", "issue_brief", "new_brief_edition"]
        assert rows[1].payload["sha256"] == brief["sha256"] and rows[2].reason == "更正一处数据口径"
        assert not check_history(clock.now, print).flaws

    @pytest.mark.long
    def test_the_leaders_are_told_counts(self, ledger: Ledger) -> None:
        chair = ledger.place.add_person("chair", Role.CHAIR)
        brief = issued(ledger, overview="不外传的文字")
        told = Notice.objects.filter(kind="brief")
        people = {ledger.people[key].pk for key in ("leader-vp_road", "assistant-vp_road")} | {chair.pk}
        assert {notice.recipient_id for notice in told} == people
        assert {notice.subject_id for notice in told} == {brief["id"]}
        assert told[0].facts["measures_closed"] == 1 and "文字" not in str(told[0].facts)


class TestIssued:
    def test_a_table_that_is_too_wide_for_a_phone_says_that_it_scrolls(self, ledger: Ledger) -> None:
        page = shown(ledger.people["office"], drawn_up(ledger))
        tables = re.findall(r"(<p class=\"sheet-swipe[^<]*</p>)?<div class=\"sheet-scroll.*?<thead>(.*?)</thead>", page)
        assert {heads.count("<th ") > 5 for _hint, heads in tables} == {True, False}
        for hint, heads in tables:
            assert bool(hint) == (heads.count("<th ") > 5) and ("可左右滑动" in hint) == bool(hint)

    @pytest.mark.long
    def test_what_happens_later_changes_nothing(self, ledger: Ledger) -> None:
        brief = issued(ledger, overview="本周总体平稳。")
        reader = ledger.people["leader-vp_road"]
        before, page = file_of(reader, brief), shown(reader, brief)
        with at_moment(NOW + timedelta(days=3)):
            drive(ledger.measures[2], "closed", TODAY + timedelta(days=3))
            office(ledger).post(url("rounds", ledger.round, "brief-template"), template_form(ledger, starter(NOW)))
            assert file_of(reader, brief) == before and shown(reader, brief) == page
        for name in ("edit", "issue"):
            problem(act(ledger, brief, name, overview="改"), 409)
        with pytest.raises(DatabaseError), transaction.atomic():
            IssuedBrief.objects.update(filename="另一份.docx")

    @pytest.mark.long
    def test_the_file_is_a_document_of_an_office(self, ledger: Ledger) -> None:
        brief = issued(ledger, overview="本周总体平稳。\n各部门按时报送。", matters="")
        content = file_of(ledger.people["auditor"], brief)
        document, words = Document(io.BytesIO(content)), words_of(content)
        for wanted in ("一、总体情况", "已销号1项", "本周应报3项", "本周总体平稳。", brief["digest"]):
            assert wanted in words
        section, styles = document.sections[0], document.styles
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
        fonts = styles["公文正文"].element.rPr.rFonts
        assert fonts.get(next(name for name in fonts.attrib if name.endswith("eastAsia"))) == "仿宋_GB2312"
        paragraphs = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
        assert paragraphs["各部门按时报送。"] == "公文正文" and paragraphs["一、总体情况"] == "公文一级标题"
        assert paragraphs["无。"] == "公文正文" and "草稿" not in words
        assert all("w:tblHeader" in table.rows[0]._tr.xml for table in document.tables)

    @pytest.mark.long
    def test_a_correction_is_a_new_edition_that_says_so(self, ledger: Ledger) -> None:
        first = issued(ledger, overview="有误")
        before = file_of(ledger.people["auditor"], first)
        second = act(ledger, first, "new_edition", reason="更正综述").json()
        assert (second["edition"], second["status"], second["overview"]) == (2, "draft", "有误")
        problem(act(ledger, first, "new_edition", reason="再来"), 409)
        assert "草稿" in words_of(file_of(ledger.people["office"], second))
        second = act(ledger, second, "issue", overview="无误").json()
        words = words_of(file_of(ledger.people["auditor"], second))
        assert "第2版，更正第1版：更正综述" in words and "无误" in words
        assert file_of(ledger.people["auditor"], first) == before
        rows = api(ledger.people["auditor"]).get(url("weekly-briefs"), {"round": ledger.round.pk}).json()
        assert [row["edition"] for row in rows["results"]] == [2, 1] and "figures" not in rows["results"][0]

    @pytest.mark.long
    @pytest.mark.parametrize("template", [False, True])
    def test_what_is_typed_stays_text(self, ledger: Ledger, template: bool) -> None:
        if template:
            form = template_form(ledger, starter(NOW))
            answer = office(ledger).post(url("rounds", ledger.round, "brief-template"), form)
            assert answer.status_code == 200, answer.content
        words = words_of(file_of(ledger.people["auditor"], issued(ledger, overview=HARMFUL)))
        assert "{{ 7*7 }}{% for %}<w:p>&" + "长" * 4900 in words
        assert "已销号1项" in words and "endfor" not in words and "49\n" not in words


def shown(user: User, brief: dict[str, Any]) -> str:
    page = at(user).get(reverse("weekly-brief-edition", args=[brief["id"]])).content.decode()
    return page[page.index("<article") : page.index("</article>")]


def template_form(ledger: Ledger, content: bytes, name: str = "模板.docx") -> dict[str, Any]:
    ledger.round.refresh_from_db()
    return {"version": ledger.round.version, "file": SimpleUploadedFile(name, content, DOCX)}


def template_of(*texts: str) -> bytes:
    document = OfficialDocument("模板", "", NOW)
    for text in texts:
        document.paragraph("body", text)
    return document.save()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return target.getvalue()


REMOTE = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://x/y.dotm" TargetMode="External"/>'
    b"</Relationships>"
)


class TestTemplate:
    @pytest.mark.long
    def test_it_makes_the_file(self, ledger: Ledger) -> None:
        own = template_of(
            "本厅专用版头",
            "{{ 总体情况 }}",
            "{%p for 行 in 部门情况 %}",
            "{{ 行.部门 }}欠{{ 行.未报送 }}项",
            "{%p endfor %}",
            "{{ 综述 }}",
        )
        form = template_form(ledger, own)
        answer = office(ledger).post(url("rounds", ledger.round, "brief-template"), form)
        assert answer.status_code == 200 and answer.json()["filename"] == "模板.docx"
        words = words_of(file_of(ledger.people["auditor"], issued(ledger, overview="第一段\n第二段")))
        for wanted in ("本厅专用版头\n", "公路处欠2项\n", "第一段\n第二段"):
            assert wanted in words
        assert IssuedBrief.objects.get().template_sha256 == BriefTemplate.objects.get().sha256
        ledger.round.refresh_from_db()
        back = {"version": ledger.round.version}
        address = url("rounds", ledger.round, "brief-template/built-in")
        assert office(ledger).post(address, back, "json").json()["filename"] == ""

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("texts", "says"),
        [
            (["{{ 总体状况 }}"], "总体状况"),
            (["{%p for 行 in 部门 %}", "{%p endfor %}"], "部门"),
            (["{%p for 行 in 部门情况 %}", "{{ 行.电话 }}", "{%p endfor %}"], "行.电话"),
            (["{{ 部门情况 }}"], "部门情况"),
            (["{{ 总体情况"], "broken"),
            (["{%p if 综述 %}"], "broken"),
            (["{{ 7*7 }}"], "Mul"),
            (["{{ 综述.__class__ }}"], "综述.__class__"),
            (["{{ 综述|attr('x') }}"], "Filter"),
            (["{% set x = 综述 %}"], "Assign"),
            (["{% for 甲 in 部门情况 %}{% for 乙 in 部门情况 %}{% endfor %}{% endfor %}"], "For"),
        ],
    )
    def test_what_it_may_not_hold_is_named(self, ledger: Ledger, texts: list[str], says: str) -> None:
        answer = office(ledger).post(
            url("rounds", ledger.round, "brief-template"), template_form(ledger, template_of(*texts))
        )
        problem(answer, 400, "file")
        assert says in answer.json()["errors"]["file"][0]
        assert ("总体情况" in answer.json()["detail"]) == ("known" in answer.json()["detail"])
        assert not BriefTemplate.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content", "status"),
        [
            ("模板.docm", b"PK\x03\x04", 400),
            ("模板.doc", b"\xd0\xcf", 400),
            ("模板.docx", b"no archive", 400),
            ("模板.docx", with_part(template_of(""), "word/vbaProject.bin", b"x"), 400),
            ("模板.docx", with_part(template_of(""), "word/_rels/settings.xml.rels", REMOTE), 400),
            ("模板.docx", with_part(template_of(""), "word/media/a.bmp", b"\0" * 21 * 1024 * 1024), 400),
            ("模板.docx", b"PK\x03\x04" + b"0" * 5 * 1024 * 1024, 413),
        ],
        ids=["docm", "doc", "text", "macros", "remote", "swells", "large"],
    )
    def test_files_that_are_not_taken(self, ledger: Ledger, name: str, content: bytes, status: int) -> None:
        form = template_form(ledger, content, name)
        problem(office(ledger).post(url("rounds", ledger.round, "brief-template"), form), status, "file")
        assert not BriefTemplate.objects.exists()


class TestPages:
    @pytest.mark.long
    def test_from_the_board_to_the_issued_brief(self, ledger: Ledger) -> None:
        week, desk = frozen(ledger), at(ledger.people["office"])
        address = reverse("weekly-brief", args=[week["id"]])
        board = desk.get(reverse("dispatch-board"), {"round": ledger.round.pk, "week": week["id"]}).content.decode()
        assert address in board and ">周报<" in board
        assert "尚未印发" in at(ledger.people["leader-vp_road"]).get(address).content.decode()
        assert desk.post(address, {"act": "draw_up"}).status_code == 302
        page = desk.get(address).content.decode()
        assert page.count("<textarea") == 4 and page.count("button-primary") == 1
        assert "草稿" not in at(ledger.people["auditor"]).get(address).content.decode()
        assert desk.post(address, {"act": "edit", "version": 1, "overview": "第一稿"}).status_code == 302
        stale = desk.post(address, {"act": "issue", "version": 1, "overview": "第二稿"})
        assert stale.status_code == 409 and "第一稿" in stale.content.decode() and "第二稿" in stale.content.decode()
        assert desk.post(address, {"act": "issue", "version": 2, "overview": "定稿文字"}).status_code == 302
        brief = WeeklyBrief.objects.get()
        read = at(ledger.people["leader-vp_road"])
        assert "定稿文字" in read.get(address).content.decode()
        assert "<textarea" not in read.get(address).content.decode()
        assert reverse("weekly-brief-edition", args=[brief.pk]) in read.get(reverse("weekly-briefs")).content.decode()
        desk.post(address, {"act": "new_edition", "version": 3, "reason": "更正"})
        assert "定稿文字" in read.get(address).content.decode()
        assert "第2版" in desk.get(address).content.decode()

    @pytest.mark.long
    def test_the_template_page(self, ledger: Ledger) -> None:
        desk, listed = at(ledger.people["office"]), reverse("weekly-briefs")
        given = desk.get(reverse("brief-template-starter")).content
        address = f"{reverse('brief-template')}?round={ledger.round.pk}"
        assert desk.get(address).status_code == 404
        refused = desk.post(address, template_form(ledger, template_of("{{ 无此名 }}")))
        assert refused.status_code == 400 and "无此名" in refused.content.decode()
        assert desk.post(address, template_form(ledger, given)).status_code == 302
        assert "模板.docx" in desk.get(listed).content.decode()
        assert b"".join(desk.get(address).streaming_content) == given
        ledger.round.refresh_from_db()
        assert desk.post(address, {"act": "drop", "version": ledger.round.version}).status_code == 302
        assert "模板.docx" not in desk.get(listed).content.decode()
        assert at(ledger.people["auditor"]).get(address).status_code == 403
