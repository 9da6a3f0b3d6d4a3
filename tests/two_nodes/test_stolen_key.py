"""A node's signing key is reported stolen while rounds are under way: what was said is said anew, nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation import federation
from handover.application.facts import Delivery
from handover.application.registry import KeyCompromisedError
from handover.domain.handover import Act, Claim, State
from handover.node import Node
from handover.protocol.receipt import Receipt
from peer import Peer, deliver
from two_nodes import rotation
from two_nodes.scene import alarms_of
from two_nodes.stage import TAKEN_UP, Stage
from two_nodes.test_reissue import says_the_same
from two_nodes.test_resync import asked


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Stage(fed, north, south)


def stolen(stage: Stage, node: Node) -> Node:
    """Give the node with a new signing key; the old one is reported stolen."""
    old = node.vault.signer.kid
    again = rotation.new_signing_key(stage.fed, node, retire=False)
    rotation.compromise(stage.fed, again, old)
    return again


@pytest.mark.parametrize("at", ["acceptance", "deed", "take-up"])
def test_each_act_is_signed_anew_when_its_key_was_stolen(stage: Stage, at: str) -> None:
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    if at == "acceptance":
        stage.south = stolen(stage, stage.south)
    stage.settle()
    stage.countersign(sent)
    if at == "deed":
        stage.north = stolen(stage, stage.north)
    if at == "take-up":
        stage.fed.wire.down.add(stage.north.id)
        stage.settle()
        stage.south = stolen(stage, stage.south)
        stage.fed.wire.down.clear()
        stage.fed.clock.pass_(1000)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    node, act, round_ = {
        "acceptance": (stage.south, Act.ACCEPTANCE, stage.at_south(sent)),
        "deed": (stage.north, Act.DEED, sent),
        "take-up": (stage.south, Act.TAKE_UP_RECEIPT, stage.at_south(sent)),
    }[at]
    old, new = stage.said(node, round_, act)
    assert new.replaces is not None
    assert old.re == new.re
    if old.payload is not None:
        assert says_the_same(old, new)
    assert alarms_of(stage.north) == alarms_of(stage.south) == []


def test_a_void_and_its_receipt_are_signed_anew_when_both_keys_were_stolen(stage: Stage) -> None:
    sent = stage.offer()
    stage.settle()
    stage.north.offers.withdraw(sent.id, actor=stage.fed.officer(stage.north, "first"))
    stage.north = stolen(stage, stage.north)
    stage.fed.wire.lose_answers = 1
    stage.settle()
    assert stage.at_south(sent).state is State.CLOSED
    stage.south = stolen(stage, stage.south)
    stage.fed.clock.pass_(1000)
    stage.settle()
    assert stage.outcome(sent)[:3] == (State.VOIDED, State.CLOSED, Claim.HOLDER)


def test_what_cannot_be_signed_yet_waits_for_the_new_key(stage: Stage) -> None:
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    rotation.compromise(stage.fed, stage.south, stage.south.vault.signer.kid)
    stage.settle()
    with stage.south.database.reading() as work:
        queued = work.queue.of_handover(stage.at_south(sent).id)
    waiting = [each for each in queued.values() if each.problem == "key-compromised"]
    assert [(each.delivery, each.due > 0) for each in waiting] == [(Delivery.REFUSED, True)] * 2
    stage.south = rotation.new_signing_key(stage.fed, stage.south, retire=False)
    stage.settle()
    assert stage.at_north(sent).state is State.ACCEPTED


def test_an_offer_whose_record_the_stolen_key_has_signed_is_given_up_and_put_before_people(
    stage: Stage,
) -> None:
    """Nobody can tell whether its owner signed it: it never reached anybody who could have logged it."""
    sent = stage.offer()
    stage.north = stolen(stage, stage.north)
    stage.settle()
    assert len(stage.said(stage.north, sent, Act.OFFER)) == 1
    with stage.north.database.reading() as work:
        [queued] = work.queue.of_handover(sent.id).values()
        assert (queued.delivery, queued.problem, queued.due) == (Delivery.REFUSED, "key-compromised", 0)
    assert [alarm.kind for alarm in alarms_of(stage.north)] == ["refused"]
    stage.north.offers.withdraw(sent.id, actor=stage.fed.officer(stage.north, "first"))
    again = stage.offer()
    stage.settle()
    assert stage.at_south(again).state is State.PENDING
    assert stage.at_north(sent).state is State.VOIDED


def test_an_offer_that_had_arrived_gets_its_receipt_all_the_same_and_goes_on(stage: Stage) -> None:
    """The receiver logged it before the theft was known; only the answer was lost."""
    sent = stage.offer()
    stage.fed.wire.lose_answers = 1
    stage.north.outbox.deliver_due()
    stage.north = stolen(stage, stage.north)
    stage.fed.clock.pass_(1000)
    stage.settle()
    assert len(stage.said(stage.north, sent, Act.OFFER)) == 1
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []


@pytest.mark.parametrize("delivered", [True, False])
def test_a_deed_holds_an_acceptance_whose_key_was_stolen_since(stage: Stage, *, delivered: bool) -> None:
    """The receiver knows what it has said itself, whatever has become of its key."""
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    if delivered:
        stage.countersign(sent)
    stage.south = stolen(stage, stage.south)
    if not delivered:
        stage.countersign(sent)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []


def robbed(stage: Stage, node: Node, since: int) -> Node:
    """Give the node with a new signing key; the old one is said to be in other hands from *since* on."""
    old = node.vault.signer.kid
    again = rotation.new_signing_key(stage.fed, node, retire=False)
    stage.fed.ceremony.mark_compromised(again.id, old, since=since, now=stage.fed.clock.now)
    stage.fed.publish()
    return again


def test_no_deed_is_given_on_an_acceptance_that_a_thief_may_have_signed(stage: Stage) -> None:
    sent, untouched = stage.offer(), stage.offer()
    stage.settle()
    stage.accept(untouched)
    stage.settle()
    stage.fed.clock.pass_(10)
    theft = stage.fed.clock.now
    stage.accept(sent)
    stage.settle()
    stage.south = robbed(stage, stage.south, theft)
    stage.settle()
    stage.north.refresher.tick()
    [alarm] = alarms_of(stage.north)
    assert (alarm.kind, alarm.handover, len(alarm.evidence)) == ("stolen-key", sent.id, 1)
    with pytest.raises(KeyCompromisedError):
        stage.countersign(sent)
    stage.north.offers.withdraw(sent.id, actor=stage.fed.officer(stage.north, "first"))
    stage.countersign(untouched)
    stage.settle()
    assert stage.outcome(sent)[0] is State.VOIDED
    assert stage.outcome(untouched) == TAKEN_UP
    assert [each.kind for each in alarms_of(stage.north)] == ["stolen-key"]


def test_a_deed_that_a_thief_may_have_signed_is_put_before_people_once(stage: Stage) -> None:
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.fed.clock.pass_(10)
    theft = stage.fed.clock.now
    stage.countersign(sent)
    stage.settle()
    stage.north = robbed(stage, stage.north, theft)
    stage.settle()
    stage.south.refresher.tick()
    [alarm] = alarms_of(stage.south)
    assert (alarm.kind, alarm.handover) == ("stolen-key", stage.at_south(sent).id)
    with stage.south.database.begin() as work:
        work.alarms.see(alarm.id, by="the test", at=work.now)
    stage.fed.reopen(stage.south.id).refresher.tick()
    assert alarms_of(stage.fed.wire.nodes[stage.south.id]) == []


def test_a_thief_does_not_silence_the_owner_by_a_number_that_nobody_can_reach(stage: Stage) -> None:
    """With the stolen key it says that the node was restored two thousand million times: all peers fence the rest."""
    open_ = stage.offer()
    stage.settle()
    since = stage.fed.clock.now
    stage.fed.clock.pass_(60)
    thief = Peer(stage.north, stage.south).round()
    assert isinstance(deliver(stage.south, thief.offer(incarnation=2**31 - 1)).results[0], Receipt)
    old = stage.north.vault.signer.kid
    stage.north = rotation.new_signing_key(stage.fed, stage.north, retire=False)
    stage.fed.ceremony.mark_compromised(stage.north.id, old, since=since, now=stage.fed.clock.now)
    stage.fed.publish()
    stage.south.refresher.tick()
    stage.north.offers.withdraw(open_.id, actor=stage.fed.officer(stage.north, "first"))
    stage.settle()
    assert stage.at_south(open_).state is State.CLOSED
    again = stage.offer()
    stage.settle()
    assert stage.at_south(again).state is State.PENDING


def test_the_fence_of_a_restore_that_the_log_shows_outlasts_the_theft(stage: Stage) -> None:
    asked(stage.north, stage.south)
    since = stage.fed.clock.now
    stage.fed.clock.pass_(60)
    deliver(stage.south, Peer(stage.north, stage.south).round().offer(incarnation=9))
    old = stage.north.vault.signer.kid
    rotation.new_signing_key(stage.fed, stage.north, retire=False)
    stage.fed.ceremony.mark_compromised(stage.north.id, old, since=since, now=stage.fed.clock.now)
    stage.fed.publish()
    stage.south.refresher.tick()
    with stage.south.database.reading() as work:
        assert work.peers.get(stage.north.id).fence == 2
