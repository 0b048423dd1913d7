"""Two people write on one row at the same time."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Visit
from .pages import row_of
from .visitor import PHONE

pytestmark = pytest.mark.browser

MEASURE = "6-2"


def write(page: Page, percent: str, words: str) -> None:
    """Opens the report of the row and fills it in, without sending it."""
    row_of(page, MEASURE).get_by_role("link", name="填报").click()
    form = page.locator("tr[data-report] form")
    form.get_by_label("进度").fill(percent)
    form.get_by_label("已开展工作").fill(words)


@pytest.mark.soak
def test_the_second_sees_the_first_and_loses_nothing(visit: Visit) -> None:
    liaison, head = visit("liaison-road"), visit("head-road", PHONE)
    mine, theirs = head.page, liaison.page
    write(mine, "97", "负责人填写：已完成初步设计审查。")
    write(theirs, "96", "联络人填写：已完成现场踏勘。")
    theirs.get_by_role("button", name="报送").click()
    expect(theirs.get_by_text(f"措施{MEASURE}的进展已保存")).to_be_visible()

    with head.refused(409):
        mine.get_by_role("button", name="报送").click()
        conflict = mine.get_by_role("alert")
        expect(conflict).to_contain_text("您填写的内容没有丢失")
    expect(conflict).to_contain_text("公路处联络人")
    for words in ("96%", "97%", "联络人填写：已完成现场踏勘。", "负责人填写：已完成初步设计审查。"):
        expect(conflict).to_contain_text(words)
    expect(mine.get_by_label("已开展工作")).to_have_value("负责人填写：已完成初步设计审查。")
    expect(mine.get_by_label("进度")).to_have_value("97")
    head.look("conflict")

    conflict.get_by_role("button", name="保存我的").click()
    expect(mine.get_by_text(f"措施{MEASURE}的进展已保存")).to_be_visible()
    expect(row_of(mine, MEASURE)).to_contain_text("97%")
    row_of(mine, MEASURE).get_by_role("link").first.click()
    for words in ("填报进展，完成96%", "填报进展，完成97%"):
        expect(mine.get_by_role("listitem").filter(has_text=words)).to_be_visible()
