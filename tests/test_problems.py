"""Problems of the API: faults, too much at once, addresses without their last slash, and what a detail says."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from .building import Ledger
from .sending import api, url
from .test_bad_input import post, problem, send

pytestmark = pytest.mark.once

FORM = "application/x-www-form-urlencoded"


def test_a_fault_is_a_problem_in_the_readers_language(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("measures.api.pending_requests", fails)
    client = api(ledger.people["office"])
    body = problem(client.get(url("measures")), 500)
    assert body["type"] == "/problems/failure" and "broken" not in str(body)
    chinese = problem(client.get(url("measures"), HTTP_ACCEPT_LANGUAGE="zh-CN"), 500)
    assert "\u4e00" <= chinese["title"][0] <= "\u9fff" and "\u4e00" <= chinese["detail"][0] <= "\u9fff"


def test_too_much_at_once_is_told_as_that(ledger: Ledger, evidence_root: Any) -> None:
    liaison = ledger.people["liaison-road"]
    address = url("measures", ledger.measure, "report_progress")
    large = "长" * (2 * 1024 * 1024)
    bodies = [
        (f'{{"version": 1, "progress": 30, "done": "{large}"}}', "application/json"),
        (f"version=1&progress=30&done={large}", FORM),
        ("&".join(f"f{number}=1" for number in range(1500)), FORM),
    ]
    for text, kind in bodies:
        body = problem(send(liaison, address, text, kind), 413)
        assert body["type"] == "/problems/too-large"
    files = {f"file{number}": SimpleUploadedFile("a.txt", b"a", "text/plain") for number in range(101)}
    for fields, number in ((files, "100 files"), ({f"f{n}": "1" for n in range(1100)}, "1000 fields")):
        body = problem(api(liaison).post(url("evidence"), fields, format="multipart"), 413)
        assert number in body["detail"]
    page = Client().post("/sign-in/", {f"f{number}": "1" for number in range(1100)})
    assert page.status_code == 413 and page.headers["Content-Type"].startswith("text/html")


def test_what_is_sent_to_an_address_without_its_slash_is_no_redirect(ledger: Ledger) -> None:
    client = api(ledger.people["liaison-road"])
    address = url("measures", ledger.measure, "report_progress")
    data = {"version": 1, "progress": 30, "done": "已办"}
    for method in ("post", "put", "patch", "delete"):
        body = problem(getattr(client, method)(address[:-1], data, format="json"), 404)
        assert address in body["detail"]
    read = client.get(url("measures")[:-1], {"status": "closed"})
    assert (read.status_code, read["Location"]) == (301, f"{url('measures')}?status=closed")
    assert "/”" not in problem(client.post("/api/v1/nonsense", data, format="json"), 404)["detail"]
    assert api().post("/sign-in", {}).status_code == 301


def test_a_detail_says_which_field_is_wrong_and_why(ledger: Ledger) -> None:
    liaison, address = ledger.people["liaison-road"], url("measures", ledger.measure, "report_progress")
    good = {"version": 1, "progress": 30, "done": "已办"}
    one = problem(post(liaison, address, {**good, "happened_on": "2021-02-23"}), 400, "happened_on")
    assert one["detail"] == f"Day of the report: {one['errors']['happened_on'][0]}"
    chinese = api(liaison).post(address, {**good, "done": ""}, format="json", HTTP_ACCEPT_LANGUAGE="zh-CN").json()
    assert "：" in chinese["detail"] and chinese["errors"]["done"][0] in chinese["detail"]
    two = problem(post(liaison, address, {**good, "done": "", "progress": 101}), 400, "done", "progress")
    assert two["detail"].startswith("Please check 2 fields: ")
    assert "What was done" in two["detail"] and "Progress" in two["detail"]
    parameter = problem(api(liaison).get(url("measures"), {"due_before": "x"}), 400, "due_before")
    assert parameter["detail"].startswith("due_before: ")
