"""Bad input, part six, at the receiver: what the tables do not have, repeats, and what two statements exclude."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from handover.adapters import tables
from handover.application.fit import MOST_TOLD, RoundFullError
from handover.domain.consent import Purpose
from handover.domain.handover import Act, State
from handover.domain.ids import PairId
from handover.protocol.delivery import BATCH_LIMIT, Item
from handover.protocol.receipt import Receipt
from peer import ANY, BY, deliver
from two_nodes.scene import Scene, alarms_of, digest_of, log_size, tables_of, verified

NOT_BEGINNING = sorted(set(Act) - {Act.OFFER, Act.DEED, Act.VOID, Act.REFERRAL, Act.HIT, Act.END})
NOT_FROM_A_SENDER = sorted(
    {
        Act.ACCEPTANCE,
        Act.DECLINE,
        Act.TAKE_UP_RECEIPT,
        Act.VOID_RECEIPT,
        Act.OPENED,
        Act.ARRIVAL,
        Act.NON_ARRIVAL,
    }
)


def right(act: Act) -> dict[str, Any]:
    """Give the members that an act needs beside what it says."""
    return {"re": ANY} | ({"reason": "other"} if act is Act.DECLINE else {})


@pytest.mark.parametrize("act", NOT_BEGINNING)
def test_only_an_offer_a_deed_or_a_void_begins_a_round(scene: Scene, act: Act) -> None:
    scene.refused(scene.peer.round().say(act, **right(act)), "unknown-round")


@pytest.mark.parametrize("act", NOT_FROM_A_SENDER)
@pytest.mark.parametrize("state", ["PENDING", "BOUND"])
def test_the_sender_of_a_round_says_nothing_that_its_receiver_says(
    scene: Scene, act: Act, state: str
) -> None:
    round_ = scene.pending() if state == "PENDING" else scene.bound()[0]
    scene.refused(round_.say(act, **right(act)), "out-of-order")
    assert scene.state(round_) == state


def test_a_round_belongs_to_the_two_that_have_begun_it(scene: Scene) -> None:
    """Another member that knows the round's number can say nothing in it."""
    round_, acceptance = scene.bound()
    stranger = scene.neighbour.round(round=round_.round, pair=round_.pair)
    stranger.said = dict(round_.said)
    scene.refused(stranger.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False), "unknown-round")
    deed = stranger.deed(acceptance, counts=False)
    scene.refused(deed, "out-of-order", alarm="stray-deed", evidence=(deed.envelope,))
    assert scene.state(round_) is State.BOUND


def test_a_late_offer_does_not_revive_a_voided_round(scene: Scene) -> None:
    round_ = scene.peer.round()
    offer = round_.offer()
    scene.taken(round_.void())
    assert scene.state(round_) is State.CLOSED
    scene.refused(offer, "round-closed")
    size = log_size(scene.node)
    [again] = deliver(scene.node, offer).results
    assert getattr(again, "name", "") == "round-closed"
    assert log_size(scene.node) == size
    assert scene.state(round_) is State.CLOSED


def test_an_offer_after_the_void_of_another_is_not_stored(scene: Scene) -> None:
    round_ = scene.pending()
    scene.taken(round_.void())
    again = round_.offer(counts=False)
    scene.refused(again, "round-closed")


@pytest.mark.parametrize("act", [Act.QUESTION, Act.ANSWER])
def test_nothing_is_said_in_a_closed_round(scene: Scene, act: Act) -> None:
    round_ = scene.pending()
    late = round_.say(act, re=round_.digest(Act.OFFER))
    scene.taken(round_.void())
    scene.refused(late, "round-closed")


def test_a_closed_round_holds_no_value_any_more(scene: Scene) -> None:
    round_ = scene.pending()
    scene.taken(round_.say(Act.QUESTION, re=round_.digest(Act.OFFER)))
    scene.taken(round_.void())
    found = scene.find(round_)
    assert found is not None
    with scene.node.database.engine.connect() as connection:
        counts = [
            connection.execute(select(func.count()).where(table.c.owner.startswith(found.id))).scalar_one()
            for table in (tables.data_key, tables.payload)
        ]
        connection.rollback()
    assert counts == [0, 0]


