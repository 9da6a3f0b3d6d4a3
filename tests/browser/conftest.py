"""One Chromium for all tests of a run; each test has a context of its own: no cookie outlives it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; where there is none the test is skipped, and where CI=true that is a failure."""
    executable = chromium.path()
    if executable is None:
        pytest.skip("no Chromium: set HANDOVER_CHROMIUM or install chromium")
    with chromium.started(executable) as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile in which scripts, cookies and storage begin empty."""
    found = browser.new_context(locale="en-GB", timezone_id="UTC")
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page of that profile."""
    return context.new_page()
