"""What every test stands on. Where things are kept during a run is decided in tests/settings.py."""

import os

import pytest
from django.conf import settings
from django.db import connection

from rectify.management.commands.compile_translations import compile_translations


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations once, before workers read them."""
    if not hasattr(config, "workerinput"):
        compile_translations(settings.LOCALE_PATHS)


def missing(item: pytest.Item) -> str | None:
    """Say what the test needs and this run has not, if anything."""
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        return "needs PostgreSQL (TEST_DATABASE_URL)"
    if item.get_closest_marker("redis") and not settings.REDIS_URL:
        return "needs Redis (TEST_REDIS_URL)"
    if item.get_closest_marker("browser") and not os.environ.get("CHROMIUM"):
        return "needs Chromium (CHROMIUM)"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here, and leave word in the report of what ran in a browser."""
    for item in items:
        if reason := missing(item):
            item.add_marker(pytest.mark.skip(reason=reason))
        if item.get_closest_marker("browser"):
            item.user_properties.append(("browser", "chromium"))
