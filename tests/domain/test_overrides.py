"""Who tells without consent is looked at afterwards, in time and by a third officer."""

import pytest

from handover.domain.continuity import DAY, OverrideReason
from handover.domain.overrides import Override, OverrideError, ReviewedError

TOLD = Override(
    reason=OverrideReason.MEDICAL_EMERGENCY,
    schema="guardianship/1",
    fields=("health.urgent_needs",),
    recorded_by="one",
    second_officer="two",
    at=1000,
)


def test_a_review_is_due_within_seven_days_and_overdue_after_its_last_second() -> None:
    assert TOLD.review_at == 1000 + 7 * DAY
    assert not TOLD.overdue(TOLD.review_at)
    assert TOLD.overdue(TOLD.review_at + 1)


@pytest.mark.parametrize("officer", ["one", "two"])
def test_nobody_reviews_what_he_did(officer: str) -> None:
    with pytest.raises(OverrideError, match="third officer"):
        TOLD.require_reviewable(officer)


def test_a_third_officer_reviews_it_once() -> None:
    TOLD.require_reviewable("three")
    reviewed = Override(**{**vars(TOLD), "reviewed_by": "three", "reviewed_at": 2000, "child_told": True})
    assert not reviewed.overdue(TOLD.review_at + 1)
    with pytest.raises(ReviewedError):
        reviewed.require_reviewable("four")
