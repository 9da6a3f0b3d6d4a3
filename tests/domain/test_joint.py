"""Never two responsible, never none: all worlds of the real `step`, and every rule shown to be needed."""

from dataclasses import replace

import pytest

from domain.joint import (
    JOINT,
    RESOLVED,
    RETRACTED,
    Rule,
    Setting,
    ViolationError,
    explore,
    joint,
    settle,
    unresolved,
)
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act, Claim, Order, Standing, State, Step, step


def test_exactly_fifteen_joint_states_can_be() -> None:
    assert joint(explore(Setting(retracts=False))) == JOINT
    assert len(JOINT) == 15


def test_a_retracted_acceptance_adds_exactly_two_joint_states() -> None:
    assert joint(explore(Setting())) == JOINT | RETRACTED
    assert len(JOINT | RETRACTED) == 17


@pytest.mark.parametrize(
    "setting",
    [
        Setting(declines=False),
        Setting(rounds=2),
        Setting(rounds=2, parallel=True),
        Setting(rounds=2, nodes=3, parallel=True),
        Setting(rounds=3, retracts=False, grounds_end=False),
    ],
    ids=["no-decline", "back-and-forth", "overlapping", "three-nodes", "three-rounds"],
)
def test_all_properties_hold_in_every_world(setting: Setting) -> None:
    worlds = explore(setting)
    assert joint(worlds) <= JOINT | RETRACTED
    assert len(worlds) > 50


@pytest.mark.parametrize(
    "setting", [Setting(), Setting(rounds=2, grounds_end=False)], ids=["one-round", "back-and-forth"]
)
def test_every_round_closes_alike_at_both_sides_after_everything_in_flight_was_lost(setting: Setting) -> None:
    assert not any(unresolved(settle(setting, world)) for world in explore(setting))


@pytest.mark.parametrize(
    "setting",
    [Setting(resolves=True), Setting(rounds=2, nodes=3, resolves=True, grounds_end=False, retracts=False)],
    ids=["one-round", "handed-to-a-third"],
)
def test_a_deed_whose_receiver_is_gone_for_good_is_resolved_and_the_matter_goes_on(setting: Setting) -> None:
    worlds = explore(setting)
    assert joint(worlds) <= JOINT | RETRACTED | RESOLVED
    assert any(world.rounds[0].resolved and world.claims[0] is Claim.HOLDER for world in worlds)
    onward = [each for each in worlds if each.rounds[0].resolved and each.rounds[-1].r is State.HOLDING]
    third = [each for each in onward if each.rounds[0].receiver != each.rounds[-1].receiver]
    assert bool(third) is (setting.nodes == 3)
    assert all(each.claims[each.rounds[-1].receiver] is Claim.HOLDER for each in third)


def test_whoever_comes_back_after_the_resolution_closes_alike_or_both_are_told() -> None:
    setting = Setting(resolves=True, returns=True)
    worlds = explore(setting)
    both = [world for world in worlds if world.claims == (Claim.HOLDER, Claim.HOLDER)]
    assert both
    assert all(world.rounds[0].resolved for world in both)
    ended = [settle(setting, world) for world in worlds if world.rounds[0].resolved]
    assert not any(unresolved(world) for world in ended)
    assert {(world.rounds[0].s, world.rounds[0].r) for world in ended} == {
        (State.VOIDED, State.CLOSED),
        (State.VOIDING, State.HOLDING),
    }


def test_the_model_sees_all_four_claims_but_doubt() -> None:
    claims = {claim for world in explore(Setting(rounds=2, retracts=False)) for claim in world.claims}
    assert claims == {Claim.HOLDER, Claim.RELIEVING, Claim.NONE}


# --- each rule removed once -----------------------------------------------------------------------------


def accept_takes(standing: Standing, event: Act | Order, now: int) -> Step:
    result = step(standing, event, now)
    return replace(result, claim=Claim.HOLDER) if result.state is State.BOUND and result.changed else result


def early_release(standing: Standing, event: Act | Order, now: int) -> Step:
    result = step(standing, event, now)
    return replace(result, claim=Claim.NONE) if result.claim is Claim.RELIEVING else result


def receiver_gives_up(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.BOUND, Order.DEADLINE) and now > standing.deadline:
        return Step(state=State.CLOSED, erases=True)
    return step(standing, event, now)


def withdraw_after_deed(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.RELIEVING, Order.WITHDRAW):
        return Step(state=State.VOIDING, claim=Claim.HOLDER, says=Act.VOID)
    return step(standing, event, now)


def accept_after_void(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.VOIDING, Act.ACCEPTANCE):
        return Step(state=State.RELIEVING, claim=Claim.RELIEVING, says=Act.DEED)
    return step(standing, event, now)


def _blind(standing: Standing, event: Act | Order, **changes: object) -> Standing:
    decides = event in (Act.ACCEPTANCE, Order.COUNTERSIGN)
    return replace(standing, **changes) if decides else standing  # type: ignore[arg-type]


