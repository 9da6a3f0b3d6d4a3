"""Three of five holders evaluate, two can do nothing, and whoever lies is found out and named."""

from itertools import combinations

import pytest

from handover.domain.errors import MalformedError
from handover.protocol import ristretto, threshold
from handover.protocol.oprf import VOPRF, ProofError
from handover.protocol.ristretto import ORDER, ElementError
from handover.protocol.threshold import (
    PLACES,
    Batch,
    Evaluated,
    Polynomial,
    PublicKeys,
    WrongShareError,
    WrongSumError,
)

INPUTS = [b"key %d" % number for number in range(8)]
DEALERS = [Polynomial.random() for _ in PLACES]
PUBLIC = threshold.public_keys([each.commitments() for each in DEALERS])
SHARES = {place: sum(each.at(place) for each in DEALERS) % ORDER for place in PLACES}
KEY = sum(each.at(0) for each in DEALERS) % ORDER
OUTPUTS = [VOPRF.output_of(KEY, each) for each in INPUTS]


def evaluated(batch: Batch, places: tuple[int, ...]) -> list[Evaluated]:
    return [threshold.evaluate(SHARES[place], place, places, batch.elements) for place in places]


def added(given: list[Evaluated], of: int, at: int, error: bytes) -> list[tuple[bytes, ...]]:
    """Give all parts, with *error* added to one element of one holder."""
    parts = [list(each.elements) for each in given]
    parts[of][at] = ristretto.add(parts[of][at], error)
    return [tuple(each) for each in parts]


@pytest.mark.parametrize("places", list(combinations(PLACES, 3)))
def test_any_three_holders_give_what_the_whole_key_would(places: tuple[int, ...]) -> None:
    batch = Batch.of(INPUTS)
    given = evaluated(batch, places)
    for place, each in zip(places, given, strict=True):
        threshold.verify(PUBLIC, place, places, batch.elements, each)
    assert batch.outputs([each.elements for each in given], PUBLIC.whole) == OUTPUTS


def test_two_colluding_holders_know_nothing_of_the_key() -> None:
    # For every key that there could be, two shares fit it just as well: a third share makes the difference.
    for guess in (KEY, KEY + 1, 12345):
        thirds = (guess - sum(SHARES[p] * threshold.coefficient(p, (1, 2, 3)) for p in (1, 2))) % ORDER
        third = thirds * ristretto.inverse(threshold.coefficient(3, (1, 2, 3))) % ORDER
        shares = {1: SHARES[1], 2: SHARES[2], 3: third}
        assert (
            sum(s * threshold.coefficient(p, (1, 2, 3)) for p, s in shares.items()) % ORDER == guess % ORDER
        )
    two = sum(SHARES[p] * threshold.coefficient(p, (1, 2)) for p in (1, 2)) % ORDER
    assert VOPRF.output_of(two, INPUTS[0]) != OUTPUTS[0]


def test_three_colluding_holders_can_evaluate_whatever_they_guess() -> None:
    # Stated, not prevented: docs/spec/tracing-keys.md says so.
    places = (2, 3, 5)
    key = sum(SHARES[p] * threshold.coefficient(p, places) for p in places) % ORDER
    assert [VOPRF.output_of(key, each) for each in INPUTS] == OUTPUTS


@pytest.mark.parametrize("at", range(len(INPUTS) + 1))
@pytest.mark.parametrize("of", range(3))
def test_one_wrong_element_of_one_holder_is_found_and_the_holder_named(of: int, at: int) -> None:
    places = (1, 3, 4)
    batch = Batch.of(INPUTS)
    given = evaluated(batch, places)
    parts = added(given, of, at, ristretto.BASE)
    with pytest.raises(WrongSumError):
        batch.outputs(parts, PUBLIC.whole)
    for index, place in enumerate(places):
        claimed = Evaluated(elements=parts[index], proof=given[index].proof)
        if index == of:
            with pytest.raises(ProofError):
                threshold.verify(PUBLIC, place, places, batch.elements, claimed)
        else:
            threshold.verify(PUBLIC, place, places, batch.elements, claimed)


