"""Nothing leaves without a ground that covers this recipient, this purpose and each field, now."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.consent import (
    LONGEST_GROUND,
    Basis,
    FieldsNotCoveredError,
    Ground,
    GroundError,
    GroundExpiredError,
    GroundWithdrawnError,
    Onward,
    Purpose,
    WrongPurposeError,
    WrongRecipientError,
)
from handover.domain.errors import RefusedError
from handover.domain.ids import NodeId

HAMBURG, BARCELONA = NodeId("de/hamburg"), NodeId("es/barcelona")
CONSENT = Ground(
    basis=Basis.CONSENT,
    issuer=NodeId("gr/athens"),
    recipients=(HAMBURG,),
    purposes=(Purpose.CHILD_PROTECTION,),
    schema="guardianship/1",
    fields=("identity.birth_date", "health.urgent_needs"),
    onward=Onward.NONE,
    valid_from=1000,
    valid_until=2000,
)
ORDER = replace(CONSENT, basis=Basis.COURT_ORDER, second_officer="officer-2", review_at=1500)


def _require(
    ground: Ground,
    *,
    recipient: NodeId = HAMBURG,
    purpose: Purpose = Purpose.CHILD_PROTECTION,
    fields: tuple[str, ...] = ("identity.birth_date",),
    now: int = 1500,
) -> None:
    ground.require(recipient=recipient, purpose=purpose, fields=fields, now=now)


def test_a_ground_that_covers_all_lets_pass() -> None:
    _require(CONSENT, fields=CONSENT.fields)
    _require(ORDER)
    _require(CONSENT, fields=())


def test_a_withdrawn_ground_never_counts_again() -> None:
    for withdrawn_at in (0, 999, 1500, 9999):
        with pytest.raises(GroundWithdrawnError):
            _require(replace(CONSENT, withdrawn_at=withdrawn_at))


def test_withdrawal_is_told_before_expiry() -> None:
    with pytest.raises(GroundWithdrawnError):
        _require(replace(CONSENT, withdrawn_at=1500), now=5000)


@pytest.mark.parametrize(("now", "counts"), [(999, False), (1000, True), (1999, True), (2000, False)])
def test_a_ground_counts_from_its_beginning_until_before_its_end(now: int, counts: bool) -> None:
    assert CONSENT.in_force(now) is counts
    if not counts:
        with pytest.raises(GroundExpiredError):
            _require(CONSENT, now=now)


def test_another_recipient_is_refused() -> None:
    with pytest.raises(WrongRecipientError):
        _require(CONSENT, recipient=BARCELONA)


def test_another_purpose_is_refused() -> None:
    with pytest.raises(WrongPurposeError):
        _require(CONSENT, purpose=Purpose.FAMILY_TRACING)


def test_more_fields_than_granted_are_refused_and_named() -> None:
    with pytest.raises(FieldsNotCoveredError) as caught:
        _require(CONSENT, fields=("protection.concerns", "identity.birth_date", "care.place"))
    assert caught.value.detail == "not covered: care.place, protection.concerns"


def test_enforcement_is_not_a_purpose_and_cannot_be_expressed() -> None:
    assert {purpose.value for purpose in Purpose} == {"child-protection", "family-tracing"}
    for word in ("enforcement", "immigration", "removal", "return", "border-control", "Child-Protection", ""):
        with pytest.raises(ValueError, match="is not a valid Purpose"):
            Purpose(word)


@pytest.mark.parametrize("basis", Basis)
def test_a_complete_ground_of_each_basis(basis: Basis) -> None:
    replace(ORDER, basis=basis).check()


def test_consent_needs_no_second_officer() -> None:
    CONSENT.check()


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis is not Basis.CONSENT])
@pytest.mark.parametrize(("second_officer", "review_at"), [(None, 1500), ("", 1500), ("officer-2", None)])
def test_another_basis_needs_a_second_officer_and_a_review(
    basis: Basis, second_officer: str | None, review_at: int | None
) -> None:
    ground = replace(ORDER, basis=basis, second_officer=second_officer, review_at=review_at)
    with pytest.raises(GroundError, match="second officer and a review date"):
        ground.check()


@pytest.mark.parametrize(
    "ground",
    [replace(CONSENT, recipients=()), replace(CONSENT, purposes=()), replace(CONSENT, fields=())],
)
def test_a_ground_for_nobody_nothing_or_no_field_is_none(ground: Ground) -> None:
    with pytest.raises(GroundError, match="at least one"):
        ground.check()


@pytest.mark.parametrize("until", [0, 999, 1000, 1000 + LONGEST_GROUND + 1])
def test_a_ground_has_an_end_that_can_be_lived_to_see(until: int) -> None:
    with pytest.raises(GroundError, match="an end after its beginning"):
        replace(CONSENT, valid_until=until).check()


def test_the_longest_ground() -> None:
    replace(CONSENT, valid_until=1000 + LONGEST_GROUND).check()


def test_every_refusal_is_of_the_refused_kind_and_has_advice() -> None:
    kinds = (
        GroundError, GroundWithdrawnError, GroundExpiredError, WrongRecipientError, WrongPurposeError,
        FieldsNotCoveredError,
    )  # fmt: skip
    assert len({kind.name for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert issubclass(kind, RefusedError)
        assert kind.advice


def test_a_ground_cannot_be_changed_in_place() -> None:
    for member in fields(CONSENT):
        with pytest.raises(AttributeError):
            setattr(CONSENT, member.name, None)


@given(
    recipient=st.sampled_from([HAMBURG, BARCELONA]),
    purpose=st.sampled_from(Purpose),
    asked=st.sets(st.sampled_from([*CONSENT.fields, "care.place"])),
    now=st.integers(0, 3000),
    withdrawn=st.booleans(),
)
def test_a_disclosure_passes_if_and_only_if_every_part_is_covered(
    recipient: NodeId, purpose: Purpose, asked: set[str], now: int, withdrawn: bool
) -> None:
    ground = replace(CONSENT, withdrawn_at=1 if withdrawn else None)
    covered = (
        not withdrawn
        and 1000 <= now < 2000
        and recipient == HAMBURG
        and purpose is Purpose.CHILD_PROTECTION
        and asked <= set(CONSENT.fields)
    )
    try:
        _require(ground, recipient=recipient, purpose=purpose, fields=tuple(asked), now=now)
    except GroundError:
        assert not covered
    else:
        assert covered
