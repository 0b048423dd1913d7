"""Evidence files: checked, named by their SHA-256, stored once and never changed."""

import codecs
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from rectify.web.uploads import NOT_ALLOWED, TOO_LONG, marked_name
from rectify.workflow.acts import Act
from rectify.workflow.guards import TextField, validated
from rectify.workflow.refusals import Invalid, TooLarge

from .acting import MeasureStep
from .models import Evidence, EvidenceKind

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
# Ending -> (what the file begins with, the type it is served as). An empty beginning means plain text.
FILE_TYPES: dict[str, tuple[bytes, str]] = {
    ".pdf": (b"%PDF-", "application/pdf"),
    ".png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    ".jpg": (b"\xff\xd8\xff", "image/jpeg"),
    ".jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    ".doc": (OLE, "application/msword"),
    ".xls": (OLE, "application/vnd.ms-excel"),
    ".ppt": (OLE, "application/vnd.ms-powerpoint"),
    ".wps": (OLE, "application/vnd.ms-works"),
    ".docx": (ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": (ZIP, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".pptx": (ZIP, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ".ofd": (ZIP, "application/ofd"),
    ".txt": (b"", "text/plain; charset=utf-8"),
    ".csv": (b"", "text/csv; charset=utf-8"),
}
# What an office document must hold to be what its name says.
ZIP_MEMBERS = {
    ".docx": "word/document.xml",
    ".xlsx": "xl/workbook.xml",
    ".pptx": "ppt/presentation.xml",
    ".ofd": "OFD.xml",
}


class EvidenceInput(serializers.Serializer):
    """A file that proves something about a measure."""

    measure = serializers.IntegerField(min_value=1)
    title = TextField(max_length=200)
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    file = serializers.FileField(use_url=False, allow_empty_file=True, max_length=255)


def stored_path(sha256: str) -> Path:
    """Where a file with this digest lies."""
    return Path(settings.EVIDENCE_ROOT) / sha256[:2] / sha256


@transaction.atomic
def add_evidence(act: Act, measure_id: int, data: Mapping[str, Any], file: UploadedFile | None) -> Evidence:
    """Adds a file to a measure; `data`: title, kind. The measure's version stays: a form open beside it stays good.

    Raises:
        Invalid: the file is missing, empty, of a refused kind, or not what its name says. TooLarge: over the limit.
    """
    step = MeasureStep("add_evidence", act, measure_id, {})
    values = validated(EvidenceInput, {**data, "measure": measure_id, "file": file})
    upload = values["file"]
    filename = clean_filename(upload.name)
    ending = check_file(filename, upload)
    digest = store(upload)
    name, _department = step.who
    evidence = Evidence.objects.create(
        measure=step.measure,
        kind=values["kind"],
        title=values["title"],
        filename=filename,
        content_type=FILE_TYPES[ending][1],
        size=upload.size,
        sha256=digest,
        uploaded_by=act.actor,
        uploaded_by_name=name,
        uploaded_on=act.on,
        uploaded_at=act.clock(),
    )
    facts = {"id": evidence.pk, "title": evidence.title, "filename": filename, "sha256": digest, "size": upload.size}
    step.write({}, new_version=False, extra={"evidence": facts})
    return evidence


def clean_filename(name: str) -> str:
    """The name of a file. Raises Invalid for one that is too long or holds path parts, control or direction marks."""
    marked = marked_name(name)
    if TOO_LONG in marked:
        raise Invalid(errors={"file": [_("The file's name is too long: 80 Chinese characters at most; rename it.")]})
    if not marked or NOT_ALLOWED in marked:
        raise Invalid(errors={"file": [_("The file's name holds characters that are not allowed; rename it.")]})
    return marked


def check_file(filename: str, upload: UploadedFile) -> str:
    """Checks size, ending and content. Returns the ending in small letters."""
    size = upload.size or 0
    if size == 0:
        raise Invalid(errors={"file": [_("The file is empty.")]})
    if size > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // (1024 * 1024)
        message = _("The file is larger than %(limit)d MB; split or compress it.") % {"limit": limit}
        raise TooLarge(message, errors={"file": [message]})
    ending = Path(filename).suffix.lower()
    if ending not in FILE_TYPES:
        kinds = " ".join(sorted(ending.removeprefix(".") for ending in FILE_TYPES))
        raise Invalid(
            errors={"file": [_("Files of this kind are not accepted. Accepted are: %(kinds)s.") % {"kinds": kinds}]}
        )
    if not _is_what_it_says(ending, upload):
        message = _("The file's content is not that of a %(ending)s file.") % {"ending": ending}
        raise Invalid(errors={"file": [message]})
    return ending


def _is_what_it_says(ending: str, upload: UploadedFile) -> bool:
    beginning = FILE_TYPES[ending][0]
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if not beginning:
        return _is_text(head, whole=(upload.size or 0) <= len(head))
    if not head.startswith(beginning):
        return False
    return beginning != ZIP or _has_member(upload, ZIP_MEMBERS[ending])


def _is_text(head: bytes, whole: bool) -> bool:
    """Whether the beginning of a file is text in one of the encodings of this country.

    Args:
        whole: it is the whole file; else its end may cut a character in two.
    """
    if any(byte < 32 and byte not in b"\t\n\f\r" for byte in head):
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)(errors="strict").decode(head, final=whole)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _has_member(upload: UploadedFile, member: str) -> bool:
    try:
        with zipfile.ZipFile(upload) as archive:
            return member in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    finally:
        upload.seek(0)


def store(upload: UploadedFile) -> str:
    """Writes the file under its digest, whole or not at all. Returns the digest.

    A transaction that is rolled back afterwards leaves a file that nothing points to; a file that is pointed to is
    always there.
    """
    root = Path(settings.EVIDENCE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=root, prefix="incoming-", delete=False) as target:
        try:
            for chunk in upload.chunks():
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
            path = stored_path(digest.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            os.chmod(target.name, 0o640)
            os.replace(target.name, path)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest()


def open_stored(evidence: Evidence) -> BinaryIO:
    """The file's content, for reading."""
    return stored_path(evidence.sha256).open("rb")
