"""Every page that officers see; looked at in each language by two files of tests, which run beside one another."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser.people import Cast, cast, consented, matter, offered, read
from handover.pages.languages import LANGUAGES

HERE = LANGUAGES[::2]
THERE = LANGUAGES[1::2]


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[tuple[Cast, list[str], list[str]]]:
    """Two nodes with an offer under way; the addresses of the pages at both."""
    with cast(tmp_path_factory.mktemp("pages"), browser, "en") as found:
        first, second = found.athens
        receiver, _ = found.hamburg
        address = matter(first, "ATH-1")
        consented(first, address)
        first.go(address)
        ground = first.page.locator('a[href*="/grounds/"]').first.get_attribute("href") or ""
        sent = offered(first, second, address)
        taken = read(receiver)
        id_ = address.rpartition("/")[2]
        sections = [
            f"{address}/record/{each}" for each in ("identity", "guardianship", "family", "travel", "plan")
        ]
        audit = f"/office/audit/matters/{id_}"
        own = [
            "/office/work", "/office/rounds", "/office/matters", "/office/matters/new", address, f"{address}/record",
            *sections, f"{address}/files", f"{address}/import", f"{address}/consent", ground, f"{address}/offer",
            sent, f"{sent}/leaves", "/office/authorities", "/office/account", "/office/account/passkey",
            "/office/account/password", "/office/help", "/office/sign-out", "/office/nothing", "/office/audit",
            "/office/audit/access", "/office/audit/reconciliation", "/office/audit/witnesses", audit,
            f"{audit}/evidence", f"{audit}/compare/files", "/office/operate", "/office/operate/alarms",
            "/office/operate/backups", "/office/operate/queue", "/office/operate/staff",
            "/office/retention", f"{address}/retention", "/office/statistics",
        ]  # fmt: skip
        yield found, own, [taken, f"{taken}/open"]


def look(people: tuple[Cast, list[str], list[str]], language: str) -> None:
    """Open every page on a narrow screen: nothing that axe finds, nothing wider than a narrow telephone."""
    found, own, theirs = people
    for person, paths in ((found.athens[0], own), (found.hamburg[0], theirs)):
        person.language = language
        person.checked.clear()
        person.page.set_viewport_size({"width": 320, "height": 800})
        for path in paths:
            person.go(f"{path}?language={language}")
            assert person.page.locator("h1").count() == 1, path
