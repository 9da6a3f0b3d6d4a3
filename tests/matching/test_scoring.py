"""Scores, bands and the file of weights."""

import json

import pytest
from hypothesis import given, settings

from handover.domain.errors import MalformedError
from handover.matching import rarity, scoring
from handover.matching.levels import LEVELS, Levels
from handover.matching.linkage import Held
from handover.matching.scoring import Band
from handover.matching.view import View
from matching.people import AT_THE_BORDER, IN_THE_CITY, SISTER, STRANGER, VIEWS, seen


def levels(asked: View, held: View) -> Levels:
    """Return how far two descriptions agree."""
    return next(found for _, found in Held([held]).compared(asked, [0]))


def score(asked: View, held: View, size: int = 5_000) -> float:
    """Return the score at a node that holds so many records, whose names it has not counted."""
    return scoring.score(levels(asked, held), rarity.Rarity(size, rarity.of([held]).counts))


def test_one_child_in_two_scripts_scores_far_above_a_sister_and_a_sister_above_a_stranger() -> None:
    asked = seen(AT_THE_BORDER)
    same, sister, stranger = (score(asked, seen(other)) for other in (IN_THE_CITY, SISTER, STRANGER))
    assert scoring.band(same) is Band.STRONG
    assert same > sister + 5 > stranger + 5


def test_wrong_sex_or_nationality_vetoes_nothing() -> None:
    import dataclasses

    asked = seen(AT_THE_BORDER)
    wrong = dataclasses.replace(asked, sex="f", nationality="UA")
    assert scoring.band(score(asked, wrong)) is Band.STRONG


def test_a_larger_register_lowers_the_odds_by_its_size() -> None:
    asked, held = seen(AT_THE_BORDER), seen(IN_THE_CITY)
    found = levels(asked, held)
    counts = rarity.of([]).counts
    small, large = (scoring.score(found, rarity.Rarity(size, counts)) for size in (10**6, 4 * 10**6))
    assert small - large == pytest.approx(2, abs=0.01)


def test_a_rare_name_says_more_than_a_common_one() -> None:
    held, asked = seen(IN_THE_CITY), seen(AT_THE_BORDER)
    found = levels(asked, held)
    common = rarity.of([held] * 900)
    rare = rarity.Rarity(900, rarity.of([held]).counts)
    assert scoring.score(found, rare) > scoring.score(found, common)


def test_of_several_candidates_for_one_question_at_most_one_is_the_person() -> None:
    alone, (first, second) = scoring.among([3.0]), scoring.among([3.0, 3.0])
    assert alone == [3.0]
    assert first == second < 0.01


def test_scores_beyond_all_measure_stay_numbers() -> None:
    assert scoring.among([1e9, -1e9])[0] == pytest.approx(1e9)
    assert [scoring.band(each) for each in (1e9, -1e9)] == [Band.STRONG, Band.NONE]


@pytest.mark.parametrize(
    ("odds", "band"), [(3.2, Band.STRONG), (3.1, Band.LIKELY), (1.2, Band.POSSIBLE), (-0.6, Band.NONE)]
)
def test_bands_begin_at_probabilities_of_90_70_and_40_in_a_hundred(odds: float, band: Band) -> None:
    assert scoring.band(odds) is band


def test_a_sister_is_a_possible_relative_and_the_child_is_not() -> None:
    assert scoring.relative(levels(seen(AT_THE_BORDER), seen(SISTER)))
    assert not scoring.relative(levels(seen(AT_THE_BORDER), seen(IN_THE_CITY)))


def test_reasons_name_fields_of_the_own_record_that_agree() -> None:
    said = scoring.reasons(levels(seen(AT_THE_BORDER), seen(IN_THE_CITY)))
    assert {"given", "paternal", "mother", "sex", "nationality"} <= set(said) <= set(LEVELS)
    assert "place" not in said


@settings(max_examples=40, deadline=None)
@given(VIEWS, VIEWS)
def test_any_two_descriptions_have_a_score(one: View, other: View) -> None:
    assert -200 < score(one, other) < 200


def test_weights_are_a_file_that_reads_back_as_it_was_written() -> None:
    shipped = scoring.shipped()
    assert scoring.decoded(scoring.encoded(shipped)) == shipped
    assert len(scoring.WEIGHTS) == 32


@pytest.mark.parametrize("change", ["version", "levels", "rarity", "together"])
def test_a_file_of_weights_without_a_part_is_refused(change: str) -> None:
    document = json.loads(scoring.encoded(scoring.shipped()))
    del document[change]
    with pytest.raises(MalformedError):
        scoring.decoded(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"version": 2}', b"\xff"])
def test_what_is_no_file_of_weights_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        scoring.decoded(data)
