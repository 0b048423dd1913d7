"""Marks of secrecy: files that bear one are refused or marked; files that only speak of secrets are not."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from measures.models import Evidence
from rectify.web.secrecy import mark_in_name, mark_in_pages

from .building import TODAY, Ledger
from .driving import attach, drive
from .files import docx, file, old_office, packed, pdf
from .forms_sent import at
from .sending import api, sheet, upload_of, url
from .test_bad_input import problem
from .test_transitions import everything

pytestmark = pytest.mark.once

MARKS = {
    "机密★1年": "机密",
    "机　密 ★ １０年": "机密",
    "秘密★长期": "秘密",
    "秘密★": "秘密",
    "绝密★启用前": "绝密",
    "绝密": "绝密",
    "★机密": "机密",
    "机密 长期": "机密",
    "机密 1年": "机密",
    "机密（1年）": "机密",
    "秘密  三年": "秘密",
    "内部机密": "机密",
    "本件为机密": "机密",
    "附件1：秘密材料": "秘密",
    "机密等级：机密": "机密",
    "定密：机密": "机密",
    "机 密 ★ 1 年": "机密",
    "机\u200b密": "机密",
    "秘密报告": "秘密",
    "  绝　密 ": "绝密",
    "机密 特急": "机密",
    "机密·特急": "机密",
    "密级：秘密": "秘密",
    "密级: 机密级": "机密",
    "密级：☑机密": "机密",
    "保密等级：秘密": "秘密",
    "【机密】关于进一步做好工作的通知": "机密",
    "关于进一步做好工作的通知（秘密）": "秘密",
    "[绝密]": "绝密",
    "（机密）": "机密",
    "〔秘密★5年〕": "秘密",
    "工作秘密": "工作秘密",
    "工作秘密★3年": "工作秘密",
    "密级：工作秘密": "工作秘密",
    "【工作秘密】": "工作秘密",
    "内部": "内部",
    "密级：内部": "内部",
    "内部资料 注意保存": "内部",
    "内部文件，请勿外传": "内部",
    "内部参阅": "内部",
}
NO_MARKS = (
    "认真学习保守国家秘密法",
    "国家秘密",
    "商业秘密",
    "保护商业秘密和个人隐私",
    "密级分为绝密、机密、秘密三级",
    "密级：绝密、机密、秘密",
    "密级：□绝密 □机密 □秘密",
    "密级：无",
    "关于加强保密工作",
    "秘密投票",
    "定密：按规定办理",
    "技术秘密清单",
    "秘密级保护对象",
    "加强机密文件管理，严禁擅自复制",
    "机密级计算机台账",
    "对工作秘密的管理",
    "内部审计",
    "内部控制制度不健全",
    "本单位内部传阅后归还",
)


@pytest.mark.parametrize("text", list(MARKS))
def test_a_mark_on_the_first_lines(text: str) -> None:
    found = mark_in_pages([["份号 000001", text, "正文"]])
    assert found is not None and found.level == MARKS[text]


@pytest.mark.parametrize("text", NO_MARKS)
def test_words_that_are_no_mark(text: str) -> None:
    assert mark_in_pages([[text]]) is None
    assert mark_in_name(text) is None


def test_where_a_mark_stands() -> None:
    body = ["正文"] * 10
    assert mark_in_pages([[*body, "机密"]]) is None
    assert mark_in_pages([[*body, "密级", "机密"]]) is not None
    assert mark_in_pages([[*body, "附件上标有机密★1年字样"]]) is not None
    assert mark_in_pages([body, ["秘密"]]) is not None
    assert mark_in_pages([["机", "密", "★", "1", "年"]]) is not None
    both = mark_in_pages([["内部"], ["秘密★1年"], ["机密"]])
    assert both is not None and both.level == "机密"


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("机密-整改报告", "机密"),
        ("整改报告（秘密）", "秘密"),
        ("【绝密】整改报告", "绝密"),
        ("秘密", "秘密"),
        ("机密文件", "机密"),
        ("机密★5年 整改报告", "机密"),
        ("整改报告_机密", "机密"),
        ("绝密 关于整改的报告", "绝密"),
        ("密级：机密 报告", "机密"),
        ("内部资料-方案", "内部"),
        ("方案（内部）", "内部"),
        ("工作秘密-方案", "工作秘密"),
        ("秘密报告", "秘密"),
        ("绝密报告", "绝密"),
        ("机密整改情况", "机密"),
        ("秘密整改报告（定稿）", "秘密"),
        ("关于整改的机密文件", "机密"),
        ("关于整改的机密会议纪要2021", "机密"),
        ("整改报告-机密-定稿", "机密"),
        ("附件：秘密材料", "秘密"),
        ("机密级文件", "机密"),
        ("关于清退机密文件的报告", None),
        ("清退机密文件", None),
        ("机密、秘密文件管理", None),
        ("严格执行机密文件管理规定", None),
        ("涉及国家秘密材料", None),
        ("经营秘密清单", None),
        ("秘密账户清理情况", None),
        ("秘密级保护对象报告", None),
        ("保守国家秘密自查报告", None),
        ("商业秘密保护制度", None),
        ("机密文件清退情况", None),
        ("秘密战线学习材料", None),
        ("保密工作总结-国家秘密", None),
        ("内部审计报告", None),
        ("工作秘密管理办法", None),
        ("内部-外部对照", None),
    ],
)
def test_a_mark_in_a_name(name: str, level: str | None) -> None:
    found = mark_in_name(name)
    assert (found.level if found else None) == level


def workbook(sheet: str = "台账", header: str = "", rows: tuple[tuple[str, ...], ...] = (("序号", "名称"),)) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        page.set_header(header)
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return target.getvalue()


def slides(text: str) -> bytes:
    slide = f"<p:sld><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>"
    return packed({"ppt/presentation.xml": "<x/>", "ppt/slides/slide1.xml": slide})


def ofd(text: str) -> bytes:
    page = f"<ofd:Page><ofd:TextObject><ofd:TextCode>{text}</ofd:TextCode></ofd:TextObject></ofd:Page>"
    return packed({"OFD.xml": "<x/>", "Doc_0/Pages/Page_0/Content.xml": page})


def around(**members: bytes | str) -> bytes:
    """A Word document whose words are elsewhere than in its text; members by name as for `docx`."""
    return docx("正文", **members)


def sheets(**members: str) -> bytes:
    """A workbook of these members, by name as for `docx`."""
    named = {f"{name.replace('__', '/')}.xml": content for name, content in members.items()}
    return packed({"xl/workbook.xml": "<workbook/>", **named})


MARK = "<a:p><a:r><a:t>机密★1年</a:t></a:r></a:p>"
WATERMARK = '<w:hdr><w:p><w:pict><v:textpath style=\'font-family:"宋体"\' string="%s"/></w:pict></w:p></w:hdr>'
CUSTOM = "<Properties><property name='密级'><vt:lpwstr>机密</vt:lpwstr></property></Properties>"
OLD_WATERMARK = "第一章\r第二章\r第三章\r第四章\r第五章\r机密\0宋体\0PowerPlusWaterMarkObject1\0"
PROPERTIES = "<cp:coreProperties><dc:creator>某</dc:creator><cp:keywords>机密★1年</cp:keywords></cp:coreProperties>"
BEARING: dict[str, tuple[str, bytes]] = {
    "name": ("机密-报告.txt", "正文".encode()),
    "text": ("a.txt", "秘密★1年\n正文".encode()),
    "text in the older encoding": ("a.txt", "秘密★1年\n正文".encode("gb18030")),
    "table": ("a.csv", "序号,名称\n1,密级：机密\n".encode()),
    "pdf": ("a.pdf", pdf("第一页", "绝密★1年\n第二页")),
    "document": ("a.docx", docx("机密★1年", "关于整改的报告")),
    "mark in pieces": ("a.docx", docx("</w:t></w:r><w:r><w:t>机密</w:t></w:r><w:r><w:t>★1年", "正文")),
    "heading of a document": ("a.docx", docx("正文", word__header1="<w:hdr><w:p><w:t>【秘密】</w:t></w:p></w:hdr>")),
    "properties of a document": ("a.docx", docx("正文", docProps__core=PROPERTIES)),
    "document in two bytes a character": (
        "a.docx",
        packed({"word/document.xml": "<w:p><w:t>机密★1年</w:t></w:p>".encode("utf-16")}),
    ),
    "cell": ("a.xlsx", workbook(rows=(("密级：秘密",), ("序号",)))),
    "name of a sheet": ("a.xlsx", workbook(sheet="机密")),
    "heading of a sheet": ("a.xlsx", workbook(header='&L&"宋体,加粗"&12机密★3年')),
    "slide": ("a.pptx", slides("绝密")),
    "ofd": ("a.ofd", ofd("机密★1年")),
    "watermark": ("a.docx", around(word__header1=WATERMARK % "机密")),
    "watermark in entities": ("a.docx", around(word__header1=WATERMARK % "&#x7edd;&#23494;")),
    "words for a picture": ("a.docx", around(word__drawing='<wp:docPr id="1" descr="图" title="秘密★1年"/>')),
    "text box": ("a.docx", docx(*["正文"] * 9, "<w:txbxContent><w:p><w:t>绝密</w:t></w:p></w:txbxContent>")),
    "end notes": ("a.docx", around(word__endnotes=MARK)),
    "comments of a document": ("a.docx", around(word__comments=MARK)),
    "part under another name": ("a.docx", around(word__document2=MARK)),
    "own properties": ("a.docx", around(docProps__custom=CUSTOM)),
    "words outside of tags' reach": ("a.docx", around(word__a="<w:p><w:t><![CDATA[机密★1年]]></w:t></w:p>")),
    "text taken over": ("a.docx", packed({"word/document.xml": "<x/>", "word/afchunk.txt": "机密★1年"})),
    "page taken over": (
        "a.docx",
        packed({"word/document.xml": "<x/>", "word/a.htm": "<meta charset=gbk><p>机密★1年</p>".encode("gbk")}),
    ),
    "document in the older encoding": (
        "a.docx",
        packed({"word/document.xml": f'<?xml version="1.0" encoding="GB18030"?>{MARK}'.encode("gb18030")}),
    ),
    "sheet in a document": (
        "a.docx",
        packed({"word/document.xml": "<x/>", "word/embeddings/a.xlsx": sheets(xl__drawings__drawing1=MARK)}),
    ),
    "sheet under another name in a document": (
        "a.docx",
        packed({"word/document.xml": "<x/>", "word/embeddings/a.bin": sheets(xl__drawings__drawing1=MARK)}),
    ),
    "old document in a document": (
        "a.docx",
        packed({"word/document.xml": "<x/>", "word/a.bin": old_office("机密★1年".encode("utf-16-le"))}),
    ),
    "drawing on a sheet": ("a.xlsx", sheets(xl__drawings__drawing1=MARK)),
    "comments of a sheet": ("a.xlsx", sheets(xl__comments1="<comments><text><t>机密</t></text></comments>")),
    "title of a chart": ("a.xlsx", sheets(xl__charts__chart1=MARK)),
    "notes of a slide": ("a.pptx", packed({"ppt/presentation.xml": "<x/>", "ppt/notesSlides/notesSlide1.xml": MARK})),
    "title of a pdf": ("a.pdf", pdf("第一页", title="机密★1年")),
    "widely spaced pdf": ("a.pdf", pdf("机\n密\n★\n1\n年")),
    "old document": ("a.doc", old_office("机密★1年\r正文".encode("utf-16-le"))),
    "old document at odd places": ("a.xls", old_office(b"\1" + "机密★1年".encode("utf-16-le"), "Workbook")),
    "old document in the older encoding": ("a.doc", old_office("机密★1年\r正文".encode("gb18030"))),
    "old document far from its beginning": (
        "a.doc",
        old_office(b"\1" * 20_001 + "机密★1年".encode("utf-16-le") + b"\1" * 500),
    ),
    "watermark of an old document": ("a.doc", old_office(OLD_WATERMARK.encode("utf-16-le"))),
}


@pytest.mark.long
@pytest.mark.parametrize("case", list(BEARING))
def test_state_secrets_are_refused_wherever_they_are_marked(ledger: Ledger, evidence_root: Path, case: str) -> None:
    name, content = BEARING[case]
    before = everything()
    body = problem(upload_of(ledger.people["liaison-road"], ledger.measure, file=file(name, content)), 400, "file")
    assert "classified" in body["errors"]["file"][0]
    assert everything() == before
    assert not [path for path in evidence_root.rglob("*") if path.is_file()]


def test_a_title_is_looked_at_too(ledger: Ledger, evidence_root: Path) -> None:
    before = everything()
    problem(upload_of(ledger.people["liaison-road"], ledger.measure, title="（机密）会议纪要"), 400, "title")
    assert everything() == before


@pytest.mark.parametrize("title", ["签批单（机密）", "秘密报告"])
def test_titles_of_papers_and_meetings_are_looked_at_too(ledger: Ledger, evidence_root: Path, title: str) -> None:
    drive(ledger.measure, "in_review")
    office, before = api(ledger.people["office"]), everything()
    body = sheet(version=ledger.measure.version, title=title)
    problem(office.post(url("measures", ledger.measure, "register_signature"), body, format="multipart"), 400, "title")
    decision = {"sub_issue": ledger.sub_issue.pk, "version": 1, "agreed": False, "opinion": "再核"}
    meeting = {
        "round": ledger.round.pk,
        "title": title,
        "held_on": TODAY.isoformat(),
        "chair": "书记",
        "participants": [ledger.people["office"].pk],
        "decisions": [decision],
    }
    problem(office.post(url("acceptance-meetings"), meeting, "json"), 400, "title")
    assert everything() == before


SPEAKING: dict[str, tuple[str, bytes]] = {
    "name": ("保守国家秘密自查报告.txt", "正文".encode()),
    "text": ("a.txt", "认真学习保守国家秘密法，保护商业秘密。\n密级分为绝密、机密、秘密。".encode()),
    "document": ("a.docx", docx("关于商业秘密的规定", "第一条 保守国家秘密。")),
    "sheet": ("a.xlsx", workbook(rows=(("序号", "涉密载体清理情况", "商业秘密"),))),
    "old document": ("a.doc", old_office("关于保守国家秘密的报告\r第一条\r机密文件已全部清退".encode("utf-16-le"))),
    "words for a picture": ("a.docx", docx("正文", word__drawing='<wp:docPr descr="机密文件柜的照片"/>')),
    "list to choose from": ("a.docx", docx("正文", word__a='<w:listItem w:displayText="机密" w:value="机密"/>')),
    "pdf": ("a.pdf", pdf("保守国家秘密自查报告\n机密文件已全部清退")),
}


@pytest.mark.parametrize("case", list(SPEAKING))
def test_speaking_of_secrets_is_allowed(ledger: Ledger, evidence_root: Path, case: str) -> None:
    answer = upload_of(ledger.people["liaison-road"], ledger.measure, file=file(*SPEAKING[case]))
    assert answer.status_code == 201, answer.content
    assert answer.json()["mark"] == ""


@pytest.mark.parametrize(("name", "words"), [("internal", "内部资料 注意保存"), ("work_secret", "工作秘密★1年")])
def test_other_marks_go_by_the_setting(
    ledger: Ledger, evidence_root: Path, settings: Any, name: str, words: str
) -> None:
    liaison, measure = ledger.people["liaison-road"], ledger.measure
    settings.EVIDENCE_MARKED = {"internal": "mark", "work_secret": "mark"}
    marked = upload_of(liaison, measure, file=file("a.docx", docx(words, "正文")))
    assert marked.status_code == 201, marked.content
    assert marked.json()["mark"] == name
    assert measure.history.latest("sequence").payload["evidence"]["mark"] == name
    assert Evidence.objects.get().get_mark_display() in at(liaison).get(f"/measures/{measure.pk}/").content.decode()
    settings.EVIDENCE_MARKED = {**settings.EVIDENCE_MARKED, name: "refuse"}
    before = everything()
    problem(upload_of(liaison, measure, file=file("a.docx", docx(words, "正文"))), 400, "file")
    assert everything() == before


def test_the_title_and_the_file_bear_the_higher_mark(ledger: Ledger, evidence_root: Path, settings: Any) -> None:
    settings.EVIDENCE_MARKED = {"internal": "mark", "work_secret": "mark"}
    liaison, internal = ledger.people["liaison-road"], file("a.txt", "内部资料\n正文".encode())
    told = upload_of(liaison, ledger.measure, title="工作秘密-纪要", file=internal).json()
    assert told["mark"] == "work_secret"
    assert attach(ledger.measure).mark == ""


@pytest.mark.long
@pytest.mark.parametrize(
    ("given", "last_line"),
    [
        ("", "{'work_secret': 'refuse', 'internal': 'mark'}"),
        ("internal=refuse", "{'work_secret': 'refuse', 'internal': 'refuse'}"),
        ("work_secret=mark, internal=mark", "{'work_secret': 'mark', 'internal': 'mark'}"),
        ("secret=mark", "ImproperlyConfigured"),
        ("internal=maybe", "ImproperlyConfigured"),
        ("internal", "ImproperlyConfigured"),
    ],
)
def test_the_setting_is_read_or_refused(given: str, last_line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from rectify.settings import EVIDENCE_MARKED; print(EVIDENCE_MARKED)"],
        env={**os.environ, "EVIDENCE_MARKED": given},
        capture_output=True,
        text=True,
    )
    assert last_line in (done.stdout + done.stderr).strip().splitlines()[-1]
