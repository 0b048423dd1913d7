"""The files of documents as downloads that no browser runs."""

from datetime import date, datetime

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from rectify.web.file_types import FILE_TYPES
from rectify.web.shown_files import download, protected

from .brief_documents import file_of, name_of, template_of
from .models import WeeklyBrief

DOCX = FILE_TYPES[".docx"][1]


def docx_of(brief: WeeklyBrief, on: date, now: datetime) -> HttpResponse | FileResponse:
    """A brief's file: as it was issued; of a draft, as it would be issued on that day. Raises NotFound, Invalid."""
    if not brief.is_draft:
        return download(brief.issued.sha256, brief.issued.filename, DOCX)
    return as_download(file_of(brief, template_of(brief.dispatch.round), on, now), name_of(brief))


def as_download(content: bytes, filename: str) -> HttpResponse:
    """A .docx file that was just made."""
    response = protected(HttpResponse(content, content_type=DOCX))
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response
