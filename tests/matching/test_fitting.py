"""Weights learnt from known pairs."""

from collections import Counter

from handover.matching import fitting, scoring
from handover.matching.fitting import Example
from handover.matching.linkage import Held
from handover.matching.rarity import Rarity
from handover.matching.scoring import Weights
from matching.people import AT_THE_BORDER, IN_THE_CITY, SISTER, STRANGER, seen


def examples(*, true: int, false: int) -> list[Example]:
    """Return pairs of one person and pairs of two, as often as said."""
    held = Held([seen(each) for each in (IN_THE_CITY, SISTER, STRANGER)])
    found = [levels for _, levels in held.compared(seen(AT_THE_BORDER), range(3))]
    rare = [scoring.rare(each, held.rarity) for each in found]
    made = [Example(found[0], rare[0], same=True)] * true
    return made + [Example(found[place], rare[place], same=False) for place in (1, 2)] * false


def of(example: Example, weights: Weights) -> float:
    """Return the score of an example at a node of the size of reference."""
    return scoring.score(example.levels, Rarity(scoring.REFERENCE_SIZE, Counter()), weights)


def test_fitting_tells_known_pairs_apart() -> None:
    made = examples(true=30, false=60)
    weights = fitting.fitted(made, scoring.empty())
    assert of(made[0], weights) > 0 > max(of(made[-1], weights), of(made[-2], weights))


def test_fitting_twice_gives_the_same_weights() -> None:
    made = examples(true=5, false=9)
    assert fitting.fitted(made, scoring.empty()) == fitting.fitted(made, scoring.empty())


def test_without_pairs_the_weights_stay_as_they_were() -> None:
    shipped = scoring.shipped()
    found = fitting.fitted([], shipped)
    assert scoring.encoded(found) == scoring.encoded(shipped)
