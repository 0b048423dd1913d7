"""A browser, a site to visit with it, and people to visit it."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.settings import RUN_DIR, WORKER

from .site import Site, opened
from .visitor import OTHER, SECONDS, WIDE, Visitor, Windows

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
    with opened(RUN_DIR, WORKER) as site:
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


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.soak)], ids=["usual", "swapped"])
def swapped(request: pytest.FixtureRequest) -> bool:
    """Whether those who would sit at an office screen have a phone, and the other way round."""
    return request.param


@pytest.fixture
def visit(windows: Windows, site: Site, swapped: bool) -> Iterator[Visit]:
    """Opens a window: `visit("office", PHONE)` signs somebody in, `visit()` nobody. Watched until the test ends."""
    visitors: list[Visitor] = []

    def open_window(username: str = "", width: int = WIDE) -> Visitor:
        visitor = Visitor(windows, site, OTHER[width] if swapped else width)
        visitors.append(visitor)
        return visitor.sign_in(username) if username else visitor

    yield open_window
    for visitor in visitors:
        visitor.leave()
