"""Rounds that move nothing: their tables in full, written by hand, and all worlds of two sides over a bad wire."""

from dataclasses import replace
from itertools import product
from typing import Final

import pytest

from domain.ends import CLOSED, Rule, Setting, World, chatter, event, explore, settle, unresolved
from domain.joint import ViolationError
from handover.domain.courses import BEGINS, ERASES, OPENS, TABLES, Course, EndReason, course_of
from handover.domain.errors import HandoverError, OutOfOrderError
from handover.domain.handover import (
    Act,
    Claim,
    ClosedRoundError,
    EquivocationError,
    NotResponsibleError,
    Order,
    Role,
    Standing,
    State,
    Step,
    UnfitOfferError,
    step,
)
from handover.domain.sequence import BY_SENDER, REPLIES, SPOKEN, answered, discloses_anew, may_answer, may_say

# A state: the round goes there.  =: no change.  !act: said again.  ?: equivocation.  gone: not stored.  -: refused.
ENDS: Final = """
ENDING     - = {0} -   -   OVER          ENDED
ENDED      - = {0} -   -   =             =
OVER       - = {0} -   -   !end-receipt  =
"""
GRIDS: Final = {
    (Course.REFERRAL, Role.SENDER): f"""
           release  withdraw  deadline finish erase end  end-receipt
PREPARED   REFERRED DISCARDED -        -      -     -    -
REFERRED   -        ENDING    ENDING   -      -     OVER ?
{ENDS.format("=")}""",
    (Course.CONTACT, Role.SENDER): f"""
           release    withdraw  deadline finish erase end  end-receipt
PREPARED   CONTACTING DISCARDED -        -      -     -    -
CONTACTING -          ENDING    -        -      -     OVER ?
{ENDS.format("-")}""",
    (Course.REFERRAL, Role.RECEIVER): """
         referral late-referral hit  deadline finish erase  end          held-end     end-receipt held-deadline
UNKNOWN  SERVING  gone          -    -        -      -      OVER         OVER         -           -
SERVING  =        gone          -    ENDING   ENDING -      OVER         RETAINED     ?           RETAINED
RETAINED gone     gone          gone =        -      ENDING =            =            ?           =
ENDING   gone     gone          gone =        -      -      OVER         OVER         ENDED       =
ENDED    gone     gone          gone =        -      -      =            =            =           =
OVER     gone     gone          gone =        -      -      !end-receipt !end-receipt =           =
""",
    (Course.CONTACT, Role.RECEIVER): """
           hit        referral deadline finish erase end          end-receipt
UNKNOWN    IN-CONTACT -        -        -      -     OVER         -
IN-CONTACT =          -        -        ENDING -     OVER         ?
ENDING     gone       gone     -        -      -     OVER         ENDED
ENDED      gone       gone     -        -      -     =            =
OVER       gone       gone     -        -      -     !end-receipt =
""",
}  # fmt: skip
REFUSED: Final[dict[str, type[HandoverError]]] = {
    "?": EquivocationError,
    "gone": ClosedRoundError,
    "-": OutOfOrderError,
}
SAID: Final = {"REFERRED": Act.REFERRAL, "CONTACTING": Act.HIT, "ENDING": Act.END, "OVER": Act.END_RECEIPT}
CELLS: Final = [
    (course, role, row.split()[0], column, cell)
    for (course, role), grid in GRIDS.items()
    for head in (grid.strip().splitlines()[0].split(),)
    for row in filter(None, grid.strip().splitlines()[1:])
    for column, cell in zip(head, row.split()[1:], strict=True)
]
ORDERS: Final = {order.value: order for order in Order}


def _standing(course: Course, role: Role, state: State, **changes: bool) -> Standing:
    return Standing(course=course, role=role, state=state, claim=Claim.HOLDER, deadline=100, **changes)


def _event(column: str) -> Act | Order:
    word = column.removeprefix("held-").removeprefix("late-")
    return ORDERS[word] if word in ORDERS else Act(word)


