"""Evidence looked at in place: pages as pictures that no browser runs, and words where there are no pictures."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from measures.models import Evidence
from rectify.web import drawn

from .building import Ledger
from .driving import attach, drive
from .files import content_of, docx, file, pdf, picture
from .forms_sent import at, statements
from .sending import api, upload_of, url
from .test_bad_input import problem

pytestmark = pytest.mark.once


@pytest.fixture
def uploaded(ledger: Ledger, evidence_root: Path) -> Any:
    """Uploads a file as evidence, and gives its row."""

    def upload(name: str, content: bytes, **fields: Any) -> Evidence:
        answer = upload_of(ledger.people["liaison-road"], ledger.measure, file=file(name, content), **fields)
        assert answer.status_code == 201, answer.content
        return Evidence.objects.get(pk=answer.json()["id"])

    return upload


def in_english(user: Any) -> Any:
    client = at(user)
    client.cookies["django_language"] = "en"
    return client


def image_of(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"] == "inline"
    assert "no-store" in answer.headers["Cache-Control"]
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.long
def test_the_pages_of_a_pdf(ledger: Ledger, uploaded: Any) -> None:
    evidence, auditor = uploaded("材料.pdf", pdf("第一页", "第二页")), api(ledger.people["auditor"])
    address = url("evidence", evidence, "preview")
    assert api(ledger.people["auditor"]).get(url("evidence", evidence)).json()["preview"] == address
    first = image_of(auditor.get(address))
    second = image_of(auditor.get(address, {"page": 2}))
    assert (first.size, second.size) == ((1400, 1982), (1400, 1982))
    assert first.convert("L").getextrema() == (0, 255)
    assert image_of(auditor.get(address, {"size": "small"})).size == (170, 240)
    for page in ("3", "21", "10000"):
        problem(auditor.get(address, {"page": page}), 404)
    for page in ("0", "-1", "x", "1.5", "９", "9" * 30):
        problem(auditor.get(address, {"page": page}), 400, "page")
    problem(auditor.get(address, {"size": "huge"}), 400, "size")


def test_no_more_than_the_first_pages_are_drawn(ledger: Ledger, uploaded: Any) -> None:
    evidence, auditor = uploaded("长.pdf", pdf(*(f"第{number}页" for number in range(1, 23)))), ledger.people["auditor"]
    address = url("evidence", evidence, "preview")
    image_of(api(auditor).get(address, {"page": 20}))
    problem(api(auditor).get(address, {"page": 21}), 404)
    last = in_english(auditor).get(reverse("evidence-view", args=[evidence.pk]) + "?page=20")
    assert "first 20 of 22 pages" in last.content.decode()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_loses_what_it_says_beside_its_points(ledger: Ledger, uploaded: Any, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    content = picture(kind, (300, 100), exif=exif.tobytes())
    evidence = uploaded("照片.png" if kind == "PNG" else "照片.jpg", content)
    answer = api(ledger.people["auditor"]).get(url("evidence", evidence, "preview"))
    shown = image_of(answer)
    # Turned as the camera was held.
    assert shown.size == (100, 300)
    assert dict(shown.getexif()) == {}
    assert b"a camera" in content and b"a camera" not in answer.content


@pytest.mark.long
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_make_are_drawn(ledger: Ledger, uploaded: Any, mode: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (2000, 50)).save(target, "PNG")
    evidence = uploaded("图.png", target.getvalue())
    assert image_of(api(ledger.people["auditor"]).get(url("evidence", evidence, "preview"))).size == (1400, 35)


@pytest.mark.long
@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".pptx", ".ofd", ".doc", ".txt", ".csv"])
def test_other_kinds_have_no_pictures(ledger: Ledger, uploaded: Any, ending: str) -> None:
    evidence = uploaded(f"材料{ending}", content_of(ending))
    told = api(ledger.people["auditor"]).get(url("evidence", evidence)).json()
    assert told["preview"] is None
    problem(api(ledger.people["auditor"]).get(url("evidence", evidence, "preview")), 404)
    page = at(ledger.people["auditor"]).get(reverse("evidence-view", args=[evidence.pk]))
    assert page.status_code == 200
    assert reverse("evidence", args=[evidence.pk]) in page.content.decode()
    assert ("<pre" in page.content.decode()) == (ending in (".txt", ".csv"))


def test_the_words_of_a_text_are_shown_as_words(ledger: Ledger, uploaded: Any) -> None:
    evidence = uploaded("说明.txt", "<b>整改</b>已完成".encode("gb18030"))
    page = at(ledger.people["auditor"]).get(reverse("evidence-view", args=[evidence.pk])).content.decode()
    assert "&lt;b&gt;整改&lt;/b&gt;已完成" in page


def test_pictures_are_for_those_who_read_the_round_alone(ledger: Ledger, other: Ledger, uploaded: Any) -> None:
    evidence = uploaded("材料.pdf", pdf("一"))
    for stranger in (ledger.people["audit-admin"], ledger.people["nobody"], other.people["office"]):
        problem(api(stranger).get(url("evidence", evidence, "preview")), 404)
        for name in ("evidence-picture", "evidence-view"):
            assert at(stranger).get(reverse(name, args=[evidence.pk])).status_code == 404
    problem(api().get(url("evidence", evidence, "preview")), 401)


def test_a_page_is_drawn_once(ledger: Ledger, uploaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence, auditor = uploaded("材料.pdf", pdf("一", "二")), api(ledger.people["auditor"])
    address = url("evidence", evidence, "preview")
    first = auditor.get(address).content
    monkeypatch.setattr(drawn, "_run", lambda *arguments: pytest.fail("drawn again"))
    assert auditor.get(address).content == first
    image_of(auditor.get(address, {"size": "small"}))


def test_what_cannot_be_drawn_is_told_once(
    ledger: Ledger, uploaded: Any, evidence_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = uploaded("材料.pdf", pdf("一"))
    (evidence_root / evidence.sha256[:2] / evidence.sha256).write_bytes(b"%PDF-1.7 damaged on disk")
    address = url("evidence", evidence, "preview")
    problem(api(ledger.people["auditor"]).get(address), 404)
    monkeypatch.setattr(drawn, "_run", lambda *arguments: pytest.fail("drawn again"))
    body = problem(api(ledger.people["auditor"]).get(address), 404)
    assert "download" in body["detail"]
    client = in_english(ledger.people["auditor"])
    page = client.get(reverse("evidence-view", args=[evidence.pk]))
    assert page.status_code == 200
    assert "cannot be shown here; download it" in page.content.decode()


def test_what_took_too_long_is_tried_again(ledger: Ledger, uploaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = uploaded("材料.pdf", pdf("一"))
    address = url("evidence", evidence, "preview")
    with monkeypatch.context() as patched:
        patched.setattr(drawn, "PATIENCE", 0)
        body = problem(api(ledger.people["auditor"]).get(address), 404)
        assert "try again" in body["detail"]
        refused = upload_of(ledger.people["liaison-road"], ledger.measure, file=file("图.png", picture()))
        problem(refused, 400, "file")
    image_of(api(ledger.people["auditor"]).get(address))


def test_who_opens_files_sees_nothing_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evidence_root: Path
) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, sys\n"
        "folders = [name for name in sys.path if 'main' in name and 'site-packages' not in name]\n"
        "print(json.dumps({'environment': sorted(os.environ), 'folders': folders}))\n"
    )
    monkeypatch.setattr(drawn, "PROGRAM", spy)
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen = drawn._answer(drawn._run(["words", "PDF", "-"], b""))
    assert set(seen["environment"]) <= {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}


def test_who_opens_files_writes_none_and_takes_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its limits on, the program can neither leave a file behind nor take more memory than a page needs."""
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, runpy, sys\n"
        f"held = runpy.run_path({str(drawn.PROGRAM)!r})['hold_back']\n"
        "held()\n"
        "told = {}\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n"
        f"    open({str(tmp_path / 'left')!r}, 'wb', buffering=0).write(b'x')\n"
        "except OSError as error:\n"
        "    told['file'] = error.strerror\n"
        "try:\n"
        "    bytearray(4 * 1024 ** 3)\n"
        "except MemoryError:\n"
        "    told['memory'] = 'refused'\n"
        "print(json.dumps(told))\n"
    )
    monkeypatch.setattr(drawn, "PROGRAM", spy)
    assert drawn._answer(drawn._run([])) == {"file": "File too large", "memory": "refused"}


