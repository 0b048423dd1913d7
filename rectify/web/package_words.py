"""The words of an office document: of every part that holds any, whatever its name, and of documents within it."""

import html
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from .archives import MAX_DEPTH, unpacked
from .decoding import decoded
from .file_types import OLE, ZIP
from .old_words import pages_of_old_office
from .secrecy import MAY_BEAR

Page = list[str]

MOST_OF_A_MEMBER = 20 * 1024 * 1024
HEAD = 64
# What may stand before the first tag: marks of the encoding, and of two bytes a character one that is empty.
BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
# Parts that are text without tags, which a document takes over as it is opened.
TEXTS = (".txt", ".csv", ".rtf", ".mht", ".eml")
# Each value of these stands by itself.
PROPERTIES = re.compile(r"^docProps/|^OFD\.xml$", re.IGNORECASE)
# What ends a line: a paragraph, a cell, a comment.
LINE_ENDS = re.compile(r"</(?:\w+:)?(?:p|si|is|v|text|TextObject|td|div|li|h\d)>|<(?:\w+:)?br\b")
HEADINGS = re.compile(r"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<")
# Codes in the headings of sheets: &L, &C, &"font,bold", &12.
HEADING_CODES = re.compile(r'&(?:"[^"]*"|\d+|[A-Z])')
SHEET_NAMES = re.compile(r"<(?:\w+:)?(?:sheet|tableColumn)\b[^>]*?\sname\s*=\s*(\"[^\"]*\"|'[^']*')")
# Attributes whose words are seen: a watermark's, what is told of a picture or asked for in a cell.
SEEN = re.compile(r"\s(?:string|descr|title|alt|prompt|promptTitle)\s*=\s*(\"[^\"]*\"|'[^']*')")
TEXT_BOXES = re.compile(r"<(?:\w+:)?txbxContent\b.*?</(?:\w+:)?txbxContent>", re.DOTALL)
UNPARSED = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
TAGS = re.compile(r"<[^>]*>")


def pages_of_package(file: BinaryIO, depth: int = 0) -> Iterator[Page]:
    """The lines of each part. No entity is followed, nothing is loaded from elsewhere.

    Args:
        file: an archive that `check_archive` let pass.
        depth: how many documents this one lies within.
    """
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            yield from _pages_of_member(archive, info, depth)


def _pages_of_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int) -> Iterator[Page]:
    with archive.open(info) as member:
        beginning = member.read(HEAD)
        marked_up = beginning.lstrip(BEFORE_MARKUP).startswith(b"<")
        is_text = info.filename.lower().endswith(TEXTS)
        if marked_up or is_text or beginning.startswith(OLE):
            content = beginning + member.read(MOST_OF_A_MEMBER)
    if beginning.startswith(ZIP):
        if depth < MAX_DEPTH:
            with unpacked(archive, info) as inner:
                if zipfile.is_zipfile(inner):
                    yield from pages_of_package(inner, depth + 1)
    elif beginning.startswith(OLE):
        yield from pages_of_old_office(content)
    elif marked_up:
        yield from _pages_of_markup(decoded(content), bool(PROPERTIES.search(info.filename)))
    elif is_text:
        yield decoded(content).splitlines()


def _pages_of_markup(text: str, of_properties: bool) -> Iterator[Page]:
    """Paragraphs, cells, headings and names; every word that stands between tags."""
    if not MAY_BEAR.search(text) and "&#" not in text:
        return
    if "<![CDATA[" in text:
        text = UNPARSED.sub(lambda found: html.escape(found[1]), text)
    by_themselves = [HEADING_CODES.sub(" ", html.unescape(words)) for words in HEADINGS.findall(text)]
    by_themselves += [html.unescape(words[1:-1]) for words in (*SHEET_NAMES.findall(text), *SEEN.findall(text))]
    if of_properties:
        by_themselves += map(html.unescape, TAGS.split(text))
    yield from ([words] for words in by_themselves if MAY_BEAR.search(words))
    # A box stands beside the lines among which it is kept, often at the head of the page.
    yield from map(_lines_of, TEXT_BOXES.findall(text))
    yield _lines_of(text)


def _lines_of(text: str) -> Page:
    # A part that knows no lines keeps one value in each tag.
    pieces = LINE_ENDS.split(text) if LINE_ENDS.search(text) else TAGS.split(text)
    lines = [html.unescape(TAGS.sub("", piece)) for piece in pieces]
    return [line for line in lines if line.strip()]
