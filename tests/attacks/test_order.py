"""Order and chain: deeds that nobody asked for, what no table has, chains that lead nowhere."""

from collections.abc import Callable
from typing import Any

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from handover.domain.consent import Purpose
from handover.domain.handover import Act
from handover.protocol import strict
from handover.protocol.delivery import Item
from handover.protocol.message import Message
from peer import ANY, Round, flipped, rewritten
from two_nodes.test_bad_deed import chain_of, holding, to_somebody_else

Made = Callable[[Siege], Item]


def stray(siege: Siege, change: Callable[[Round, bytes], dict[str, Any]]) -> Item:
    round_, own = siege.bound()
    return round_.deed(own, **change(round_, own))


def holds(evidence: bytes, own: bytes) -> dict[str, Any]:
    return {"content": Message(nonce=bytes(32), evidence=(evidence,)), "re": strict.digest(own)}


def unseen_deed(siege: Siege) -> Item:
    """Give the deed of a round that the node has never seen, with its acceptance of another one."""
    round_ = siege.peer.round()
    round_.offer()
    return round_.deed(siege.bound()[1])


def neighbours_acceptance(siege: Siege) -> Item:
    round_ = siege.peer.round()
    there = siege.neighbour.round(round=round_.round, pair=round_.pair)
    theirs = there.say(Act.ACCEPTANCE, re=ANY, aud=siege.peer.own.id)
    round_.offer(counts=False)
    round_.said[Act.OFFER] = round_.offer(counts=False)
    return round_.deed(theirs.envelope)


def deed_by_a_third(siege: Siege) -> Item:
    """Let another member that knows the round's number give the deed."""
    round_, own = siege.bound()
    there = siege.neighbour.round(round=round_.round, pair=round_.pair)
    there.said = dict(round_.said)
    return there.deed(own, counts=False)


def deed_by_the_receiver(siege: Siege) -> Item:
    return siege.accepted().say(Act.DEED, re=ANY, record=ANY, fields="gAAAAAAAAAA", consent=ANY)


def alarming(name: str, attack: str, make: Made) -> Attack:
    return Attack(name, attack, "out-of-order", Leaves.ALARM, with_=make)


@against(
    alarming(
        "deed-without-acceptance",
        "A sender gives a deed that holds no acceptance.",
        lambda siege: stray(siege, lambda round_, own: {"content": Message(nonce=bytes(32))}),
    ),
    alarming(
        "deed-with-the-offer-for-acceptance",
        "A sender gives a deed that holds its own offer in the place of the acceptance.",
        lambda siege: stray(siege, lambda round_, own: holds(round_.said[Act.OFFER].envelope, own)),
    ),
    alarming(
        "deed-with-a-forged-acceptance",
        "A sender gives a deed that holds the acceptance with one byte changed.",
        lambda siege: stray(
            siege, lambda round_, own: holds(rewritten(own, 2, lambda part: flipped(part, 9)), own)
        ),
    ),
    alarming(
        "deed-with-the-acceptance-of-another-round",
        "A sender gives a deed that holds the node's acceptance of another child's round.",
        lambda siege: stray(siege, lambda round_, own: holds(siege.bound()[1], own)),
    ),
    alarming(
        "deed-of-an-unseen-round",
        "A sender gives the deed of a round that was never offered, with the acceptance of another.",
        unseen_deed,
    ),
    alarming(
        "deed-with-another-nodes-acceptance",
        "A sender gives a deed that holds another node's acceptance.",
        neighbours_acceptance,
    ),
    alarming("deed-by-a-third", "A member gives the deed of a round between two others.", deed_by_a_third),
    alarming(
        "deed-by-the-receiver", "A receiver gives the deed of what it was offered.", deed_by_the_receiver
    ),
)
def test_nobody_is_made_responsible_against_their_will(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))


def closed(siege: Siege, late: Callable[[Round], Item]) -> Item:
    round_ = siege.pending()
    item = late(round_)
    siege.taken(round_.void())
    return item


def unseen_and_void(siege: Siege) -> Item:
    round_ = siege.peer.round()
    offer = round_.offer()
    siege.taken(round_.void())
    return offer


def third_in(siege: Siege) -> Item:
    round_ = siege.pending()
    there = siege.neighbour.round(round=round_.round, pair=round_.pair)
    return there.say(Act.QUESTION, re=round_.digest(Act.OFFER))


def third_accepts(siege: Siege) -> Item:
    round_ = siege.offered()
    found = siege.find(round_)
    assert found is not None
    return siege.neighbour.answering(found).say(Act.ACCEPTANCE, re=siege.said_digest(round_, Act.OFFER))


def held_here(siege: Siege) -> Item:
    round_, _ = holding(siege)
    return siege.peer.round(pair=round_.pair).offer()


def as_tracing(siege: Siege) -> Round:
    """Give a round of tracing in the matter of a guardianship that was offered."""
    offered = siege.pending()
    return siege.peer.round(pair=offered.pair, of="tracing/1", purpose=Purpose.FAMILY_TRACING)


