"""Fixtures of the tests with two nodes."""

from collections.abc import Iterator

import pytest

import postgres
from two_nodes.databases import Databases, databases
from two_nodes.scene import Scene
from two_nodes.scene import scene as staged


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Give a hostile member, a real node and an honest neighbour; each test begins rounds of its own."""
    with staged(tmp_path_factory.mktemp("scene")) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """Give databases of a PostgreSQL server; where CI=true nothing is skipped for want of it."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with databases() as made:
        yield made
