"""Documents in the form of an office (公文, GB/T 9704) as .docx, written part by part; see `official_styles`."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph

from .official_styles import (
    add_styles,
    name_fonts,
    number_pages,
    set_default_fonts,
    set_page,
    set_style,
    style_id,
)

# Characters that XML cannot hold, and those that only control a printer.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f]")

MIDDLE = '<w:jc w:val="center"/>'
OF_KIND = {
    "title": "公文标题",
    "subtitle": "公文副题",
    "remark": "公文说明",
    "heading1": "公文一级标题",
    "heading2": "公文二级标题",
    "heading3": "公文三级标题",
    "body": "公文正文",
    "signed": "公文落款",
    "dated": "公文成文日期",
    "note": "公文附注",
    "gap": "公文表后",
}


def printable(text: str) -> str:
    """The text without what no document can hold: control characters and halves of characters."""
    return UNPRINTABLE.sub("", text)


class OfficialDocument:
    """A document in the form of an office, written part by part and then saved."""

    def __init__(self, title: str, author: str, made_at: datetime) -> None:
        """An empty page.

        Args:
            title, author: for the file's properties.
            made_at: the moment that the file bears, aware.
        """
        self.document: Any = Document()
        self._last: Paragraph | None = None
        self._set_properties(printable(title), printable(author), made_at)
        name_fonts(self.document)
        set_default_fonts(self.document)
        set_page(self.document)
        add_styles(self.document)
        number_pages(self.document)

    def _set_properties(self, title: str, author: str, made_at: datetime) -> None:
        known = self.document.core_properties
        moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        known.title, known.author, known.last_modified_by = title[:255], author[:255], author[:255]
        known.comments, known.language, known.revision = "", "zh-CN", 1
        known.created = known.modified = moment

    def paragraph(self, kind: str, text: str) -> Paragraph:
        """A paragraph of a kind: title, subtitle, remark, heading1 to heading3, body, signed, dated, note."""
        made: Paragraph = self.document.add_paragraph()
        set_style(made, OF_KIND[kind])
        made.add_run(printable(text))
        if kind == "signed" and self._last is not None:
            # No page holds a signature alone.
            self._last.paragraph_format.keep_with_next = True
        self._last = made
        return made

    def table(
        self, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], centred: Sequence[bool]
    ) -> None:
        """A table with rules; its head is repeated on every page, and no row is cut through.

        Args:
            widths: of the columns, in millimetres.
            centred: for each column whether its cells are centred; else they begin at the left.
        """
        made: Table = self.document.add_table(rows=0, cols=len(heads))
        _shape_table(made, widths)
        for index, cells in enumerate([heads, *rows]):
            middle = [True] * len(heads) if index == 0 else centred
            made._tbl.append(parse_xml(_row(cells, widths, middle, is_head=index == 0)))
        # The next paragraph would stick to the table's last rule.
        self.paragraph("gap", "")

    def blocks(self, blocks: Iterable[Mapping[str, Any]]) -> None:
        """Writes the blocks of a layout, see `layout.compose`."""
        for block in blocks:
            if block["kind"] == "table":
                self.table(block["heads"], block["rows"], block["widths"], block["centred"])
            elif block["kind"] == "typed":
                for text in block["paragraphs"]:
                    self.paragraph("body", text)
            else:
                self.paragraph(block["kind"], block["text"])

    def save(self) -> bytes:
        """The file."""
        target = io.BytesIO()
        self.document.save(target)
        return target.getvalue()


def _shape_table(table: Table, widths: Sequence[int]) -> None:
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    properties = table._tbl.tblPr
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    inside = {"top": 34, "left": 57, "bottom": 34, "right": 57}
    sides = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in inside.items())
    # Readers insist on their order: borders, layout, margins of cells, look.
    borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{edges}</w:tblBorders>")
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
    properties.insert_element_before(margins, "w:tblLook")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _row(cells: Sequence[str], widths: Sequence[int], centred: Sequence[bool], *, is_head: bool) -> str:
    """A row as the file holds it; python-docx takes a hundred times as long to make one cell by cell."""
    style = style_id("公文表头" if is_head else "公文表格")
    told = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{round(Mm(width).pt * 20)}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{MIDDLE if middle else ""}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r></w:p></w:tc>'
        for text, width, middle in zip(cells, widths, centred, strict=True)
    )
    repeated = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeated}</w:trPr>{told}</w:tr>"
