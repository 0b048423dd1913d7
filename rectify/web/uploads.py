"""The names of uploaded files, as they were sent.

Django cleans a name before anybody sees it: characters that cannot be printed vanish, a path loses its front, the end
of a long name is cut off. A file whose name lies would so arrive under another name than its sender gave. Here such a
name keeps a mark in the place of what was wrong, and whoever takes the file refuses it in words.
"""

import html
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

# Not characters that a keyboard gives.
NOT_ALLOWED, TOO_LONG, NOT_ALONE = "\ufffd", "\ufffc", "\ufff9"
# As many bytes as the file systems of most servers take.
LONGEST_NAME = 255
# Where the end of a form is looked for.
TAIL = 4096
# Control and direction characters, characters of nobody's, and what ends a line or a paragraph.
REFUSED_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Blanks that a hand adds by mistake at the ends of a name.
BLANKS = " \u3000"


def marked_name(name: str) -> str:
    """A file's name in which a mark stands for every character that none may hold, and for what is too long."""
    name = unicodedata.normalize("NFC", html.unescape(name)).strip(BLANKS)
    if name in (".", ".."):
        return NOT_ALLOWED
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        return TOO_LONG
    return "".join(NOT_ALLOWED if bad_in_name(character) else character for character in name)


def bad_in_name(character: str) -> bool:
    """Whether a character may not stand in the name of a file: parts of a path, control and direction characters,
    ends of lines."""
    return character in "/\\\0" or unicodedata.category(character) in REFUSED_CATEGORIES


def only_file(files: MultiValueDict[str, UploadedFile]) -> UploadedFile | None:
    """The file of a form that takes a single one; where more came it bears a mark, and whoever takes it refuses it."""
    file = files.get("file")
    if file is not None and sum(len(listed) for _name, listed in files.lists()) > 1:
        file.name = NOT_ALONE
    return file


class MarkingParser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        return marked_name(file_name) or None


class ToTheEnd:
    """A form on its way in, of which it can be told afterwards whether all of it came.

    Where a connection breaks off, the parser is given less than was announced and takes what there is for the whole.
    """

    def __init__(self, source: Any) -> None:
        self.source, self.read_so_far, self.tail = source, 0, b""

    def read(self, size: int) -> bytes:
        chunk = self.source.read(size)
        self.read_so_far += len(chunk)
        self.tail = (self.tail + chunk)[-TAIL:]
        return chunk


class MarkingUploadHandler(FileUploadHandler):
    """Parses the whole form in place of Django's own parser; the other handlers keep the files.

    A form that was cut off on its way is refused as a whole: what it lacks may be the file, or the half of it.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, Any]:
        assert self.request is not None  # noqa: S101 -- set by Django before it parses
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        source: Any = ToTheEnd(input_data)
        # Django hands it on as bytes, whatever its signature says.
        closing = f"--{boundary if isinstance(boundary, str) else bytes(boundary).decode('ascii')}--".encode()
        try:
            fields, files = MarkingParser(META, source, others, encoding).parse()
        except BaseException as error:
            _let_go(others)
            if isinstance(error, OSError):
                raise MultiPartParserError("The connection broke off.") from error
            raise
        if source.read_so_far < content_length or closing not in source.tail:
            for _name, listed in files.lists():
                for file in listed:
                    file.close()
            raise MultiPartParserError("The form was cut off.")
        return fields, files

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def _let_go(handlers: Iterable[FileUploadHandler]) -> None:
    """Closes and removes the file that was on its way; the parser closes only those that came whole."""
    for handler in handlers:
        handler.upload_interrupted()
