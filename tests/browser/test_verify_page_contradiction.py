"""The auditor's page says of every published file against a log what the program says, and in words that stand out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from application.test_contradiction_vectors import CASES, file_of, root_of
from browser import auditor
from contradicting import NAMES, stolen
from paper import paper


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


@pytest.mark.parametrize("name", CASES)
def test_the_page_says_what_the_program_says(page: Page, name: str) -> None:
    auditor.agreed(page, [file_of(name)], root_of(name))


@pytest.mark.parametrize("witnesses", [0, 1, 2])
def test_a_stolen_key_proves_what_it_does_in_the_program(page: Page, tmp_path: Path, witnesses: int) -> None:
    world = paper(tmp_path, *NAMES)
    auditor.agreed(page, [stolen(world, witnesses)], world.root)


def test_whoever_reads_the_page_sees_first_what_is_proved(page: Page) -> None:
    auditor.give(page, ("athens.handover", file_of("two-trees")), ("root.json", root_of("two-trees") or b""))
    page.locator("#verdict h2").wait_for()
    first = page.locator("#report section").first
    assert first.locator("h2").inner_text() == "Proved (1)"
    assert "(gr/athens) signed two different logs of 7 entries" in first.inner_text()
    page.select_option("#language", "fr")
    assert "signed two" not in page.locator("#report section").first.inner_text()
