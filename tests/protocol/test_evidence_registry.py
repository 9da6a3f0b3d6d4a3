"""The registry inside a bundle: what is taken apart is put together again, and what is missing is told."""

import hashlib
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Snapshot, Timestamp

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import evidence_registry
from handover.protocol.evidence import Word
from handover.protocol.registry_set import MetadataSet
from paper import NOW, Paper, paper


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    made = paper(tmp_path_factory.mktemp("registry"), "gr/athens", "gr/patras", "de/hamburg")
    made.publish(NOW + 60)
    return made


def put_together(lines: dict[Word, list[bytes]]) -> tuple[list[MetadataSet], int]:
    shelf = evidence_registry.shelf(roots=lines[Word.ROOT], files=[*lines[Word.PAGE], *lines[Word.NODE]])
    return [shelf.set_of(each) for each in lines[Word.TIMESTAMP]], shelf.unused()


def test_several_sets_are_put_together_from_parts_that_stand_once(world: Paper) -> None:
    lines = evidence_registry.lines(world.sets)
    assert len(world.sets) == 2
    for word in (Word.PAGE, Word.NODE):
        assert len(set(lines[word])) == len(lines[word])
    assert put_together(lines) == (list(world.sets), 0)


def test_a_part_of_a_set_stays_a_part(world: Paper) -> None:
    part = world.sets[0].part([NodeId("gr/athens")])
    lines = evidence_registry.lines([part])
    assert put_together(lines) == ([part], 0)
    assert len(lines[Word.NODE]) == 1


def test_what_no_set_leads_to_is_counted(world: Paper) -> None:
    lines = evidence_registry.lines(world.sets)
    lines[Word.NODE].append(b"{}")
    assert put_together(lines)[1] == 1


@pytest.mark.parametrize("missing", ["snapshot", "targets"])
def test_a_missing_page_is_told(world: Paper, missing: str) -> None:
    found = world.sets[0]
    lines = evidence_registry.lines([found])
    lines[Word.PAGE].remove(getattr(found, missing))
    with pytest.raises(MalformedError, match="missing"):
        put_together(lines)


def test_a_snapshot_names_the_top_page(world: Paper, tmp_path: Path) -> None:
    found = world.sets[0]
    snapshot = Metadata[Snapshot].from_bytes(found.snapshot)
    del snapshot.signed.meta["targets.json"]
    timestamp = Metadata[Timestamp].from_bytes(found.timestamp)
    named = timestamp.signed.snapshot_meta
    named.length = len(snapshot.to_bytes())
    named.hashes = {"sha256": hashlib.sha256(snapshot.to_bytes()).hexdigest()}
    shelf = evidence_registry.shelf(roots=found.root_chain, files=[snapshot.to_bytes()])
    with pytest.raises(MalformedError, match="top page"):
        shelf.set_of(timestamp.to_bytes())
