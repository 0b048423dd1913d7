"""Which kinds of files are taken, and how each begins."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PDF_TYPE = "application/pdf"
PICTURE_TYPES = {"image/png": "PNG", "image/jpeg": "JPEG"}
# Ending -> (what the file begins with, the type it is served as). An empty beginning means plain text.
FILE_TYPES: dict[str, tuple[bytes, str]] = {
    ".pdf": (b"%PDF-", PDF_TYPE),
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
# The same of the old formats: one of these streams, in small letters. What .wps holds changed with the years.
OLE_STREAMS: dict[str, tuple[str, ...]] = {
    ".doc": ("worddocument",),
    ".xls": ("workbook", "book"),
    ".ppt": ("powerpoint document", "pp40"),
    ".wps": (),
}
TEXT_ENCODINGS = ("utf-8-sig", "gb18030")


def can_be_drawn(content_type: str) -> bool:
    """Whether a file of this type can be shown as pictures of its pages."""
    return content_type == PDF_TYPE or content_type in PICTURE_TYPES


def is_text(content_type: str) -> bool:
    return content_type.startswith("text/")