def offered_as_tracing(siege: Siege) -> Item:
    round_ = as_tracing(siege)
    return round_.offer(issued=round_.issued({}), fields=())


def acceptance_of_another(siege: Siege) -> Item:
    other, round_ = siege.offered(), siege.offered()
    return round_.say(Act.ACCEPTANCE, re=siege.said_digest(other, Act.OFFER))


def take_up_of_another(siege: Siege) -> Item:
    return siege.relieving().say(Act.TAKE_UP_RECEIPT, re=ANY)


def refused(name: str, attack: str, answer: str, make: Made) -> Attack:
    return Attack(name, attack, answer, Leaves.REFUSAL, with_=make)


@against(
    refused(
        "late-offer",
        "A stranger delivers an offer after the void that took it back.",
        "round-closed",
        unseen_and_void,
    ),
    refused(
        "talk-in-a-closed-round",
        "A member asks something in a round that it has taken back.",
        "round-closed",
        lambda siege: closed(siege, lambda round_: round_.say(Act.QUESTION, re=round_.digest(Act.OFFER))),
    ),
    refused(
        "third-member-in-a-round", "A member speaks in a round between two others.", "unknown-round", third_in
    ),
    refused(
        "third-member-accepts",
        "A member accepts what was offered to another one.",
        "unknown-round",
        third_accepts,
    ),
    refused(
        "sender-accepts-for-the-receiver",
        "A sender signs the acceptance of its own offer.",
        "out-of-order",
        lambda siege: siege.pending().say(Act.ACCEPTANCE, re=ANY),
    ),
    refused(
        "receiver-voids",
        "A receiver takes back what it was offered.",
        "out-of-order",
        lambda siege: siege.accepted().void(),
    ),
    refused(
        "acceptance-of-another-offer",
        "A receiver accepts in one round the offer of another one.",
        "mismatch",
        acceptance_of_another,
    ),
    refused(
        "take-up-of-another-deed",
        "A receiver takes up another deed than the one that it was given.",
        "mismatch",
        take_up_of_another,
    ),
    refused(
        "round-moved-to-another-child",
        "A sender takes back an offer in the name of another child's matter.",
        "mismatch",
        lambda siege: siege.pending().void(matter="A" * 22),
    ),
    refused(
        "deed-of-other-fields",
        "A sender gives the deed of other fields than it offered.",
        "mismatch",
        lambda siege: stray(siege, lambda round_, own: {"fields": "gAAAAAAAAAA"}),
    ),
    refused(
        "guardianship-as-tracing",
        "A sender offers a guardianship once more as a matter of tracing, whose deed needs no second officer.",
        "mismatch",
        offered_as_tracing,
    ),
    refused(
        "void-of-another-kind",
        "A sender takes back, in a guardianship, an offer of tracing that never came.",
        "mismatch",
        lambda siege: as_tracing(siege).void(),
    ),
    refused(
        "offer-of-what-the-node-holds",
        "A member offers a node the very child that the node is responsible for.",
        "mismatch",
        held_here,
    ),
)
def test_what_no_table_has_is_refused(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))


def chained(siege: Siege, epoch: int, make: Callable[[bytes], tuple[bytes, ...]]) -> Item:
    _, deed = chain_of(siege)
    return siege.peer.round(epoch=epoch).offer(evidence=make(deed))


def denied(siege: Siege) -> Item:
    """Offer a child of whom the node knows another history."""
    _, deed = chain_of(siege)
    round_ = siege.peer.round(epoch=2)
    siege.taken(round_.offer(evidence=(deed,)))
    siege.taken(round_.void())
    _, other = chain_of(siege)
    return siege.peer.round(pair=round_.pair, epoch=2).offer(evidence=(other,))


@against(
    refused(
        "chain-absent",
        "A member offers a child as the second holder, without the deed that made it one.",
        "chain",
        lambda siege: chained(siege, 2, lambda deed: ()),
    ),
    refused(
        "chain-jump",
        "A member offers a child as the seventh holder with one deed.",
        "chain",
        lambda siege: chained(siege, 7, lambda deed: (deed,)),
    ),
    refused(
        "chain-one-deed-twice",
        "A member fills the chain with one deed twice.",
        "chain",
        lambda siege: chained(siege, 3, lambda deed: (deed, deed)),
    ),
    refused(
        "chain-to-somebody-else",
        "A member shows a deed that gave the child to another node.",
        "chain",
        lambda siege: chained(siege, 2, lambda deed: (to_somebody_else(siege),)),
    ),
    refused(
        "chain-forged",
        "A member shows a deed with a changed byte.",
        "chain",
        lambda siege: chained(siege, 2, lambda deed: (rewritten(deed, 2, lambda part: flipped(part, 1)),)),
    ),
    Attack(
        "chain-denied",
        "A member shows another deed than the one that the node has seen before.",
        "chain",
        Leaves.ALARM,
        with_=denied,
    ),
)
def test_a_child_comes_from_who_holds_it(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))
