"""Everything by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Visit
from .pages import row_of
from .site import password_of

pytestmark = pytest.mark.browser

MEASURE = "11-2"
MOST_STEPS = 60
FOCUSED = "document.activeElement.innerText || document.activeElement.name || ''"


def tab_to(page: Page, words: str) -> None:
    """Goes on by Tab until something with these words has the focus."""
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if words in " ".join(page.evaluate(FOCUSED).split()):
            return
    raise AssertionError(f"{words} is not reached by {MOST_STEPS} times Tab")


def come_in(page: Page) -> None:
    """Signs in, and skips what stands before the content."""
    keys = page.keyboard
    page.goto("/sign-in/")
    expect(page.get_by_label("用户名")).to_be_focused()
    keys.type("liaison-road")
    keys.press("Tab")
    keys.type(password_of("liaison-road"))
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("公路处整改进展")

    keys.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    keys.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.long
def test_a_report_without_a_mouse(visit: Visit) -> None:
    page = visit().page
    keys = page.keyboard
    come_in(page)
    tab_to(page, f"填报 {MEASURE}")
    keys.press("Enter")
    form = page.locator("tr[data-report] form")
    expect(form.get_by_label("进度")).to_be_focused()
    keys.press("Escape")
    expect(form).to_be_visible()
    keys.press("Control+a")
    keys.type("96")
    keys.press("Enter")
    expect(form.get_by_label("已开展工作")).to_be_focused()
    keys.type("施工图设计通过审查")
    keys.press("Control+Enter")
    expect(page.get_by_text(f"措施{MEASURE}的进展已保存")).to_be_visible()
    expect(row_of(page, MEASURE)).to_contain_text("96%")

    tab_to(page, "填报 6-2")
    keys.press("Enter")
    expect(form.get_by_label("进度")).to_be_focused()
    keys.press("Tab")
    keys.type("已完成踏勘")
    tab_to(page, "报送")
    keys.press("Enter")
    expect(page.get_by_text("措施6-2的进展已保存")).to_be_visible()

    keys.press("/")
    expect(page.get_by_label("搜索台账")).to_be_focused()
    keys.type("隧道")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("整改台账")