class TestOnPages:
    """Thumbnails and the viewer."""

    def test_a_measure_shows_thumbnails_and_leads_to_the_viewer(self, ledger: Ledger, uploaded: Any) -> None:
        seen, plain = uploaded("材料.pdf", pdf("一")), uploaded("报告.docx", docx("一"))
        page = at(ledger.people["auditor"]).get(reverse("measure", args=[ledger.measure.pk])).content.decode()
        # Under the evidence, and in the minutes.
        assert page.count(f"{reverse('evidence-picture', args=[seen.pk])}?size=small") == 2
        assert reverse("evidence-picture", args=[plain.pk]) not in page
        assert page.count(reverse("evidence-view", args=[plain.pk])) == 2

    @pytest.mark.long
    def test_one_leafs_from_page_to_page_and_file_to_file(self, ledger: Ledger, uploaded: Any) -> None:
        first, second = uploaded("一.pdf", pdf("一", "二")), uploaded("二.png", picture())
        client = at(ledger.people["auditor"])

        def turns(address: str) -> dict[str, str]:
            answer = client.get(address)
            assert answer.status_code == 200
            return {side: answer.context[side]["url"] for side in ("left", "right") if answer.context.get(side)}

        view = {row.pk: reverse("evidence-view", args=[row.pk]) for row in (first, second)}
        assert turns(view[second.pk]) == {"right": view[first.pk]}
        assert turns(view[first.pk]) == {"left": view[second.pk], "right": f"{view[first.pk]}?page=2"}
        assert turns(f"{view[first.pk]}?page=2") == {"left": f"{view[first.pk]}?page=1"}
        assert client.get(f"{view[first.pk]}?page=3").status_code == 404
        assert client.get(f"{view[first.pk]}?page=x").status_code == 400

    def test_it_leads_back_to_where_one_came_from_within_the_site(self, ledger: Ledger, uploaded: Any) -> None:
        evidence, client = uploaded("一.txt", b"a"), at(ledger.people["auditor"])
        view, measure = reverse("evidence-view", args=[evidence.pk]), reverse("measure", args=[ledger.measure.pk])
        for given, wanted in (
            ("", measure),
            ("/todo/", "/todo/"),
            ("//evil.example/", measure),
            ("https://evil.example/", measure),
            ("javascript:alert(1)", measure),
        ):
            assert client.get(view, {"back": given}).context["back"] == wanted

    def test_the_folder_to_sign_shows_it(self, ledger: Ledger, uploaded: Any) -> None:
        drive(ledger.measure, "in_review")
        later = uploaded("材料.pdf", pdf("一"))
        address = reverse("todo-item", args=["measure", ledger.measure.pk])
        page = in_english(ledger.people["head-road"]).get(address).content.decode()
        assert f"{reverse('evidence-picture', args=[later.pk])}?size=small" in page
        assert "?back=%2Ftodo%2Fmeasure" in page
        assert "added later" in page

    @pytest.mark.long
    def test_statements_do_not_grow_with_the_files(self, ledger: Ledger, evidence_root: Path) -> None:
        few, many = ledger.measures[:2]
        attach(few)
        for number in range(6):
            evidence = attach(many, text=f"第{number}份")
        client = at(ledger.people["liaison-road"])
        pages = [statements(client, reverse("measure", args=[row.pk])) for row in (few, many)]
        assert pages[0] == pages[1]
        views = [statements(client, reverse("evidence-view", args=[pk])) for pk in (few.evidence.get().pk, evidence.pk)]
        assert views[0] == views[1] <= 12
        api_client = at(ledger.people["auditor"])
        lists = [statements(api_client, f"{url('evidence')}?measure={row.pk}") for row in (few, many)]
        assert lists[0] == lists[1] <= 7


@pytest.mark.long
def test_the_cache_may_be_emptied(ledger: Ledger, uploaded: Any, evidence_root: Path) -> None:
    evidence, auditor = uploaded("材料.pdf", pdf("一")), api(ledger.people["auditor"])
    first = auditor.get(url("evidence", evidence, "preview")).content
    kept = [path for path in (evidence_root / "previews").rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == ["1-small.jpg", "1.jpg", "known.json"]
    for path in kept:
        os.unlink(path)
    assert auditor.get(url("evidence", evidence, "preview")).content == first
