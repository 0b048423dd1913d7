"""Files as they come in: checked, named by their SHA-256, stored once and never changed."""

import hashlib
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid, Refusal, TooLarge

from .drawn import CannotBeOpened, Damaged, Locked, TooManyPoints, check_picture, words_of_pdf
from .file_shapes import check_shape, damaged
from .file_types import FILE_TYPES, PDF_TYPE, PICTURE_TYPES
from .file_words import pages_of
from .secrecy import Marked, mark_in_name, mark_in_pages
from .uploads import NOT_ALLOWED, NOT_ALONE, TOO_LONG, marked_name

INCOMING = "incoming-"
# An upload that is still under way is younger than this.
LEFT_OVER_AFTER = 24 * 3600
# How the settings and the rows name marks that an installation may be set to take.
MARKS = {"工作秘密": "work_secret", "内部": "internal"}


@dataclass(frozen=True)
class Received:
    """An upload that was looked into before anything is locked for it.

    Args:
        mark: what it is marked as where the installation takes such files: work_secret, internal, or nothing.
        refusal: why it is not taken; raised where the checks of role and state are past.
    """

    upload: UploadedFile
    filename: str = ""
    ending: str = ""
    mark: str = ""
    refusal: Refusal | None = None

    @property
    def content_type(self) -> str:
        return FILE_TYPES[self.ending][1]


def receive(upload: UploadedFile) -> Received:
    """Looks into an upload. Takes up to seconds: do it outside of a transaction."""
    try:
        filename = clean_filename(upload.name or "")
        ending = _ending_of(filename, upload)
        mark = _mark_of(filename, ending, upload)
    except Refusal as refusal:
        return Received(upload, refusal=refusal)
    return Received(upload, filename, ending, mark)


def check_file(filename: str, upload: UploadedFile) -> str:
    """Checks size, ending, content and marks of secrecy. Returns the ending in small letters."""
    ending = _ending_of(filename, upload)
    _mark_of(filename, ending, upload)
    return ending


def clean_filename(name: str) -> str:
    """The name of a file. Raises Invalid for one that is too long or holds path parts, control or direction marks."""
    if name == NOT_ALONE:
        raise Invalid(errors={"file": [_("This form takes a single file; choose one.")]})
    marked = marked_name(name)
    if TOO_LONG in marked:
        raise Invalid(errors={"file": [_("The file's name is too long: 80 Chinese characters at most; rename it.")]})
    if not marked or NOT_ALLOWED in marked:
        raise Invalid(errors={"file": [_("The file's name holds characters that are not allowed; rename it.")]})
    return marked


def _ending_of(filename: str, upload: UploadedFile) -> str:
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
    check_shape(ending, upload)
    return ending


def _mark_of(filename: str, ending: str, upload: UploadedFile) -> str:
    """The mark that a file bears in its name or content. Raises Invalid where it may not be here."""
    marks = [mark_in_name(Path(filename).stem), _mark_in_content(ending, upload)]
    return max((allowed_mark(mark, "file") for mark in marks), key=list(("", *reversed(MARKS.values()))).index)


def _mark_in_content(ending: str, upload: UploadedFile) -> Marked | None:
    """Opens the file to its end, and looks at its words. Raises Invalid where that cannot be done."""
    content_type = FILE_TYPES[ending][1]
    try:
        if content_type in PICTURE_TYPES:
            check_picture(content_type, upload)
            return None
        if content_type == PDF_TYPE:
            return mark_in_pages(text.splitlines() for text in words_of_pdf(upload))
        return mark_in_pages(pages_of(ending, upload))  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise damaged() from error
    except CannotBeOpened as error:
        raise _why_not_opened(error) from error
    finally:
        upload.seek(0)


def _why_not_opened(error: CannotBeOpened) -> Invalid:
    if isinstance(error, Damaged):
        return damaged()
    words = _("The file could not be opened and checked; try again, or save it anew.")
    if isinstance(error, Locked):
        words = _("The file is protected by a password; nobody could read it. Save it without one.")
    elif isinstance(error, TooManyPoints):
        words = _("The picture has too many points; make it smaller.")
    return Invalid(errors={"file": [words]})


def allowed_mark(mark: Marked | None, field: str) -> str:
    """What a row keeps of a mark of secrecy; empty for none.

    State secrets are on no account taken: this network is not cleared for them. Work secrets and internal papers go by
    the setting EVIDENCE_MARKED.

    Raises:
        Invalid: at the field, where the installation refuses such files.
    """
    if mark is None:
        return ""
    words = {"mark": mark.words[:40], "level": mark.level}
    if mark.classified:
        message = _("It is marked “%(mark)s”. This network takes no classified files; keep it off this network.")
        raise Invalid(errors={field: [message % words]})
    name = MARKS[mark.level]
    if settings.EVIDENCE_MARKED[name] == "refuse":
        message = _("It is marked “%(mark)s”. Files marked as %(level)s are not taken here.")
        raise Invalid(errors={field: [message % words]})
    return name


def mark_of_title(title: str) -> str:
    """What a row keeps of the mark that a title bears. Raises Invalid at the title, as for files."""
    return allowed_mark(mark_in_name(title), "title")


def stored_path(sha256: str) -> Path:
    """Where a file with this digest lies."""
    return Path(settings.EVIDENCE_ROOT) / sha256[:2] / sha256


def digest_of_file(upload: UploadedFile) -> str:
    """The SHA-256 under which a file will be stored."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def store(upload: UploadedFile) -> str:
    """Writes the file under its digest, whole or not at all. Returns the digest.

    A transaction that is rolled back afterwards leaves a file that nothing points to; a file that is pointed to is
    always there. What a crashed upload left behind is swept a day later.
    """
    root = Path(settings.EVIDENCE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=root, prefix=INCOMING, delete=False) as target:
        try:
            for chunk in upload.chunks():
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
            _sweep(root, now=os.fstat(target.fileno()).st_mtime)
            path = stored_path(digest.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            os.chmod(target.name, 0o640)
            os.replace(target.name, path)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest()


def _sweep(root: Path, now: float) -> None:
    """Removes what crashed uploads left.

    Args:
        now: by the clock of the file system, which may be another machine's.
    """
    for path in root.glob(f"{INCOMING}*"):
        try:
            if path.stat().st_mtime < now - LEFT_OVER_AFTER:
                path.unlink()
        except FileNotFoundError:
            continue


def open_stored(sha256: str) -> BinaryIO:
    """A stored file's content, for reading."""
    return stored_path(sha256).open("rb")
