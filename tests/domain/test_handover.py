"""Both state tables in full: every state, event and guard. The expected tables are written by hand."""

from dataclasses import replace
from itertools import product
from typing import Any, Final

import pytest

from handover.domain.courses import TABLES, Course
from handover.domain.errors import HandoverError, OutOfOrderError, RefusedError
from handover.domain.handover import (
    Act,
    Claim,
    ClosedRoundError,
    DeedNotOverdueError,
    DeedStandsError,
    EquivocationError,
    NotResponsibleError,
    Order,
    Role,
    RoundResolvedError,
    Standing,
    State,
    Step,
    UnfitOfferError,
    VoidReason,
    step,
)

# A state: the round goes there.  =: no change.  !act: said again.  ?: equivocation, kept as evidence.
# gone: the late offer is not stored.  stands: the deed cannot be taken back.  resolved: it counts no more.
# -: not in the table, refused.
SENDER: Final = """
            release   withdraw  deadline countersign unfit-countersign acceptance automatic unfit     decline take-up     void-receipt late-take-up resolve
PREPARED    OFFERED   DISCARDED -        -           -                 -          -         -         -       -           -            -            -
DISCARDED   -         -         -        -           -                 -          -         -         -       -           -            -            -
OFFERED     -         VOIDING   VOIDING  -           -                 ACCEPTED   RELIEVING VOIDING   VOIDING ?           ?            -            -
ACCEPTED    -         VOIDING   VOIDING  RELIEVING   VOIDING           =          =         =         VOIDING ?           ?            -            -
RELIEVING   -         stands    =        -           -                 !deed      !deed     !deed     !deed   TRANSFERRED ?            -            VOIDING
VOIDING     -         =         =        -           -                 !void      !void     !void     !void   ?           VOIDED       resolved     -
TRANSFERRED -         stands    =        -           -                 !deed      !deed     !deed     !deed   =           ?            -            -
VOIDED      -         =         =        -           -                 !void      !void     !void     !void   ?           =            ?            -
"""  # noqa: E501
RECEIVER: Final = """
            offer   accept   decline  deed             stray-deed void          late-deed resolving
UNKNOWN     PENDING -        -        HOLDING          -          CLOSED        -         CLOSED
PENDING     =       BOUND    DECLINED HOLDING          -          CLOSED        -         CLOSED
BOUND       =       =        DECLINED HOLDING          -          CLOSED        -         CLOSED
DECLINED    =       -        =        HOLDING          -          CLOSED        -         CLOSED
HOLDING     =       -        -        !take-up-receipt -          ?             -         resolved
CLOSED      gone    -        -        ?                ?          !void-receipt resolved  !void-receipt
"""
SENDERS_EVENTS: Final[dict[Act | Order, str]] = {
    Order.RELEASE: "release",
    Order.WITHDRAW: "withdraw",
    Order.DEADLINE: "deadline",
    Order.COUNTERSIGN: "countersign",
    Act.ACCEPTANCE: "acceptance",
    Act.DECLINE: "decline",
    Act.TAKE_UP_RECEIPT: "take-up",
    Act.VOID_RECEIPT: "void-receipt",
    Order.RESOLVE: "resolve",
}
RECEIVERS_EVENTS: Final[dict[Act | Order, str]] = {
    Act.OFFER: "offer",
    Order.ACCEPT: "accept",
    Order.DECLINE: "decline",
    Act.DEED: "deed",
    Act.VOID: "void",
}
AFTER_RESOLUTION: Final[dict[Act | Order, str]] = {
    Act.TAKE_UP_RECEIPT: "late-take-up",
    Act.DEED: "late-deed",
    Act.VOID: "resolving",
}
EVENTS: Final[tuple[Act | Order, ...]] = (*Act, *Order)
REFUSED: Final[dict[str, type[HandoverError]]] = {
    "?": EquivocationError,
    "gone": ClosedRoundError,
    "stands": DeedStandsError,
    "resolved": RoundResolvedError,
    "-": OutOfOrderError,
}
SAID: Final = {
    "OFFERED": Act.OFFER,
    "RELIEVING": Act.DEED,
    "VOIDING": Act.VOID,
    "BOUND": Act.ACCEPTANCE,
    "DECLINED": Act.DECLINE,
    "HOLDING": Act.TAKE_UP_RECEIPT,
    "CLOSED": Act.VOID_RECEIPT,
}