def repeated(scene: Scene, item: Item, first: Receipt, payload: bytes | None) -> None:
    held, size = tables_of(scene.node, without=frozenset({"queue"})), log_size(scene.node)
    answer = deliver(scene.node, replace(item, payload=payload))
    assert answer.results == (first,)
    assert (tables_of(scene.node, without=frozenset({"queue"})), log_size(scene.node)) == (held, size)


def test_a_replay_changes_nothing_and_gets_the_same_receipt_byte_for_byte(scene: Scene) -> None:
    round_ = scene.peer.round()
    offer = round_.offer()
    [first] = deliver(scene.node, offer).results
    assert isinstance(first, Receipt)
    for payload in (offer.payload, b"something else", None):
        repeated(scene, offer, first, payload)
    scene.taken(round_.void())
    repeated(scene, offer, first, offer.payload)
    answer = deliver(scene.node, *[offer] * 3)
    assert answer.results == (first,) * 3


def test_one_envelope_twice_in_a_batch_is_stored_once(scene: Scene) -> None:
    round_ = scene.peer.round()
    offer, size = round_.offer(), log_size(scene.node)
    answer = deliver(scene.node, offer, offer)
    assert answer.results[0] == answer.results[1]
    assert verified(scene.node, answer, offer, 1).n == 1
    assert log_size(scene.node) == size + 1


def test_two_offers_in_one_round_are_an_equivocation(scene: Scene) -> None:
    round_ = scene.pending()
    first = round_.said[Act.OFFER].envelope
    second = round_.offer()
    scene.refused(second, "equivocation", alarm="equivocation", evidence=(second.envelope, first))
    assert scene.state(round_) is State.PENDING


@pytest.mark.parametrize("act", [Act.OFFER, Act.VOID, Act.QUESTION])
def test_two_envelopes_with_one_number_are_an_equivocation(scene: Scene, act: Act) -> None:
    round_ = scene.pending()
    first = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False)
    second = (
        round_.offer(counts=False)
        if act is Act.OFFER
        else round_.void(counts=False)
        if act is Act.VOID
        else round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False)
    )
    scene.taken(first)
    evidence = (second.envelope, first.envelope)
    scene.refused(second, "equivocation", alarm="equivocation", evidence=evidence)


def test_another_predecessor_than_the_one_that_came_is_an_equivocation(scene: Scene) -> None:
    round_ = scene.pending()
    first = round_.said[Act.OFFER].envelope
    bad = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), prev=ANY)
    scene.refused(bad, "equivocation", alarm="equivocation", evidence=(bad.envelope, first))


def test_another_successor_than_the_one_that_came_is_an_equivocation(scene: Scene) -> None:
    round_ = scene.pending()
    hidden = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False)
    round_.say(Act.QUESTION, re=round_.digest(Act.OFFER))
    third = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER))
    scene.taken(third)
    evidence = (hidden.envelope, third.envelope)
    scene.refused(hidden, "equivocation", alarm="equivocation", evidence=evidence)


def test_messages_that_come_in_another_order_are_taken(scene: Scene) -> None:
    round_ = scene.peer.round()
    offer = round_.offer()
    said = [round_.say(Act.QUESTION, re=digest_of(offer)) for _ in range(3)]
    for item in (offer, said[2], said[0], said[1]):
        scene.taken(item)


def test_the_alarm_of_an_equivocation_stands_once(scene: Scene) -> None:
    """Nobody can bury an alarm under others like it."""
    round_ = scene.pending()
    for number in range(3):
        bad = round_.offer(counts=False)
        deliver(scene.node, bad)
        if number == 0:
            alarms = alarms_of(scene.node)
    assert alarms_of(scene.node) == alarms