def late_deed(standing: Standing, event: Act | Order, now: int) -> Step:
    return step(_blind(standing, event, deadline=now), event, now)


def no_compare_and_set(standing: Standing, event: Act | Order, now: int) -> Step:
    return step(_blind(standing, event, claim=Claim.HOLDER), event, now)


def ground_not_asked_again(standing: Standing, event: Act | Order, now: int) -> Step:
    return step(_blind(standing, event, grounded=True), event, now)


def no_tombstone(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.UNKNOWN, Act.VOID):
        return Step(state=State.UNKNOWN, says=Act.VOID_RECEIPT, changed=False)
    return step(standing, event, now)


def record_kept(standing: Standing, event: Act | Order, now: int) -> Step:
    return replace(step(standing, event, now), erases=False)


def late_receipt(standing: Standing, event: Act | Order, now: int) -> Step:
    result = step(standing, event, now)
    return (
        replace(result, claim=Claim.NONE) if result.changed and result.state is State.TRANSFERRED else result
    )


def accept_unasked(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.OFFERED, Order.COUNTERSIGN):
        return Step(state=State.RELIEVING, claim=Claim.RELIEVING, says=Act.DEED)
    return step(standing, event, now)


def revived(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.CLOSED, Act.OFFER):
        return Step(state=State.PENDING)
    return step(standing, event, now)


@pytest.mark.parametrize(
    ("setting", "violation"),
    [
        (Setting(rule=accept_takes), "two responsible"),
        (Setting(rule=early_release), "none responsible"),
        (Setting(sends_first=True), "two responsible"),
        (Setting(rule=receiver_gives_up), "honest message refused: deed in CLOSED"),
        (Setting(rule=withdraw_after_deed), "taken up without an acceptance that counts"),
        (Setting(rule=accept_after_void), "deed after withdrawal"),
        (Setting(resolves=True, waits=False), "two responsible"),
        (Setting(rule=late_deed), "deed after the deadline"),
        (Setting(rule=ground_not_asked_again), "deed without a ground"),
        (Setting(reads_early=True, grounds_end=False), "deed after withdrawal"),
        (Setting(rule=no_tombstone), "record kept after the void receipt"),
        (Setting(rule=record_kept), "record kept after the void receipt"),
        (Setting(rule=revived), "record kept after the void receipt"),
        (Setting(rule=accept_unasked), "deed without the receiver's acceptance"),
        (Setting(rounds=2, mixes_rounds=True), "honest message refused"),
        (Setting(rule=late_receipt, rounds=2, grounds_end=False), "none responsible"),
        (Setting(rule=no_compare_and_set, rounds=2, nodes=3, parallel=True), "two responsible"),
    ],
    ids=[
        "ACCEPT_TAKES", "EARLY_RELEASE", "SEND_FIRST", "R_TIMEOUT", "WITHDRAW_AFTER_DEED",
        "ACCEPT_AFTER_VOID", "RESOLVED_TOO_EARLY",
        "LATE_DEED", "GROUND_ONCE", "CHECK_THEN_ACT", "NO_TOMBSTONE", "NO_ERASURE",
        "REVIVED", "DEED_UNASKED", "NO_EPOCH", "LATE_RECEIPT", "NO_CAS",
    ],
)  # fmt: skip
def test_without_this_rule_a_property_fails(setting: Setting, violation: str) -> None:
    with pytest.raises(ViolationError) as caught:
        explore(setting)
    assert caught.value.rule.startswith(violation), str(caught.value)


def _silent(act: Act) -> Rule:
    def rule(standing: Standing, event: Act | Order, now: int) -> Step:
        result = step(standing, event, now)
        return replace(result, says=None) if result.says is act else result

    return rule


def no_deadline(standing: Standing, event: Act | Order, now: int) -> Step:
    if event is Order.DEADLINE:
        raise OutOfOrderError
    return step(standing, event, now)


@pytest.mark.parametrize(
    "setting",
    [
        Setting(says={}),
        Setting(rule=_silent(Act.VOID_RECEIPT)),
        Setting(rule=_silent(Act.TAKE_UP_RECEIPT)),
        Setting(rule=no_deadline),
    ],
    ids=["NO_RETRY", "NO_VOID_RECEIPT", "NO_TAKEUP_RECEIPT", "NO_DEADLINE"],
)
def test_without_this_rule_a_round_never_closes(setting: Setting) -> None:
    assert any(unresolved(settle(setting, world)) for world in explore(setting))


def test_a_violation_tells_the_shortest_way_to_it() -> None:
    with pytest.raises(ViolationError) as caught:
        explore(Setting(rule=accept_takes))
    assert caught.value.trace == ("0: 0 offers to 1", "0: receiver hears offer", "0: receiver accept")
