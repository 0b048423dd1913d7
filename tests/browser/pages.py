"""What the walks do on pages, in the words that stand there."""

import re

from playwright.sync_api import Locator, Page, expect


def follow(link: Locator) -> None:
    """Presses what leads to another page, and waits for that page."""
    with link.page.expect_navigation():
        link.click()


def act(page: Page, name: str) -> None:
    """Opens the form of an act on the page of a measure or a sub-issue."""
    page.locator("#act").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("#act").get_by_role("heading", name=name)).to_be_visible()


def send(page: Page, name: str) -> None:
    """Sends the form of an act that is open."""
    page.locator("#act").get_by_role("button", name=name, exact=True).click()


def told(page: Page, words: str) -> None:
    """Waits for the message that says what was done."""
    expect(page.locator("#messages")).to_contain_text(words)


def row_of(page: Page, number: str) -> Locator:
    """The row of a measure in the list of a department's home."""
    return page.locator("tr[data-measure]").filter(has=page.get_by_role("rowheader", name=number, exact=True))


def figure(page: Page, line: str, name: str) -> Locator:
    """A figure above the ledger: a link to its rows."""
    return page.get_by_role("list", name=line, exact=True).get_by_role("link", name=re.compile(rf"^\d+ {name}"))


def number_of(found: Locator) -> int:
    """The number that a figure shows."""
    return int(found.inner_text().split()[0])
