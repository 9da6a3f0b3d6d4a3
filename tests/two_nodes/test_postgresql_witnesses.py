"""What holds for witnesses, and for a chain with a stolen key, on SQLite holds on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation import Federation
from handover.node import Node
from two_nodes import test_stolen_chain, test_witnesses
from two_nodes.databases import Databases, on_postgresql
from two_nodes.test_stolen_chain import (
    test_a_case_is_handed_on_though_the_key_of_its_first_deed_was_stolen_since,
)
from two_nodes.test_witness import (
    Pair,
    grow,
    head,
    test_a_repeat_gets_the_same_lines_and_writes_nothing,
    test_another_tree_of_the_same_size_is_kept_with_both_signatures,
)
from two_nodes.test_witnesses import Asking, Lines, test_two_nodes_of_other_countries_cosign_and_are_shown

__all__ = [
    "test_a_case_is_handed_on_though_the_key_of_its_first_deed_was_stolen_since",
    "test_a_repeat_gets_the_same_lines_and_writes_nothing",
    "test_another_tree_of_the_same_size_is_kept_with_both_signatures",
    "test_two_nodes_of_other_countries_cosign_and_are_shown",
]


@pytest.fixture
def pair(tmp_path: Path, postgresql: Databases) -> Iterator[Pair]:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [athens, hamburg]):
        made = Pair(fed, athens, hamburg)
        made.grow(11 - head(athens).size)
        yield made


@pytest.fixture
def asking(tmp_path: Path, postgresql: Databases) -> Iterator[Asking]:
    with on_postgresql(tmp_path, postgresql, *test_witnesses.NAMES) as (fed, [athens, *_]):
        grow(athens, 3)
        yield Asking(fed, athens, Lines(fed.wire.nodes))


@pytest.fixture
def four(tmp_path: Path, postgresql: Databases) -> Iterator[tuple[Federation, list[Node]]]:
    with on_postgresql(tmp_path, postgresql, *test_stolen_chain.NAMES) as made:
        yield made
