"""A browser, a site to visit with it, and people to visit it."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import expect, sync_playwright

from .site import Site, opened
from .visitor import PHONE, SECONDS, WIDE, Visitor, Windows

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def served() -> Iterator[Site]:
    """The site of this worker."""
    with opened(settings.RUN_DIR, settings.WORKER) as site:
        yield site


@pytest.fixture
def site(served: Site) -> Site:
    """The site with the demonstration as it was prepared: what another test did to it is undone."""
    served.restore()
    return served


# Not for the whole run: as long as it is there, Django takes the thread for an asynchronous one, and refuses the
# database to every other test of this worker.
@pytest.fixture(scope="package")
def windows() -> Iterator[Windows]:
    """One Chromium for the walks, and its windows."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=list(ARGUMENTS))
        yield Windows(chromium)
        chromium.close()


@pytest.fixture(params=[WIDE, PHONE], ids=["1440", "360"])
def width(request: pytest.FixtureRequest) -> int:
    """The width of the windows, an office screen's and a phone's."""
    return request.param


@pytest.fixture
def visit(windows: Windows, site: Site, width: int) -> Iterator[Visit]:
    """Opens a window for a person: `visit("office")` signs in, `visit()` does not. Watched until the test ends."""
    visitors: list[Visitor] = []

    def open_window(username: str = "") -> Visitor:
        visitor = Visitor(windows, site, width)
        visitors.append(visitor)
        return visitor.sign_in(username) if username else visitor

    yield open_window
    for visitor in visitors:
        visitor.leave()
