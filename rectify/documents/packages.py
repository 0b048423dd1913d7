"""What may be inside a .docx file that somebody uploads as a template: nothing that fetches, runs or unpacks by itself.

The file is opened by leaders. What it has their word processor fetch from elsewhere, or start, would reach all of them.
"""

import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from lxml import etree

LARGEST_UNPACKED = 20 * 1024 * 1024
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Followed when somebody clicks on it, not before.
MAY_BE_ELSEWHERE = "hyperlink"
# Parts that hold programs, or documents of another kind, which may fetch in their turn.
ACTIVE = frozenset({"afchunk", "control", "oleobject", "package", "subdocument", "vbaproject"})
FETCHING = frozenset(
    {"DATABASE", "DDE", "DDEAUTO", "EMBED", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "MACROBUTTON"}
)


class Refused(Exception):
    """A template that is not taken; the words say why."""


def check_package(file: BinaryIO) -> None:
    """Raises Refused for one that unpacks to too much, or that has its readers fetch or run something."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        if sum(info.file_size for info in archive.infolist()) > LARGEST_UNPACKED:
            raise Refused(_("The template holds too much; a letterhead and its pictures have to do."))
        for name in archive.namelist():
            root = _read(archive.read(name), must=name.lower().endswith((".rels", ".xml")))
            if root is not None:
                _check_relationships(root)
                _check_fields(root)


def _read(content: bytes, *, must: bool) -> Any:
    """A part as its readers read it, whatever way its characters are written; None for a picture. Raises Refused.

    Args:
        must: its name says that it is XML; others may be all the same.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if not must:
            return None
        raise Refused(_broken()) from error
    if root.getroottree().docinfo.doctype:
        # No word processor writes one; with it a part could name files, or grow without end.
        raise Refused(_broken())
    return root


def _broken() -> str:
    return _("The template cannot be filled in; save it anew in your word processor and upload it again.")


def _check_relationships(root: Any) -> None:
    for element in root.iter("{*}Relationship"):
        kind = element.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        if kind in ACTIVE:
            words = _("The template holds something that runs or unfolds by itself (%(part)s); take it out.")
            raise Refused(words % {"part": kind})
        if element.get("TargetMode", "").strip().lower() == "external" and kind != MAY_BE_ELSEWHERE:
            raise Refused(_elsewhere())


def _check_fields(root: Any) -> None:
    for code in _field_codes(root):
        if code.strip(' "').partition(" ")[0].upper() in FETCHING:
            raise Refused(_elsewhere())


def _field_codes(root: Any) -> Iterator[str]:
    """The codes of a part's fields; a code may lie in several pieces."""
    code = ""
    for element in root.iter(f"{WORD}fldChar", f"{WORD}instrText", f"{WORD}fldSimple"):
        if element.tag == f"{WORD}instrText":
            code += element.text or ""
            continue
        yield code
        code = element.get(f"{WORD}instr", "")
    yield code


def _elsewhere() -> str:
    return _("The template loads something from another address; embed it, and upload it again.")
