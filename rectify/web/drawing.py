"""Opens pictures and PDF files, in a process of its own: a file made to harm harms that alone.

Not imported: `drawn.py` runs it as a program that has little memory, little time, and may write no file. It reads the
file from the path it is given, or from its input, and answers on its output, each answer a line of JSON.

    drawing.py check PNG|JPEG PATH     {} once the whole picture was read
    drawing.py words PDF PATH          {"pages": 12}, then {"text": ...}: what it says of itself, and each page
    drawing.py draw PNG|JPEG|PDF PATH PAGE
                                       {"pages": 12, "sizes": [...]}, then the page as JPEG, large and small

What cannot be done is told as {"error": "damaged" | "locked" | "too_many_points" | "no_such_page"}.
"""

import contextlib
import io
import json
import resource
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
MAX_POINTS = 120_000_000
LARGE, SMALL = (1400, 2000), (240, 240)
QUALITY = 82
SHOWN_PAGES = 20
READ_PAGES, MAX_CHARACTERS = 200, 2_000_000
# What a document says of itself, as far as its readers show it.
TOLD = ("Title", "Subject", "Keywords")
PASSWORD_ERROR = "Incorrect password"  # noqa: S105 -- what the library says


class Cannot(Exception):
    """Says why a file cannot be opened."""


def main(arguments: list[str]) -> None:
    hold_back()
    act, kind, path, *page = arguments
    source: Any = io.BytesIO(sys.stdin.buffer.read()) if path == "-" else path
    try:
        ACTS[act](kind, source, *map(int, page))
    except Cannot as error:
        tell({"error": str(error)})
    except MemoryError:
        tell({"error": "too_many_points"})


def hold_back() -> None:
    """Gives up memory and time beyond what a page needs, and every way to leave something behind."""
    limits = {"AS": MEMORY, "CPU": SECONDS, "FSIZE": 0, "CORE": 0, "NPROC": 0}
    for name, limit in limits.items():
        # A system that knows no such limit, or has set a lower one, keeps its own. One second more, and the end comes
        # as SIGXCPU and not as the SIGKILL of a machine that is out of memory.
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit + (name == "CPU")))
    Image.MAX_IMAGE_PIXELS = MAX_POINTS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def tell(answer: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


def opened_picture(kind: str, source: Any, box: tuple[int, int] | None = None) -> Image.Image:
    """The whole picture, decoded; no larger than a box where one is given, which takes less memory. Raises Cannot."""
    try:
        picture = Image.open(source, formats=[kind])
        if box:
            picture.thumbnail(box)
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Cannot("too_many_points") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError) as error:
        raise Cannot("damaged") from error
    return picture


def opened_pdf(source: Any) -> pypdfium2.PdfDocument:
    """The document. Raises Cannot."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise Cannot("locked" if PASSWORD_ERROR in str(error) else "damaged") from error
    if len(document) == 0:
        raise Cannot("damaged")
    return document


def check(kind: str, source: Any) -> None:
    opened_picture(kind, source)
    tell({})


def words(_kind: str, source: Any) -> None:
    document = opened_pdf(source)
    tell({"pages": len(document)})
    for name in TOLD:
        tell({"text": document.get_metadata_value(name)[:MAX_CHARACTERS]})
    left = MAX_CHARACTERS
    for number in range(min(len(document), READ_PAGES)):
        try:
            text = document[number].get_textpage().get_text_range()
        except pypdfium2.PdfiumError:
            text = ""
        left -= len(text)
        if left < 0:
            return
        tell({"text": text})


def draw(kind: str, source: Any, page: int) -> None:
    if kind == "PDF":
        document = opened_pdf(source)
        pages, picture = len(document), pdf_page(document, page)
    else:
        if page != 1:
            raise Cannot("no_such_page")
        pages, picture = 1, upright(opened_picture(kind, source, (max(LARGE), max(LARGE))))
    answers = [as_jpeg(picture, box) for box in (LARGE, SMALL)]
    tell({"pages": pages, "sizes": [len(answer) for answer in answers]})
    for answer in answers:
        sys.stdout.buffer.write(answer)


def pdf_page(document: pypdfium2.PdfDocument, page: int) -> Image.Image:
    """One page, drawn with its stamps and filled fields; nothing in it is run."""
    if not 1 <= page <= min(len(document), SHOWN_PAGES):
        raise Cannot("no_such_page")
    with contextlib.suppress(pypdfium2.PdfiumError):
        document.init_forms()
    try:
        found = document[page - 1]
        width, height = found.get_size()
        scale = min(LARGE[0] / max(width, 1), LARGE[1] / max(height, 1))
        return found.render(scale=scale).to_pil()
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Cannot("damaged") from error


def upright(picture: Image.Image) -> Image.Image:
    """A picture turned as its camera was held, in a mode that can be scaled."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode.startswith("I"):
        return turned.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return turned


def as_jpeg(picture: Image.Image, box: tuple[int, int]) -> bytes:
    """A picture no larger than the box, on white, without anything that the file said beside its points."""
    scaled = picture.convert("RGBA" if "A" in picture.mode or "transparency" in picture.info else "RGB")
    scaled.thumbnail(box)
    plain = Image.new("RGB", scaled.size, "white")
    plain.paste(scaled, mask=scaled.getchannel("A") if scaled.mode == "RGBA" else None)
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()


ACTS: dict[str, Callable[..., None]] = {"check": check, "words": words, "draw": draw}

if __name__ == "__main__":
    main(sys.argv[1:])
