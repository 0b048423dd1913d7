"""Evidence in the browser: uploaded, leafed through by keys, replaced, withdrawn; and an upload that breaks off."""

import re
import socket
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.files import pdf, picture

from .conftest import Visit
from .pages import act, follow, row_of, send, told
from .visitor import PHONE, Visitor

pytestmark = pytest.mark.browser

MEASURE, TITLE = "11-2", "施工图审查意见"


def open_measure(visitor: Visitor) -> Page:
    """The page of the measure."""
    page = visitor.page
    follow(row_of(page, MEASURE).get_by_role("link").first)
    return page


def upload(page: Page, name: str, content: bytes, title: str = "", kind: str = "application/pdf") -> None:
    act(page, "上传佐证材料")
    form = page.locator("#act form")
    form.get_by_label("佐证材料").set_input_files({"name": name, "mimeType": kind, "buffer": content})
    form.get_by_label("标题").fill(title)
    send(page, "上传")
    told(page, "已上传1个文件")


def loaded(page: Page, selector: str) -> None:
    """Waits until a picture is there."""
    found = page.locator(selector).first
    found.scroll_into_view_if_needed()
    expect(found).to_have_js_property("complete", True)
    page.wait_for_function("image => image.naturalWidth > 0", arg=found.element_handle())


@pytest.mark.soak
def test_one_leafs_through_files(visit: Visit) -> None:
    liaison = visit("liaison-road", PHONE)
    page = open_measure(liaison)
    upload(page, "审查意见.pdf", pdf("第一页", "第二页"), TITLE)
    upload(page, "照片.png", picture(size=(300, 200)), "现场照片", "image/png")
    loaded(page, ".evidence-thumb")
    liaison.look("thumbnails")
    follow(page.get_by_role("link", name=TITLE).first)
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text("第 1 页，共 2 页")).to_be_visible()
    loaded(page, ".leaf-paper img")
    liaison.look("viewer")
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("第 2 页，共 2 页")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="现场照片")).to_be_visible()
    loaded(page, ".leaf-paper img")
    follow(page.get_by_role("main").get_by_role("link", name=re.compile(f"^{MEASURE}")))
    expect(page.get_by_role("heading", level=1)).to_contain_text(MEASURE)


@pytest.mark.soak
def test_a_newer_version_and_a_withdrawal_are_told_like_minutes(visit: Visit) -> None:
    liaison = visit("liaison-road")
    page = open_measure(liaison)
    upload(page, "初稿.pdf", pdf("初稿"), TITLE)
    upload(page, "重复.pdf", pdf("重复"), "重复材料")
    item = page.locator(".evidence > li").filter(has=page.get_by_role("link", name=TITLE, exact=True))
    item.first.get_by_role("link", name="新版本").click()
    form = page.locator("#act form")
    expect(form.get_by_label("被替换的材料")).to_contain_text(TITLE)
    form.get_by_label("新版本").set_input_files(
        {"name": "定稿.pdf", "mimeType": "application/pdf", "buffer": pdf("定稿")}
    )
    form.get_by_label("标题").fill("审查意见定稿")
    liaison.look("newer-version")
    send(page, "上传")
    told(page, "已上传1个文件")
    expect(page.locator(".evidence-withdrawn").first).to_contain_text("已由新版“审查意见定稿”替换")
    expect(page.locator(".timeline > li").first).to_contain_text(f"上传新版材料，替换“{TITLE}”。")
    doubled = page.locator(".evidence > li").filter(has=page.get_by_role("link", name="重复材料", exact=True))
    doubled.first.get_by_role("link", name="撤下").click()
    page.get_by_label("理由").fill("与另一份重复")
    liaison.look("withdrawal")
    send(page, "撤下")
    told(page, "“重复材料”已撤下")
    latest = page.locator(".timeline > li").first
    expect(latest).to_contain_text("撤下“重复材料”。")
    expect(latest).to_contain_text("与另一份重复")
    liaison.look("minutes")


@pytest.mark.soak
def test_a_classified_file_is_refused_in_words(visit: Visit) -> None:
    liaison = visit("liaison-road")
    page = open_measure(liaison)
    act(page, "上传佐证材料")
    content = {"name": "报告.pdf", "mimeType": "application/pdf", "buffer": pdf("机密★1年\n关于整改的报告")}
    page.locator("#act form").get_by_label("佐证材料").set_input_files(content)
    with liaison.refused(400):
        send(page, "上传")
        expect(page.locator("#act .field-error")).to_contain_text("本网络不得存储、处理、传输涉密文件")
    liaison.look("refused")


@pytest.mark.soak
def test_an_upload_that_breaks_off_leaves_nothing(visit: Visit) -> None:
    liaison = visit("liaison-road")
    page = open_measure(liaison)
    before = page.locator(".evidence > li").count()
    folder = liaison.site.folder
    kept = sorted(path.name for path in (folder / "evidence").rglob("*"))
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    act(page, "上传佐证材料")
    form = page.locator("#act form")
    fields = {
        "title": "半份材料",
        "kind": "",
        "csrfmiddlewaretoken": form.locator("[name=csrfmiddlewaretoken]").input_value(),
    }
    parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = ("".join(parts) + head).encode() + b"a" * 3_000_000
    site = urlsplit(liaison.site.url)
    lines = [
        f"POST {urlsplit(str(form.get_attribute('action'))).path} HTTP/1.1",
        f"Host: {site.netloc}",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {len(body) + 1000}",
    ]
    with socket.create_connection((str(site.hostname), site.port or 80), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(200)
    assert answer == b"" or b" 400 " in answer.splitlines()[0]
    assert sorted(path.name for path in (folder / "evidence").rglob("*")) == kept
    page.reload()
    expect(page.locator(".evidence > li")).to_have_count(before)