def _grid(text: str) -> dict[tuple[str, str], str]:
    head, *rows = (line.split() for line in text.strip().splitlines())
    return {(row[0], column): cell for row in rows for column, cell in zip(head, row[1:], strict=True)}


GRIDS: Final = {Role.SENDER: _grid(SENDER), Role.RECEIVER: _grid(RECEIVER)}


def _cell(standing: Standing, event: Act | Order, *, late: bool) -> str:
    columns = SENDERS_EVENTS if standing.role is Role.SENDER else RECEIVERS_EVENTS
    column = columns.get(event)
    fits = standing.grounded and not late and standing.claim is Claim.HOLDER
    if event is Act.ACCEPTANCE and column:
        column = ("automatic" if standing.automatic else column) if fits else "unfit"
    if event is Order.COUNTERSIGN and column and not fits:
        column = "unfit-countersign"
    if event is Act.DEED and column and not standing.bound:
        column = "stray-deed"
    if standing.resolved and column:
        column = AFTER_RESOLUTION.get(event, column)
    return GRIDS[standing.role].get((standing.state.value, column or ""), "-")


def _resolved(standing: Standing) -> tuple[Step | None, type[HandoverError]]:
    if not standing.relieving_here or standing.claim is not Claim.RELIEVING:
        return None, NotResponsibleError
    if not standing.overdue:
        return None, DeedNotOverdueError
    return Step(state=State.VOIDING, claim=Claim.HOLDER, says=Act.VOID), HandoverError


def _expected(
    standing: Standing, event: Act | Order, *, late: bool
) -> tuple[Step | None, type[HandoverError]]:
    cell = _cell(standing, event, late=late)
    if event is Order.RESOLVE and cell != "-":
        return _resolved(standing)
    if event in (Order.RELEASE, Order.COUNTERSIGN) and cell != "-" and standing.claim is not Claim.HOLDER:
        return None, NotResponsibleError
    if event is Order.RELEASE and cell != "-" and (late or not standing.grounded):
        return None, UnfitOfferError
    if event is Order.DEADLINE and cell != "-" and not late:
        return None, OutOfOrderError
    if cell in REFUSED:
        return None, REFUSED[cell]
    if cell == "=" or cell[0] == "!":
        says = Act(cell[1:]) if cell != "=" else None
        return Step(state=standing.state, says=says, changed=False), HandoverError
    claim = {"RELIEVING": Claim.RELIEVING, "HOLDING": Claim.HOLDER}.get(cell)
    if cell == "TRANSFERRED" and standing.claim is Claim.RELIEVING and standing.relieving_here:
        claim = Claim.NONE
    return Step(state=State(cell), claim=claim, says=SAID.get(cell), erases=cell == "CLOSED"), HandoverError


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_every_event_in_every_state_under_every_guard(role: Role, state: State) -> None:
    two = (False, True)
    for claim, late, here, grounded, bound, automatic, resolved, overdue in product(
        Claim, two, two, two, two, two, two, two
    ):
        standing = Standing(
            role=role,
            state=state,
            claim=claim,
            deadline=100,
            relieving_here=here,
            grounded=grounded,
            bound=bound,
            automatic=automatic,
            resolved=resolved,
            overdue=overdue,
        )
        for event in EVENTS:
            expected, error = _expected(standing, event, late=late)
            if expected is None:
                with pytest.raises(error) as caught:
                    step(standing, event, 100 + late)
                assert caught.type is error
            else:
                got = step(standing, event, 100 + late)
                assert (got.state, got.claim, got.says) == (expected.state, expected.claim, expected.says)
                assert (got.erases, got.changed) == (expected.erases, expected.changed)
                assert (got.reason is not None) == (got.changed and got.state is State.VOIDING)


def test_a_table_holds_only_states_of_its_own_side() -> None:
    senders = {row for row, _ in GRIDS[Role.SENDER]}
    receivers = {row for row, _ in GRIDS[Role.RECEIVER]}
    others = {
        state for (course, _), table in TABLES.items() if course is not Course.HANDOVER for state in table
    }
    assert senders | receivers | others == set(State)
    assert not senders & receivers


def _sender(state: State, **changes: Any) -> Standing:
    return Standing(role=Role.SENDER, state=state, claim=Claim.HOLDER, deadline=100, **changes)


