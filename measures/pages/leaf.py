"""A stored file as a page to look at: a picture of one of its pages, its first words, or why there is neither."""

from typing import Any

from django.utils.translation import gettext as _

from rectify.web.file_types import can_be_drawn
from rectify.web.shown_files import drawn, first_words
from rectify.workflow.refusals import NotFound


def leaf(sha256: str, content_type: str, page: int, pictures: str) -> dict[str, Any]:
    """What is shown of a file.

    Args:
        page: from 1 on.
        pictures: the address at which its pages are had as pictures.

    Raises:
        NotFound: it has no such page.
    """
    if not can_be_drawn(content_type):
        words = first_words(sha256, content_type)
        why_not = "" if words else _("Files of this kind are not shown here; download it.")
        return {"words": words, "shown": 1, "why_not": why_not}
    try:
        pages = drawn(sha256, content_type, page)
    except NotFound as refusal:
        if page > 1:
            raise
        return {"shown": 1, "why_not": refusal.detail or _("The file is not there any more; tell your administrator.")}
    return {"picture": f"{pictures}?page={page}", "pages": pages.pages, "shown": pages.shown_pages}
