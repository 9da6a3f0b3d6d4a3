"""What can be done next is what the tables allow, tried for every state."""

from itertools import product

import pytest

from handover.application.facts import Actor, Handover, OfficerRole
from handover.application.worklist import Waits, seen
from handover.domain.consent import Purpose
from handover.domain.handover import RECEIVER, SENDER, SETTLED, Order, Role, State
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId, PairId, RoundId
from handover.domain.record import MatterKind

ID = "019a3c5e-8c00-7a00-8000-0000000000a1"
OTHER = UUID7("019a3c5e-8c00-7a00-8000-0000000000b2")
DIGEST = Digest("A" * 43)
ANNA = Actor(officer=UUID7(ID), roles=tuple(OfficerRole), auth="api-key")
STATES = [(Role.SENDER, state) for state in SENDER] + [
    (Role.RECEIVER, state) for state in RECEIVER if state is not State.UNKNOWN
]


def handover(role: Role, state: State, **changes: object) -> Handover:
    values: dict[str, object] = {
        "id": HandoverId(ID), "matter": MatterId(ID), "kind": MatterKind.GUARDIANSHIP, "role": role, "state": state,
        "peer": NodeId("de/hamburg"), "round": RoundId("A" * 22), "pair": PairId("A" * 22), "epoch": 1, "deadline": 100,
        "purpose": Purpose.CHILD_PROTECTION, "schema": "guardianship/1", "fields": (), "created_at": 0, "updated_at": 0,
        "prepared_by": OTHER, "released_by": OTHER, "offer": DIGEST, "opened_at": 1, **changes,
    }  # fmt: skip
    return Handover(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("role", "state"), STATES)
def test_the_orders_offered_are_those_that_the_tables_carry_out(role: Role, state: State) -> None:
    row = (SENDER if role is Role.SENDER else RECEIVER)[state]
    expected = {
        order.value
        for order in Order
        if order not in (Order.DEADLINE, Order.RESOLVE)  # nobody is offered to resolve a round
        and isinstance(row.get(order), State)
        and row[order] is not state
    }
    can = seen(handover(role, state), actor=ANNA, now=50).can
    assert {step for step in can if step in {order.value for order in Order}} == expected


@pytest.mark.parametrize(("role", "state"), STATES)
def test_somebody_is_waited_for_until_the_round_is_settled(role: Role, state: State) -> None:
    waits = seen(handover(role, state), actor=ANNA, now=50).waits_for
    assert (waits is Waits.NOBODY) == (state in SETTLED and state is not State.HOLDING)
    arrived = seen(handover(role, state, arrived_at=1), actor=ANNA, now=50).waits_for
    assert (arrived is Waits.NOBODY) == (state in SETTLED)


def test_a_tracing_deed_waits_for_the_registry_and_for_no_officer() -> None:
    held = seen(handover(Role.SENDER, State.ACCEPTED, automatic=True), actor=ANNA, now=50)
    assert (held.waits_for, "countersign" in held.can) == (Waits.REGISTRY, False)


def test_an_offer_is_accepted_after_it_was_opened() -> None:
    unread = seen(handover(Role.RECEIVER, State.PENDING, opened_at=None), actor=ANNA, now=50)
    assert unread.can == ("open", "decline", "question")


def test_only_an_asked_question_is_answered() -> None:
    asked = seen(handover(Role.SENDER, State.OFFERED, question=DIGEST), actor=ANNA, now=50)
    assert asked.can == ("withdraw", "question", "answer")


@pytest.mark.parametrize(
    ("step", "state", "who"),
    [("release", State.PREPARED, "prepared_by"), ("countersign", State.ACCEPTED, "released_by")],
)
def test_four_eyes_show_in_what_one_officer_can_do(step: str, state: State, who: str) -> None:
    assert step in seen(handover(Role.SENDER, state), actor=ANNA, now=50).can
    assert step not in seen(handover(Role.SENDER, state, **{who: ANNA.officer}), actor=ANNA, now=50).can


def test_an_officer_sees_only_the_steps_of_the_officers_roles() -> None:
    for (role, state), officer_role in product(STATES, OfficerRole):
        actor = Actor(officer=UUID7(ID), roles=(officer_role,), auth="api-key")
        can = set(seen(handover(role, state, question=DIGEST), actor=actor, now=50).can)
        if officer_role in (OfficerRole.AUDITOR, OfficerRole.OPERATOR):
            assert not can
        elif officer_role is OfficerRole.CASEWORKER:
            assert can <= {"withdraw"}


def test_a_round_that_stands_too_long_is_marked() -> None:
    assert not seen(handover(Role.SENDER, State.RELIEVING), actor=ANNA, now=60).overdue
    assert seen(handover(Role.SENDER, State.RELIEVING), actor=ANNA, now=3600).overdue


def test_a_question_of_the_other_side_waits_for_this_office_until_it_is_answered() -> None:
    asked = handover(Role.SENDER, State.OFFERED, question=DIGEST)
    assert seen(asked, actor=ANNA, now=50).waits_for is Waits.THIS_OFFICE
    assert "answer" in seen(asked, actor=ANNA, now=50).can
    answered = seen(handover(Role.SENDER, State.OFFERED), actor=ANNA, now=50)
    assert (answered.waits_for, "answer" in answered.can) == (Waits.OTHER_OFFICE, False)
