"""A department fills in its week: kept as typed, by the keys alone, and two at one line."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Visit
from .visitor import PHONE, Visitor

pytestmark = pytest.mark.browser

KEPT = "已暂存 10:00"


@pytest.fixture
def week(visit: Visit) -> None:
    """The office has opened the present week."""
    page = visit("office").page
    page.goto("/dispatch/")
    page.get_by_role("button", name="开启本周").click()
    expect(page.locator("#messages")).to_contain_text("已开启")


def at_the_week(visitor: Visitor) -> Page:
    visitor.goto("/this-week/")
    return visitor.page


def line(page: Page, nth: int = 0) -> Locator:
    return page.locator("[data-save]").nth(nth)


@pytest.mark.soak
def test_what_is_typed_is_kept_and_two_at_one_line_are_told(week: None, visit: Visit) -> None:
    liaison, head = visit("liaison-road"), visit("head-road", PHONE)
    mine, theirs = at_the_week(liaison), at_the_week(head)
    line(mine).get_by_label("已开展工作").press_sequentially("已完成踏勘")
    expect(line(mine).get_by_role("status")).to_have_text(KEPT)
    expect(line(mine).get_by_label("已开展工作")).to_be_focused()
    expect(line(mine).locator(".state-word")).to_have_text("已暂存")
    mine.reload()
    expect(line(mine).get_by_label("已开展工作")).to_have_value("已完成踏勘")
    expect(mine.get_by_text("已暂存", exact=True)).to_have_count(1)

    with head.refused(409):
        line(theirs).get_by_label("已开展工作").fill("负责人填写")
        expect(line(theirs).get_by_role("status")).to_contain_text("已完成踏勘")
    head.look("week-conflict")
    line(theirs).get_by_role("button", name="保存我的").click()
    expect(line(theirs).get_by_role("status")).to_have_text(KEPT)

    mine.reload()
    expect(line(mine).get_by_label("已开展工作")).to_have_value("负责人填写")
    line(theirs).get_by_role("button", name=re.compile("^报送")).click()
    expect(theirs.locator("#messages")).to_contain_text("已报送1条")
    with liaison.refused(409):
        line(mine).get_by_label("下一步工作").fill("报审")
        line(mine).get_by_label("已开展工作").focus()
        expect(line(mine).get_by_role("status")).to_contain_text("重新加载页面")
    expect(line(mine).get_by_label("下一步工作")).to_have_value("报审")


@pytest.mark.soak
def test_without_a_connection_it_stays_and_goes_later(week: None, visit: Visit) -> None:
    visitor = visit("liaison-road")
    page = at_the_week(visitor)
    page.route("**/save/", lambda route: route.abort())
    line(page).get_by_label("已开展工作").press_sequentially("断网时填写")
    line(page).get_by_label("下一步工作").focus()
    expect(line(page).get_by_role("status")).to_contain_text("仍在页面上")
    page.unroute("**/save/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(line(page).get_by_role("status")).to_have_text(KEPT)
    # What is typed in another line is kept when one is sent, however quickly.
    line(page, 1).get_by_label("已开展工作").press_sequentially("随手填写")
    line(page, 0).get_by_role("button", name=re.compile("^报送")).click()
    expect(page.locator("#messages")).to_contain_text("已报送1条")
    expect(line(page).get_by_label("已开展工作")).to_have_value("随手填写")
    # The browser itself tells of the connection that failed.
    visitor.faults = [fault for fault in visitor.faults if "ERR_FAILED" not in fault]


@pytest.mark.soak
def test_the_whole_list_by_keys(week: None, visit: Visit) -> None:
    visitor = visit("liaison-road")
    page = at_the_week(visitor)
    count = page.locator("[data-save]").count()
    assert count > 1
    line(page).get_by_label("进度", exact=True).select_text()
    for nth in range(count - 1):
        page.keyboard.type("100")
        page.keyboard.press("Enter")
        expect(line(page, nth).get_by_label("已开展工作")).to_be_focused()
        page.keyboard.type("推进中")
        page.keyboard.press("Alt+Enter")
        expect(line(page, nth + 1).get_by_label("进度", exact=True)).to_be_focused()
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_role("button", name="报送全部已填")).to_be_focused()
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(f"已报送{count - 1}条")
    expect(summary).to_contain_text("有1条尚未填写")
    summary.get_by_role("link").click()
    expect(line(page)).to_be_in_viewport()
    visitor.look("week-missing")


@pytest.mark.soak
def test_the_office_freezes_after_it_is_told_what_will_be_frozen(week: None, visit: Visit) -> None:
    page = visit("office").page
    page.goto("/dispatch/")
    page.get_by_role("link", name="本周定稿").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("条待负责人确认")
    dialog.get_by_role("button", name="本周定稿").click()
    expect(page.locator("#messages")).to_contain_text("本周已定稿")
    expect(page.get_by_role("link", name="周报", exact=True)).to_be_visible()
