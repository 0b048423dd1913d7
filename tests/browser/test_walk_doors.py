"""Coming in and going out: a wrong password, the other language, an address that leads nowhere."""

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .site import password_of
from .visitor import PHONE

pytestmark = pytest.mark.browser


@pytest.mark.soak
def test_in_and_out_again(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.goto("/measures/120/")
    assert visitor.address.startswith("/sign-in/?next=")
    visitor.look("sign-in")
    page.get_by_label("用户名").fill("liaison-road")
    page.get_by_label("密码").fill("not the password")
    with visitor.refused(400):
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(page.get_by_label("用户名")).to_have_value("liaison-road")
    expect(page.get_by_label("密码")).to_be_focused()
    visitor.look("wrong-password")

    page.get_by_label("密码").fill(password_of("liaison-road"))
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="整改要求")).to_be_visible()
    assert visitor.address == "/measures/120/"

    with visitor.refused(404):
        for nowhere in ("/measures/999999/", "/no-such-page/"):
            visitor.goto(nowhere)
            expect(page.get_by_role("main")).to_contain_text("不在您的查看范围内")
    visitor.look("no-such-page")
    page.get_by_role("link", name="返回首页").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("公路处整改进展")

    page.locator("header summary").filter(has_text="公路处").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("用户名")).to_be_visible()
    visitor.goto("/ledger/")
    assert visitor.address.startswith("/sign-in/?next=")


@pytest.mark.soak
def test_in_english(visit: Visit) -> None:
    """A short walk in the other language; the switch stays on the page, and is kept."""
    visitor = visit("liaison-road", PHONE)
    page = visitor.page
    visitor.goto("/ledger/?status=closed&lead_department=road")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ledger")
    assert visitor.address == "/ledger/?status=closed&lead_department=road"
    assert page.locator("html").get_attribute("lang") == "en"
    visitor.look("ledger-english")
    visitor.goto("/")
    expect(page.get_by_role("heading", name="Open measures")).to_be_visible()
    page.locator("tr[data-measure]").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="What is asked")).to_be_visible()
    page.locator("#act").get_by_role("link", name="Report progress").click()
    page.locator("#act").get_by_label("What was done").fill("The design was reviewed.")
    visitor.look("measure-english")
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#messages")).to_contain_text("saved")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="整改要求")).to_be_visible()
