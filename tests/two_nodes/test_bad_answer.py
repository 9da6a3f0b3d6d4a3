"""Bad input, part eight, at the sender of a round: what its tables do not have, and what comes too late."""

from typing import Any

import pytest

import cases
from handover.application.facts import Handover
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, Claim, DeedStandsError, State
from handover.domain.ids import NodeId
from handover.domain.record import MatterKind
from handover.protocol import envelope as envelopes
from handover.protocol.message import Message
from peer import ANY, BODIES, DAY, Round
from two_nodes.scene import Scene, digest_of


def found(scene: Scene, round_: Round) -> Handover:
    kept = scene.find(round_)
    assert kept is not None
    return kept


def standing(scene: Scene, round_: Round) -> tuple[State, Claim]:
    kept = found(scene, round_)
    with scene.node.database.reading() as work:
        return kept.state, work.matters.get(kept.matter).claim


def withdraw(scene: Scene, round_: Round) -> None:
    officer = scene.fed.officer(scene.node, "first")
    scene.node.offers.withdraw(found(scene, round_).id, actor=officer)


def transferred(scene: Scene) -> Round:
    round_ = scene.relieving()
    scene.taken(round_.say(Act.TAKE_UP_RECEIPT, re=scene.said_digest(round_, Act.DEED)))
    assert standing(scene, round_) == (State.TRANSFERRED, Claim.NONE)
    return round_


def voided(scene: Scene) -> Round:
    round_ = scene.offered()
    withdraw(scene, round_)
    scene.taken(round_.say(Act.VOID_RECEIPT, re=scene.said_digest(round_, Act.VOID)))
    assert standing(scene, round_) == (State.VOIDED, Claim.HOLDER)
    return round_


def voiding(scene: Scene) -> Round:
    round_ = scene.accepted()
    withdraw(scene, round_)
    return round_


def acceptance(scene: Scene, round_: Round, **changes: Any) -> Any:
    right: dict[str, Any] = {"re": scene.said_digest(round_, Act.OFFER)}
    return round_.say(Act.ACCEPTANCE, **(right | changes))


def test_an_acceptance_after_the_withdrawal_is_kept_and_changes_nothing(scene: Scene) -> None:
    round_ = scene.offered()
    late = acceptance(scene, round_)
    withdraw(scene, round_)
    void = scene.said(round_, Act.VOID)
    scene.taken(late)
    assert standing(scene, round_) == (State.VOIDING, Claim.HOLDER)
    assert scene.said(round_, Act.VOID) == void
    with pytest.raises(OutOfOrderError):
        scene.node.offers.countersign(found(scene, round_).id, actor=scene.fed.officer(scene.node, "first"))


@pytest.mark.parametrize("ends", ["withdrawn", "declined", "voided"])
def test_an_acceptance_never_revives_an_offer(scene: Scene, ends: str) -> None:
    round_ = scene.offered()
    if ends == "withdrawn":
        withdraw(scene, round_)
    elif ends == "declined":
        scene.taken(round_.say(Act.DECLINE, re=scene.said_digest(round_, Act.OFFER), reason="other"))
    else:
        withdraw(scene, round_)
        scene.taken(round_.say(Act.VOID_RECEIPT, re=scene.said_digest(round_, Act.VOID)))
    before = standing(scene, round_)
    scene.taken(acceptance(scene, round_))
    assert standing(scene, round_) == before
    assert before[1] is Claim.HOLDER


def test_an_acceptance_after_the_senders_deadline_voids_the_offer(scene: Scene) -> None:
    round_ = scene.offered(deadline=scene.fed.clock.now + 3600)
    scene.fed.clock.pass_(3601)
    scene.taken(acceptance(scene, round_))
    assert standing(scene, round_) == (State.VOIDING, Claim.HOLDER)
    assert envelopes.read(scene.said(round_, Act.VOID)).claimed.reason == "expired"


def test_the_receivers_clock_does_not_count(scene: Scene) -> None:
    round_ = scene.offered(deadline=scene.fed.clock.now + 3600)
    scene.taken(acceptance(scene, round_, iat=scene.fed.clock.now - 30 * DAY))
    assert standing(scene, round_) == (State.ACCEPTED, Claim.HOLDER)
    soon = scene.offered(deadline=scene.fed.clock.now + 3600)
    scene.fed.clock.pass_(3601)
    scene.taken(acceptance(scene, soon, iat=scene.fed.clock.now - 3600))
    assert standing(scene, soon) == (State.VOIDING, Claim.HOLDER)


