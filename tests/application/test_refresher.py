"""The registry is fetched when it is time to, from whoever has it, and what was accepted is logged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation import Federation, federation
from handover.adapters import publication, registry
from handover.application.refresher import YOUNG, Refresher
from handover.domain.errors import UnreachableError
from handover.node import Node
from handover.protocol.registry_files import Read


class Sources:
    """Counts how often it is asked where the registry may be had."""

    def __init__(self, *readers: Read) -> None:
        self.asked = 0
        self.readers = readers

    def __call__(self) -> list[Read]:
        self.asked += 1
        return list(self.readers)


def _silent(name: str, limit: int) -> bytes:
    raise UnreachableError


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Federation, Node]]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, _]):
        yield fed, north


def _logged(node: Node) -> int:
    with node.database.reading() as work:
        return len(work.log.entries(""))


def test_a_young_registry_is_left_alone_and_an_old_one_is_asked_for_now_and_then(
    pair: tuple[Federation, Node],
) -> None:
    fed, node = pair
    sources = Sources(_silent)
    desk = Refresher(node.database, node.registry, sources)
    assert desk.tick() is None
    fed.clock.pass_(YOUNG + 1)
    found = desk.tick()
    assert found is not None
    assert [type(error).__name__ for error in found.failed] == ["RegistryUnreachableError"]
    desk.tick()
    assert sources.asked == 1
    fed.clock.pass_(600)
    desk.tick()
    assert sources.asked == 2


def test_a_silent_source_is_passed_over_and_what_is_new_is_logged_once(pair: tuple[Federation, Node]) -> None:
    fed, node = pair
    readers = Sources(_silent, registry.folder(fed.repository.public))
    desk = Refresher(node.database, node.registry, readers)
    assert desk.refresh().timestamp is None
    before = _logged(node)
    assert desk.refresh().timestamp is None
    assert _logged(node) == before
    fed.clock.pass_(60)
    publication.Publication(fed.repository).publish(fed.online, now=fed.clock.now)
    accepted = desk.refresh()
    assert accepted.timestamp is not None
    assert len(accepted.failed) == 1
    assert _logged(node) == before + 1
    with node.database.reading() as work:
        assert work.log.unsigned() == 0
