"""The ledger as people use it: filters, search, order, folding, files, past days, and what its figures lead to."""

import csv
import io
import re

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Visit
from .pages import figure, follow, number_of
from .visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser

MEASURES, SUB_ISSUES, DEADLINES = "整改措施", "具体问题", "时限"
# One of each line, and what is pressing.
SAMPLE = ((SUB_ISSUES, "已销号"), (MEASURES, "销号审核中"), (DEADLINES, "逾期"), (DEADLINES, "10.内到期"))


def shown(page: Page) -> tuple[int, int]:
    """How many sub-issues and measures the ledger says that it shows."""
    words = page.get_by_role("heading", level=2).filter(has_text="条").first.inner_text()
    sub_issues, measures = re.findall(r"(\d+)条", words.replace(" ", ""))
    return int(sub_issues), int(measures)


def measure_rows(page: Page) -> Locator:
    return page.locator("tr.level-4")


def numbers(page: Page) -> list[str]:
    """The numbers of the measures in the table, from the top down."""
    return [text.strip() for text in measure_rows(page).locator(".ledger-number").all_text_contents()]


def choose(page: Page, chip: str, value: str) -> None:
    """Chooses a value in a chip of the sentence of filters."""
    filters = page.get_by_role("group", name="筛选条件")
    filters.locator("summary").filter(has_text=chip).click()
    with page.expect_navigation():
        filters.get_by_label(chip, exact=True).select_option(label=value)


def saved_file(visitor: Visitor, name: str) -> bytes:
    """What a link of the page saves."""
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name=name, exact=True).click()
    return download.value.path().read_bytes()


