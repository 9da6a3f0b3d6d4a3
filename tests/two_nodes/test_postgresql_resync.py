"""A node on PostgreSQL that was restored into a new database asks its peer, and knows again who is responsible."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
import postgres
from continuing import RESPONSIBLE
from federation import PASSPHRASE, Federation
from handover.adapters import backup as backups
from handover.adapters import restoring
from handover.adapters.vault import FileVault
from handover.application.facts import Handover
from handover.application.reconciled import Finding
from handover.domain.handover import Claim, State
from handover.node import Node, open_node
from two_nodes.databases import Databases, on_postgresql
from two_nodes.restores import offered
from two_nodes.test_resync import test_many_rounds_come_in_several_answers

__all__ = ["test_many_rounds_come_in_several_answers"]


@pytest.fixture
def pair(tmp_path: Path, postgresql: Databases) -> Iterator[tuple[Federation, Node, Node, Node]]:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg", "fr/lyon") as (fed, nodes):
        athens, hamburg, lyon = nodes
        yield fed, athens, hamburg, lyon


def restored(fed: Federation, old: Node, kept: Path, url: str) -> Node:
    """Put a backup into an empty database, and let the node go on there."""
    old.close()
    settings = old.settings.model_copy(update={"database": url})
    vault = FileVault.open(settings.data / "vault.json", PASSPHRASE)
    restoring.restore(kept, place=settings, vault=vault, clock=fed.clock)
    new = fed.wire.nodes[old.id] = open_node(settings, clock=fed.clock, wire=fed.wire)
    return new


def accepted(fed: Federation, athens: Node, hamburg: Node) -> tuple[Handover, Handover]:
    """Let a round come to its acceptance; give it as both have it."""
    first, second, taking = (
        fed.officer(*each) for each in ((athens, "first"), (athens, "second"), (hamburg, "taking"))
    )
    sent = cases.offer(fed, athens, hamburg.id, first, second)
    fed.settle()
    with hamburg.database.reading() as work:
        got = work.handovers.find(athens.id, [sent.round])[sent.round]
    hamburg.handovers.open(got.id, actor=taking)
    hamburg.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=taking)
    fed.settle()
    return sent, got


def ended(fed: Federation, node: Node, peer: Node, sent: Handover, state: State, claim: Claim) -> None:
    """Assert that nothing is in doubt, where the round stands, and that both have the same messages."""
    with node.database.reading() as work:
        found = work.handovers.find(peer.id, [sent.round])[sent.round]
        assert (found.state, work.doubts.restoration()) == (state, None)
        assert work.matters.get(found.matter).claim is claim
    again = {each.finding for each in node.reconciling(node.wire).reconcile(peer.id).differences}
    assert again <= {Finding.REQUEUED}  # what it has said before it forgot gets its receipt once more
    fed.settle()
    assert node.reconciling(node.wire).reconcile(peer.id).differences == ()


@pytest.fixture
def two(
    tmp_path: Path, postgresql: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Federation, Node, Node]]:
    monkeypatch.setenv("PATH", f"{postgres.programs()}:/usr/bin:/bin")
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        offered(fed, athens, hamburg)
        yield fed, athens, hamburg


def backed_up(fed: Federation, node: Node, folder: Path) -> Path:
    kept, settings = folder / "kept", node.settings
    backups.make(kept, url=settings.url, vault=node.vault, data=settings.data, now=fed.clock.now)
    return kept


def asked(fed: Federation, node: Node) -> None:
    for _ in range(4):
        node.resync.tick()
        fed.settle()
        fed.clock.pass_(1000)
    assert node.database.engine.dialect.name == "postgresql"


@pytest.mark.parametrize("lost", [0, 1], ids=["giver", "taker"])
def test_who_has_forgotten_a_whole_round_knows_again_who_is_responsible(
    two: tuple[Federation, Node, Node], tmp_path: Path, postgresql: Databases, lost: int
) -> None:
    fed, *nodes = two
    kept = backed_up(fed, nodes[lost], tmp_path)
    sent, _ = accepted(fed, *nodes)
    nodes[0].offers.countersign(sent.id, actor=fed.officer(nodes[0], "first"))
    fed.settle()
    fed.clock.pass_(3600)
    nodes[lost] = restored(fed, nodes[lost], kept, postgresql.new())
    asked(fed, nodes[lost])
    ended(fed, nodes[0], nodes[1], sent, State.TRANSFERRED, Claim.NONE)
    ended(fed, nodes[1], nodes[0], sent, State.HOLDING, Claim.HOLDER)


def test_a_deed_that_comes_while_all_is_in_doubt_waits_and_is_taken_up(
    two: tuple[Federation, Node, Node], tmp_path: Path, postgresql: Databases
) -> None:
    fed, athens, hamburg = two
    sent, got = accepted(fed, athens, hamburg)
    hamburg = restored(fed, hamburg, backed_up(fed, hamburg, tmp_path), postgresql.new())
    athens.offers.countersign(sent.id, actor=fed.officer(athens, "first"))
    fed.settle()
    with hamburg.database.reading() as work:
        assert len(work.doubts.waiting(got.matter)) == 1
    asked(fed, hamburg)
    ended(fed, athens, hamburg, sent, State.TRANSFERRED, Claim.NONE)
    ended(fed, hamburg, athens, sent, State.HOLDING, Claim.HOLDER)
