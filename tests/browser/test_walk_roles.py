"""What each role finds: its home, what it may do, and what it does not see."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .pages import follow
from .visitor import PHONE, WIDE

pytestmark = pytest.mark.browser

ACTS = re.compile("^(填报|审核|签批|同意|退回补充|申请销号|申请验收|报告完成|上传佐证材料|更正填报|撤回|重新整改)")


@pytest.mark.soak
def test_an_auditor_reads_everything_and_does_nothing(visit: Visit) -> None:
    auditor = visit("auditor")
    page = auditor.page
    expect(page.get_by_role("main")).to_contain_text("校验码")
    auditor.look("home")
    for address in ("/ledger/?lead_department=road", "/measures/158/", "/sub-issues/47/", "/todo/"):
        auditor.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        main = page.get_by_role("main")
        assert main.get_by_role("button", name=ACTS).count() == 0, address
        assert main.get_by_role("link", name=ACTS).count() == 0, address
    auditor.goto("/measures/158/")
    expect(page.locator("#act")).to_contain_text("巡视监督人员只查看，可开展回头看")
    auditor.look("measure")


@pytest.mark.parametrize(
    ("username", "width"),
    [
        pytest.param("system-admin", PHONE, marks=pytest.mark.soak),
        pytest.param("security-admin", WIDE, marks=pytest.mark.soak),
        pytest.param("audit-admin", PHONE, marks=pytest.mark.soak),
    ],
)
def test_administrators_see_no_business_data(visit: Visit, username: str, width: int) -> None:
    administrator = visit(username, width)
    page = administrator.page
    expect(page.get_by_role("main")).to_contain_text("台账")
    expect(page.get_by_role("link", name="整改台账", exact=True)).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_count(0)
    assert "巡视反馈意见" not in page.locator("body").inner_text()
    administrator.look("home")
    with administrator.refused(403), administrator.refused(404):
        for address in ("/ledger/", "/split-table/", "/measures/158/", "/sub-issues/47/", "/evidence/1/"):
            answer = page.goto(address)
            assert answer is not None and answer.status in (403, 404), address
            assert "公路" not in page.get_by_role("main").inner_text(), address


@pytest.mark.soak
def test_the_secretary_reads_one_sentence(visit: Visit) -> None:
    secretary = visit("leader-secretary", PHONE)
    page = secretary.page
    sentence = page.locator(".headline").first
    expect(sentence).to_have_text(
        re.compile(r"^具体问题36条，已销号\d+条，.*；整改措施116条，.*逾期3条，.*；较上周新增销号.*条。$")
    )
    secretary.look("home")
    overdue = page.get_by_role("table").get_by_role("link").filter(has_text=re.compile(r"^[1-9]\d*$")).first
    number = int(overdue.inner_text())
    follow(overdue)
    expect(page.locator("tr.level-4")).to_have_count(number)
