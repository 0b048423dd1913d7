"""A person at a browser window, and what no page may do while that person is there."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, WebError, expect

from .site import Site, password_of

WIDE, PHONE = 1440, 360
HEIGHTS = {WIDE: 900, PHONE: 740}
OTHER = {WIDE: PHONE, PHONE: WIDE}
SECONDS = 10
# Where screenshots go, for whoever wants to see what the tests saw.
SHOTS = os.environ.get("BROWSER_SHOTS", "")
# A file of the site: a page of another origin, an empty one too, would cost a new process on the way back.
RESTING_PLACE = "/static/css/tokens.css"
AXE = Axe()


@dataclass(frozen=True)
class Window:
    """A browser window with a profile of its own."""

    page: Page
    width: int


@dataclass
class Windows:
    """The windows of a browser. To open one takes longer than most walks, so one that was left is used again, emptied.

    Args:
        free: those that nobody uses now.
    """

    browser: Browser
    free: list[Window] = field(default_factory=list)

    def take(self, width: int, url: str) -> Window:
        for window in self.free:
            if window.width == width:
                self.free.remove(window)
                return window
        phone = width < 600
        context = self.browser.new_context(
            base_url=url,
            viewport={"width": width, "height": HEIGHTS[width]},
            is_mobile=phone,
            has_touch=phone,
            locale="zh-CN",
            reduced_motion="reduce",
        )
        context.set_default_timeout(SECONDS * 1000)
        return Window(context.new_page(), width)

    def give_back(self, window: Window) -> None:
        """Empties a window: nothing that somebody did in it is left."""
        window.page.evaluate("sessionStorage.clear(); localStorage.clear()")
        # Words that were not sent make the browser ask.
        window.page.once("dialog", lambda dialog: dialog.accept())
        window.page.goto(RESTING_PLACE)
        window.page.context.clear_cookies()
        self.free.append(window)


class Visitor:
    """One person with a browser window of their own.

    Everything that happens in the window is watched: errors in the console (a violation of the content security policy
    is one), errors of scripts, requests to another host, answers of 500 and more, and refusals that the test did not
    announce. `faults` has what was seen; `leave` fails the test where there is any.
    """

    def __init__(self, windows: Windows, site: Site, width: int) -> None:
        self.windows, self.site, self.width = windows, site, width
        self.name = "visitor"
        self.faults: list[str] = []
        self._announced: set[int] = set()
        self._looks = 0
        self.window = windows.take(width, site.url)
        self.page = self.window.page
        self._watched = {
            "request": self._on_request,
            "response": self._on_response,
            "console": self._on_console,
            "weberror": self._on_script_error,
        }
        for event, listener in self._watched.items():
            self.page.context.on(event, listener)  # type: ignore[call-overload]

    # ---- what is watched ----

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site.url}/", "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        status = response.status
        if status >= 500 or (status >= 400 and status not in self._announced):
            self.faults.append(f"{status} for {response.request.method} {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Refusals are judged where the answer comes in; the browser and htmx only repeat them.
        repeated = re.search(r"responded with a status of \d+|Response Status Error Code \d+", message.text)
        if message.type in ("error", "warning") and not repeated:
            self.faults.append(f"console: {message.text} ({message.location})")

    def _on_script_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """Inside, answers with this status are what the test wants."""
        self._announced.add(status)
        yield
        self._announced.discard(status)

    def leave(self) -> None:
        """Leaves the window. Fails where a page did what none may do."""
        for event, listener in self._watched.items():
            self.page.context.remove_listener(event, listener)
        if self.faults:
            self.page.context.close()
            raise AssertionError("\n".join([self.name, *self.faults, "", self.site.last_words()]))
        self.windows.give_back(self.window)

    # ---- what a person does ----

    def goto(self, address: str) -> None:
        self.page.goto(address)

    @property
    def address(self) -> str:
        """Path and query of the page in the window."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def sign_in(self, username: str) -> "Visitor":
        """Through the form, as everybody does."""
        self.name = username
        self.goto("/sign-in/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(password_of(username))
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("navigation", name="主导航").first).to_be_attached()
        return self

    # ---- what is looked at ----

    def look(self, name: str = "") -> None:
        """Looks the page over at both widths: nothing scrolls sideways, and axe finds nothing.

        Args:
            name: of the screenshot, where screenshots are wanted.
        """
        self._looks += 1
        self._look(f"{self.name}-{self._looks:02}-{name}")
        self._resize(OTHER[self.width])
        self._look(f"{self.name}-{self._looks:02}-{name}")
        self._resize(self.width)

    def _resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        # The page is laid out anew over the next frames.
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def _look(self, name: str) -> None:
        size = self.page.viewport_size
        assert size is not None
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS, f"{name}-{size['width']}.png"), full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{self.address} is {wide} px wide in a window of {size['width']}"
        # Contrast takes nine tenths of axe's time, and colours are the same at every width. The long walk over all
        # pages (test_soak_pages.py) leaves nothing out.
        found = violations(self.page, without="color-contrast" if size["width"] == PHONE else "")
        assert not found, "\n".join([f"{self.address} at {size['width']} px:", *found])


def violations(page: Page, only: str = "", without: str = "") -> list[str]:
    """What axe finds on the page: by all of its rules, by one alone, or by all but one."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = [only]
    if without:
        options["rules"] = {without: {"enabled": False}}
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:200]} {node['failureSummary'][:300]}"
        for violation in AXE.run(page, options=options).response["violations"]
        for node in violation["nodes"][:5]
    ]
