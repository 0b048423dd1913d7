"""Small files of every kind that evidence can be, whole as far as their readers look."""

import io
import struct
import zipfile
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from rectify.web.file_types import FILE_TYPES, OLE, PICTURE_TYPES, ZIP_MEMBERS

# A Chinese font that every reader has, so that it need not be in the file.
FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
    b"/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0"
    b"/Ascent 880/Descent -120/CapHeight 880/StemV 80>>>>]>>"
)
# A key that no empty password opens.
LOCK = b"/Encrypt<</Filter/Standard/V 1/R 2/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">/P -4>>/ID[<00><00>]"


def pdf(*pages: str, trailer: bytes = b"", title: str = "") -> bytes:
    """A PDF with these lines on its pages."""
    first = 4
    kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        FONT,
    ]
    for index, text in enumerate(pages):
        page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
        objects.append((page % (first + 1 + 2 * index)).encode())
        lines = [
            f"BT /F 24 Tf 60 {760 - 40 * number} Td <{line.encode('utf-16-be').hex()}> Tj ET\n"
            for number, line in enumerate(text.splitlines())
        ]
        content = "".join(lines).encode()
        objects.append(b"<</Length %d>>stream\n%sendstream" % (len(content), content))
    if title:
        objects.append(b"<</Title<feff" + title.encode("utf-16-be").hex().encode() + b">>>")
        trailer += b"/Info %d 0 R" % len(objects)
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return body + table + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(body))


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A picture with something on it, so that its data have a middle to be cut in."""
    image = Image.effect_noise(size, 60).convert("RGB")
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def packed(members: Mapping[str, bytes | str] | str = "word/document.xml", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with these members; of a single one only the name matters."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in ({members: "<x/>"} if isinstance(members, str) else members).items():
            archive.writestr(name, content)
    return target.getvalue()


def docx(*paragraphs: str, **members: bytes | str) -> bytes:
    """A Word document with these paragraphs; further members by name, with __ for the slash and a dot before xml."""
    text = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    named = {f"{name.replace('__', '/')}.xml": content for name, content in members.items()}
    return packed({"word/document.xml": f"<w:document><w:body>{text}</w:body></w:document>", **named})


# The ending of an old office document -> the stream that makes it one.
OLD_STREAMS = {".doc": "WordDocument", ".xls": "Workbook", ".ppt": "PowerPoint Document", ".wps": "CONTENTS"}
FREE, END_OF_CHAIN, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_office(content: bytes = b"", stream: str = "WordDocument", beside: bytes = b"") -> bytes:
    """An old office document with one stream; `beside`, in sectors that belong to nothing."""
    content += b"\0" * (max(4096, -(-len(content) // 512) * 512) - len(content))
    beside += b"\0" * (-len(beside) % 512)
    own, free = len(content) // 512, len(beside) // 512
    table = [TABLE, END_OF_CHAIN, *range(3, own + 2), END_OF_CHAIN, *[FREE] * free]
    table += [FREE] * (128 - len(table))
    entries = b"".join(
        struct.pack(
            "<64sHBBIII36xIQ", name.encode("utf-16-le"), 2 * len(name) + 2, kind, 1, FREE, FREE, child, first, size
        )
        for name, kind, child, first, size in (
            ("Root Entry", 5, 1, END_OF_CHAIN, 0),
            (stream, 2, FREE, 2, len(content)),
        )
    )
    numbers = (62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", OLE, *numbers)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    return head + struct.pack("<128I", *table) + entries + b"\0" * 256 + content + beside


def content_of(ending: str) -> bytes:
    """A file of this ending."""
    if ending in ZIP_MEMBERS:
        return packed(ZIP_MEMBERS[ending])
    content_type = FILE_TYPES[ending][1]
    if content_type in PICTURE_TYPES:
        return picture(PICTURE_TYPES[content_type])
    if ending == ".pdf":
        return pdf("会议纪要")
    if ending in OLD_STREAMS:
        return old_office("会议纪要".encode("utf-16-le"), OLD_STREAMS[ending])
    return "会议纪要 more".encode()


def file(name: str, content: bytes, content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)
