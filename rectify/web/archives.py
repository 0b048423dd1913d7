"""Office documents are zip archives: that one is whole, says what it holds, and does not swell when it is opened."""

import contextlib
import io
import itertools
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid

from .file_types import ZIP

MEGABYTE = 1024 * 1024
MAX_MEMBERS = 10_000
MAX_UNPACKED = 500 * MEGABYTE
# Sheets with many like rows shrink to a hundredth; what shrinks further than this is made to harm.
MAX_RATIO, RATIO_MATTERS_FROM = 250, 20 * MEGABYTE
# A document may hold another one (a sheet in a report), and that one a third.
MAX_DEPTH = 2
END, END_LENGTH = b"PK\x05\x06", 22
ARCHIVES = (".docx", ".xlsx", ".pptx", ".ofd", ".zip", ".jar")
# Names that lead out of the folder into which somebody unpacks: /a, ../a, a/../../b, C:a.
LEADS_OUT = re.compile(r"^[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)|^[A-Za-z]:")
PASSWORD_FLAG = 0x1
MACROS = "vbaProject.bin"


class NotAnArchive(Exception):
    """The content is not that of a whole archive of this kind."""


@dataclass
class Allowance:
    """How much an archive and everything in it may still hold."""

    members: int
    unpacked: int

    def take(self, infos: list[zipfile.ZipInfo]) -> None:
        """Raises Invalid where the members are too many or unpack to too much."""
        self.members -= len(infos)
        self.unpacked -= sum(info.file_size for info in infos)
        if self.members < 0 or self.unpacked < 0:
            raise swelling()


def swelling() -> Invalid:
    words = _("The file unpacks to far more than its size and is not accepted; save it anew and upload it again.")
    return Invalid(errors={"file": [words]})


def check_archive(file: BinaryIO, member: str) -> None:
    """Raises NotAnArchive or Invalid unless this is a whole office document that holds the member.

    The directory at the end is what every reader goes by; nothing may stand before the first member or after the
    directory's end, where another kind of file could hide.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive, file, Allowance(MAX_MEMBERS, MAX_UNPACKED), 0)
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise NotAnArchive from error
    if member not in names or any(name.rpartition("/")[2] == MACROS for name in names):
        raise NotAnArchive


def _check(archive: zipfile.ZipFile, file: BinaryIO, allowance: Allowance, depth: int) -> None:
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    allowance.take(infos)
    _check_places(infos, file)
    for info in infos:
        if LEADS_OUT.search(info.orig_filename):
            raise NotAnArchive
        if info.flag_bits & PASSWORD_FLAG:
            words = _("The file is protected by a password; nobody could read it. Save it without one.")
            raise Invalid(errors={"file": [words]})
        if info.file_size > RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise swelling()
        if _may_be_archive(archive, info):
            _check_inner(archive, info, allowance, depth + 1)


def _check_places(infos: list[zipfile.ZipInfo], file: BinaryIO) -> None:
    """Members lie one after the other from the beginning; two that share their bytes unpack to more than they are."""
    if not infos or infos[0].header_offset != 0:
        raise NotAnArchive
    for info, following in itertools.pairwise(infos):
        if info.header_offset + info.compress_size > following.header_offset:
            raise swelling()
    file.seek(0, io.SEEK_END)
    file.seek(max(0, file.tell() - END_LENGTH - 65535))
    tail = file.read()
    place = tail.rfind(END)
    comment = int.from_bytes(tail[place + 20 : place + 22], "little")
    if place < 0 or place + END_LENGTH + comment != len(tail) or (comment and b"<" in tail[place:]):
        raise NotAnArchive


def _may_be_archive(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    if info.filename.lower().endswith(ARCHIVES):
        return True
    with archive.open(info) as member:
        return member.read(len(ZIP)) == ZIP


def _check_inner(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance, depth: int) -> None:
    """An archive in the archive: held to the same, within what is left."""
    if depth > MAX_DEPTH:
        raise swelling()
    with unpacked(archive, info) as copy:
        if zipfile.is_zipfile(copy):
            with zipfile.ZipFile(copy) as inner:
                _check(inner, copy, allowance, depth)


@contextlib.contextmanager
def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """A member as a file of its own, no longer than the directory says."""
    with tempfile.SpooledTemporaryFile(max_size=MEGABYTE) as copy, archive.open(info) as source:
        left = info.file_size
        while left > 0 and (chunk := source.read(min(left, MEGABYTE))):
            copy.write(chunk)
            left -= len(chunk)
        copy.seek(0)
        yield copy  # type: ignore[misc]


def holds_archive(file: BinaryIO) -> bool:
    """Whether an archive's directory stands at the end of a file that is something else."""
    try:
        with zipfile.ZipFile(file) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
