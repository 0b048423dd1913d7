"""Files that are not what they should be: refused in words at the field, and nothing is left of them."""

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures.models import Measure
from rectify.organization.models import User
from rectify.web import archives
from rectify.web.file_types import FILE_TYPES
from rectify.web.stored_files import check_file, clean_filename
from rectify.workflow.refusals import Refusal

from .building import Ledger
from .files import LOCK, content_of, docx, file, old_office, packed, pdf, picture
from .sending import PDF, api, body_of_upload, upload_of, url
from .test_bad_input import problem
from .test_transitions import everything

pytestmark = pytest.mark.once

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
ARCHIVE = packed("a.txt")
PAGE = b"<html><script>alert(1)</script></html>"


def before_the_end(png: bytes, chunk: bytes) -> bytes:
    return png[:-12] + chunk + png[-12:]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def wide_png(width: int, height: int) -> bytes:
    """A picture that says it has so many points, in a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return PNG[:8] + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def with_comment(comment: bytes) -> bytes:
    target = io.BytesIO(packed())
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = comment
    return target.getvalue()


def overlapping() -> bytes:
    """An archive whose members share their bytes: the directory names the same place twice."""
    content = bytearray(packed({"word/document.xml": b"<x/>" * 100, "word/document2.xml": b"<x/>" * 100}))
    second = content.rfind(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 1)
    return bytes(content)


def nested(depth: int) -> bytes:
    """A document with another one in it, and so on."""
    content = docx("最里层")
    for _level in range(depth):
        content = packed({"word/document.xml": "<x/>", "word/embeddings/a.docx": content})
    return content


def damaged() -> bytes:
    """An archive whose directory is whole and whose only member is not."""
    content = bytearray(docx("一" * 500))
    content[60:70] = b"\xff" * 10
    return bytes(content)


def patched(content: bytes, place: int, value: int, length: int = 4) -> bytes:
    return content[:place] + value.to_bytes(length, "little") + content[place + length :]


OLD = old_office("会议纪要".encode("utf-16-le"))
LARGE_OLD = old_office(b"\1" * 9000)
OLE_START = OLD[:8]
# Where in an old document stand: the size of a sector, how many sectors its table has, its first directory sector; the
# third entry of the table; the kind of the first entry of the directory, and the first sector of the second one.
SECTOR_AT, TABLES_AT, DIRECTORY_AT, TABLE_AT, ROOT_AT, STREAM_AT = 30, 44, 48, 512 + 8, 1024 + 66, 1024 + 128 + 116
REFUSED: dict[str, tuple[str, bytes]] = {
    "empty": ("空.txt", b""),
    "refused kind": ("程序.exe", b"MZ\x90"),
    "page": ("页面.html", b"<script>"),
    "drawing with script": ("图.svg", b"<svg onload='alert(1)'/>"),
    "no ending": ("README", b"text"),
    "two endings": ("合同.pdf.exe", b"%PDF-1.7"),
    "text that says pdf": ("说明.pdf", b"just text"),
    "page that says png": ("图.png", b"<html>"),
    "program that says text": ("说明.txt", b"MZ\x00\x01\x00binary"),
    "archive that says docx": ("报告.docx", packed("readme.txt")),
    "broken archive": ("报告.docx", packed()[:40]),
    "sheet that says docx": ("报告.docx", packed("xl/workbook.xml")),
    "document with macros": ("报告.docx", packed({"word/document.xml": "<x/>", "word/vbaProject.bin": "x"})),
    "png that says jpg": ("图.jpg", PNG),
    "the beginning of a picture that says text": ("说明.txt", b"\xff\xd8\xff\xe0"),
    "text in an encoding of two bytes": ("说明.txt", "会议纪要".encode("utf-16")),
    "half a character": ("说明.txt", "会议纪要".encode()[:-1]),
    "text that is something else further on": ("说明.txt", b"a" * 5000 + b"\0\1\2"),
    "archive with junk before it": ("报告.docx", b"PK\x03\x04junk" + packed()),
    "archive with a page after it": ("报告.docx", packed() + PAGE),
    "archive with a page for a comment": ("报告.docx", with_comment(PAGE)),
    "archive whose members overlap": ("报告.docx", overlapping()),
    "archives in archives in archives": ("报告.docx", nested(3)),
    "damaged member": ("报告.docx", damaged()),
    "archive without its last byte": ("报告.docx", docx("一")[:-1]),
    "png with an archive": ("图.png", picture() + ARCHIVE),
    "png with a page after it": ("图.png", picture() + PAGE),
    "png with a page in its words": ("图.png", before_the_end(picture(), chunk(b"tEXt", b"Comment\0" + PAGE))),
    "jpeg with an archive": ("图.jpg", picture("JPEG") + ARCHIVE),
    "jpeg with a page after it": ("图.jpg", picture("JPEG") + b"\0" * 70_000 + PAGE),
    "jpeg with a page for a comment": ("图.jpg", picture("JPEG", comment=PAGE)),
    "pdf with an archive": ("材料.pdf", PDF + ARCHIVE),
    "pdf with a page after it": ("材料.pdf", PDF + PAGE),
    "pdf with a page before it": ("材料.pdf", PDF.replace(b"\n", b"\n" + PAGE + b"\n", 1)),
    "pdf with a page and a second end": ("材料.pdf", PDF + PAGE + b"\n%%EOF\n"),
    "text that is a page": ("说明.txt", b"\xef\xbb\xbf\n<!DOCTYPE html><p>1</p>"),
    "text that is a script": ("说明.txt", b"  <script>alert(1)</script>"),
    "table that is a page": ("说明.csv", PAGE),
    "text that is a page behind a comment": ("说明.txt", b"<!-- a --><html>"),
    "text that begins as a picture": ("说明.txt", b"GIF89a/*<html><script>alert(1)</script>*/"),
    "text that begins as a pdf": ("说明.txt", PDF),
    "old document of its first bytes": ("报告.doc", OLE_START),
    "old document of nothing": ("报告.doc", OLE_START + b"\0" * 1016),
    "old document and a page": ("报告.doc", OLE_START + b"\0" * 504 + PAGE),
    "old document and an archive": ("报告.doc", OLE_START + b"\0" * 504 + docx("x")),
    "old document with a page beside it": ("报告.doc", old_office(beside=PAGE)),
    "old document with an archive beside it": ("报告.doc", old_office(beside=docx("x"))),
    "old document with a page after it": ("报告.doc", OLD + PAGE),
    "old document that was cut off": ("报告.doc", LARGE_OLD[:-1024]),
    "old document without its last bytes": ("报告.doc", OLD[:-100]),
    "old document with odd sectors": ("报告.doc", patched(OLD, SECTOR_AT, 10, 2)),
    "old document without a table": ("报告.doc", patched(OLD, TABLES_AT, 0)),
    "old document with too large a table": ("报告.doc", patched(OLD, TABLES_AT, 10_000)),
    "old document with its directory beyond its end": ("报告.doc", patched(OLD, DIRECTORY_AT, 900)),
    "old document without a root": ("报告.doc", patched(OLD, ROOT_AT, 2, 1)),
    "old document in a circle": ("报告.doc", patched(OLD, TABLE_AT, 2)),
    "old document with a stream beyond its end": ("报告.doc", patched(OLD, STREAM_AT, 900)),
    "old sheet that says doc": ("报告.doc", content_of(".xls")),
    "old document that says ppt": ("报告.ppt", OLD),
    "archive with a way up": ("报告.docx", packed({"word/document.xml": "<x/>", "word/../../etc/x": ""})),
    "archive with a way up of another system": ("报告.docx", packed({"word/document.xml": "<x/>", "..\\x": ""})),
    "archive from the root": ("报告.docx", packed({"word/document.xml": "<x/>", "/etc/x": ""})),
    "archive from a drive": ("报告.docx", packed({"word/document.xml": "<x/>", "C:x": ""})),
    "half a png": ("图.png", picture()[: len(picture()) // 2]),
    "png without its end": ("图.png", picture()[:-12]),
    "half a jpeg": ("图.jpg", picture("JPEG")[: len(picture("JPEG")) // 2]),
    "png whose middle is missing": ("图.png", PNG[:8] + chunk(b"IHDR", b"\0" * 13) + chunk(b"IEND", b"")),
    "half a pdf": ("材料.pdf", pdf("一")[:400]),
    "an end and nothing before it": ("材料.pdf", b"%PDF-1.7\n%%EOF\n"),
    "pdf behind a password": ("材料.pdf", pdf("一", trailer=LOCK)),
    "picture of a million times a million": ("图.png", wide_png(1_000_000, 1_000_000)),
    "picture that unpacks to a hundred times its size": ("图.png", wide_png(20_000, 20_000)),
}


@pytest.mark.long
@pytest.mark.parametrize("case", list(REFUSED))
def test_a_file_that_is_not_what_it_should_be_is_refused(ledger: Ledger, evidence_root: Path, case: str) -> None:
    name, content = REFUSED[case]
    before = everything()
    problem(upload_of(ledger.people["liaison-road"], ledger.measure, file=file(name, content)), 400, "file")
    assert everything() == before
    assert not [path for path in evidence_root.rglob("*") if path.is_file()]


TAKEN = {
    "jpeg with what a camera writes after it": ("图.jpg", picture("JPEG") + b"\0" * 5000 + picture("JPEG")),
    "png with words": ("图.png", before_the_end(picture(), chunk(b"tEXt", b"Author\0someone"))),
    "pdf that was added to": ("材料.pdf", PDF + b"4 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
    "pdf with its data in a stream": ("材料.pdf", pdf("<script>")),
    "old document with room left in it": ("报告.doc", old_office(beside=b"\0" * 2000)),
    "old document with a page in it": ("报告.doc", old_office(PAGE + docx("x"))),
    "text about a page": ("说明.txt", b"The page begins with <html>."),
    "text in angle brackets": ("说明.txt", "<关于整改的报告>".encode()),
    "sheet in a report": ("报告.docx", nested(1)),
    "archive with a comment": ("报告.docx", with_comment(b"WPS")),
    "stored members": ("报告.docx", packed(method=zipfile.ZIP_STORED)),
    "text of this country": ("说明.txt", "会议纪要".encode("gb18030")),
    "long text": ("说明.txt", "会议纪要\n".encode("gb18030") * 200_000),
    "a name of 255 bytes": ("长" * 83 + "ab.txt", b"text"),
}


@pytest.mark.long
@pytest.mark.parametrize("case", list(TAKEN))
def test_a_file_that_only_looks_odd_is_taken(ledger: Ledger, evidence_root: Path, case: str) -> None:
    answer = upload_of(ledger.people["liaison-road"], ledger.measure, file=file(*TAKEN[case]))
    assert answer.status_code == 201, answer.content


class TestBombs:
    @pytest.fixture(autouse=True)
    def small_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archives, "MAX_MEMBERS", 20)
        monkeypatch.setattr(archives, "MAX_UNPACKED", 3_000_000)
        monkeypatch.setattr(archives, "RATIO_MATTERS_FROM", 500_000)

    def refused(self, content: bytes) -> None:
        with pytest.raises(Refusal) as caught:
            check_file("报告.docx", file("报告.docx", content))
        assert caught.value.errors == archives.swelling().errors

    def test_too_much_in_all(self) -> None:
        parts = {f"word/part{number}.xml": os.urandom(400_000) for number in range(8)}
        self.refused(packed({"word/document.xml": "<x/>", **parts}))

    def test_too_many_members(self) -> None:
        self.refused(packed({"word/document.xml": "<x/>", **{f"{number}.xml": "" for number in range(20)}}))

    def test_a_member_that_swells(self) -> None:
        self.refused(packed({"word/document.xml": "<x/>", "word/media/image.bmp": b"\0" * 600_000}))

    def test_what_it_holds_counts_with_it(self) -> None:
        inner = packed({"word/document.xml": "<x/>", "a.bin": os.urandom(1_000_000)})
        outer = {"word/document.xml": "<x/>", "word/embeddings/a.docx": inner, "word/embeddings/b.docx": inner}
        self.refused(packed(outer))

    def test_a_member_that_says_it_is_smaller_than_it_is(self) -> None:
        content = bytearray(packed({"word/document.xml": "<w:p>" + "一" * 300_000 + "</w:p>"}))
        place = content.rfind(b"PK\x01\x02")
        content[place + 24 : place + 28] = struct.pack("<I", 10)
        with pytest.raises(Refusal) as caught:
            check_file("报告.docx", file("报告.docx", bytes(content)))
        assert list(caught.value.errors) == ["file"]

    def test_a_usual_document_passes(self) -> None:
        parts = {f"word/media/{number}.png": picture() for number in range(10)}
        assert check_file("报告.docx", file("报告.docx", docx("正文"))) == ".docx"
        assert check_file("报告.docx", file("报告.docx", packed({"word/document.xml": "<x/>", **parts}))) == ".docx"


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ending=st.sampled_from(sorted(FILE_TYPES)),
    cut=st.integers(0, 200),
    flips=st.lists(st.tuples(st.integers(0, 199), st.integers(0, 255)), max_size=6),
)
def test_damaged_files_are_judged_without_a_failure(ending: str, cut: int, flips: list[tuple[int, int]]) -> None:
    content = bytearray(content_of(ending)[: 200 - cut])
    for place, value in flips:
        if place < len(content):
            content[place] = value
    try:
        assert check_file(f"x{ending}", file(f"x{ending}", bytes(content))) == ending
    except Refusal as refusal:
        assert refusal.status == 400
        assert list(refusal.errors) == ["file"]


LYING_NAMES = (
    "会议\x07纪要.txt",
    "纪要\u202etxt.exe.txt",
    "纪\u200b要.txt",
    "a\x00.txt",
    "a\u2028.txt",
    "纪要\u2029b.txt",
    "纪要\x85b.txt",
    "纪要.txt\u2028",
    "a\ufffd.txt",
    "../../etc/passwd.txt",
    "C:\\windows\\系统.txt",
    "<script>alert(1)</script>.txt",
    "长" * 90 + ".txt",
    "长" * 84 + ".txt",
    "..",
    " ",
)


def sent(user: User, measure: Measure, filename: str) -> Any:
    """Uploads a file under just this name."""
    body = body_of_upload(measure, filename)
    return api(user).generic("POST", url("evidence"), body, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", LYING_NAMES)
def test_a_name_that_deceives_is_refused(ledger: Ledger, evidence_root: Path, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean_filename(name)
    assert list(refused.value.errors) == ["file"]
    before = everything()
    problem(sent(ledger.people["liaison-road"], ledger.measure, name), 400, "file")
    assert everything() == before


def test_a_name_that_cannot_be_read_asks_for_a_file(ledger: Ledger, evidence_root: Path) -> None:
    body = body_of_upload(ledger.measure, "NAME.txt").replace(b"NAME", b"\xff\xfe\xc3")
    before, client = everything(), api(ledger.people["liaison-road"])
    answer = client.generic("POST", url("evidence"), body, content_type="multipart/form-data; boundary=x")
    assert problem(answer, 400, "file")["errors"]["file"] == ["Please choose a file."]
    assert everything() == before


@pytest.mark.parametrize("name", ["会议纪要（第3次）.txt", "长" * 83 + ".txt", "ＡＢＣ 1.txt", "Протокол.txt"])
def test_a_usual_name_is_kept_as_it_is(ledger: Ledger, evidence_root: Path, name: str) -> None:
    answer = sent(ledger.people["liaison-road"], ledger.measure, name)
    assert answer.status_code == 201, answer.content
    assert answer.json()["filename"] == name
