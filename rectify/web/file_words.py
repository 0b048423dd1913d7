"""The words of a file, page by page, as far as they can be read without running anything in it."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from .decoding import decoded_text
from .file_types import FILE_TYPES, ZIP
from .old_words import pages_of_old_office
from .package_words import Page, pages_of_package

MOST_TEXT = 4 * 1024 * 1024


def pages_of(ending: str, file: BinaryIO) -> Iterator[Page]:
    """The lines of each page of a text, an office document, or an old one as far as its words lie open."""
    file.seek(0)
    beginning = FILE_TYPES[ending][0]
    if not beginning:
        yield _lines_of_text(file)
    elif beginning == ZIP:
        yield from pages_of_package(file)
    else:
        yield from pages_of_old_office(file.read())


def text_beginning(file: BinaryIO, length: int) -> str:
    """The beginning of a text file, in whichever encoding it is."""
    return decoded_text(file.read(length))


def _lines_of_text(file: BinaryIO) -> Page:
    lines = text_beginning(file, MOST_TEXT).splitlines()
    # In a table each field may bear the mark.
    return [field.strip('" ') for line in lines for field in re.split(r"[,\t]", line)] if _is_table(lines) else lines


def _is_table(lines: list[str]) -> bool:
    return any("," in line or "\t" in line for line in lines[:3])
