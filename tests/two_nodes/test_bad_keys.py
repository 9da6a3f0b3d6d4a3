"""Bad input, part nine: keys that were retired or stolen, members that were suspended or lack a mandate, old nodes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import cases
from federation import federation
from handover.application.registry import (
    MandateMissingError,
    NodeSuspendedError,
    RegistryStaleError,
)
from handover.domain.handover import Act, State
from handover.domain.ids import NodeId
from handover.protocol import strict
from peer import Peer, deliver
from two_nodes import rotation
from two_nodes.scene import Scene, log_size
from two_nodes.scene import scene as staged


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Each of these tests changes the registry, so each has its own."""
    with staged(tmp_path) as made:
        yield made


def test_a_stolen_key_signs_nothing_any_more_and_who_uses_it_is_on_record(scene: Scene) -> None:
    bound, acceptance = scene.bound()
    thief = scene.peer.signer
    rotation.compromise(scene.fed, scene.peer.own, thief.kid)
    scene.refused(scene.peer.round().offer(), "key-compromised")
    scene.refused(bound.deed(acceptance, counts=False), "key-compromised")
    scene.refused(bound.void(counts=False), "key-compromised")
    assert scene.state(bound) is State.BOUND


def test_no_part_of_an_offer_may_be_signed_with_a_stolen_key(scene: Scene) -> None:
    old = scene.peer.signer
    scene.peer.own = rotation.new_signing_key(scene.fed, scene.peer.own)
    rotation.compromise(scene.fed, scene.peer.own, old.kid)
    round_ = scene.peer.round()
    scene.refused(round_.offer(issued=round_.issued(signer=old), counts=False), "key-compromised")
    scene.refused(round_.offer(token=round_.token(signer=old), counts=False), "key-compromised")
    scene.taken(round_.offer())


def test_a_retired_key_signs_no_envelope_and_its_records_still_count(scene: Scene) -> None:
    old, before = scene.peer.signer, scene.peer.round()
    late = before.offer()
    scene.peer.own = rotation.new_signing_key(scene.fed, scene.peer.own)
    scene.refused(late, "key-not-usable")
    round_ = scene.peer.round()
    scene.taken(round_.offer(issued=round_.issued(signer=old), token=round_.token(signer=old)))
    assert scene.state(round_) is State.PENDING


def test_a_key_signs_nothing_after_its_time(scene: Scene) -> None:
    entry = scene.peer.own.registry.entry(scene.peer.own.id, scene.peer.now)
    [key] = [each for each in entry.keys if each.kid == scene.peer.signer.kid]
    void = scene.peer.round().void()
    scene.fed.clock.now = key.expires + 3600
    [problem] = deliver(scene.node, void).results
    assert getattr(problem, "name", "") == "key-not-usable"


def test_a_suspended_member_makes_no_offer_and_closes_what_is_open(scene: Scene) -> None:
    bound, acceptance = scene.bound()
    pending = scene.pending()
    rotation.suspend(scene.fed, scene.peer.own)
    scene.refused(scene.peer.round().offer(), "node-suspended")
    scene.taken(pending.void())
    scene.taken(bound.deed(acceptance))
    assert (scene.state(pending), scene.state(bound)) == (State.CLOSED, State.HOLDING)


def test_a_suspended_member_is_offered_nothing_and_gets_no_deed(scene: Scene) -> None:
    accepted, offered = scene.accepted(), scene.offered()
    rotation.suspend(scene.fed, scene.peer.own)
    with pytest.raises(NodeSuspendedError):
        scene.offered()
    found, first = scene.find(accepted), scene.fed.officer(scene.node, "first")
    assert found is not None
    with pytest.raises(NodeSuspendedError):
        scene.node.offers.countersign(found.id, actor=first)
    scene.taken(offered.say(Act.ACCEPTANCE, re=scene.said_digest(offered, Act.OFFER)))
    assert (scene.state(accepted), scene.state(offered)) == (State.ACCEPTED, State.ACCEPTED)
    scene.node.offers.withdraw(found.id, actor=first)
    scene.taken(accepted.say(Act.VOID_RECEIPT, re=scene.said_digest(accepted, Act.VOID)))
    assert scene.state(accepted) is State.VOIDED


