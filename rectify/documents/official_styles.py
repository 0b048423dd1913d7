"""How a document of an office looks (公文, GB/T 9704): page, fonts, styles, page numbers of a .docx file.

A4 with margins of 37, 35, 28 and 26 mm; 22 lines of 28 characters; title in 小标宋 2号, body in 仿宋 3号, headings in
黑体 and 楷体 3号. The licensed fonts are named, not shipped: the table of fonts says by what each may be replaced.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

XIAOBIAOSONG, FANGSONG, HEITI, KAITI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
SONGTI, LATIN = "宋体", "Times New Roman"
# By what a font may be replaced where a machine has it not; free ones come last.
INSTEAD = {
    XIAOBIAOSONG: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,思源宋体,Noto Serif CJK SC",
    FANGSONG: "仿宋,FangSong,华文仿宋,STFangsong,Noto Serif CJK SC",
    HEITI: "SimHei,Heiti SC,思源黑体,Noto Sans CJK SC",
    KAITI: "楷体,KaiTi,华文楷体,STKaiti,Noto Serif CJK SC",
    SONGTI: "SimSun,Songti SC,思源宋体,Noto Serif CJK SC",
}
# Sizes in points: 2号, 3号, 4号, 小四, 五号.
ERHAO, SANHAO, SIHAO, XIAOSI, WUHAO = Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5)
# 225 mm of text in 22 lines; 156 mm in 28 characters, which stand a quarter of a point closer than they are wide.
LINE_PITCH, LINE, CLOSER = 579, Pt(28.95), -5
NOTHING = Pt(0)


@dataclass(frozen=True)
class Style:
    """A style of paragraphs; lengths in points.

    Args:
        indent: by how many characters the first line is indented.
        level: among the headings, 0 for the highest; None where it is none.
        align: both, left, center or right.
        right: how many characters stay free on the right.
        snaps: its lines keep to the grid of the page.
    """

    font: str
    size: Any = SANHAO
    indent: int = 0
    level: int | None = None
    align: str = "both"
    line: Any = LINE
    before: Any = NOTHING
    after: Any = NOTHING
    right: int = 0
    snaps: bool = True
    keeps_with_next: bool = False


STYLES: Mapping[str, Style] = {
    "公文标题": Style(XIAOBIAOSONG, ERHAO, align="center", line=Pt(35), keeps_with_next=True),
    "公文副题": Style(KAITI, align="center", after=LINE),
    "公文说明": Style(KAITI, indent=2),
    "公文一级标题": Style(HEITI, indent=2, level=0, keeps_with_next=True),
    "公文二级标题": Style(KAITI, indent=2, level=1, keeps_with_next=True),
    "公文三级标题": Style(FANGSONG, indent=2, level=2, keeps_with_next=True),
    "公文正文": Style(FANGSONG, indent=2),
    "公文落款": Style(FANGSONG, align="right", right=2, before=LINE, keeps_with_next=True),
    "公文成文日期": Style(FANGSONG, align="right", right=4),
    "公文附注": Style(FANGSONG, XIAOSI, align="left", line=Pt(18), before=Pt(18), snaps=False),
    "公文表头": Style(HEITI, WUHAO, align="left", line=Pt(16), snaps=False),
    "公文表格": Style(FANGSONG, WUHAO, align="left", line=Pt(16), snaps=False),
    "公文表后": Style(FANGSONG, WUHAO, line=Pt(10), snaps=False),
}


def name_fonts(document: Any) -> None:
    """Says in the table of fonts by what each may be replaced."""
    part = next(part for part in document.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    for name, instead in INSTEAD.items():
        font = parse_xml(
            f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/>'
            '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        )
        table.append(font)
    part._blob = _serialized(table)


def _serialized(element: Any) -> bytes:
    tree = element.getroottree()
    target = io.BytesIO()
    tree.write(target, xml_declaration=True, encoding="UTF-8", standalone=True)
    return target.getvalue()


def _set_fonts(properties: Any, font: str) -> None:
    """The fonts of a run or style, for Chinese and for the rest; those of a theme no longer count."""
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for place in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{place}"), LATIN)
    fonts.set(qn("w:eastAsia"), font)


def set_default_fonts(document: Any) -> None:
    """Body text in 仿宋 3号, in Chinese, wherever no style says otherwise."""
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for name in ("w:rFonts", "w:lang"):
        for old in defaults.findall(qn(name)):
            defaults.remove(old)
    fonts = OxmlElement("w:rFonts")
    for place, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", FANGSONG)):
        fonts.set(qn(f"w:{place}"), font)
    defaults.insert(0, fonts)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    defaults.append(language)
    normal = document.styles["Normal"]
    _set_fonts(normal.element.get_or_add_rPr(), FANGSONG)
    normal.font.size = SANHAO


def set_page(document: Any) -> None:
    """A4 upright, its margins, and a grid of 22 lines."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # The number stands 7 mm below the text.
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    # Not of characters: programs disagree on how wide one is.
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE_PITCH))
    section._sectPr.append(grid)