@pytest.mark.parametrize("state", ["OFFERED", "ACCEPTED", "VOIDING", "VOIDED"])
def test_a_take_up_of_a_deed_that_was_never_given_is_an_equivocation(scene: Scene, state: str) -> None:
    makers = {"OFFERED": scene.offered, "ACCEPTED": scene.accepted}
    round_ = makers[state]() if state in makers else {"VOIDING": voiding, "VOIDED": voided}[state](scene)
    before = standing(scene, round_)
    forged = round_.say(Act.TAKE_UP_RECEIPT, re=ANY)
    other = round_.said.get(Act.VOID_RECEIPT)
    act = Act.VOID if state == "VOIDING" else Act.OFFER
    evidence = (forged.envelope, other.envelope if other else scene.said(round_, act))
    scene.refused(forged, "equivocation", alarm="equivocation", evidence=evidence)
    assert standing(scene, round_) == before
    assert before[1] is Claim.HOLDER


@pytest.mark.parametrize("state", ["OFFERED", "ACCEPTED", "RELIEVING", "TRANSFERRED"])
def test_a_void_receipt_of_a_void_that_was_never_said_is_an_equivocation(scene: Scene, state: str) -> None:
    makers = {"OFFERED": scene.offered, "ACCEPTED": scene.accepted, "RELIEVING": scene.relieving}
    round_ = makers[state]() if state in makers else transferred(scene)
    before = standing(scene, round_)
    forged = round_.say(Act.VOID_RECEIPT, re=ANY)
    other = round_.said.get(Act.TAKE_UP_RECEIPT)
    act = Act.DEED if state == "RELIEVING" else Act.OFFER
    evidence = (forged.envelope, other.envelope if other else scene.said(round_, act))
    scene.refused(forged, "equivocation", alarm="equivocation", evidence=evidence)
    assert standing(scene, round_) == before


def test_take_up_and_void_of_one_round_exclude_each_other(scene: Scene) -> None:
    round_ = voiding(scene)
    scene.taken(round_.say(Act.VOID_RECEIPT, re=scene.said_digest(round_, Act.VOID)))
    forged = round_.say(Act.TAKE_UP_RECEIPT, re=ANY)
    evidence = (forged.envelope, round_.said[Act.VOID_RECEIPT].envelope)
    scene.refused(forged, "equivocation", alarm="equivocation", evidence=evidence)
    assert standing(scene, round_) == (State.VOIDED, Claim.HOLDER)


@pytest.mark.parametrize("act", [Act.OFFER, Act.VOID])
def test_the_receiver_of_a_round_says_nothing_that_its_sender_says(scene: Scene, act: Act) -> None:
    round_ = scene.accepted()
    bad = round_.offer() if act is Act.OFFER else round_.void()
    scene.refused(bad, "out-of-order")
    assert standing(scene, round_) == (State.ACCEPTED, Claim.HOLDER)


def test_the_receiver_of_a_round_gives_no_deed(scene: Scene) -> None:
    round_ = scene.accepted()
    bad = round_.say(Act.DEED, re=ANY, record=ANY, fields="gAAAAAAAAAA", consent=ANY)
    scene.refused(bad, "out-of-order", alarm="stray-deed", evidence=(bad.envelope,))


def test_what_is_answered_was_said_in_this_round(scene: Scene) -> None:
    other = scene.offered()
    extras: dict[Act, dict[str, Any]] = {Act.ACCEPTANCE: {}, Act.DECLINE: {"reason": "other"}, Act.OPENED: {}}
    for act, extra in extras.items():
        round_ = scene.offered()
        for re in (ANY, scene.said_digest(other, Act.OFFER)):
            scene.refused(round_.say(act, re=re, counts=False, **extra), "mismatch")
        assert standing(scene, round_) == (State.OFFERED, Claim.HOLDER)


def test_a_take_up_receipt_names_the_deed(scene: Scene) -> None:
    round_ = scene.relieving()
    for re in (ANY, scene.said_digest(round_, Act.OFFER)):
        scene.refused(round_.say(Act.TAKE_UP_RECEIPT, re=re, counts=False), "mismatch")
    assert standing(scene, round_) == (State.RELIEVING, Claim.RELIEVING)


@pytest.mark.parametrize("act", [Act.ARRIVAL, Act.NON_ARRIVAL])
def test_nobody_arrives_before_the_deed(scene: Scene, act: Act) -> None:
    for round_ in (scene.offered(), scene.accepted()):
        scene.refused(round_.say(act, re=ANY), "out-of-order")


def test_two_different_acceptances_are_an_equivocation(scene: Scene) -> None:
    round_ = scene.accepted()
    first = round_.said[Act.ACCEPTANCE].envelope
    body = BODIES[Act.ACCEPTANCE] | {"plan": "Another plan."}
    second = acceptance(scene, round_, content=Message(nonce=bytes(32), body=body))
    scene.refused(second, "equivocation", alarm="equivocation", evidence=(second.envelope, first))


