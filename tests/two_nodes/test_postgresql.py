"""The same contract on PostgreSQL: what holds for two nodes on SQLite holds there, test by test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from confirming import Keyed
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
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


def test_what_passkeys_have_signed_is_evidence(tmp_path: Path, postgresql: Databases) -> None:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, (north, south)):
        story = Keyed(fed, (north, south))
        report = verify(story.bundles(north, south), root=story.root)
        assert (report.verdict, report.counts["assertions"]) == (Verdict.VALID, 5)
