"""Pages of PDF files and pictures as pictures that no browser runs, and the words of PDF files; see `drawing.py`.

Drawn pages are kept under EVIDENCE_ROOT/previews by the file's SHA-256: a cache, which may be emptied at any time.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from .file_types import PDF_TYPE, PICTURE_TYPES

logger = logging.getLogger(__name__)
PROGRAM = Path(__file__).with_name("drawing.py")
# A page that takes longer than this in the clock of the wall is not waited for, however busy the machine is.
PATIENCE = 45
SHOWN_PAGES = 20
PICTURE_TYPE = "image/jpeg"
# What a file brings upon its reader: a fault of the library, or more computing than is allowed.
FILES_OWN_ENDS = (
    -signal.SIGSEGV,
    -signal.SIGABRT,
    -signal.SIGBUS,
    -signal.SIGFPE,
    -signal.SIGILL,
    -signal.SIGTRAP,
    -signal.SIGXCPU,
)
# So many at a time in each process of the server: a page with thirty pictures must not take the machine.
_hands = threading.BoundedSemaphore(2)


class CannotBeOpened(Exception):
    """A file that cannot be opened as what it is."""


class Damaged(CannotBeOpened):
    pass


class Locked(CannotBeOpened):
    pass


class TooManyPoints(CannotBeOpened):
    pass


class NoSuchPage(CannotBeOpened):
    pass


class NotOpened(CannotBeOpened):
    """Not a property of the file: another time there may be the time or memory that it takes."""


REASONS: dict[str, type[CannotBeOpened]] = {
    "damaged": Damaged,
    "locked": Locked,
    "too_many_points": TooManyPoints,
    "no_such_page": NoSuchPage,
}


@dataclass(frozen=True)
class Drawn:
    """A page as a picture.

    Args:
        pages: how many the file has; only the first `SHOWN_PAGES` of them are drawn.
    """

    content: bytes
    pages: int

    @property
    def shown_pages(self) -> int:
        return min(self.pages, SHOWN_PAGES)


def check_picture(content_type: str, upload: UploadedFile) -> None:
    """Raises CannotBeOpened unless an uploaded picture can be read to its end."""
    _answer(_run_on(upload, "check", PICTURE_TYPES[content_type]))


def words_of_pdf(upload: UploadedFile) -> Iterator[str]:
    """The title and its like of an uploaded PDF, then the text of each page. Raises CannotBeOpened."""
    output = _run_on(upload, "words", "PDF")
    _answer(output)
    for line in output.splitlines()[1:]:
        # The last line may be cut off where the time was over.
        try:
            yield str(json.loads(line).get("text", ""))
        except ValueError:
            return


def drawn_page(path: Path, sha256: str, content_type: str, page: int, small: bool = False) -> Drawn:
    """A page of a stored file as a picture, from the cache or drawn now.

    Args:
        path: where the file lies.
        page: counted from 1.
        small: for a list rather than to be read.

    Raises:
        CannotBeOpened: it cannot be drawn, or has no such page. FileNotFoundError: the file is not there.
    """
    place = Path(settings.EVIDENCE_ROOT) / "previews" / sha256[:2] / sha256
    kept = _kept(place)
    if "error" in kept:
        raise REASONS[kept["error"]]
    if page < 1 or page > min(kept.get("pages", SHOWN_PAGES), SHOWN_PAGES):
        raise NoSuchPage
    picture = place / f"{page}{'-small' if small else ''}.jpg"
    if not picture.exists():
        _draw(path, place, content_type, page)
    return Drawn(picture.read_bytes(), _kept(place)["pages"])


def _kept(place: Path) -> dict[str, Any]:
    """What is known of a file that was drawn before."""
    try:
        return json.loads((place / "known.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _draw(path: Path, place: Path, content_type: str, page: int) -> None:
    if not path.exists():
        raise FileNotFoundError(path)
    kind = "PDF" if content_type == PDF_TYPE else PICTURE_TYPES[content_type]
    with _hands:
        output = _run(["draw", kind, str(path), str(page)])
    place.mkdir(parents=True, exist_ok=True)
    try:
        facts, rest = _answer(output), output.partition(b"\n")[2]
    except (Damaged, Locked, TooManyPoints) as error:
        # Told once: whoever looks again need not wait for the same answer.
        reason = next(name for name, kind in REASONS.items() if isinstance(error, kind))
        _keep(place / "known.json", json.dumps({"error": reason}).encode())
        raise
    large, small = facts["sizes"]
    _keep(place / f"{page}.jpg", rest[:large])
    _keep(place / f"{page}-small.jpg", rest[large : large + small])
    _keep(place / "known.json", json.dumps({"pages": facts["pages"]}).encode())


def _keep(path: Path, content: bytes) -> None:
    """Writes a file of the cache, whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as target:
        target.write(content)
    os.replace(target.name, path)


def _run_on(upload: UploadedFile, act: str, kind: str) -> bytes:
    """Runs the program on a file that is not stored yet."""
    if hasattr(upload, "temporary_file_path"):
        return _run([act, kind, upload.temporary_file_path()])
    upload.seek(0)
    return _run([act, kind, "-"], upload.read())


def _run(arguments: list[str], content: bytes | None = None) -> bytes:
    """What the program answers. It sees nothing of this process: no secrets in its environment, no open files."""
    source: dict[str, Any] = {"input": content} if content is not None else {"stdin": subprocess.DEVNULL}
    try:
        done = subprocess.run(  # noqa: S603 -- a program of our own, with a path of our own
            [sys.executable, "-I", str(PROGRAM), *arguments],
            capture_output=True,
            env={},
            timeout=PATIENCE,
            check=False,
            **source,
        )
    except subprocess.TimeoutExpired as error:
        return error.stdout or b""
    if not done.stdout and done.returncode in FILES_OWN_ENDS:
        return b'{"error": "damaged"}\n'
    if done.returncode:
        logger.warning(
            "Opening a file ended with %d: %s", done.returncode, done.stderr[-2000:].decode(errors="replace")
        )
    return done.stdout


def _answer(output: bytes) -> dict[str, Any]:
    """The first line of an answer. Raises CannotBeOpened where it says so, or says nothing."""
    if b"\n" not in output:
        raise NotOpened
    answer = json.loads(output.partition(b"\n")[0])
    if "error" in answer:
        raise REASONS[answer["error"]]
    return answer
