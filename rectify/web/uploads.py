"""The names of uploaded files, as they were sent.

Django cleans a name before anybody sees it: characters that cannot be printed vanish, a path loses its front, the end
of a long name is cut off. A file whose name lies would so arrive under another name than its sender gave. Here such a
name keeps a mark in the place of what was wrong, and whoever takes the file refuses it in words.
"""

import html
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

# Not characters that a keyboard gives.
NOT_ALLOWED, TOO_LONG = "\ufffd", "\ufffc"
# As many bytes as the file systems of most servers take.
LONGEST_NAME = 255
REFUSED_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Cn")


def marked_name(name: str) -> str:
    """A file's name in which a mark stands for every character that none may hold, and for what is too long."""
    name = unicodedata.normalize("NFC", html.unescape(name)).strip()
    if name in (".", ".."):
        return NOT_ALLOWED
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        return TOO_LONG
    return "".join(NOT_ALLOWED if bad_in_name(character) else character for character in name)


def bad_in_name(character: str) -> bool:
    """Whether a character may not stand in the name of a file: parts of a path, control and direction characters."""
    return character in "/\\\0" or unicodedata.category(character) in REFUSED_CATEGORIES


class MarkingParser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        return marked_name(file_name) or None


class MarkingUploadHandler(FileUploadHandler):
    """Parses the whole form in place of Django's own parser; the other handlers keep the files."""

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
        return MarkingParser(META, input_data, others, encoding).parse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