def test_a_reissue_is_a_repeat(scene: Scene) -> None:
    round_ = scene.peer.round()
    issued, token = round_.issued(), round_.token()
    content: dict[str, Any] = {"issued": issued, "token": token}
    scene.taken(round_.offer(**content))
    again = round_.offer(**content, replaces=round_.digest(Act.OFFER))
    scene.taken(again)
    assert scene.state(round_) is State.PENDING
    found = scene.find(round_)
    assert found is not None
    with scene.node.database.reading() as work:
        assert len(work.envelopes.of_handover(found.id)) == 2


def test_what_was_signed_anew_may_come_before_its_first_form(scene: Scene) -> None:
    """Nobody is accused because the wire was slow; not even where a form in between was lost."""
    round_, alarms = scene.peer.round(), alarms_of(scene.node)
    content: dict[str, Any] = {"issued": round_.issued(), "token": round_.token()}
    first = round_.offer(**content)
    second = round_.offer(**content, replaces=digest_of(first))
    third = round_.offer(**content, replaces=digest_of(second))
    for item in (third, first, second, first):
        scene.taken(item)
    assert scene.state(round_) is State.PENDING
    assert alarms_of(scene.node) == alarms


@pytest.mark.parametrize(
    "change",
    [{"deadline": 2_000_000_000}, {"by": replace(BY, role="caseworker")}],
    ids=["deadline", "officers"],
)
def test_a_reissue_that_says_something_else_is_an_equivocation(scene: Scene, change: dict[str, Any]) -> None:
    round_ = scene.peer.round()
    content: dict[str, Any] = {"issued": round_.issued(), "token": round_.token()}
    first = round_.offer(**content)
    scene.taken(first)
    second = round_.offer(**content, replaces=digest_of(first), **change)
    evidence = (second.envelope, first.envelope)
    scene.refused(second, "equivocation", alarm="equivocation", evidence=evidence)


def test_a_reissue_of_other_content_is_an_equivocation(scene: Scene) -> None:
    round_ = scene.pending()
    first = round_.said[Act.OFFER]
    second = round_.offer(replaces=digest_of(first))
    evidence = (second.envelope, first.envelope)
    scene.refused(second, "equivocation", alarm="equivocation", evidence=evidence)


OTHERS: dict[str, dict[str, Any]] = {
    "another matter": {"matter": PairId("A" * 22)},
    "another number of deed": {"epoch": 2},
    "another purpose": {"purpose": Purpose.FAMILY_TRACING},
    "another schema": {"schema": "tracing/1"},
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_a_round_keeps_its_matter_number_purpose_and_schema(scene: Scene, change: dict[str, Any]) -> None:
    round_ = scene.pending()
    scene.refused(round_.void(**change), "mismatch")
    assert scene.state(round_) is State.PENDING


def test_a_round_has_room_for_so_much_talk_and_always_for_what_decides_it(scene: Scene) -> None:
    round_ = scene.pending()
    asked = [round_.say(Act.QUESTION, re=round_.digest(Act.OFFER)) for _ in range(MOST_TOLD - 1)]
    for start in range(0, len(asked), BATCH_LIMIT):
        deliver(scene.node, *asked[start : start + BATCH_LIMIT])
    scene.refused(round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), counts=False), "round-full")
    assert scene.state(round_) is State.PENDING
    acceptance = scene.accept(round_)
    scene.taken(round_.deed(acceptance))
    assert scene.state(round_) is State.HOLDING


def test_who_has_said_too_much_is_told_so_at_home(scene: Scene) -> None:
    round_ = scene.pending()
    found = scene.find(round_)
    assert found is not None
    officer = scene.fed.officer(scene.node, "talkative")
    with scene.node.database.begin() as work:
        full = replace(found, seq=MOST_TOLD)
        work.handovers.change(found, full)
    with pytest.raises(RoundFullError):
        scene.node.handovers.ask(found.id, text="Once more?", actor=officer)
