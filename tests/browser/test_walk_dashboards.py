"""The overview in a browser: an open page keeps up, the slider leads through the weeks, a figure leads to its rows."""

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .pages import follow, row_of
from .visitor import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.soak]

MEASURE = "6-2"
# The page asks every eight seconds.
WITHIN = 12_000


def test_a_report_shows_on_an_open_page_without_a_reload(visit: Visit) -> None:
    office, liaison = visit("office"), visit("liaison-road", PHONE)
    page = office.page
    page.goto("/round/")
    page.evaluate("window.stayed = true")
    page.locator("#curve-table summary").click()
    digest = page.locator(".ledger-proof .hash").inner_text()
    row_of(liaison.page, MEASURE).get_by_role("link", name="填报").click()
    form = liaison.page.locator("tr[data-report] form")
    form.get_by_label("进度").fill("97")
    form.get_by_label("已开展工作").fill("已完成现场踏勘。")
    form.get_by_role("button", name="报送").click()
    expect(liaison.page.get_by_text(f"措施{MEASURE}的进展已保存")).to_be_visible()
    expect(page.locator(".ledger-proof .hash")).not_to_have_text(digest, timeout=WITHIN)
    assert page.evaluate("window.stayed") is True
    expect(page.locator("#curve-table")).to_have_attribute("open", "")
    office.look("renewed")


def test_through_the_weeks_and_to_the_rows(visit: Visit) -> None:
    office = visit("office")
    page = office.page
    page.goto("/round/")
    page.get_by_label("按定稿周查看数据").focus()
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("note")).to_contain_text("数据截至")
    closed = page.get_by_role("table", name="整改措施", exact=True).get_by_role("row").filter(has_text="已销号")
    number = closed.get_by_role("link").inner_text()
    follow(closed.get_by_role("link"))
    expect(page.get_by_role("main")).to_contain_text(f"{number}条措施")
    page.go_back()
    for tab in ("填报情况", "分部门情况", "按责任领导"):
        follow(page.get_by_role("main").get_by_role("link", name=tab, exact=True).first)
        expect(page.get_by_role("note")).to_contain_text("数据截至")
        office.look(tab)