@pytest.mark.parametrize(("course", "role", "state", "column", "cell"), CELLS)
def test_every_cell_of_every_table(course: Course, role: Role, state: str, column: str, cell: str) -> None:
    heard = _event(column)
    late = heard is Order.DEADLINE or column.startswith("late-")
    standing = _standing(course, role, State(state), held=column.startswith("held-"))
    if cell in REFUSED:
        with pytest.raises(REFUSED[cell]) as caught:
            step(standing, heard, 101 if late else 100)
        assert caught.type is REFUSED[cell]
        return
    found = step(standing, heard, 101 if late else 100)
    assert found.claim is None
    if cell == "=" or cell[0] == "!":
        assert (found.state, found.changed) == (standing.state, False)
        assert found.says == (None if cell == "=" else Act(cell[1:]))
        return
    assert (found.state, found.says, found.changed) == (State(cell), SAID.get(cell), True)


@pytest.mark.parametrize(("course", "role"), [each for each in TABLES if each[0] is not Course.HANDOVER])
def test_what_is_in_no_cell_is_refused(course: Course, role: Role) -> None:
    written = {(state, _event(column)) for c, r, state, column, _ in CELLS if (c, r) == (course, role)}
    for state, heard in product(State, (*Act, *Order)):
        if (state.value, heard) not in written:
            with pytest.raises(OutOfOrderError):
                step(_standing(course, role, state), heard, 101)


@pytest.mark.parametrize("course", [Course.REFERRAL, Course.CONTACT])
def test_no_table_of_these_rounds_has_a_state_that_moves_responsibility(course: Course) -> None:
    taken = {State.RELIEVING, State.TRANSFERRED, State.HOLDING}
    for role in Role:
        assert not taken & TABLES[course, role].keys()


@pytest.mark.parametrize("course", [Course.REFERRAL, Course.CONTACT])
def test_only_who_is_responsible_opens_a_round(course: Course) -> None:
    standing = _standing(course, Role.SENDER, State.PREPARED)
    with pytest.raises(NotResponsibleError):
        step(replace(standing, claim=Claim.NONE), Order.RELEASE, 1)


def test_a_referral_leaves_in_time_and_under_a_ground_and_a_contact_has_neither() -> None:
    referral = _standing(Course.REFERRAL, Role.SENDER, State.PREPARED)
    with pytest.raises(UnfitOfferError):
        step(referral, Order.RELEASE, 101)
    with pytest.raises(UnfitOfferError):
        step(replace(referral, grounded=False), Order.RELEASE, 1)
    assert step(replace(referral, course=Course.CONTACT), Order.RELEASE, 101).says is Act.HIT


def test_what_a_hold_keeps_is_not_destroyed_by_an_officer_who_is_done() -> None:
    serving = _standing(Course.REFERRAL, Role.RECEIVER, State.SERVING, held=True)
    found = step(serving, Order.FINISH, 1)
    assert (found.state, found.says, found.erases) == (State.RETAINED, None, False)


def test_values_are_not_erased_under_a_hold() -> None:
    standing = _standing(Course.REFERRAL, Role.RECEIVER, State.RETAINED, held=True)
    with pytest.raises(OutOfOrderError, match="legal hold"):
        step(standing, Order.ERASE, 101)


@pytest.mark.parametrize(
    ("state", "event", "now", "grounded", "reason"),
    [
        (State.REFERRED, Order.WITHDRAW, 100, True, EndReason.RECALLED),
        (State.REFERRED, Order.WITHDRAW, 100, False, EndReason.CONSENT_WITHDRAWN),
        (State.REFERRED, Order.DEADLINE, 101, True, EndReason.EXPIRED),
        (State.REFERRED, Act.END, 1, True, None),
    ],
)
def test_an_end_says_why(
    state: State, event: Act | Order, now: int, grounded: bool, reason: EndReason | None
) -> None:
    found = step(_standing(Course.REFERRAL, Role.SENDER, state, grounded=grounded), event, now)
    assert found.reason is reason


