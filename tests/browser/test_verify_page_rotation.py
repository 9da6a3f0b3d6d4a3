"""Keys of every kind change in mid-handover: the auditor's page says what the program says, that all is well."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser import auditor
from browser.auditor import agreed
from federation import federation
from handover.application.verifier_report import Verdict
from handover.protocol.node_key import KeyUse
from two_nodes import rotation
from two_nodes.stage import TAKEN_UP, Stage


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


def test_evidence_that_was_made_with_changing_keys_is_valid_to_both_verifiers(
    page: Page, tmp_path: Path
) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        stage = Stage(fed, north, south)

        def change() -> None:
            for node in (north, south):
                fed.clock.pass_(1)
                for use in (KeyUse.SIG, KeyUse.LOG, KeyUse.SEAL):
                    node.vault.add_keys(use, begins=fed.clock.now)
                rotation.republish(fed, node)

        sent = stage.offer()
        change()
        stage.settle()
        stage.accept(sent)
        change()
        stage.settle()
        stage.countersign(sent)
        change()
        stage.settle()
        assert stage.outcome(sent) == TAKEN_UP
        matters = (north, sent.matter), (south, stage.at_south(sent).matter)
        bundles = [node.evidence.export(matter, actor=fed.officer(node, "first")) for node, matter in matters]
        assert agreed(page, bundles, fed.repository.pinned()).verdict is Verdict.VALID
