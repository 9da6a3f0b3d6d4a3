"""The measures, against small examples counted by hand."""

import pytest

from handover.evaluation import measures
from handover.evaluation.measures import Found

TRUTH = frozenset({("a1", "b1"), ("a2", "b2"), ("a3", "b3"), ("a4", "b4")})
CANDIDATES = [
    (9.0, "a1", "b1"),
    (8.0, "a1", "b2"),  # both are taken better by others
    (7.0, "a2", "b2"),
    (6.0, "a5", "b5"),
    (5.0, "a3", "b9"),
    (4.0, "a3", "b3"),
    (1.0, "a6", "b6"),
]


def test_each_identifier_is_taken_once_and_the_best_first() -> None:
    assert measures.one_to_one(CANDIDATES) == [
        (9.0, "a1", "b1"), (7.0, "a2", "b2"), (6.0, "a5", "b5"), (5.0, "a3", "b9"), (1.0, "a6", "b6"),
    ]  # fmt: skip


def test_ties_are_settled_by_identifier_not_by_order() -> None:
    tied = [(1.0, "a2", "b1"), (1.0, "a1", "b1")]
    assert measures.one_to_one(tied) == measures.one_to_one(tied[::-1]) == [(1.0, "a1", "b1")]


def test_precision_and_recall_are_counted_at_the_threshold() -> None:
    found = measures.at(measures.one_to_one(CANDIDATES), TRUTH, 6.0)
    assert found == Found(precision=2 / 3, recall=0.5)
    assert found.f1 == pytest.approx(4 / 7)


def test_nothing_taken_is_nothing_found() -> None:
    assert measures.at(CANDIDATES, TRUTH, 100.0).f1 == 0.0


def test_the_best_threshold_has_the_highest_f1() -> None:
    assert measures.best_threshold(measures.one_to_one(CANDIDATES), TRUTH) == 7.0


def test_pairs_of_one_score_are_taken_together() -> None:
    tied = [(5.0, "a1", "b1"), (5.0, "a7", "b7")]
    assert measures.recall_at(tied, TRUTH, 0.95) == 0.0
    assert measures.recall_at(tied, TRUTH, 0.5) == 0.25


def test_recall_at_a_precision_may_lie_beyond_a_dip() -> None:
    pairs = [(9.0, "a9", "b9"), (8.0, "a1", "b1"), (7.0, "a2", "b2"), (6.0, "a3", "b3")]
    assert measures.recall_at(pairs, TRUTH, 0.75) == 0.75


def test_the_first_five_are_those_of_the_one_who_asks() -> None:
    crowd = [(float(10 - at), "a1", f"x{at}") for at in range(5)]
    assert measures.within([*crowd, (1.0, "a1", "b1"), (1.0, "a2", "b2")], TRUTH) == 0.25
    assert measures.within([*crowd[:4], (1.0, "a1", "b1"), (1.0, "a2", "b2")], TRUTH) == 0.5


def test_bands_are_probabilities_and_count_every_candidate() -> None:
    told = measures.bands([(4.0, "a1", "b1"), (4.0, "a9", "b9"), (2.0, "a2", "b2"), (0.0, "a3", "b3")], TRUTH)
    assert told == {"strong": Found(precision=0.5, recall=0.25), "likely": Found(precision=1.0, recall=0.25)}


def test_what_is_opened_wrongly_is_counted_per_million_records() -> None:
    reached, wrong = measures.opened(CANDIDATES, TRUTH, asked=10, held=1000)
    assert (reached, wrong) == (0.75, 400.0)


def test_recall_is_told_for_each_group() -> None:
    group = {("a1", "b1"): "x", ("a2", "b2"): "x", ("a3", "b3"): "y", ("a4", "b4"): "y"}
    assert measures.by_group([("a1", "b1"), ("a9", "b9")], TRUTH, group) == {"x": 0.5, "y": 0.0}
