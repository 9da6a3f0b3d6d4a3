"""An act is said anew where its bytes no longer serve: keys change while messages are under way; nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from federation import federation
from handover.adapters.doubt_tables import restoration
from handover.application.facts import Delivery
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, Claim, State
from handover.protocol import envelope as envelopes
from handover.protocol import strict
from handover.protocol.node_key import KeyUse
from two_nodes import rotation
from two_nodes.scene import alarms_of
from two_nodes.stage import TAKEN_UP, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Stage(fed, north, south)


def says_the_same(first: envelopes.Envelope, second: envelopes.Envelope) -> bool:
    """Tell whether two envelopes differ in what belongs to their bytes alone."""
    assert first.payload is not None
    assert second.payload is not None
    names = ("jti", "iat", "incarnation", "seq", "prev", "replaces", "log", "payload")
    of_bytes = {name: getattr(first, name) for name in names}
    return replace(second, **of_bytes) == first and first.payload.commit == second.payload.commit


def test_an_offer_is_sealed_again_when_the_receivers_key_is_gone(stage: Stage) -> None:
    sent = stage.offer()
    rotation.new_sealing_key(stage.fed, stage.south)
    stage.settle()
    assert stage.at_south(sent).state is State.PENDING
    old, new = stage.said(stage.north, sent, Act.OFFER)
    assert says_the_same(old, new)
    assert (new.seq, new.replaces) == (old.seq + 1, new.prev)
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []


def test_what_waits_for_a_newer_registry_is_not_given_up(stage: Stage) -> None:
    """The receiver's key is gone, and the sender does not know the next one yet."""
    sent = stage.offer()
    stage.fed.clock.pass_(1)
    [newest] = stage.south.vault.add_keys(KeyUse.SEAL, begins=stage.fed.clock.now)
    [key] = [each for each in stage.south.vault.secrets() if each.kid == newest]
    stage.south.vault.destroy_sealing_keys(before=key.expires)
    stage.settle()
    with stage.north.database.reading() as work:
        [queued] = work.queue.of_handover(sent.id).values()
    assert (queued.delivery, queued.problem, queued.due > 0) == (Delivery.REFUSED, "sealing-key-gone", True)
    rotation.republish(stage.fed, stage.south)
    stage.settle()
    assert stage.at_south(sent).state is State.PENDING


@pytest.mark.parametrize("at", ["offer", "acceptance", "deed"])
def test_each_act_survives_a_new_sealing_key_of_the_other_side(stage: Stage, at: str) -> None:
    sent = stage.offer()
    if at == "offer":
        rotation.new_sealing_key(stage.fed, stage.south)
    stage.settle()
    stage.accept(sent)
    if at == "acceptance":
        rotation.new_sealing_key(stage.fed, stage.north)
    stage.settle()
    stage.countersign(sent)
    if at == "deed":
        rotation.new_sealing_key(stage.fed, stage.south)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []


@pytest.mark.parametrize("at", ["offer", "acceptance", "deed"])
def test_each_act_survives_a_new_signing_key_of_its_own_side(stage: Stage, at: str) -> None:
    sent = stage.offer()
    if at == "offer":
        stage.north = rotation.new_signing_key(stage.fed, stage.north)
    stage.settle()
    stage.accept(sent)
    if at == "acceptance":
        stage.south = rotation.new_signing_key(stage.fed, stage.south)
    stage.settle()
    stage.countersign(sent)
    if at == "deed":
        stage.north = rotation.new_signing_key(stage.fed, stage.north)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []
    with stage.north.database.reading() as one, stage.south.database.reading() as two:
        chains = one.matters.get(sent.matter).chain, two.matters.get(stage.at_south(sent).matter).chain
    assert chains[0] == chains[1]
    assert len(chains[0]) == 1