def test_another_key_for_the_whole_batch_is_found() -> None:
    places = (1, 2, 3)
    batch = Batch.of(INPUTS)
    given = [threshold.evaluate(SHARES[p] + (p == 2), p, places, batch.elements).elements for p in places]
    with pytest.raises(WrongSumError):
        batch.outputs(given, PUBLIC.whole)


def test_errors_that_cancel_out_before_unblinding_are_found() -> None:
    batch = Batch.of(INPUTS)
    given = evaluated(batch, (1, 2, 3))
    for error in (ristretto.BASE, batch.elements[0], VOPRF.hash_to_group(INPUTS[0])):
        parts = [list(each.elements) for each in given]
        parts[0][0] = ristretto.add(parts[0][0], error)
        parts[0][1] = ristretto.subtract(parts[0][1], error)
        with pytest.raises(WrongSumError):
            batch.outputs(parts, PUBLIC.whole)


def test_an_element_too_few_is_no_evaluation() -> None:
    batch = Batch.of(INPUTS)
    given = [each.elements for each in evaluated(batch, (1, 2, 3))]
    with pytest.raises(WrongSumError):
        batch.outputs([given[0], given[1], given[2][:-1]], PUBLIC.whole)


def test_parts_that_cancel_out_are_refused_not_a_fault() -> None:
    batch = Batch.of(INPUTS)
    one, two, _ = [each.elements for each in evaluated(batch, (1, 2, 3))]
    identity = tuple(
        ristretto.subtract(ristretto.subtract(ristretto.BASE, ristretto.add(a, b)), ristretto.BASE)
        for a, b in zip(one, two, strict=True)
    )
    with pytest.raises(WrongSumError):
        batch.outputs([one, two, identity], PUBLIC.whole)


@pytest.mark.parametrize("inputs", [[], [b"one", b"one"]])
def test_inputs_are_evaluated_once_each(inputs: list[bytes]) -> None:
    with pytest.raises(MalformedError):
        Batch.of(inputs)


def test_a_batch_is_never_blinded_twice_alike() -> None:
    assert not set(Batch.of(INPUTS).elements) & set(Batch.of(INPUTS).elements)


def test_every_share_is_checked_against_what_its_dealer_committed_to() -> None:
    dealer = DEALERS[0]
    for place in PLACES:
        threshold.check_share(dealer.at(place), dealer.commitments(), place)
        with pytest.raises(WrongShareError):
            threshold.check_share(dealer.at(place) + 1, dealer.commitments(), place)


def test_public_keys_are_those_of_the_shares_and_of_one_polynomial() -> None:
    PUBLIC.check()
    assert PUBLIC.whole == ristretto.multiply_base(KEY)
    assert list(PUBLIC.shares) == [ristretto.multiply_base(SHARES[place]) for place in PLACES]


@pytest.mark.parametrize("place", [None, *PLACES])
def test_public_keys_with_one_that_does_not_fit_are_refused(place: int | None) -> None:
    if place is None:
        wrong = PublicKeys(whole=ristretto.BASE, shares=PUBLIC.shares)
    else:
        shares = list(PUBLIC.shares)
        shares[place - 1] = ristretto.BASE
        wrong = PublicKeys(whole=PUBLIC.whole, shares=tuple(shares))
    with pytest.raises(WrongShareError):
        wrong.check()


def test_public_keys_are_five() -> None:
    with pytest.raises(WrongShareError):
        PublicKeys(whole=PUBLIC.whole, shares=PUBLIC.shares[:4]).check()


def test_dealers_whose_parts_cancel_out_make_no_key() -> None:
    dealer = DEALERS[0]
    against = Polynomial(coefficients=tuple(-each % ORDER for each in dealer.coefficients))
    with pytest.raises(ElementError):
        threshold.public_keys([dealer.commitments(), against.commitments()])