def test_the_receiver_says_that_it_is_done_unless_it_names_another_reason() -> None:
    serving = _standing(Course.REFERRAL, Role.RECEIVER, State.SERVING)
    assert step(serving, Order.FINISH, 1).reason is EndReason.DONE
    assert step(serving, Order.FINISH, 1, EndReason.NOT_TAKEN).reason is EndReason.NOT_TAKEN
    assert step(replace(serving, held=True), Act.END, 1).reason is None


def test_what_was_shown_is_erased_once_and_only_where_it_was_shown() -> None:
    for course, role in TABLES:
        ending = _standing(course, role, State.ENDING)
        if course is not Course.HANDOVER:
            assert not step(ending, Act.END, 1).erases
    assert step(_standing(Course.REFERRAL, Role.RECEIVER, State.SERVING), Act.END, 1).erases
    assert step(_standing(Course.CONTACT, Role.SENDER, State.CONTACTING), Order.WITHDRAW, 1).erases
    assert not ERASES[Course.REFERRAL, Role.SENDER]


def test_the_course_of_a_round_is_that_of_its_opening_act() -> None:
    assert course_of([Act.QUESTION, Act.HIT]) is Course.CONTACT
    assert course_of([Act.END, Act.HIT]) is Course.CONTACT
    assert course_of([Act.END, Act.END_RECEIPT]) is Course.REFERRAL
    assert course_of([Act.VOID]) is Course.HANDOVER
    assert course_of([Act.QUESTION]) is Course.HANDOVER
    assert OPENS.keys() <= BEGINS.keys()


def test_each_course_has_its_acts_and_each_side_its_own() -> None:
    assert may_say(Course.REFERRAL, Role.SENDER, Act.REFERRAL)
    assert not may_say(Course.REFERRAL, Role.RECEIVER, Act.REFERRAL)
    assert not may_say(Course.REFERRAL, Role.SENDER, Act.DEED)
    assert not may_say(Course.HANDOVER, Role.SENDER, Act.END)
    assert may_say(Course.CONTACT, Role.RECEIVER, Act.VERDICT)
    assert OPENS.keys() <= BY_SENDER
    assert {act for acts in SPOKEN.values() for act in acts} == set(Act)
    assert set(Act) - REPLIES.keys() == OPENS.keys()


def test_what_an_act_answers_is_of_its_course() -> None:
    assert answered(Course.REFERRAL, Act.LEGAL_HOLD) == {Act.CONSENT_WITHDRAWN, Act.REFERRAL, Act.END}
    assert answered(Course.HANDOVER, Act.LEGAL_HOLD) == {Act.CONSENT_WITHDRAWN}
    assert Act.ANSWER in answered(Course.CONTACT, Act.CONSENT_WITHDRAWN)
    assert Act.ANSWER not in answered(Course.HANDOVER, Act.CONSENT_WITHDRAWN)


def test_who_answers_whom() -> None:
    assert may_answer(Course.HANDOVER, Act.TAKE_UP_RECEIPT, Act.DEED, same=False)
    assert not may_answer(Course.HANDOVER, Act.TAKE_UP_RECEIPT, Act.DEED, same=True)
    assert not may_answer(Course.HANDOVER, Act.TAKE_UP_RECEIPT, Act.OFFER, same=False)
    assert may_answer(Course.HANDOVER, Act.VOID, Act.OFFER, same=True)
    assert not may_answer(Course.HANDOVER, Act.VOID, Act.OFFER, same=False)
    assert all(may_answer(Course.HANDOVER, Act.CORRECTION, Act.OFFER, same=each) for each in (False, True))


def test_questions_disclose_under_a_ground_of_their_own_where_nothing_moves() -> None:
    assert discloses_anew(Course.CONTACT, Act.QUESTION)
    assert not discloses_anew(Course.HANDOVER, Act.QUESTION)
    assert discloses_anew(Course.HANDOVER, Act.FOLLOW_UP)


