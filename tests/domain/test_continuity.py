"""Which fields' ground covers what is told after a handover."""

import pytest

from handover.domain.continuity import DECISION_FIELDS, DecisionKind, FollowUpState, shown_by
from handover.domain.handover import Act


@pytest.mark.parametrize("state", FollowUpState)
def test_how_a_child_is_needs_the_ground_of_the_plan_and_that_it_was_handed_on_none(
    state: FollowUpState,
) -> None:
    expected = () if state is FollowUpState.HANDED_ON else ("plan.follow_ups",)
    assert shown_by(Act.FOLLOW_UP, {"state": state.value}) == expected


@pytest.mark.parametrize("kind", DecisionKind)
def test_a_decision_needs_the_ground_of_its_fields(kind: DecisionKind) -> None:
    assert shown_by(Act.DECISION, {"decisions": [{"kind": kind.value}]}) == DECISION_FIELDS[kind]


def test_several_decisions_need_the_ground_of_each_once_in_the_order_of_names() -> None:
    kinds = [DecisionKind.PLACEMENT, DecisionKind.BEST_INTERESTS, DecisionKind.PLACEMENT]
    assert shown_by(Act.DECISION, {"decisions": [{"kind": kind.value} for kind in kinds]}) == (
        "best_interests.outcome",
        "best_interests.reasons",
        "care.arrangement",
    )


def test_where_nothing_was_decided_nothing_is_shown() -> None:
    assert shown_by(Act.DECISION, {"decisions": []}) == ()
    assert shown_by(Act.DECISION, {}) == ()
