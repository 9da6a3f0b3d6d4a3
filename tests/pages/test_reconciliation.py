"""Auditors see with whom all that was said was compared, how far, and each message that one of the two lacks."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from handover.adapters import tables
from handover.adapters.post import to_bytes
from handover.application.facts import Handover, KeptEnvelope, OfficerRole
from handover.application.reconciled import Finding, Reconciled
from handover.domain.errors import UnreachableError
from handover.domain.handover import Act
from handover.domain.ids import HandoverId
from handover.pages.reconciling_words import FINDINGS
from pages.office import Browser, Offices, offices

PATH = "/office/audit/reconciliation"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("reconciliation")) as made:
        yield made


def auditor(stage: Offices) -> Browser:
    return stage.browser(stage.north, "audits", (OfficerRole.AUDITOR,))


def compare(stage: Offices) -> Reconciled:
    node = stage.north.node
    return node.reconciling(node.wire).reconcile(stage.south.node.id)


def lost(stage: Offices, sent: str) -> tuple[Handover, KeptEnvelope]:
    """Take an offer out of the receiver's database, as a broken disk does."""
    with stage.north.node.database.reading() as work:
        handover = work.handovers.get(HandoverId(sent))
        offer = next(each for each in work.envelopes.of_handover(handover.id) if each.act is Act.OFFER)
    with stage.south.node.database.engine.begin() as connection:
        connection.execute(delete(tables.envelope).where(tables.envelope.c.digest == to_bytes(offer.digest)))
    return handover, offer


def test_what_differs_is_shown_with_digest_round_act_and_place(stage: Offices) -> None:
    browser = auditor(stage)
    assert "Nothing was compared yet." in browser.get(PATH)
    sent, _ = stage.offered()
    agreed = compare(stage)
    page = browser.get(PATH)
    assert "Both have the same." in page
    assert f"{agreed.own_size} here, {agreed.peer_size} there" in page
    handover, offer = lost(stage, sent)
    found = compare(stage)
    page = browser.get(PATH)
    assert "now denies that it has it" in page
    for shown in (offer.digest, handover.round, f"/office/audit/matters/{handover.matter}"):
        assert shown in page
    assert str(found.differences[0].index) in page
    assert "Both had the same" in page
    assert "Both have the same." not in page
    stage.fed.wire.down.add(stage.south.node.id)
    compare(stage)
    stage.fed.wire.down.clear()
    page = browser.get(PATH)
    assert "Could not be compared" in page
    assert f"{UnreachableError.title} (" in page, "a problem is said in words"
    assert offer.digest in page, "what was found last stays to be read"


def test_it_is_for_auditors(stage: Offices) -> None:
    assert PATH in auditor(stage).get("/office/audit")
    stage.browser(stage.north, "works", (OfficerRole.CASEWORKER,)).get(PATH, status=403)


def test_every_finding_has_words() -> None:
    assert set(FINDINGS) == set(Finding)