def test_receipts_that_close_a_round_survive_a_new_signing_key(stage: Stage) -> None:
    """Take-up and void receipts have no payload; they are signed anew all the same."""
    taken, voided = stage.offer(), stage.offer()
    stage.settle()
    stage.accept(taken)
    stage.settle()
    stage.countersign(taken)
    stage.north.offers.withdraw(voided.id, actor=stage.fed.officer(stage.north, "first"))
    stage.fed.wire.down.add(stage.north.id)
    stage.settle()
    assert stage.at_south(taken).state is State.HOLDING
    stage.south = rotation.new_signing_key(stage.fed, stage.south)
    stage.fed.wire.down.clear()
    stage.fed.clock.pass_(1000)
    stage.settle()
    assert stage.outcome(taken) == TAKEN_UP
    assert stage.outcome(voided)[:3] == (State.VOIDED, State.CLOSED, Claim.HOLDER)


def test_the_deed_that_was_taken_up_is_the_one_of_the_chain_at_both(stage: Stage) -> None:
    """The first deed arrives, its receipt is lost, a second one is signed: the chain names the first at both nodes."""
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    stage.fed.wire.lose_answers = 1
    stage.north.outbox.deliver_due()
    assert stage.at_south(sent).state is State.HOLDING
    stage.north = rotation.new_signing_key(stage.fed, stage.north)
    stage.fed.clock.pass_(1000)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    with stage.north.database.reading() as one, stage.south.database.reading() as two:
        chains = one.matters.get(sent.matter).chain, two.matters.get(stage.at_south(sent).matter).chain
        deed = one.envelopes.get(chains[0][0])
    assert chains[0] == chains[1]
    assert envelopes.read(deed.data).claimed.replaces is None


def test_an_offer_is_not_sealed_again_under_a_ground_that_is_over(stage: Stage) -> None:
    sent = stage.offer()
    assert sent.ground is not None
    with stage.north.database.begin() as work:
        ground = work.grounds.get(sent.ground).ground
        work.grounds.change(sent.ground, replace(ground, valid_until=work.now + 1))
    rotation.new_sealing_key(stage.fed, stage.south)
    stage.settle()
    assert len(stage.said(stage.north, sent, Act.OFFER)) == 1
    with stage.north.database.reading() as work:
        [queued] = work.queue.of_handover(sent.id).values()
        assert (queued.delivery, queued.problem, queued.due) == (Delivery.REFUSED, "ground-expired", 0)
    assert [alarm.kind for alarm in alarms_of(stage.north)] == ["refused"]
    with pytest.raises(KeyError):
        stage.at_south(sent)


def test_an_offer_is_not_sealed_again_to_a_suspended_node(stage: Stage) -> None:
    sent = stage.offer()
    rotation.new_sealing_key(stage.fed, stage.south)

    def suspending(answer: bytes) -> bytes:
        stage.fed.wire.bend = None
        rotation.suspend(stage.fed, stage.south)
        return answer

    stage.fed.wire.bend = suspending
    stage.settle()
    assert len(stage.said(stage.north, sent, Act.OFFER)) == 1
    assert [alarm.kind for alarm in alarms_of(stage.north)] == ["refused"]


def test_a_raised_incarnation_signs_what_is_still_said_anew(stage: Stage) -> None:
    """As after a restore: the peer has fenced off the old generation."""
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.south.vault._content.incarnation = 2
    stage.south.vault.save()
    over = {"incarnation": 2, "restored_at": 0, "made_at": 0, "log_size": 0, "over_at": 1}
    with stage.south.database.engine.begin() as connection:
        connection.execute(insert(restoration).values(over))  # a restore whose doubts have ended
    stage.south = stage.fed.reopen("de/hamburg")
    with stage.south.database.begin() as work:
        found = work.handovers.get(stage.at_south(sent).id)
        assert work.queue.is_standing(found.acceptance)  # type: ignore[arg-type]
    stage.south.handovers.ask(
        stage.at_south(sent).id, text="When?", actor=stage.fed.officer(stage.south, "receiving")
    )
    with stage.north.database.begin() as work:
        peer = work.peers.get(stage.south.id)
        work.peers.put(replace(peer, fence=2))
    stage.settle()
    stage.countersign(sent)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP


def test_the_payload_of_a_settled_round_is_gone_and_nothing_is_sealed_again(stage: Stage) -> None:
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    stage.settle()
    with stage.north.database.begin() as work:
        offer = work.envelopes.get(sent.offer)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError):
            work.envelopes.plaintext(offer.digest)
    assert strict.digest(offer.data) == sent.offer
