"""Finds and starts the Chromium that tests of pages are shown in; none is downloaded (docs/decisions/0020)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
# A test's browser talks to nobody but the test.
_FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def path() -> str | None:
    """Give where the browser is: named by HANDOVER_CHROMIUM, else found among the commands."""
    named = os.environ.get("HANDOVER_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def flags(*, as_root: bool) -> list[str]:
    """Give the browser's arguments; its sandbox is given up only where it cannot be had: as root."""
    return [*(("--no-sandbox",) if as_root else ()), *_FLAGS]


@contextmanager
def started(executable: str) -> Iterator[Browser]:
    """Give a headless browser; it ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=flags(as_root=os.geteuid() == 0)
        )
        try:
            yield browser
        finally:
            browser.close()
