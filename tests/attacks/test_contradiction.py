"""Contradictions: two statements of one member that exclude each other."""

from collections.abc import Callable

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from handover.domain.handover import Act
from handover.protocol.delivery import Item
from handover.protocol.message import Message
from peer import ANY, BODIES, Round
from two_nodes.test_bad_answer import acceptance, transferred, voided, voiding
from two_nodes.test_bad_deed import holding

Made = Callable[[Siege], Item]


def second_number(siege: Siege) -> Item:
    round_ = siege.pending()
    first = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False)
    siege.taken(first)
    return round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False)


def forged_prev(siege: Siege) -> Item:
    round_ = siege.pending()
    return round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), prev=ANY)


def forged_before(siege: Siege) -> Item:
    round_ = siege.pending()
    hidden = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False)
    round_.say(Act.QUESTION, re=round_.digest(Act.OFFER))
    siege.taken(round_.say(Act.QUESTION, re=round_.digest(Act.OFFER)))
    return hidden


def reissued(siege: Siege) -> Item:
    round_ = siege.pending()
    return round_.offer(replaces=round_.digest(Act.OFFER))


def void_after_deed(siege: Siege) -> Item:
    return holding(siege)[0].void()


def deed_after_void(siege: Siege) -> Item:
    round_, own = siege.bound()
    deed = round_.deed(own)
    siege.taken(round_.void())
    return deed


def second_deed(siege: Siege) -> Item:
    round_, _ = holding(siege)
    return round_.deed(siege.said(round_, Act.ACCEPTANCE))


def deed_of_a_second_round(siege: Siege) -> Item:
    """Let two rounds of one matter be accepted, and both deeds be given."""
    one, accepted = siege.bound()
    two = siege.peer.round(pair=one.pair)
    siege.taken(two.offer())
    again = siege.accept(two)
    siege.taken(one.deed(accepted))
    return two.deed(again)


def second_acceptance(siege: Siege) -> Item:
    round_ = siege.accepted()
    body = BODIES[Act.ACCEPTANCE] | {"plan": "Another plan."}
    return acceptance(siege, round_, content=Message(nonce=bytes(32), body=body))  # type: ignore[no-any-return]


def false_take_up(siege: Siege, make: Callable[[Siege], Round]) -> Item:
    return make(siege).say(Act.TAKE_UP_RECEIPT, re=ANY)


def false_void_receipt(siege: Siege, make: Callable[[Siege], Round]) -> Item:
    return make(siege).say(Act.VOID_RECEIPT, re=ANY)


def contradicting(name: str, attack: str, make: Made) -> Attack:
    return Attack(name, attack, "equivocation", Leaves.CONTRADICTION, with_=make)


@against(
    contradicting(
        "two-offers", "A member makes two offers in one round.", lambda siege: siege.pending().offer()
    ),
    contradicting("one-number-twice", "A member signs two messages with one number.", second_number),
    contradicting(
        "forged-predecessor", "A member names a message as the one before that never came.", forged_prev
    ),
    contradicting("forged-successor", "A member slips a message in before one that came.", forged_before),
    contradicting(
        "reissue-of-another", "A member says other things under the pretext of a reissue.", reissued
    ),
    contradicting("void-after-deed", "A sender takes back an offer after its own deed.", void_after_deed),
    contradicting(
        "deed-after-void", "A sender gives the deed after it has taken the offer back.", deed_after_void
    ),
    contradicting("two-deeds-in-a-round", "A sender gives two deeds in one round.", second_deed),
    contradicting(
        "two-deeds-of-a-matter",
        "A sender gives two deeds of one child's matter, in two rounds.",
        deed_of_a_second_round,
    ),
    contradicting("two-acceptances", "A receiver accepts twice, on different terms.", second_acceptance),
    contradicting(
        "take-up-without-deed",
        "A receiver says that it has taken up a deed that was never given.",
        lambda siege: false_take_up(siege, Siege.accepted),
    ),
    contradicting(
        "take-up-after-the-withdrawal",
        "A receiver says that it has taken up a deed, though the offer was withdrawn.",
        lambda siege: false_take_up(siege, voiding),
    ),
    contradicting(
        "take-up-after-the-end",
        "A receiver says that it has taken up a deed of a round that it has confirmed as void.",
        lambda siege: false_take_up(siege, voided),
    ),
    contradicting(
        "void-receipt-without-void",
        "A receiver confirms a withdrawal that was never said, after the deed.",
        lambda siege: false_void_receipt(siege, Siege.relieving),
    ),
    contradicting(
        "void-receipt-after-take-up",
        "A receiver confirms a withdrawal of what it has taken up.",
        lambda siege: false_void_receipt(siege, transferred),
    ),
)
def test_two_statements_that_exclude_each_other_are_kept(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))