def add_styles(document: Any) -> None:
    """The styles of an office, beside those that are there."""
    for name, style in STYLES.items():
        document.styles.element.append(parse_xml(_as_xml(name, style)))


def _as_xml(name: str, style: Style) -> str:
    """A style as the file holds it: readers insist on the order of its parts."""
    font, size = style.font, round(style.size.pt * 2)
    keeps = "<w:keepNext/>" if style.keeps_with_next else ""
    snaps = "" if style.snaps else '<w:snapToGrid w:val="0"/>'
    before, after, line = (round(length.pt * 20) for length in (style.before, style.after, style.line))
    indents = {"right": style.right, "firstLine": style.indent}
    indent = "".join(
        f' w:{side}Chars="{count * 100}" w:{side}="{round(style.size.pt * 20 * count)}"'
        for side, count in indents.items()
        if count
    )
    level = "" if style.level is None else f'<w:outlineLvl w:val="{style.level}"/>'
    closer = f'<w:spacing w:val="{CLOSER}"/>' if style.size == SANHAO else ""
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="{style_id(name)}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{keeps}{snaps}'
        f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/><w:ind{indent}/>'
        f'<w:jc w:val="{style.align}"/>{level}</w:pPr><w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" '
        f'w:cs="{LATIN}" w:eastAsia="{font}"/><w:b w:val="0"/>{closer}<w:sz w:val="{size}"/></w:rPr></w:style>'
    )


def style_id(name: str) -> str:
    """What a style is called within the file, in letters that every program takes."""
    return f"Official{list(STYLES).index(name) + 1}"


def set_style(paragraph: Any, name: str) -> None:
    """Gives a paragraph one of the styles."""
    # python-docx would look through every style of the file for each paragraph.
    paragraph._p.style = style_id(name)


def number_pages(document: Any) -> None:
    """— 1 — outside at the foot of each page: on the right of odd ones, on the left of even ones."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, side, alignment in (
        (section.footer, "right", WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, "left", WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        indented = paragraph._p.get_or_add_pPr().get_or_add_ind()
        indented.set(qn(f"w:{side}Chars"), "100")
        indented.set(qn(f"w:{side}"), str(int(SIHAO.pt * 20)))
        for text in ("— ", None, " —"):
            run = paragraph.add_run(text or "")
            run.font.size = SIHAO
            properties = run._r.get_or_add_rPr()
            _set_fonts(properties, SONGTI)
            for place in ("ascii", "hAnsi"):
                properties.rFonts.set(qn(f"w:{place}"), SONGTI)
            if text is None:
                _add_field(run, "PAGE", "1")


def _add_field(run: Any, instruction: str, shown: str) -> None:
    """A field that the reader's program fills in.

    Args:
        shown: what stands there until it does.
    """
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
        if kind == "begin":
            words = OxmlElement("w:instrText")
            words.set(qn("xml:space"), "preserve")
            words.text = f" {instruction} "
            run._r.append(words)
        if kind == "separate":
            text = OxmlElement("w:t")
            text.text = shown
            run._r.append(text)
