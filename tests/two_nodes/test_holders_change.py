"""Who holds the registry changes while a round is open: a lost root key, a country's keys in other hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation import Federation, federation
from handover.adapters.drafts import CeremonyError
from handover.adapters.publication import Publication
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.ids import NodeId
from handover.protocol import registry_metadata as pages
from handover.protocol.registry_metadata import RegistryUntrustedError
from registrar import Holder, holder
from two_nodes.scene import alarms_of
from two_nodes.stage import TAKEN_UP, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Stage(fed, north, south)


def published(fed: Federation, *holders: Holder) -> None:
    """Let *holders* sign what waits, publish it, and let every node refresh from what it pinned at first."""
    press = Publication(fed.repository)
    for each in holders:
        if press.waiting_for(each.key.keyid):
            press.sign(each.signer)
    press.publish(fed.online, now=fed.clock.now)
    assert fed.repository.pending() == ()
    for node in fed.wire.nodes.values():
        fed.refresh(node)


def completed(stage: Stage, pinned: bytes) -> None:
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []
    matters = (stage.north, sent.matter), (stage.south, stage.at_south(sent).matter)
    bundles = [
        node.evidence.export(matter, actor=stage.fed.officer(node, "first")) for node, matter in matters
    ]
    assert verify(bundles, root=pinned).verdict is Verdict.VALID


def test_a_lost_root_key_is_exchanged_by_the_two_that_are_left_and_every_pin_still_counts(
    stage: Stage,
) -> None:
    fed, pinned, now = stage.fed, stage.fed.repository.pinned(), stage.fed.clock.now
    one, two, lost = (holder(name) for name in ("one", "two", "three"))
    new = holder("four")
    sent = stage.offer()
    fed.ceremony.rotate_holders("root", out=[lost.key], into=[new.key], threshold=None, now=now)
    published(fed, one, two, new)
    assert all(node.registry.current(now).root == 2 for node in fed.wire.nodes.values())
    fed.ceremony.renew("root", now=now)
    with pytest.raises(CeremonyError):
        Publication(fed.repository).sign(lost.signer)
    published(fed, two, new)
    assert all(node.registry.current(now).root == 3 for node in fed.wire.nodes.values())
    stage.settle()
    assert stage.at_south(sent).peer == stage.north.id
    completed(stage, pinned)


def test_keys_of_a_country_that_are_in_other_hands_sign_nothing_after_the_exchange(stage: Stage) -> None:
    fed, pinned, now = stage.fed, stage.fed.repository.pinned(), stage.fed.clock.now
    former = [holder(name) for name in ("one", "two", "three")]
    new = [holder(name) for name in ("petra", "yanis")]
    sent = stage.offer()
    fed.ceremony.rotate_holders(
        "gr", out=[each.key for each in former], into=[each.key for each in new], threshold=2, now=now
    )
    published(fed, *former, *new)
    stage.settle()
    assert stage.at_south(sent).peer == stage.north.id
    fed.ceremony.suspend(NodeId("gr/athens"), now=now)
    with pytest.raises(CeremonyError):
        Publication(fed.repository).sign(former[0].signer)
    metadata = fed.repository.published()
    top, page = pages.load_targets(metadata.targets), pages.load_country(metadata.roles["gr"], "gr")
    pages.check_signed(top.signed, "gr", page)
    page.signatures.clear()
    for each in former:
        page.sign(each.signer, append=True)
    with pytest.raises(RegistryUntrustedError):
        pages.check_signed(top.signed, "gr", page)
    fed.ceremony.lift(NodeId("gr/athens"), now=now)
    published(fed, *new)
    completed(stage, pinned)
