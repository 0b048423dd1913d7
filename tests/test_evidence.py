"""Evidence: what is taken, what is refused, who gets it, and that a file never changes."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures.evidence import FILE_TYPES, ZIP_MEMBERS, check_file, clean_filename
from measures.models import Evidence, Measure
from rectify.organization.models import User
from rectify.workflow.refusals import Refusal

from .building import Ledger, api, drive, upload_of, url
from .test_bad_input import problem
from .test_transitions import everything

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


def packed(member: str = "word/document.xml") -> bytes:
    """An office document as far as its outside goes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(member, "<x/>")
    return target.getvalue()


def file(name: str, content: bytes, content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def content_of(ending: str) -> bytes:
    if ending in ZIP_MEMBERS:
        return packed(ZIP_MEMBERS[ending])
    return (FILE_TYPES[ending][0] or "会议纪要".encode()) + b" more"


@pytest.mark.parametrize("ending", list(FILE_TYPES))
def test_every_accepted_kind_is_taken(ledger: Ledger, evidence_root: Path, ending: str) -> None:
    content = content_of(ending)
    answer = upload_of(ledger.people["liaison-road"], ledger.measure, file=file(f"材料{ending.upper()}", content))
    assert answer.status_code == 201, answer.content
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert answer.json()["content_type"] == FILE_TYPES[ending][1]


REFUSED = {
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
    "png that says jpg": ("图.jpg", PNG),
    "the beginning of a picture that says text": ("说明.txt", b"\xff\xd8\xff\xe0"),
    "text in an encoding of two bytes": ("说明.txt", "会议纪要".encode("utf-16")),
    "half a character": ("说明.txt", "会议纪要".encode()[:-1]),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_a_file_that_is_not_what_it_should_be_is_refused(ledger: Ledger, evidence_root: Path, case: str) -> None:
    name, content = REFUSED[case]
    before = everything()
    problem(upload_of(ledger.people["liaison-road"], ledger.measure, file=file(name, content)), 400, "file")
    assert everything() == before
    assert not [path for path in evidence_root.rglob("*") if path.is_file()]


LYING_NAMES = (
    "会议\x07纪要.txt",
    "纪要\u202etxt.exe.txt",
    "纪\u200b要.txt",
    "a\x00.txt",
    "a\ufffd.txt",
    "../../etc/passwd.txt",
    "C:\\windows\\系统.txt",
    "<script>alert(1)</script>.txt",
    "长" * 90 + ".txt",
    "..",
    " ",
)


def sent(user: User, measure: Measure, filename: str) -> Any:
    """Uploads a file under just this name; every client of a library would clean it first."""
    fields = {"measure": str(measure.pk), "title": "纪要", "kind": "minutes"}
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append(
        f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: text/plain\r\n\r\ntext'
    )
    body = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--\r\n"
    return api(user).generic("POST", url("evidence"), body.encode(), content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", LYING_NAMES)
def test_a_name_that_deceives_is_refused(ledger: Ledger, evidence_root: Path, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean_filename(name)
    assert list(refused.value.errors) == ["file"]
    before = everything()
    problem(sent(ledger.people["liaison-road"], ledger.measure, name), 400, "file")
    assert everything() == before


@pytest.mark.parametrize("name", ["会议纪要（第3次）.txt", "长" * 83 + ".txt", "ＡＢＣ 1.txt", "Протокол.txt"])
def test_a_usual_name_is_kept_as_it_is(ledger: Ledger, evidence_root: Path, name: str) -> None:
    answer = sent(ledger.people["liaison-road"], ledger.measure, name)
    assert answer.status_code == 201, answer.content
    assert answer.json()["filename"] == name


def test_a_file_that_is_too_large_is_refused(ledger: Ledger, evidence_root: Path, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    liaison = ledger.people["liaison-road"]
    before = everything()
    body = problem(upload_of(liaison, ledger.measure, file=file("大.txt", b"a" * 1001)), 413, "file")
    assert body["type"] == "/problems/too-large"
    assert everything() == before
    assert upload_of(liaison, ledger.measure, file=file("正好.txt", b"a" * 1000)).status_code == 201


def test_fields_that_are_missing_or_wrong_are_named(ledger: Ledger, evidence_root: Path) -> None:
    liaison, measure = ledger.people["liaison-road"], ledger.measure
    before = everything()
    for name, value in (
        ("title", ""),
        ("title", "长" * 201),
        ("title", "\x00"),
        ("kind", "nonsense"),
        ("kind", ""),
        ("file", "not a file"),
        ("measure", ""),
        ("measure", "abc"),
        ("measure", "1.5"),
    ):
        problem(upload_of(liaison, measure, **{name: value}), 400, name)
    for number in ("999999", str(10**30), "-1", "9" * 5000):
        answer = upload_of(liaison, measure, measure=number)
        assert answer.status_code in (400, 404), answer.content
    assert everything() == before


def test_who_may_add_evidence(ledger: Ledger, other: Ledger, evidence_root: Path) -> None:
    answers = {
        key: upload_of(ledger.people[key], ledger.measure).status_code
        for key in ("liaison-road", "head-road", "liaison-plan", "head-plan", "office", "auditor", "liaison-party")
    }
    allowed = ["liaison-road", "head-road", "liaison-plan", "head-plan", "office"]
    assert answers == {**dict.fromkeys(allowed, 201), "auditor": 403, "liaison-party": 403}
    assert upload_of(ledger.people["leader-vp_road"], ledger.measure).status_code == 403
    assert upload_of(ledger.people["system-admin"], ledger.measure).status_code == 404
    assert upload_of(other.people["office"], ledger.measure).status_code == 404


def test_a_file_is_served_to_those_who_read_its_round_alone(ledger: Ledger, other: Ledger, evidence_root: Path) -> None:
    upload_of(ledger.people["liaison-road"], ledger.measure)
    evidence = Evidence.objects.get()
    for key in ("liaison-party", "auditor", "leader-secretary"):
        answer = api(ledger.people[key]).get(url("evidence", evidence, "file"))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == "会议纪要".encode()
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    for stranger in (ledger.people["audit-admin"], ledger.people["nobody"], other.people["office"]):
        problem(api(stranger).get(url("evidence", evidence, "file")), 404)
        problem(api(stranger).get(url("evidence", evidence)), 404)
        assert api(stranger).get(url("evidence")).json()["count"] == 0
    problem(api().get(url("evidence", evidence, "file")), 401)


def test_the_same_content_is_kept_once_under_its_digest(ledger: Ledger, evidence_root: Path) -> None:
    for measure in ledger.measures[:2]:
        upload_of(ledger.people["liaison-road"], measure)
    digest = hashlib.sha256("会议纪要".encode()).hexdigest()
    assert [path.name for path in evidence_root.rglob("*") if path.is_file()] == [digest]
    assert Evidence.objects.filter(sha256=digest).count() == 2
    assert (evidence_root / digest[:2] / digest).read_bytes() == "会议纪要".encode()


def test_a_file_lost_from_disk_is_not_found_rather_than_a_failure(ledger: Ledger, evidence_root: Path) -> None:
    upload_of(ledger.people["liaison-road"], ledger.measure)
    for path in evidence_root.rglob("*"):
        if path.is_file():
            path.unlink()
    problem(api(ledger.people["auditor"]).get(url("evidence", Evidence.objects.get(), "file")), 404)


def test_settled_measures_take_no_more_evidence(ledger: Ledger, evidence_root: Path) -> None:
    measure = drive(ledger.measure, "closed")
    problem(upload_of(ledger.people["liaison-road"], measure), 409)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
