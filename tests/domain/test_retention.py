"""How long things are kept, what a setting may change, and what stops an erasure."""

import itertools

import pytest

from handover.domain.consent import Purpose
from handover.domain.handover import SETTLED, Claim, Role, State
from handover.domain.retention import (
    DAY,
    DEFAULTS,
    LONGEST_HOLD,
    MEANING,
    Change,
    Hold,
    HoldError,
    HoldGround,
    Keeping,
    LegalHoldError,
    RetentionRuleError,
    RoundOpenError,
    StillResponsibleError,
    require_erasable,
    require_round_erasable,
    rules,
)
from handover.domain.schema import MatterKind

NOW = 1_800_000_000
FORMER = (MatterKind.GUARDIANSHIP, Keeping.FORMER)


def hold(**changes: object) -> Hold:
    values: dict[str, object] = {
        "ground": HoldGround.COURT_ORDER,
        "placed_by": "one",
        "second_officer": "two",
        "placed_at": NOW,
        "until": NOW + DAY,
    }
    return Hold(**{**values, **changes})  # type: ignore[arg-type]


def test_there_is_a_rule_for_everything_of_every_kind_of_record() -> None:
    assert set(DEFAULTS) == set(itertools.product(MatterKind, Keeping))
    assert set(MEANING) == set(Keeping)
    for (kind, _), rule in DEFAULTS.items():
        tracing = rule.purpose is Purpose.FAMILY_TRACING
        assert (rule.schema, tracing) == (f"{kind}/1", kind is MatterKind.TRACING)


def test_what_a_node_answers_for_is_never_due_and_the_rest_is_due_after_its_days() -> None:
    assert DEFAULTS[MatterKind.GUARDIANSHIP, Keeping.RESPONSIBLE].due(NOW) is None
    assert DEFAULTS[FORMER].due(NOW) == NOW + 180 * DAY
    assert DEFAULTS[MatterKind.GUARDIANSHIP, Keeping.OFFER].due(NOW) == NOW


def test_a_rule_may_be_shorter_and_longer_only_by_a_law() -> None:
    assert rules([Change(schema="guardianship/1", keeping="former", days=0)])[FORMER].days == 0
    longer = Change(schema="guardianship/1", keeping="former", days=3650, law="Youth Act, section 12")
    found = rules([longer])[FORMER]
    assert (found.days, found.law) == (3650, "Youth Act, section 12")
    assert rules([])[FORMER].days == 180


@pytest.mark.parametrize(
    "change",
    [
        Change(schema="guardianship/1", keeping="former", days=181),
        Change(schema="guardianship/1", keeping="former", days=181, law=" "),
        Change(schema="guardianship/1", keeping="former", days=-1),
        Change(schema="guardianship/1", keeping="former", days=10**6, law="some law"),
        Change(schema="guardianship/1", keeping="responsible", days=1),
        Change(schema="guardianship/1", keeping="offer", days=1, law="some law"),
        Change(schema="guardianship/2", keeping="former", days=1),
        Change(schema="guardianship/1", keeping="everything", days=1),
    ],
)
def test_no_other_change_of_a_rule_is_taken(change: Change) -> None:
    with pytest.raises(RetentionRuleError):
        rules([change])


def test_a_hold_counts_from_its_placing_until_its_end_or_its_lifting() -> None:
    assert hold().in_force(NOW)
    assert not hold().in_force(NOW - 1)
    assert not hold().in_force(NOW + DAY)
    assert not hold(lifted_at=NOW, lifted_by="one").in_force(NOW)


def test_a_hold_has_a_second_officer_and_an_end_within_two_years() -> None:
    hold().check()
    hold(until=NOW + LONGEST_HOLD).check()
    for wrong in ({"second_officer": "one"}, {"until": NOW}, {"until": NOW + LONGEST_HOLD + 1}):
        with pytest.raises(HoldError):
            hold(**wrong).check()


@pytest.mark.parametrize("claim", list(Claim))
def test_only_what_another_authority_answers_for_is_erased(claim: Claim) -> None:
    if claim is Claim.NONE:
        require_erasable(claim, [State.TRANSFERRED], [], NOW)
        return
    with pytest.raises(StillResponsibleError):
        require_erasable(claim, [State.TRANSFERRED], [], NOW)


@pytest.mark.parametrize("state", list(State))
def test_an_open_round_stops_the_erasure_of_its_matter_and_of_itself(state: State) -> None:
    if state in SETTLED:
        require_erasable(Claim.NONE, [State.TRANSFERRED, state], [], NOW)
        require_round_erasable(Claim.NONE, Role.SENDER, state, [], NOW)
        return
    with pytest.raises(RoundOpenError):
        require_erasable(Claim.NONE, [State.TRANSFERRED, state], [], NOW)
    with pytest.raises(RoundOpenError):
        require_round_erasable(Claim.NONE, Role.SENDER, state, [], NOW)


def test_a_hold_in_force_stops_every_erasure_and_one_that_is_over_none() -> None:
    over, stands = hold(lifted_at=NOW), hold()
    require_erasable(Claim.NONE, [], [over], NOW)
    require_round_erasable(Claim.HOLDER, Role.SENDER, State.VOIDED, [over], NOW)
    with pytest.raises(LegalHoldError):
        require_erasable(Claim.NONE, [], [over, stands], NOW)
    with pytest.raises(LegalHoldError):
        require_round_erasable(Claim.HOLDER, Role.SENDER, State.VOIDED, [stands], NOW)


@pytest.mark.parametrize(
    ("claim", "role", "state", "free"),
    [
        (Claim.HOLDER, Role.RECEIVER, State.HOLDING, False),
        (Claim.RELIEVING, Role.RECEIVER, State.HOLDING, False),
        (Claim.NONE, Role.RECEIVER, State.HOLDING, True),
        (Claim.HOLDER, Role.SENDER, State.VOIDED, True),
        (Claim.HOLDER, Role.SENDER, State.TRANSFERRED, True),
        (Claim.HOLDER, Role.RECEIVER, State.CLOSED, True),
    ],
)
def test_the_round_by_which_a_node_holds_a_matter_keeps_what_was_said_in_it(
    claim: Claim, role: Role, state: State, *, free: bool
) -> None:
    if free:
        require_round_erasable(claim, role, state, [], NOW)
        return
    with pytest.raises(StillResponsibleError):
        require_round_erasable(claim, role, state, [], NOW)
