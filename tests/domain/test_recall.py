"""What both sides have signed says where a round stands: at every joint state, whatever the restored side forgot."""

from itertools import product

import pytest

from domain.joint import JOINT, RETRACTED
from handover.domain.courses import TABLES, Course
from handover.domain.lifecycle import ANSWERS, Act, Role, State
from handover.domain.recall import RECALLS, REFERRALS, Recalled, recalled

# What each side has said and heard by the time that it is in a state; the other side may know of it or not.
SENDER_SAYS = {
    State.OFFERED: {Act.OFFER},
    State.ACCEPTED: {Act.OFFER},
    State.RELIEVING: {Act.OFFER, Act.DEED},
    State.TRANSFERRED: {Act.OFFER, Act.DEED},
    State.VOIDING: {Act.OFFER, Act.VOID},
    State.VOIDED: {Act.OFFER, Act.VOID},
}
RECEIVER_SAYS = {
    State.UNKNOWN: set[Act](),
    State.PENDING: set[Act](),
    State.BOUND: {Act.ACCEPTANCE},
    State.DECLINED: {Act.DECLINE},
    State.HOLDING: {Act.ACCEPTANCE, Act.TAKE_UP_RECEIPT},
    State.CLOSED: {Act.VOID_RECEIPT},
}
RECEIVER_HEARD = {
    State.UNKNOWN: set[Act](),
    State.PENDING: {Act.OFFER},
    State.BOUND: {Act.OFFER},
    State.DECLINED: {Act.OFFER},
    State.HOLDING: {Act.OFFER, Act.DEED},
    State.CLOSED: {Act.VOID},
}
PAIRS = sorted(pair for pair in JOINT | RETRACTED if pair[0] is not State.PREPARED)


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_a_sender_that_has_forgotten_all_comes_to_what_the_receiver_can_bear(
    sender: State, receiver: State
) -> None:
    """What the receiver keeps of the sender's is what the sender is shown; the rest is fenced."""
    mine = SENDER_SAYS[sender] & RECEIVER_HEARD[receiver]
    found = recalled(Role.SENDER, mine, RECEIVER_SAYS[receiver])
    fits = {
        State.UNKNOWN: None,
        State.PENDING: State.VOIDING,
        State.BOUND: State.VOIDING,
        State.DECLINED: State.VOIDING,
        State.HOLDING: State.TRANSFERRED,
        State.CLOSED: State.VOIDED,
    }[receiver]
    assert (found and found.state) == fits


@pytest.mark.parametrize(("sender", "receiver"), PAIRS)
def test_a_receiver_that_has_forgotten_all_comes_to_what_the_sender_can_bear(
    sender: State, receiver: State
) -> None:
    heard = {State.ACCEPTED, State.RELIEVING, State.TRANSFERRED}
    mine = RECEIVER_SAYS[receiver] | ({Act.ACCEPTANCE} if receiver is State.DECLINED else set())
    kept = mine & ({Act.ACCEPTANCE, Act.TAKE_UP_RECEIPT} if sender in heard else set())
    found = recalled(Role.RECEIVER, kept, SENDER_SAYS[sender])
    assert found is not None
    assert (
        found.state
        == {
            State.OFFERED: State.PENDING,
            State.ACCEPTED: State.BOUND,
            State.RELIEVING: State.HOLDING,
            State.TRANSFERRED: State.HOLDING,
            State.VOIDING: State.CLOSED,
            State.VOIDED: State.CLOSED,
        }[sender]
    )


def test_what_was_said_already_is_not_said_again() -> None:
    deed = ({Act.ACCEPTANCE}, {Act.OFFER, Act.DEED})
    assert recalled(Role.RECEIVER, *deed) == Recalled(
        state=State.HOLDING, act=Act.DEED, mine=False, says=Act.TAKE_UP_RECEIPT
    )
    took = ({Act.ACCEPTANCE, Act.TAKE_UP_RECEIPT}, {Act.OFFER, Act.DEED})
    assert recalled(Role.RECEIVER, *took) == Recalled(state=State.HOLDING, act=Act.DEED, mine=False)


def test_a_deed_without_the_own_acceptance_moves_nothing() -> None:
    found = recalled(Role.RECEIVER, set(), {Act.OFFER, Act.DEED})
    assert found is not None
    assert found.state is State.PENDING
    assert recalled(Role.RECEIVER, set(), {Act.DEED}) is None


def _silent(role: Role) -> set[Act]:
    """What the side of *role* does not look at."""
    every = {
        Act.OFFER,
        Act.ACCEPTANCE,
        Act.DECLINE,
        Act.DEED,
        Act.VOID,
        Act.TAKE_UP_RECEIPT,
        Act.VOID_RECEIPT,
    }
    return every - {each.act for each in RECALLS[role]}


def test_who_has_closed_a_round_does_not_hold_by_a_deed_in_it() -> None:
    found = recalled(Role.RECEIVER, {Act.ACCEPTANCE, Act.VOID_RECEIPT}, {Act.OFFER, Act.DEED, Act.VOID})
    assert found == Recalled(state=State.CLOSED, act=Act.VOID, mine=False)


@pytest.mark.parametrize("role", Role)
def test_a_referral_goes_on_until_one_side_has_ended_it(role: Role) -> None:
    opening = {Act.REFERRAL}
    mine, theirs = (opening, set[Act]()) if role is Role.SENDER else (set[Act](), opening)
    live = State.REFERRED if role is Role.SENDER else State.SERVING

    def stands(mine: set[Act], theirs: set[Act]) -> tuple[State, Act | None] | None:
        found = recalled(role, mine, theirs, referral=True)
        return None if found is None else (found.state, found.says)

    assert stands(mine, theirs) == (live, None)
    assert stands(mine | {Act.END}, theirs) == (State.ENDING, None)
    assert stands(mine | {Act.END}, theirs | {Act.END_RECEIPT}) == (State.ENDED, None)
    assert stands(mine, theirs | {Act.END}) == (State.OVER, Act.END_RECEIPT)
    assert stands(mine | {Act.END_RECEIPT}, theirs | {Act.END}) == (State.OVER, None)
    assert stands(mine | {Act.END}, theirs | {Act.END}) == (State.OVER, Act.END_RECEIPT)
    assert stands(theirs, mine) is None
    assert {each.state for each in REFERRALS[role]} | {State.PREPARED, State.DISCARDED, State.UNKNOWN} >= {
        state for state in TABLES[Course.REFERRAL, role] if state is not State.RETAINED
    }


def test_of_all_that_can_have_been_said_the_strongest_decides() -> None:
    """Every set of acts: what is found rests on something that was said, by whom it is said to be."""
    acts = [Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT]
    for role, said in product(Role, product((False, True), repeat=len(acts))):
        there = {act for act, is_there in zip(acts, said, strict=True) if is_there}
        found = recalled(role, there, there)
        if found is None:
            assert there <= {Act.DEED, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT, *_silent(role)}
            continue
        assert found.act in there
        assert found.says is None or found.says not in there
        assert found.says in (None, Act.VOID, ANSWERS.get(found.state))
