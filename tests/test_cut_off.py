"""Uploads that break off on their way: refused as a whole, and nothing is left of them."""

import gc
import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from measures.models import Evidence
from rectify.organization.models import User
from rectify.web.stored_files import store

from .building import Ledger
from .files import file
from .forms_sent import at
from .sending import body_of_upload, url
from .test_transitions import everything

pytestmark = pytest.mark.once


class Breaking(io.BytesIO):
    """A form whose connection breaks after so many bytes."""

    def __init__(self, body: bytes, after: int, error: type[OSError]) -> None:
        super().__init__(body)
        self.after, self.error = after, error

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self.after:
            raise self.error
        return super().read(size)


class TestCutOff:
    """An upload that breaks off on its way: all that was announced, but not all that was sent."""

    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path, settings: Any) -> None:
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "travelling")
        (tmp_path / "travelling").mkdir()
        self.travelling = tmp_path / "travelling"

    def post(
        self, user: User, address: str, body: bytes, length: int | None = None, source: io.BytesIO | None = None
    ) -> int:
        """The status that a form gets which says that it is as long as this."""
        answer: Any = at(user).request(
            REQUEST_METHOD="POST",
            PATH_INFO=address,
            CONTENT_TYPE="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(len(body) if length is None else length),
            **{"wsgi.input": source or io.BytesIO(body)},
        )
        return answer.status_code

    @pytest.mark.parametrize("size", [10, 3_000_000], ids=["small", "large"])
    @pytest.mark.parametrize("missing", [1, 4, 8, 60, 0.5])
    def test_leaves_nothing(self, ledger: Ledger, evidence_root: Path, size: int, missing: float) -> None:
        body = body_of_upload(ledger.measure, "纪要.txt", b"a" * size)
        lost = int(len(body) * missing) if missing < 1 else int(missing)
        before, liaison = everything(), ledger.people["liaison-road"]
        for address in (url("evidence"), reverse("add-evidence", args=[ledger.measure.pk])):
            assert self.post(liaison, address, body[:-lost], len(body)) == 400
            # Whoever stands between may have put the length right again.
            if missing != 1:
                assert self.post(liaison, address, body[:-lost]) == 400
        assert everything() == before
        assert [*self.travelling.iterdir(), *evidence_root.rglob("*")] == []

    @pytest.mark.parametrize("error", [ConnectionResetError, TimeoutError])
    def test_a_broken_connection_leaves_nothing(
        self, ledger: Ledger, evidence_root: Path, error: type[OSError]
    ) -> None:
        body = body_of_upload(ledger.measure, "纪要.txt", b"a" * 3_000_000)
        before, liaison = everything(), ledger.people["liaison-road"]
        gc.disable()  # what is only forgotten would otherwise go by chance
        try:
            for address in (url("evidence"), reverse("add-evidence", args=[ledger.measure.pk])):
                assert self.post(liaison, address, body, source=Breaking(body, 1_500_000, error)) == 400
                assert list(self.travelling.iterdir()) == []
        finally:
            gc.enable()
        assert everything() == before

    def test_a_report_without_its_files_is_none(self, ledger: Ledger, evidence_root: Path) -> None:
        fields = {"version": "1", "progress": "40", "done": "已召开会议"}
        parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        body = ("".join(parts) + head).encode() + b"a" * 5000
        before, liaison = everything(), ledger.people["liaison-road"]
        assert self.post(liaison, reverse("report-row", args=[ledger.measure.pk]), body, len(body) + 500) == 400
        assert everything() == before

    def test_the_whole_of_it_is_taken(self, ledger: Ledger, evidence_root: Path) -> None:
        body = body_of_upload(ledger.measure, "纪要.txt", b"a" * 3_000_000)
        assert self.post(ledger.people["liaison-road"], url("evidence"), body) == 201
        assert Evidence.objects.get().size == 3_000_000
        assert list(self.travelling.iterdir()) == []

    def test_what_a_crash_left_is_swept_a_day_later(self, evidence_root: Path) -> None:
        evidence_root.mkdir()
        old, young, other = (evidence_root / name for name in ("incoming-old", "incoming-young", "kept"))
        for path in (old, young, other):
            path.write_bytes(b"half")
        for path in (old, other):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 25 * 3600))
        digest = store(file("a.txt", b"text"))
        assert sorted(path.name for path in evidence_root.rglob("*") if path.is_file()) == sorted(
            ["incoming-young", "kept", digest]
        )

    def test_a_full_disk_leaves_nothing(self, evidence_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*arguments: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store(file("a.txt", b"text"))
        assert [path for path in evidence_root.rglob("*") if path.is_file()] == []
