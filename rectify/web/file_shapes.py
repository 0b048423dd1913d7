"""Whether a file's content is what its name says, whole, and nothing else besides."""

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid

from .archives import NotAnArchive, check_archive, holds_archive
from .compound_files import NotWhole, read_compound
from .file_types import FILE_TYPES, OLE, OLE_STREAMS, TEXT_ENCODINGS, ZIP, ZIP_MEMBERS

CHUNK = 1024 * 1024
HEAD = 4096
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
# What a browser that guesses would run. XMP data, which pictures and PDF files may hold, begins otherwise.
MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|\?php)", re.IGNORECASE)
# What a text does not begin with: other kinds of files whose beginnings are letters, and pages.
OTHER_BEGINNINGS = (*(beginning for beginning, _type in FILE_TYPES.values() if beginning), b"GIF8", b"{\\rtf", b"%!PS")
BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n\x0c"
PNG_HEAD, PNG_END, CHUNK_FRAME = 8, b"IEND", 12
# A JPEG's next marker: neither a stuffed byte nor one of the marks within the picture's data.
JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
JPEG_START, JPEG_END = 0xD8, 0xD9
PDF_END, STREAM, STREAM_END = b"%%EOF", b"stream", b"endstream"


def check_shape(ending: str, upload: UploadedFile) -> None:
    """Raises Invalid unless the content is, as far as its outside goes, that of a whole file of this ending."""
    file: BinaryIO = upload  # type: ignore[assignment]
    try:
        if not _looks_right(ending, file):
            raise _not_what_it_says(ending)
        if ending in OUTSIDE or ending in OLE_STREAMS:
            _check_nothing_hides(ending, file)
    finally:
        upload.seek(0)


def _not_what_it_says(ending: str) -> Invalid:
    return Invalid(errors={"file": [_("The file's content is not that of a %(ending)s file.") % {"ending": ending}]})


def _looks_right(ending: str, file: BinaryIO) -> bool:
    beginning = FILE_TYPES[ending][0]
    file.seek(0)
    if not beginning:
        return is_text(file) and not _begins_otherwise(file)
    if not file.read(len(beginning)).startswith(beginning):
        return False
    if beginning == ZIP:
        try:
            check_archive(file, ZIP_MEMBERS[ending])
        except NotAnArchive:
            return False
    return True


def is_text(file: BinaryIO) -> bool:
    """Whether the whole file is text in one of the encodings of this country."""
    decoders = [codecs.getincrementaldecoder(name)(errors="strict") for name in TEXT_ENCODINGS]
    while decoders:
        chunk = file.read(CHUNK)
        if CONTROL.search(chunk):
            return False
        decoders = [decoder for decoder in decoders if _decodes(decoder, chunk)]
        if not chunk:
            break
    return bool(decoders)


def _begins_otherwise(file: BinaryIO) -> bool:
    """Whether a text begins as a page, or as a file of another kind."""
    file.seek(0)
    head = file.read(HEAD).lstrip(BEFORE_TEXT)
    return head.startswith(OTHER_BEGINNINGS) or (head.startswith(b"<") and MARKUP.search(head) is not None)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        return False
    return True


def damaged() -> Invalid:
    return Invalid(errors={"file": [_("The file is damaged or was cut off; save it anew and upload it again.")]})


def _check_nothing_hides(ending: str, file: BinaryIO) -> None:
    """Raises Invalid where the file is a page or an archive at the same time."""
    file.seek(0)
    if FILE_TYPES[ending][0] == OLE:
        hides = _hides_beside(ending, file.read())
    else:
        hides = any(MARKUP.search(part) for part in OUTSIDE[ending](file.read())) or holds_archive(file)
    if hides:
        words = _("The file is two kinds of file in one, which is not accepted; save it anew and upload it again.")
        raise Invalid(errors={"file": [words]})


def _hides_beside(ending: str, content: bytes) -> bool:
    """Whether a page or an archive lies beside the streams of an old document; within one it may be a part of it."""
    try:
        compound = read_compound(content)
    except NotWhole as error:
        raise damaged() from error
    wanted = OLE_STREAMS[ending]
    if wanted and not any(name.lower() in wanted for name in compound.streams):
        raise _not_what_it_says(ending)
    return ZIP in compound.beside or MARKUP.search(compound.beside) is not None


def _outside_pdf(content: bytes) -> list[bytes]:
    """What stands in a PDF outside of its streams, which hold the data of pages and pictures."""
    if PDF_END not in content:
        raise damaged()
    parts, place = [], 0
    while (begins := content.find(STREAM, place)) >= 0 and (ends := content.find(STREAM_END, begins)) >= 0:
        parts.append(content[place:begins])
        place = ends + len(STREAM_END)
    return [*parts, content[place:]]


def _outside_png(content: bytes) -> list[bytes]:
    """What stands before a picture's data, and what follows its end: cameras write data of their own there."""
    place, kind = PNG_HEAD, b""
    while kind != PNG_END:
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        place += length + CHUNK_FRAME
        if len(kind) < 4 or place > len(content):
            raise damaged()
    return [content[:HEAD], content[place:]]


def _outside_jpeg(content: bytes) -> list[bytes]:
    place = 2
    while (found := JPEG_MARKER.search(content, place)) is not None:
        kind, place = found[1][0], found.end()
        if kind == JPEG_END:
            return [content[:HEAD], content[place:]]
        if kind != JPEG_START:
            place += int.from_bytes(content[place : place + 2])
    raise damaged()


OUTSIDE: dict[str, Callable[[bytes], list[bytes]]] = {
    ".pdf": _outside_pdf,
    ".png": _outside_png,
    ".jpg": _outside_jpeg,
    ".jpeg": _outside_jpeg,
}
