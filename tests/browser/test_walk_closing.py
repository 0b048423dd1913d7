"""From a report to closed, by everybody whose part it is; a return and a recall on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.sending import PDF

from .conftest import Visit
from .pages import act, figure, number_of, row_of, send, told
from .visitor import PHONE, Visitor

pytestmark = pytest.mark.browser

MEASURE = "11-2"
CLOSED = "已销号"
# The figures are those of the whole round, whatever the rows below them are narrowed to.
FIGURES = "/ledger/?overdue=true"


def closed_measures(office: Visitor) -> int:
    """How many measures the office's ledger says are closed."""
    office.goto(FIGURES)
    return number_of(figure(office.page, "整改措施", CLOSED))


def report_in_place(liaison: Visitor) -> str:
    """Reports in the list of the home. Returns the address of the measure's page."""
    page = liaison.page
    row = row_of(page, MEASURE)
    expect(row).to_contain_text("正在整改")
    row.get_by_role("link", name="填报").click()
    form = page.locator("tr[data-report] form")
    form.get_by_label("进度").fill("98")
    form.get_by_label("已开展工作").fill("召开现场推进会，完成施工图审查。")
    form.get_by_label("下一步工作").fill("组织验收。")
    liaison.look("report-in-place")
    form.get_by_role("button", name="报送").click()
    expect(page.get_by_text(f"措施{MEASURE}的进展已保存")).to_be_visible()
    expect(row).to_contain_text("98%")
    expect(row).to_contain_text("召开现场推进会，完成施工图审查。")
    return row.get_by_role("link").first.get_attribute("href") or ""


def request_closure(page: Page, note: str) -> None:
    act(page, "申请销号")
    page.get_by_label("完成情况说明").fill(note)
    send(page, "申请销号")


def upload(page: Page, name: str) -> None:
    act(page, "上传佐证材料")
    form = page.locator("#act form")
    form.get_by_label("佐证材料").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": PDF})
    form.get_by_label("标题").fill("施工图审查意见")
    form.get_by_label("材料类型").select_option(label="文件")
    send(page, "上传")
    told(page, "已上传1个文件")


def agree(signer: Visitor) -> None:
    """Signs, from the home by way of the list of what is to do."""
    page = signer.page
    page.get_by_role("link", name="待办").filter(visible=True).first.click()
    page.get_by_role("link", name=re.compile(rf"^{MEASURE} ")).click()
    expect(page.get_by_role("link", name="施工图审查意见", exact=True)).to_be_visible()
    if signer.name == "leader-vp_road":
        signer.look("to-sign")
    page.get_by_role("button", name="同意").click()
    told(page, f"您已同意{MEASURE}")


def send_back(office: Visitor, number: str, words: str) -> None:
    """Returns a request, which takes a reason."""
    page = office.page
    page.get_by_role("link", name=re.compile(f"^{number} ")).click()
    page.locator("summary").filter(has_text="退回补充").click()
    with office.refused(400):
        page.get_by_role("button", name="退回补充").click()
        expect(page.get_by_role("alert")).to_contain_text("理由")
    office.look("return-without-reason")
    page.get_by_label("佐证材料不完整，请补充。").check()
    page.get_by_label("补充说明").fill(words)
    page.get_by_role("button", name="退回补充").click()
    told(page, f"{number}已退回补充")


@pytest.mark.soak
def test_from_the_report_to_closed(visit: Visit) -> None:
    liaison, office = visit("liaison-road"), visit("office")
    before = closed_measures(office)
    in_progress = number_of(figure(office.page, "整改措施", "正在整改"))
    address = report_in_place(liaison)

    page = liaison.page
    liaison.goto(address)
    timeline = page.get_by_role("listitem").filter(has_text="填报进展，完成98%")
    expect(timeline.first).to_contain_text("召开现场推进会，完成施工图审查。")
    liaison.look("measure")

    act(page, "报告完成")
    page.get_by_label("完成情况说明").fill("施工图设计已完成并通过审查。")
    send(page, "报告完成")
    told(page, f"{MEASURE}已报告完成")
    office.goto(FIGURES)
    assert number_of(figure(office.page, "整改措施", "正在整改")) == in_progress - 1
    assert number_of(figure(office.page, "整改措施", "已完成待销号")) == 1

    with liaison.refused(400):
        request_closure(page, "请予销号。")
        expect(page.locator("#act").get_by_role("alert")).to_contain_text("尚无佐证材料，请至少上传一份。")
    liaison.look("request-without-evidence")
    upload(page, "审查意见.pdf")
    request_closure(page, "请予销号。")
    told(page, f"已申请销号{MEASURE}")
    expect(page.get_by_text("待公路处负责人审核").first).to_be_visible()

    head = visit("head-road", PHONE)
    expect(head.page.get_by_role("heading", level=1)).to_have_text("公路处整改进展")
    agree(head)
    office.goto("/")
    office.look("home")
    agree(office)
    leader = visit("leader-vp_road", PHONE)
    expect(leader.page.get_by_role("heading", name="待我签批")).to_be_visible()
    leader.look("home")
    agree(leader)
    leader.goto(address)
    expect(leader.page.get_by_text(CLOSED, exact=True).first).to_be_visible()
    assert closed_measures(office) == before + 1


@pytest.mark.soak
def test_returned_with_a_reason_and_recalled(visit: Visit) -> None:
    """What came back is seen with its reason; asked for again, recalled, asked for again, and returned once more."""
    liaison = visit("liaison-road", PHONE)
    page = liaison.page
    back = page.locator("section").filter(has=page.get_by_role("heading", name="退回补充")).get_by_role("listitem")
    expect(back.first).to_contain_text("佐证材料不完整")
    number = back.first.get_by_role("link").first.inner_text().split()[0]
    back.first.get_by_role("link").first.click()
    expect(page.get_by_text("已退回公路处补充")).to_be_visible()

    # It opens with what was asked before and why that came back.
    expect(page.locator("#act")).to_contain_text("佐证材料不完整")
    page.get_by_label("完成情况说明").fill("已补充会议纪要和印发文件，请予销号。")
    send(page, "申请销号")
    told(page, f"已申请销号{number}")
    act(page, "撤回")
    send(page, "撤回申请")
    told(page, f"{number}的申请已撤回")
    request_closure(page, "已补充会议纪要和印发文件，再次申请销号。")
    told(page, f"已申请销号{number}")
    address = liaison.address

    head = visit("head-road")
    head.goto(address)
    send(head.page, "同意")
    told(head.page, f"您已同意{number}")
    liaison.goto(address)
    expect(page.locator("#act")).to_contain_text("已有人审核，不能再撤回。")
    expect(page.locator("#act").get_by_role("link", name="撤回")).to_have_count(0)

    send_back(visit("office", PHONE), number, "缺少项目库审批文件。")
    liaison.goto("/")
    expect(back.filter(has_text=number)).to_contain_text("缺少项目库审批文件。")
    liaison.goto("/todo/?tab=returned")
    line = page.get_by_role("listitem").filter(has_text="缺少项目库审批文件。")
    expect(line).to_contain_text("整改办")
    liaison.look("returned")
    line.get_by_role("link", name="修改").click()
    expect(page.locator("#act")).to_contain_text("缺少项目库审批文件。")
    expect(page.get_by_label("完成情况说明")).to_have_value("已补充会议纪要和印发文件，再次申请销号。")
