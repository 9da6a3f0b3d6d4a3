"""The same contract on PostgreSQL: what holds for two nodes on SQLite holds there, test by test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from two_nodes import test_bad_answer, test_bad_deed, test_bad_order, test_handover
from two_nodes.databases import Databases, on_postgresql
from two_nodes.scene import Scene, staged_with
from two_nodes.test_handover import Pair

for _module in (test_handover, test_bad_order, test_bad_deed, test_bad_answer):
    _found = {name: each for name, each in vars(_module).items() if name.startswith("test_")}
    assert not _found.keys() & globals().keys()
    globals().update(_found)


@pytest.fixture
def pair(tmp_path: Path, postgresql: Databases) -> Iterator[Pair]:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [north, south]):
        assert north.database.engine.dialect.name == "postgresql"
        yield Pair(fed, north, south)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, postgresql: Databases) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    with on_postgresql(folder, postgresql, "fr/lyon", "de/hamburg", "es/barcelona") as (fed, nodes):
        yield staged_with(fed, nodes)
