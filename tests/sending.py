"""Requests to the API in somebody's name, and the forms and files that go with them."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from measures.models import Measure
from rectify.organization.models import User

from .building import TODAY, forget_posts

# The smallest file that any reader of PDF opens: one empty page.
PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


class Client(APIClient):
    """A signed-in client of the API, for which every request is a new one: roles are read anew."""

    user: User | None = None

    def request(self, **kwargs: Any) -> Any:
        if self.user is not None:
            forget_posts(self.user)
        return super().request(**kwargs)


def api(user: User | None = None) -> Client:
    """A client of the API in somebody's name, answering in English; nobody's where none is given."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en", raise_request_exception=False)
    client.user = user
    if user is not None:
        client.force_authenticate(user)
    return client


def upload_of(user: User, measure: Measure, /, **fields: Any) -> Any:
    """Uploads a small text file as evidence over the API; `fields` are those of the form that differ."""
    file = SimpleUploadedFile("会议纪要.txt", "会议纪要".encode(), "text/plain")
    form = {"measure": measure.pk, "title": "会议纪要", "kind": "minutes", "file": file, **fields}
    return api(user).post(url("evidence"), form, format="multipart")


def body_of_upload(measure: Measure, filename: str, content: bytes = b"text") -> bytes:
    """A form as it travels; every client of a library would clean the file's name first."""
    fields = {"measure": str(measure.pk), "title": "纪要", "kind": "minutes"}
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append(
        f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: text/plain\r\n\r\n'
    )
    whole = "".join(f"--x\r\n{part}\r\n" for part in parts).encode()
    return whole.removesuffix(b"\r\n") + content + b"\r\n--x--\r\n"


def scan(name: str = "签批件.pdf") -> SimpleUploadedFile:
    """A scanned paper."""
    return SimpleUploadedFile(name, PDF, "application/pdf")


def sheet(**fields: Any) -> dict[str, Any]:
    """The form with which a signed sheet is registered; `fields` are those that differ."""
    return {"title": "签批单", "signed_on": TODAY.isoformat(), "file": scan(), **fields}


def url(collection: str, row: Any = None, act: str = "") -> str:
    """An address of the API: url("measures"), url("measures", measure), url("measures", measure, "sign")."""
    address = f"/api/v1/{collection}/"
    if row is not None:
        address += f"{row if isinstance(row, int | str) else row.pk}/"
    return f"{address}{act}/" if act else address
