"""Every role on every page, in both languages, light and dark, with all of axe's rules; each page at both widths."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .visitor import PHONE, WIDE, Visitor, violations

pytestmark = [pytest.mark.browser, pytest.mark.soak]

BUSINESS = ("liaison-road", "head-road", "office", "leader-vp_road", "leader-secretary", "auditor")
ADMINISTRATORS = ("system-admin", "security-admin", "audit-admin")
LANGUAGES = {"zh-Hans": "zh-hans", "en": "en"}
PAGES = (
    "/",
    "/todo/?tab=to-sign",
    "/todo/?tab=returned",
    "/todo/?tab=asked",
    "/ledger/",
    "/ledger/?ordering=-due_on",
    "/ledger/?search=没有这样的词",
    "/ledger/?as_of=2021-09-01&known_at=2021-09-05&status=in_progress",
    "/split-table/",
    "/round/",
    "/round/wall/",
    "/round/wall/full/",
    "/round/reporting/",
    "/round/departments/",
    "/round/leaders/",
    "/round/changes/",
    "/rounds/",
)
MEASURE_STATES = ("not_started", "in_progress", "in_review", "closed")
SUB_ISSUE_STATES = ("rectifying", "closed")
SECONDS_EACH = 40
EVERYBODY = (*BUSINESS, *ADMINISTRATORS)


def walks() -> list[tuple[str, str, int]]:
    """Everybody in both languages, once at each width; or as many as SOAK_SECONDS are enough for, everybody first."""
    turns = []
    for turn in range(2):
        for nth, username in enumerate(EVERYBODY):
            turns.append((username, list(LANGUAGES)[(nth + turn) % 2], (WIDE, PHONE)[(nth // 2 + turn) % 2]))
    seconds = os.environ.get("SOAK_SECONDS")
    return turns[: max(1, int(seconds) // SECONDS_EACH)] if seconds else turns


@pytest.fixture
def swapped() -> bool:
    """These walks say themselves how wide the window is."""
    return False


def first_address(visitor: Visitor, query: str, kind: str) -> str:
    """The first measure or sub-issue of a ledger that is narrowed down; empty where there is none."""
    found = re.search(rf"/{kind}/\d+/", visitor.page.request.get(f"/ledger/?{query}").text())
    return found.group() if found else ""


def addresses(visitor: Visitor) -> Iterator[str]:
    """Every page that the person has."""
    yield from PAGES
    for state in MEASURE_STATES:
        yield first_address(visitor, f"status={state}", "measures")
        yield first_address(visitor, f"status={state}&lead_department=road", "measures")
    for state in SUB_ISSUE_STATES:
        yield first_address(visitor, f"sub_issue_status={state}&lead_department=road", "sub-issues")
    report = first_address(visitor, "status=in_progress&lead_department=road", "measures")
    if visitor.name in ("liaison-road", "head-road"):
        yield f"{report}report/"


def look_in_both_lights(visitor: Visitor) -> None:
    """Looks at a page as it stands, and at its contrasts in the dark and in the light where there is time for it."""
    visitor.look("page")
    if "SOAK_SECONDS" in os.environ:
        return
    for light in ("dark", "light"):
        visitor.page.emulate_media(color_scheme=light)
        found = violations(visitor.page, only="color-contrast")
        assert not found, "\n".join([f"{visitor.address} at {visitor.width} px, {light}:", *found])


def look_around(visitor: Visitor, address: str) -> None:
    """Looks at a page, and at every form and folder that it leads to; at the page alone where time is short."""
    visitor.goto(address)
    expect(visitor.page.get_by_role("heading", level=1).first).to_be_attached()
    look_in_both_lights(visitor)
    if "SOAK_SECONDS" in os.environ:
        return
    if re.match(r"/(measures|sub-issues)/\d+/$", address):
        links = visitor.page.locator("#act a[href*='act=']").all()
    else:
        links = visitor.page.locator("a[href^='/todo/measure/'], a[href^='/todo/sub-issue/']").all()
    for further in sorted({link.get_attribute("href") or "" for link in links}):
        visitor.goto(further)
        look_in_both_lights(visitor)


@pytest.mark.parametrize(("username", "language", "window"), walks())
def test_every_page(visit: Visit, username: str, language: str, window: int) -> None:
    visitor = visit(username, window)
    cookie = {"name": "django_language", "value": LANGUAGES[language], "url": visitor.site.url}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    if username in ADMINISTRATORS:
        look_around(visitor, "/")
        with visitor.refused(403), visitor.refused(404):
            look_around(visitor, "/ledger/")
            look_around(visitor, "/no-such-page/")
        return
    for address in filter(None, dict.fromkeys(addresses(visitor))):
        look_around(visitor, address)
    assert visitor.page.locator("html").get_attribute("lang") == language.lower()
