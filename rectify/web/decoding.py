"""The text of a file, in whichever encoding of this country it is."""

import re

from .file_types import TEXT_ENCODINGS

WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
# A tag in two bytes a character -> the order of its bytes.
WIDE_TAGS = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
# Where XML and pages say what they are written in, and the names of the older encoding there.
SAYS = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?\s*([\w.-]+)", re.IGNORECASE)
SAYS_WITHIN = 1024
OLDER = ("gb18030", "gbk", "gb2312", "gb_2312-80", "cp936", "x-gbk")
LONGEST_CHARACTER = 4


def decoded(content: bytes) -> str:
    """The text of XML, of a page or of a text without tags; what cannot be read is replaced."""
    if content.startswith(WIDE_MARKS):
        return content.decode("utf-16", "replace")
    if (wide := WIDE_TAGS.get(content[:2])) is not None:
        return content.decode(wide, "replace")
    says = SAYS.search(content[:SAYS_WITHIN])
    if says is not None and says[1].decode("ascii", "replace").lower() in OLDER:
        return content.decode("gb18030", "replace")
    return decoded_text(content)


def decoded_text(content: bytes) -> str:
    """A text as the first encoding reads it that can; its last character may be cut in two."""
    for encoding in TEXT_ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(content) - LONGEST_CHARACTER:
                return content[: error.start].decode(encoding)
    return content.decode("utf-8", "replace")