def test_an_offer_that_has_not_left_waits_while_its_recipient_is_suspended(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        cases.offer(fed, athens, hamburg.id, fed.officer(athens, "first"), fed.officer(athens, "second"))
        rotation.suspend(fed, hamburg)
        fed.settle()
        assert fed.wire.posted == []
        with athens.database.reading() as work:
            [waiting] = work.queue.list()
        assert (waiting.problem, waiting.due > fed.clock.now) == ("node-suspended", True)
        fed.ceremony.lift(hamburg.id, now=fed.clock.now)
        fed.publish()
        fed.clock.pass_(900)
        fed.settle()
        with hamburg.database.reading() as work:
            assert [each.state for each in work.handovers.page(after="", limit=9)] == [State.PENDING]


def test_an_offer_that_has_arrived_is_said_again_to_whom_is_suspended_now(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        cases.offer(fed, athens, hamburg.id, fed.officer(athens, "first"), fed.officer(athens, "second"))
        fed.settle()
        rotation.suspend(fed, hamburg)
        before = len(fed.wire.posted)
        fed.clock.pass_(900)
        fed.settle()
        assert len(fed.wire.posted) > before
        with athens.database.reading() as work:
            assert [each.problem for each in work.queue.list()] == [None]


def test_this_node_offers_nothing_while_it_is_suspended_itself(scene: Scene) -> None:
    rotation.suspend(scene.fed, scene.node)
    with pytest.raises(NodeSuspendedError):
        scene.offered()


def test_this_node_takes_no_offer_while_it_is_suspended_itself(scene: Scene) -> None:
    bound, acceptance = scene.bound()
    rotation.suspend(scene.fed, scene.node)
    problem = deliver(scene.node, scene.peer.round().offer()).results[0]
    assert getattr(problem, "name", "") == "node-suspended"
    scene.taken(bound.deed(acceptance))
    assert scene.state(bound) is State.HOLDING


def test_both_sides_of_an_offer_need_the_mandate(tmp_path: Path) -> None:
    with federation(tmp_path, "de/hamburg") as (fed, [hamburg]):
        tracer = fed.add("fr/tracing", mandates=("family-tracing",))
        audit = fed.add("fr/ombud", mandates=("audit",))
        lyon = fed.add("fr/lyon")
        scene = Scene(fed, hamburg, Peer(tracer, hamburg), Peer(lyon, hamburg))
        scene.neighbour.round()
        scene.taken(scene.neighbour.round().offer())
        deliver(hamburg, scene.peer.round().offer())
        scene.refused(scene.peer.round().offer(), "mandate-missing")
        for node in (tracer, audit):
            problem = deliver(node, Peer(lyon, node).round().offer()).results[0]
            assert getattr(problem, "name", "") == "mandate-missing"
        first, second = fed.officer(hamburg, "first"), fed.officer(hamburg, "second")
        for node in (tracer, audit):
            with pytest.raises(MandateMissingError):
                cases.offer(fed, hamburg, node.id, first, second)


def test_what_comes_from_before_a_restore_is_fenced_off(scene: Scene) -> None:
    old, new = scene.peer.round(), scene.peer.round()
    late = old.offer()
    scene.refused(new.offer(incarnation=7, record=strict.digest(b"another"), counts=False), "mismatch")
    scene.taken(scene.peer.round().offer())  # what was refused has raised no fence
    scene.taken(new.offer(incarnation=2))
    scene.refused(late, "stale-incarnation")
    scene.refused(new.void(counts=False), "stale-incarnation")
    scene.taken(new.void(incarnation=2))
    scene.taken(scene.neighbour.round().offer())  # each peer has a fence of its own


def test_a_known_envelope_of_before_a_restore_is_not_answered_any_more(scene: Scene) -> None:
    old = scene.pending()
    scene.taken(scene.peer.round().offer(incarnation=2))
    scene.refused(old.said[Act.OFFER], "stale-incarnation")


def test_an_old_registry_holds_offers_and_deeds_and_nothing_else(scene: Scene) -> None:
    accepted, pending = scene.accepted(), scene.pending()
    scene.fed.clock.pass_(2 * 86400)
    with pytest.raises(RegistryStaleError):
        scene.offered()
    found = scene.find(accepted)
    assert found is not None
    with pytest.raises(RegistryStaleError):
        scene.node.offers.countersign(found.id, actor=scene.fed.officer(scene.node, "first"))
    scene.taken(scene.peer.round().offer())
    scene.taken(pending.void())
    scene.node.offers.withdraw(found.id, actor=scene.fed.officer(scene.node, "first"))


def test_a_stranger_cannot_make_the_log_grow(scene: Scene) -> None:
    size = log_size(scene.node)
    item = scene.peer.round().offer(iss=NodeId("zz/nowhere"))
    for _ in range(3):
        deliver(scene.node, *[replace(item, payload=b"x" * 1000)] * 64)
    assert log_size(scene.node) == size
    assert scene.node.inbox.tally.strangers == 3 * 64