@pytest.mark.parametrize(
    ("event", "now", "grounded", "reason"),
    [
        (Order.WITHDRAW, 100, True, VoidReason.WITHDRAWN),
        (Order.WITHDRAW, 100, False, VoidReason.CONSENT_WITHDRAWN),
        (Order.DEADLINE, 101, True, VoidReason.EXPIRED),
        (Act.DECLINE, 100, True, VoidReason.DECLINED),
        (Act.ACCEPTANCE, 101, True, VoidReason.EXPIRED),
        (Act.ACCEPTANCE, 100, False, VoidReason.CONSENT_WITHDRAWN),
    ],
)
def test_a_void_says_why(event: Act | Order, now: int, grounded: bool, reason: VoidReason) -> None:
    result = step(_sender(State.OFFERED, grounded=grounded), event, now)
    assert (result.state, result.reason) == (State.VOIDING, reason)


def test_an_acceptance_of_a_node_that_is_not_responsible_any_more_is_superseded() -> None:
    standing = Standing(role=Role.SENDER, state=State.OFFERED, claim=Claim.NONE, deadline=100)
    assert step(standing, Act.ACCEPTANCE, 1).reason is VoidReason.SUPERSEDED


def test_the_caller_may_name_the_reason() -> None:
    result = step(_sender(State.OFFERED), Order.WITHDRAW, 1, VoidReason.RESTORED)
    assert result.reason is VoidReason.RESTORED


def test_a_deed_is_resolved_when_its_receiver_is_waited_for_no_longer() -> None:
    relieving = Standing(
        role=Role.SENDER, state=State.RELIEVING, claim=Claim.RELIEVING, deadline=100, relieving_here=True
    )
    with pytest.raises(DeedNotOverdueError):
        step(relieving, Order.RESOLVE, 1)
    result = step(replace(relieving, overdue=True), Order.RESOLVE, 1)
    assert (result.state, result.claim) == (State.VOIDING, Claim.HOLDER)
    assert (result.says, result.reason) == (Act.VOID, VoidReason.RESOLVED)


def test_a_countersignature_without_a_ground_voids_the_round() -> None:
    result = step(_sender(State.ACCEPTED, grounded=False), Order.COUNTERSIGN, 1)
    assert (result.state, result.says) == (State.VOIDING, Act.VOID)
    assert result.reason is VoidReason.CONSENT_WITHDRAWN


def test_the_last_second_of_the_deadline_counts() -> None:
    assert step(_sender(State.OFFERED, automatic=True), Act.ACCEPTANCE, 100).state is State.RELIEVING
    assert step(_sender(State.OFFERED, automatic=True), Act.ACCEPTANCE, 101).state is State.VOIDING


def test_a_peers_decline_is_not_the_officers() -> None:
    pending = Standing(role=Role.RECEIVER, state=State.PENDING, claim=Claim.NONE, deadline=100)
    assert step(pending, Order.DECLINE, 1).state is State.DECLINED
    with pytest.raises(OutOfOrderError):
        step(pending, Act.DECLINE, 1)
    with pytest.raises(OutOfOrderError):
        step(_sender(State.OFFERED), Order.DECLINE, 1)


def test_in_doubt_only_a_deed_and_a_void_are_heard_and_nothing_is_decided() -> None:
    for role, state in product(Role, State):
        doubtful = Standing(role=role, state=state, claim=Claim.HOLDER, deadline=100, in_doubt=True)
        for event in (*Act, *Order):
            if event in (Act.DEED, Act.VOID):
                certain = replace(doubtful, in_doubt=False)
                assert _came_to(doubtful, event) == _came_to(certain, event)
            else:
                assert _came_to(doubtful, event) == "in-doubt"


def _came_to(standing: Standing, event: Act | Order) -> Step | str:
    try:
        return step(standing, event, 1)
    except HandoverError as error:
        return error.name


def test_a_timer_that_fires_early_voids_nothing() -> None:
    with pytest.raises(OutOfOrderError, match="not passed"):
        step(_sender(State.OFFERED), Order.DEADLINE, 100)


def test_refusals_name_state_and_event_and_nothing_else() -> None:
    with pytest.raises(OutOfOrderError) as caught:
        step(_sender(State.PREPARED), Act.DECLINE, 1)
    assert caught.value.detail == "decline in PREPARED"
    with pytest.raises(EquivocationError) as contradiction:
        step(_sender(State.OFFERED), Act.VOID_RECEIPT, 1)
    assert contradiction.value.detail == "void-receipt in OFFERED"


def test_all_refusals_are_of_the_refused_kind_and_cannot_be_retried() -> None:
    for error in (EquivocationError, ClosedRoundError, DeedStandsError, NotResponsibleError, UnfitOfferError):
        assert issubclass(error, RefusedError)
        assert not error.retry
