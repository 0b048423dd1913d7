"""The words of a file, page by page, as far as they can be read without running anything in it."""

import html
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from .file_types import TEXT_ENCODINGS

Page = list[str]

MOST_TEXT = 4 * 1024 * 1024
MOST_OF_A_MEMBER = 20 * 1024 * 1024
# Parts of office documents that hold words -> what ends a line in them.
WORD_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|comments)\.xml$")
SHEET_PARTS = re.compile(r"xl/(sharedStrings|worksheets/sheet\d+|workbook)\.xml$")
SLIDE_PARTS = re.compile(r"ppt/(slides/slide|slideMasters/slideMaster|slideLayouts/slideLayout)\d+\.xml$")
OFD_PARTS = re.compile(r"(^|/)(Content|Annotation)\.xml$|^OFD\.xml$", re.IGNORECASE)
PROPERTIES = "docProps/core.xml"
PARTS = {".docx": WORD_PARTS, ".xlsx": SHEET_PARTS, ".pptx": SLIDE_PARTS, ".ofd": OFD_PARTS}
LINE_ENDS = re.compile(r"</(?:\w+:)?(?:p|si|is|TextObject)>|<(?:\w+:)?br\b")
HEADINGS = re.compile(r"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<")
SHEET_NAMES = re.compile(r"<(?:\w+:)?sheet\b[^>]*?\bname=\"([^\"]*)\"")
# Codes in the headings of sheets: &L, &C, &"font,bold", &12.
HEADING_CODES = re.compile(r'&(?:"[^"]*"|\d+|[A-Z])')
INLINE = "inlineStr"
TAGS = re.compile(r"<[^>]*>")
# What people do not write: punctuation, symbols, Chinese and plain letters are left.
NOT_WRITTEN = re.compile(r"[^\u2000-\u206f\u2600-\u27bf\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef -~]+")


def pages_of(ending: str, file: BinaryIO) -> Iterator[Page]:
    """The lines of each page of a text, an office document, or an old one as far as its words lie open."""
    file.seek(0)
    read: Callable[[BinaryIO], Iterator[Page]] | None = {".txt": _plain, ".csv": _plain}.get(ending)
    if read is not None:
        yield from read(file)
    elif ending in PARTS:
        yield from _office(PARTS[ending], file)
    else:
        yield from _old_office(file)


def text_beginning(file: BinaryIO, length: int) -> str:
    """The beginning of a text file, in whichever encoding it is."""
    content = file.read(length)
    for encoding in TEXT_ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(content) - 4:  # a character that was cut in two
                return content[: error.start].decode(encoding)
    return content.decode("utf-8", "replace")


def _plain(file: BinaryIO) -> Iterator[Page]:
    lines = text_beginning(file, MOST_TEXT).splitlines()
    # In a table each field may bear the mark.
    yield [field.strip('" ') for line in lines for field in re.split(r"[,\t]", line)] if _is_table(lines) else lines


def _is_table(lines: list[str]) -> bool:
    return any("," in line or "\t" in line for line in lines[:3])


def _office(parts: re.Pattern[str], file: BinaryIO) -> Iterator[Page]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not parts.search(info.filename) and info.filename != PROPERTIES:
                continue
            with archive.open(info) as member:
                text = _decoded(member.read(MOST_OF_A_MEMBER))
            yield TAGS.split(text) if info.filename == PROPERTIES else _lines_of_xml(text)


def _decoded(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8-sig", "replace")


def _lines_of_xml(text: str) -> Page:
    """Paragraphs, cells, headings and names; every word that stands between tags. No entity is followed."""
    # Most sheets keep their words elsewhere, and here nothing but numbers.
    paragraphs = LINE_ENDS.split(text) if "worksheet" not in text[:2000] or INLINE in text else []
    headings = [HEADING_CODES.sub(" ", html.unescape(words)) for words in HEADINGS.findall(text)]
    names = [html.unescape(name) for name in SHEET_NAMES.findall(text)]
    lines = [html.unescape(TAGS.sub("", paragraph)) for paragraph in paragraphs]
    return [line for line in (*headings, *names, *lines) if line.strip()]


def _old_office(file: BinaryIO) -> Iterator[Page]:
    """Documents of the old formats keep their words two bytes a character, in the open."""
    words = file.read().decode("utf-16-le", "replace")
    yield [run for run in NOT_WRITTEN.split(words) if len(run) > 2]