def files_hold(visitor: Visitor, expected: list[str]) -> None:
    """Both files hold exactly the rows that the page shows, in its order."""
    lines = list(csv.reader(io.StringIO(saved_file(visitor, "CSV").decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(saved_file(visitor, "导出台账")), read_only=True)
    sheet = [[str(cell or "") for cell in row] for row in book.worksheets[0].values]
    for rows in (lines, sheet):
        found = [cell for row in rows for cell in row[:3] if re.fullmatch(r"\d+-\d+", cell)]
        assert found == expected


def figures_lead_to_their_rows(office: Visitor) -> None:
    """A figure above the ledger is the number of rows behind it."""
    for line, name in (
        (SUB_ISSUES, "已销号"),
        (MEASURES, "销号审核中"),
        (DEADLINES, "逾期"),
        (DEADLINES, "10天内到期"),
    ):
        office.goto("/ledger/?overdue=true")
        number = number_of(figure(office.page, line, name))
        follow(figure(office.page, line, name))
        assert shown(office.page)[line != SUB_ISSUES] == number > 0
        rows = office.page.locator("tr.level-3" if line == SUB_ISSUES else "tr.level-4")
        expect(rows).to_have_count(number)


def split_table(office: Visitor) -> None:
    """From the inspectors' words to measures, with what the papers declare and what is not public."""
    page = office.page
    office.goto("/ledger/")
    follow(page.get_by_role("main").get_by_role("link", name="拆分对照表", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("拆分对照表")
    for words in ("24", "36", "116"):
        expect(page.locator(".split-steps")).to_contain_text(words)
    expect(page.get_by_role("main")).to_contain_text("25")
    expect(page.locator("td.split-measure")).to_have_count(116)
    expect(page.locator("td.split-sub-issue")).to_have_count(36)
    assert page.get_by_text("未公开", exact=True).count() >= 9
    rows = list(csv.reader(io.StringIO(saved_file(office, "CSV").decode("utf-8-sig"))))
    assert len([row for row in rows if any(re.fullmatch(r"\d+-\d+", cell) for cell in row)]) == 116
    # on a phone the topics start folded
    assert page.locator("td.split-measure").filter(visible=True).count() == (0 if office.width == PHONE else 116)
    page.get_by_role("button", name="全部展开").click()
    follow(page.locator("td.split-sub-issue").get_by_role("link").first)
    expect(page.get_by_role("heading", name="整改要求")).to_be_visible()
    office.look("sub-issue")


def fold_and_unfold(page: Page) -> None:
    """The tree folds as a whole and branch by branch, and stays folded."""
    page.get_by_role("button", name="全部收起").click()
    assert measure_rows(page).filter(visible=True).count() == 0
    page.reload()
    assert measure_rows(page).filter(visible=True).count() == 0
    page.get_by_role("button", name="全部展开").click()
    assert measure_rows(page).filter(visible=True).count() == 116
    toggle = page.locator("tr.level-3").first.get_by_role("button")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    assert 0 < measure_rows(page).filter(visible=True).count() < 116


@pytest.mark.soak
def test_narrowing_it_down_and_taking_it_away(visit: Visit) -> None:
    office = visit("office")
    page = office.page
    follow(page.get_by_role("link", name="整改台账", exact=True).filter(visible=True))
    assert shown(page) == (36, 116)
    assert measure_rows(page).count() == 116

    fold_and_unfold(page)
    choose(page, "牵头部门", "机关党委")
    choose(page, "措施状态", "正在整改")
    assert {"lead_department=party", "status=in_progress"} <= set(office.address.partition("?")[2].split("&"))
    found = numbers(page)
    assert shown(page)[1] == len(found) > 1
    page.reload()
    assert numbers(page) == found
    office.look("filtered")

    page.get_by_role("searchbox", name="搜索问题、措施和填报").fill("党建")
    follow(page.get_by_role("button", name="搜索", exact=True))
    assert "search=" in office.address
    assert set(numbers(page)) < set(found)
    assert measure_rows(page).count() == shown(page)[1] > 0

    follow(page.get_by_role("link", name="清除“牵头部门”"))
    assert "lead_department" not in office.address and "search=" in office.address
    follow(page.get_by_role("link", name="清除全部"))
    assert "=" not in office.address
    assert shown(page) == (36, 116)

    office.goto("/ledger/?lead_department=road")
    if office.width == WIDE:
        follow(page.get_by_role("columnheader", name="完成时限").get_by_role("link"))
        expect(page.get_by_role("columnheader", name="完成时限")).to_have_attribute("aria-sort", "ascending")
    else:
        office.goto("/ledger/?lead_department=road&ordering=due_on")
    assert "ordering=due_on" in office.address
    days = [re.findall(r"\d{4}-\d\d-\d\d", text)[0] for text in page.locator("td.ledger-due").all_inner_texts()]
    assert days == sorted(days) and len(days) == 10
    files_hold(office, numbers(page))


@pytest.mark.soak
def test_figures_of_today_and_of_past_days(visit: Visit) -> None:
    """On the day of its notice the round had 28 closed sub-issues and 8 sustained ones; in April it had fewer."""
    office = visit("office", PHONE)
    page = office.page
    figures_lead_to_their_rows(office)
    page.locator("header summary").filter(has_text="巡视反馈意见整改").click()
    follow(page.get_by_role("link", name="省委第五巡视组巡视反馈意见整改", exact=True))
    office.goto("/ledger/?sub_issue_status=sustained")
    page.locator("header summary").filter(has_text="数据截至").click()
    page.get_by_label("查看数据截至").fill("2021-08-12")
    follow(page.get_by_role("button", name="查看", exact=True))
    expect(page.get_by_role("note")).to_contain_text("数据截至2021年8月12日")
    assert number_of(figure(page, SUB_ISSUES, "已销号")) == 28
    assert number_of(figure(page, SUB_ISSUES, "已完成集中整改并持续推进")) == 8
    assert shown(page)[0] == 8
    follow(figure(page, SUB_ISSUES, "已销号"))
    assert "as_of=2021-08-12" in office.address
    assert shown(page)[0] == 28
    choose(page, "牵头部门", "办公室")
    office.look("past-day")
    follow(page.get_by_role("link", name="返回今日").first)
    expect(page.get_by_role("note")).to_have_count(0)

    office.goto("/ledger/?as_of=2021-04-01&overdue=true")
    assert number_of(figure(page, SUB_ISSUES, "已销号")) < 28
    with office.refused(400):
        office.goto("/ledger/?as_of=2021-02-30")
        expect(page.get_by_role("alert")).to_contain_text("不是日期")
    office.goto("/")
    split_table(office)