RESPONSIBLE: dict[str, Any] = {"as": "guardian", "name": "Anna", "organisation": "Jugendamt", "contact": ""}
UNSAID: dict[str, dict[str, Any]] = {
    "nobody": {"plan": "Met.", "follow_ups": []},
    "no name": {"responsible": RESPONSIBLE | {"name": ""}, "plan": "Met.", "follow_ups": []},
    "white space for a name": {
        "responsible": RESPONSIBLE | {"name": " \t"},
        "plan": "Met.",
        "follow_ups": [],
    },
    "no organisation": {"responsible": RESPONSIBLE | {"organisation": ""}, "plan": "Met.", "follow_ups": []},
    "no capacity": {"responsible": RESPONSIBLE | {"as": "friend"}, "plan": "Met.", "follow_ups": []},
    "no plan": {"responsible": RESPONSIBLE, "plan": "", "follow_ups": []},
    "a member more": {"responsible": RESPONSIBLE, "plan": "Met.", "follow_ups": [], "until": "tomorrow"},
    "a name of 201 letters": {
        "responsible": RESPONSIBLE | {"name": "x" * 201},
        "plan": "Met.",
        "follow_ups": [],
    },
}


@pytest.mark.parametrize("body", UNSAID.values(), ids=UNSAID)
def test_an_acceptance_names_who_is_responsible_and_the_plan(scene: Scene, body: dict[str, Any]) -> None:
    round_ = scene.offered()
    bad = acceptance(scene, round_, content=Message(nonce=bytes(32), body=body))
    scene.refused(bad, "message-incomplete")
    assert standing(scene, round_) == (State.OFFERED, Claim.HOLDER)


def test_another_member_accepts_nothing_that_was_not_offered_to_it(scene: Scene) -> None:
    round_ = scene.offered()
    other = scene.neighbour.answering(found(scene, round_))
    scene.refused(other.say(Act.ACCEPTANCE, re=scene.said_digest(round_, Act.OFFER)), "unknown-round")


def test_what_was_only_prepared_is_known_to_nobody(scene: Scene) -> None:
    node, fed = scene.node, scene.fed
    first = fed.officer(node, "first")
    matter = cases.begin(fed, node, first)
    ground = cases.consent(fed, node, matter, to="fr/lyon", actor=first)
    prepared = node.offers.prepare(
        matter.id, to=NodeId("fr/lyon"), fields=ground.ground.fields, ground=ground.id, actor=first
    )
    round_ = scene.peer.answering(prepared)
    for act in (Act.QUESTION, Act.OPENED, Act.ACCEPTANCE):
        scene.refused(round_.say(act, re=ANY, counts=False), "unknown-round")


def test_a_tracing_matter_gives_its_deed_at_once_and_only_to_who_may_have_it(scene: Scene) -> None:
    round_ = scene.offered(kind=MatterKind.TRACING)
    body: dict[str, Any] = {
        "responsible": RESPONSIBLE | {"as": "officer"},
        "plan": "Search.",
        "follow_ups": [],
    }
    scene.taken(acceptance(scene, round_, content=Message(nonce=bytes(32), body=body)))
    assert standing(scene, round_) == (State.RELIEVING, Claim.RELIEVING)


def test_a_deed_is_irrevocable_whatever_the_receiver_says(scene: Scene) -> None:
    round_ = scene.relieving()
    decline = round_.say(Act.DECLINE, re=scene.said_digest(round_, Act.OFFER), reason="other")
    scene.taken(decline)
    assert standing(scene, round_) == (State.RELIEVING, Claim.RELIEVING)
    with pytest.raises(DeedStandsError):
        withdraw(scene, round_)


def test_a_late_take_up_receipt_takes_nothing_from_who_holds_the_case_again(scene: Scene) -> None:
    """The case came back in a round of its own before the receipt of the first one did."""
    first = scene.relieving()
    deed = scene.said(first, Act.DEED)
    back = scene.peer.round(pair=first.pair, epoch=2)
    scene.taken(back.offer(evidence=(deed,)))
    scene.taken(back.deed(scene.accept(back)))
    kept = found(scene, first)
    scene.taken(first.say(Act.TAKE_UP_RECEIPT, re=scene.said_digest(first, Act.DEED)))
    with scene.node.database.reading() as work:
        matter = work.matters.get(kept.matter)
    assert (matter.claim, matter.holder, matter.epoch) == (Claim.HOLDER, scene.node.id, 2)
    assert matter.chain == (scene.said_digest(first, Act.DEED), digest_of(back.said[Act.DEED]))