SETTINGS: Final = [
    Setting(course=Course.REFERRAL),
    Setting(course=Course.REFERRAL, holds=True),
    Setting(course=Course.CONTACT),
]
IDS: Final = ["referral", "referral-under-a-hold", "contact"]


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_every_world_is_safe_and_every_round_ends_at_both_sides(setting: Setting) -> None:
    worlds = explore(setting)
    assert len(worlds) > 15
    assert not [world for world in worlds if unresolved(settle(setting, world))]
    assert {world.s for world in worlds} >= CLOSED
    assert {world.r for world in worlds} >= CLOSED


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_two_sides_that_have_ended_stop_talking(setting: Setting) -> None:
    for world in explore(setting):
        if world.s in CLOSED and world.r in CLOSED:
            assert chatter(setting, world) < 20


def no_tombstone(standing: Standing, event: Act | Order, now: int) -> Step:
    if (standing.state, event) == (State.UNKNOWN, Act.END):
        return Step(state=State.UNKNOWN, says=Act.END_RECEIPT, changed=False)
    return step(standing, event, now)


def record_kept(standing: Standing, event: Act | Order, now: int) -> Step:
    return replace(step(standing, event, now), erases=False)


def revived(standing: Standing, event: Act | Order, now: int) -> Step:
    if standing.state is State.OVER and event in (Act.REFERRAL, Act.HIT):
        return Step(state=State.SERVING if event is Act.REFERRAL else State.IN_CONTACT)
    return step(standing, event, now)


def said_while_held(standing: Standing, event: Act | Order, now: int) -> Step:
    found = step(standing, event, now)
    lies = found.state is State.RETAINED and event is Act.END
    return replace(found, says=Act.END_RECEIPT) if lies else found


def own_clock_missing(standing: Standing, event: Act | Order, now: int) -> Step:
    if standing.role is Role.RECEIVER and event is Order.DEADLINE:
        raise OutOfOrderError
    return step(standing, event, now)


def unanswered(standing: Standing, event: Act | Order, now: int) -> Step:
    found = step(standing, event, now)
    return replace(found, says=None) if found.says is Act.END_RECEIPT else found


@pytest.mark.parametrize(
    ("rule", "course", "violation"),
    [
        (no_tombstone, Course.REFERRAL, "kept after its end was told"),
        (no_tombstone, Course.CONTACT, "kept after its end was told"),
        (record_kept, Course.REFERRAL, "kept after its end"),
        (revived, Course.REFERRAL, "kept after its end was told"),
        (revived, Course.CONTACT, "kept after its end was told"),
    ],
)
def test_without_this_rule_a_property_fails(rule: Rule, course: Course, violation: str) -> None:
    with pytest.raises(ViolationError) as caught:
        explore(Setting(course=course, rule=rule))
    assert caught.value.rule.startswith(violation)


def test_who_says_that_it_is_over_while_a_hold_keeps_it_lies() -> None:
    with pytest.raises(ViolationError, match="kept after its end was told"):
        explore(Setting(course=Course.REFERRAL, rule=said_while_held, holds=True))


def test_without_a_clock_of_its_own_a_receiver_keeps_what_a_silent_sender_showed() -> None:
    setting = Setting(course=Course.REFERRAL)
    silent = World(s=State.REFERRED, r=State.SERVING, record=True, late_r=True)
    found = event(setting, silent, Role.RECEIVER, Order.DEADLINE)
    assert found is not None
    assert not found.record
    assert event(replace(setting, rule=own_clock_missing), silent, Role.RECEIVER, Order.DEADLINE) is None


@pytest.mark.parametrize("course", [Course.REFERRAL, Course.CONTACT])
def test_without_its_receipt_an_end_is_said_for_ever(course: Course) -> None:
    setting = Setting(course=course, rule=unanswered)
    assert any(unresolved(settle(setting, world)) for world in explore(setting))
