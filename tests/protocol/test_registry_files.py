from dataclasses import replace
from pathlib import Path

import pytest

from handover.domain.errors import MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import registry_files
from handover.protocol import registry_metadata as pages
from handover.protocol.registry_metadata import RegistryUntrustedError
from handover.protocol.registry_set import LONGEST_CHAIN, MetadataSet
from registrar import Registrar

NOW = 1_800_000_000
ATHENS = NodeId("gr/athens")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> MetadataSet:
    registrar = Registrar(Path(tmp_path_factory.mktemp("registry")), now=NOW)
    registrar.found("gr")
    registrar.admit("gr/athens")
    return registrar.repository.published()


def collect(found: MetadataSet, files: dict[str, bytes]) -> MetadataSet:
    return registry_files.collect(
        roots=found.root_chain, timestamp=files["timestamp.json"], fetch=lambda name, _, __: files[name]
    )


def test_files_and_set_are_two_forms_of_one_thing(found: MetadataSet) -> None:
    files = registry_files.files(found)
    assert collect(found, files) == found
    names = list(files)
    assert names[-2:] == ["1.root.json", "timestamp.json"]
    assert {"2.snapshot.json", "1.targets.json", "2.gr.json"} < set(names)
    assert [name for name in names if name.startswith("nodes/gr/") and name.endswith(".athens.json")]


def test_a_part_has_the_files_that_it_has(found: MetadataSet) -> None:
    part = registry_files.files(replace(found, entries={}))
    assert not [name for name in part if name.startswith("nodes/")]


def test_a_file_other_than_the_one_named_is_refused(found: MetadataSet) -> None:
    files = registry_files.files(found)
    for name in files:
        if name not in ("timestamp.json", "1.root.json"):
            with pytest.raises(RegistryUntrustedError):
                collect(found, {**files, name: files[name][:-1] + b" "})


def test_what_is_too_long_is_not_even_fetched(found: MetadataSet) -> None:
    page = pages.load_timestamp(found.timestamp)
    page.signed.snapshot_meta.length = pages.SNAPSHOT_LIMIT + 1
    with pytest.raises(MalformedError, match="too long"):
        registry_files.collect(roots=(), timestamp=page.to_bytes(), fetch=lambda _, __, ___: b"")


def test_a_registry_with_too_many_nodes_is_refused(
    found: MetadataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_files, "MOST_ENTRIES", 0)
    with pytest.raises(MalformedError, match="too many"):
        collect(found, registry_files.files(found))


def test_roots_are_read_from_the_first_to_the_last() -> None:
    def read(name: str, _: int) -> bytes:
        if name in ("1.root.json", "2.root.json"):
            return name.encode()
        raise NotFoundError

    assert registry_files.read_roots(read) == (b"1.root.json", b"2.root.json")
    with pytest.raises(NotFoundError):
        registry_files.read_roots(lambda name, _: read("", 0))


def test_an_endless_chain_of_roots_is_refused() -> None:
    asked: list[str] = []

    def read(name: str, _: int) -> bytes:
        asked.append(name)
        return b""

    with pytest.raises(UntrustedError):
        registry_files.read_roots(read)
    assert len(asked) == LONGEST_CHAIN + 1
