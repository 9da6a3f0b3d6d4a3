"""Evidence of a node that was restored: program and page find nothing wrong in its new log and in the old receipts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser import auditor
from handover.adapters import backup as backups
from stories import Story, story
from two_nodes import rotation
from two_nodes.restores import restore
from two_nodes.test_resync_chain import back, kept


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Story]:
    with story(tmp_path, "gr/athens", "de/hamburg") as found:
        yield found


def test_before_and_after_a_restore(page: Page, told: Story, tmp_path: Path) -> None:
    athens, hamburg = told.nodes
    before = told.matter(athens).id
    taken = told.hand_over(athens, hamburg, before)
    path, settings = tmp_path / "one.backup", athens.settings
    backups.make(path, url=settings.url, vault=athens.vault, data=settings.data, now=told.fed.clock.now)
    athens.close()
    restore(athens, path, told.fed.clock)
    athens = told.fed.reopen("gr/athens")
    told.fed.clock.pass_(3600)
    after = told.matter(athens).id
    taken_after = told.hand_over(athens, hamburg, after)

    for files in (
        [told.export(athens, before)],
        [told.export(hamburg, taken)],
        [told.export(athens, before), told.export(hamburg, taken)],
        [told.export(athens, after), told.export(hamburg, taken_after)],
    ):
        report = auditor.agreed(page, files, told.root)
        assert report.verdict == "valid", [finding.text for finding in report.findings]


def test_what_a_restored_node_was_given_back_after_the_term_of_a_key(
    page: Page, told: Story, tmp_path: Path
) -> None:
    athens, hamburg = told.nodes
    kept(told, tmp_path, "before")
    told.hand_over(athens, hamburg, told.matter(athens).id)
    old = athens.vault.signer.kid
    rotation.new_signing_key(told.fed, athens, retire=False)
    rotation.end(told.fed, athens, old, at=told.fed.clock.now + 60)
    hamburg = back(told, tmp_path, "de/hamburg", "before")
    with hamburg.database.reading() as work:
        [there] = [each.id for each in work.matters.page(after="", limit=9)]
    report = auditor.agreed(page, [told.export(hamburg, there)], told.root)
    assert report.verdict == "incomplete", [finding.text for finding in report.findings]
