"""Stored files as answers: a download, or pages as pictures; never anything that a browser runs."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid, NotFound

from .drawn import PICTURE_TYPE, CannotBeOpened, Drawn, NoSuchPage, NotOpened, drawn_page
from .file_types import can_be_drawn, is_text
from .file_words import text_beginning
from .stored_files import open_stored, stored_path

SHOWN_TEXT = 20_000


def download(sha256: str, filename: str, content_type: str) -> FileResponse:
    """A stored file as a download. Raises NotFound where it is lost."""
    try:
        content = open_stored(sha256)
    except FileNotFoundError as error:
        raise NotFound() from error
    return protected(FileResponse(content, as_attachment=True, filename=filename, content_type=content_type))


def protected(response: Any) -> Any:
    """An answer that no browser runs or takes for something else, whatever its content."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def page_number(text: str) -> int:
    """The page that an address asks for, the first where it names none. Raises Invalid."""
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10_000 or len(text) > 9:
        raise Invalid(errors={"page": [_("Give a whole number from 1 to %(largest)d.") % {"largest": 10_000}]})
    return int(text)


def drawn(sha256: str, content_type: str, page: int, small: bool = False) -> Drawn:
    """A page of a stored file as a picture. Raises NotFound, which says why there is none."""
    if not can_be_drawn(content_type):
        raise NotFound(_("Files of this kind are not shown here; download it."))
    try:
        return drawn_page(stored_path(sha256), sha256, content_type, page, small)
    except FileNotFoundError as error:
        raise NotFound() from error
    except NoSuchPage as error:
        raise NotFound(_("The file has no such page, or it lies behind those that are shown here.")) from error
    except NotOpened as error:
        raise NotFound(_("The page could not be drawn just now; try again, or download the file.")) from error
    except CannotBeOpened as error:
        raise NotFound(_("This file cannot be shown here; download it.")) from error


def picture(sha256: str, content_type: str, query: Any) -> HttpResponse:
    """The page that an address asks for (`page`, `size=small`), as a picture. Raises Invalid, NotFound."""
    size = query.get("size", "")
    if size not in ("", "small"):
        raise Invalid(errors={"size": [_("Give “small”, or leave it out.")]})
    found = drawn(sha256, content_type, page_number(query.get("page", "")), small=size == "small")
    response = protected(HttpResponse(found.content, content_type=PICTURE_TYPE))
    response["Content-Disposition"] = "inline"
    return response


def first_words(sha256: str, content_type: str) -> str:
    """The beginning of a text file; empty for any other. Raises NotFound where it is lost."""
    if not is_text(content_type):
        return ""
    try:
        with open_stored(sha256) as file:
            return text_beginning(file, SHOWN_TEXT)
    except FileNotFoundError as error:
        raise NotFound() from error
