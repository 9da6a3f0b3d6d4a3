"""Bad input, part seven: deeds that nobody asked for, deed and void, two deeds, and chains that lead nowhere."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from handover.domain.consent import Purpose
from handover.domain.handover import Act, Claim, State
from handover.protocol import strict
from handover.protocol.delivery import Problem
from handover.protocol.message import Message
from peer import ANY, Peer, Round, deliver, flipped, rewritten
from two_nodes.scene import Scene, alarms_of


def holding(scene: Scene) -> tuple[Round, bytes]:
    """Give a round whose deed this node has taken up, and the deed."""
    round_, acceptance = scene.bound()
    deed = round_.deed(acceptance)
    scene.taken(deed)
    assert scene.state(round_) is State.HOLDING
    return round_, deed.envelope


def claim(scene: Scene, round_: Round) -> Claim:
    found = scene.find(round_)
    assert found is not None
    with scene.node.database.reading() as work:
        return work.matters.get(found.matter).claim


def test_a_void_after_the_deed_is_an_equivocation(scene: Scene) -> None:
    round_, deed = holding(scene)
    void = round_.void()
    scene.refused(void, "equivocation", alarm="equivocation", evidence=(void.envelope, deed))
    assert (scene.state(round_), claim(scene, round_)) == (State.HOLDING, Claim.HOLDER)


def test_a_deed_after_the_void_is_an_equivocation(scene: Scene) -> None:
    round_, acceptance = scene.bound()
    deed = round_.deed(acceptance)
    void = round_.void()
    scene.taken(void)
    scene.refused(deed, "equivocation", alarm="equivocation", evidence=(deed.envelope, void.envelope))
    assert (scene.state(round_), claim(scene, round_)) == (State.CLOSED, Claim.NONE)


def test_deed_and_void_in_one_batch_cannot_both_hold(scene: Scene) -> None:
    round_, acceptance = scene.bound()
    deed, void = round_.deed(acceptance), round_.void()
    first, second = deliver(scene.node, void, deed).results
    assert not isinstance(first, Problem)
    assert isinstance(second, Problem)
    assert (second.name, claim(scene, round_)) == ("equivocation", Claim.NONE)


STRAYS: dict[str, Callable[[Scene, Round, bytes], dict[str, Any]]] = {
    "nothing": lambda scene, round_, own: {"content": Message(nonce=bytes(32))},
    "it twice": lambda scene, round_, own: {"content": Message(nonce=bytes(32), evidence=(own, own))},
    "the offer": lambda scene, round_, own: _holds(round_.said[Act.OFFER].envelope, own),
    "no envelope": lambda scene, round_, own: _holds(b"a.b.c", own),
    "it with a changed byte": lambda scene, round_, own: _holds(
        rewritten(own, 2, lambda signature: flipped(signature, 9)), own
    ),
    "the acceptance of another round": lambda scene, round_, own: _holds(scene.bound()[1], own),
}


def _holds(evidence: bytes, own: bytes) -> dict[str, Any]:
    return {"content": Message(nonce=bytes(32), evidence=(evidence,)), "re": strict.digest(own)}


@pytest.mark.parametrize("change", STRAYS.values(), ids=STRAYS)
def test_a_deed_holds_this_nodes_own_acceptance_and_nothing_else(
    scene: Scene, change: Callable[[Scene, Round, bytes], dict[str, Any]]
) -> None:
    round_, own = scene.bound()
    deed = round_.deed(own, **change(scene, round_, own))
    scene.refused(deed, "out-of-order", alarm="stray-deed", evidence=(deed.envelope,))
    assert (scene.state(round_), claim(scene, round_)) == (State.BOUND, Claim.NONE)


def test_a_deed_that_came_without_its_payload_first_raises_the_alarm_all_the_same(scene: Scene) -> None:
    """What was refused for one reason does not hide what it is refused for next."""
    round_, own = scene.bound()
    deed = round_.deed(own, content=Message(nonce=bytes(32)))
    scene.refused(replace(deed, payload=None), "payload")
    [problem] = deliver(scene.node, deed).results
    assert getattr(problem, "name", "") == "out-of-order"
    assert [(each.kind, each.evidence) for each in alarms_of(scene.node)] == [
        ("stray-deed", (deed.envelope,))
    ]


def test_nobody_is_made_responsible_without_having_accepted(scene: Scene) -> None:
    round_ = scene.pending()
    other = scene.bound()[1]
    deed = round_.deed(other)
    scene.refused(deed, "mismatch")
    assert scene.state(round_) is State.PENDING
    unseen = scene.peer.round()
    unseen.said[Act.OFFER] = unseen.offer()
    deed = unseen.deed(other)
    scene.refused(deed, "out-of-order", alarm="stray-deed", evidence=(deed.envelope,))
    assert scene.state(unseen) is None


def test_another_nodes_acceptance_binds_nobody_here(scene: Scene) -> None:
    round_ = scene.peer.round()
    theirs = scene.neighbour.round(round=round_.round, pair=round_.pair).say(
        Act.ACCEPTANCE, re=ANY, aud=scene.peer.own.id
    )
    round_.said[Act.OFFER] = round_.offer(counts=False)
    deed = round_.deed(theirs.envelope)
    scene.refused(deed, "out-of-order", alarm="stray-deed", evidence=(deed.envelope,))


@pytest.mark.parametrize("change", [{"record": ANY}, {"consent": ANY}, {"fields": "gAAAAAAAAAA"}])
def test_a_deed_gives_what_was_offered(scene: Scene, change: dict[str, Any]) -> None:
    round_, acceptance = scene.bound()
    scene.refused(round_.deed(acceptance, **change), "mismatch")
    assert scene.state(round_) is State.BOUND


def test_a_deed_answers_this_nodes_acceptance(scene: Scene) -> None:
    round_, acceptance = scene.bound()
    scene.refused(round_.deed(acceptance, re=ANY, counts=False), "mismatch")
    scene.refused(round_.deed(acceptance, re=round_.digest(Act.OFFER), counts=False), "mismatch")


def test_a_second_deed_in_one_round_is_an_equivocation(scene: Scene) -> None:
    round_, first = holding(scene)
    second = round_.deed(scene.said(round_, Act.ACCEPTANCE))
    scene.refused(second, "equivocation", alarm="equivocation", evidence=(second.envelope, first))


def test_two_deeds_of_one_number_are_an_equivocation(scene: Scene) -> None:
    """A sender that lets two rounds of one matter be accepted can give only one deed."""
    one, accepted = scene.bound()
    two = scene.peer.round(pair=one.pair)
    scene.taken(two.offer())
    again = scene.accept(two)
    first = one.deed(accepted)
    scene.taken(first)
    second = two.deed(again)
    scene.refused(second, "equivocation", alarm="equivocation", evidence=(second.envelope, first.envelope))
    assert (scene.state(one), scene.state(two)) == (State.HOLDING, State.BOUND)


def test_nobody_offers_this_node_what_it_is_responsible_for(scene: Scene) -> None:
    round_, deed = holding(scene)
    again = scene.peer.round(pair=round_.pair)
    scene.refused(again.offer(), "mismatch")
    follows = scene.peer.round(pair=round_.pair, epoch=2)
    scene.refused(follows.offer(evidence=(deed,)), "chain")


def test_an_unseen_round_can_be_voided_though_this_node_is_responsible_by_now(scene: Scene) -> None:
    """The sender of a void that nobody takes would repeat it for ever."""
    round_, _ = holding(scene)
    late = scene.peer.round(pair=round_.pair)
    scene.taken(late.void())
    assert (scene.state(late), claim(scene, round_)) == (State.CLOSED, Claim.HOLDER)


def chain_of(scene: Scene) -> tuple[Round, bytes]:
    """Give a round by which the neighbour has once handed a case to the hostile peer, and the deed."""
    there = Peer(scene.neighbour.own, scene.peer.own).round()
    there.said[Act.OFFER] = there.offer()
    return there, there.deed(
        Peer(scene.peer.own, scene.neighbour.own).round().say(Act.ACCEPTANCE, re=ANY).envelope
    ).envelope


def test_a_chain_that_leads_to_the_sender_is_taken(scene: Scene) -> None:
    _, deed = chain_of(scene)
    round_ = scene.peer.round(epoch=2)
    scene.taken(round_.offer(evidence=(deed,)))
    found = scene.find(round_)
    assert found is not None
    with scene.node.database.reading() as work:
        assert work.matters.get(found.matter).chain == (strict.digest(deed),)


CHAINS: dict[str, Callable[[Scene, bytes], tuple[int, tuple[bytes, ...], str]]] = {
    "no deed where one belongs": lambda scene, deed: (2, (), "chain"),
    "a deed where none belongs": lambda scene, deed: (1, (deed,), "chain"),
    "one deed twice": lambda scene, deed: (3, (deed, deed), "chain"),
    "no deed": lambda scene, deed: (2, (scene.peer.round().offer().envelope,), "chain"),
    "a deed to somebody else": lambda scene, deed: (2, (to_somebody_else(scene),), "chain"),
    "a deed with a changed byte": lambda scene, deed: (
        2,
        (rewritten(deed, 2, lambda signature: flipped(signature, 1)),),
        "chain",
    ),
    "no envelope": lambda scene, deed: (2, (b"x",), "chain"),
}


def to_somebody_else(scene: Scene) -> bytes:
    there = Peer(scene.neighbour.own, scene.node).round()
    there.said[Act.OFFER] = there.offer()
    return there.deed(there.said[Act.OFFER].envelope).envelope


@pytest.mark.parametrize("change", CHAINS.values(), ids=CHAINS)
def test_the_chain_of_deeds_leads_to_the_sender(
    scene: Scene, change: Callable[[Scene, bytes], tuple[int, tuple[bytes, ...], str]]
) -> None:
    _, deed = chain_of(scene)
    epoch, evidence, name = change(scene, deed)
    scene.refused(scene.peer.round(epoch=epoch).offer(evidence=evidence), name)


def test_a_chain_that_denies_what_is_known_here_is_refused_and_both_deeds_kept(scene: Scene) -> None:
    _, deed = chain_of(scene)
    round_ = scene.peer.round(epoch=2)
    scene.taken(round_.offer(evidence=(deed,)))
    scene.taken(round_.void())
    _, other = chain_of(scene)
    again = scene.peer.round(pair=round_.pair, epoch=2)
    bad = again.offer(evidence=(other,))
    scene.refused(bad, "chain", alarm="two-chains", evidence=(other, deed))


def test_a_deed_of_the_chain_of_another_kind_of_matter_is_refused(scene: Scene) -> None:
    _, deed = chain_of(scene)
    tracing = scene.peer.round(epoch=2, of="tracing/1", purpose=Purpose.FAMILY_TRACING)
    scene.refused(tracing.offer(issued=tracing.issued({}), fields=(), evidence=(deed,)), "chain")
