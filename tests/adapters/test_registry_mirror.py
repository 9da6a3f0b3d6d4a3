import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root, Timestamp
from tuf.ngclient import FetcherInterface, Updater

from handover.adapters import registry_client
from handover.adapters.registry import RegistryMirror, export, folder
from handover.adapters.registry_client import RegistryUnreachableError
from handover.domain.errors import (
    MalformedError,
    NotFoundError,
    UnreachableError,
    UntrustedError,
)
from handover.domain.ids import NodeId
from handover.protocol import registry_files, registry_set, strict
from handover.protocol import registry_metadata as pages
from handover.protocol.node_entry import NodeStatus
from handover.protocol.registry_metadata import RegistryUntrustedError
from handover.protocol.registry_set import (
    MetadataSet,
    RegistryExpiredError,
    RegistryRollbackError,
)
from registrar import HOLDERS, ONLINE, Registrar, holder

NOW = int(time.time())  # the TUF client knows no other time than the present
DAY = 86_400
ATHENS = NodeId("gr/athens")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Registrar:
    registrar = Registrar(Path(tmp_path_factory.mktemp("first")), now=NOW)
    registrar.found("gr", "de")
    registrar.admit("gr/athens", "de/hamburg")
    return registrar


@pytest.fixture
def registrar(first: Registrar, tmp_path: Path) -> Registrar:
    return first.copy(tmp_path / "operators")


@pytest.fixture
def root(registrar: Registrar) -> bytes:
    return registrar.repository.pinned()


@pytest.fixture
def mirror(tmp_path: Path, root: bytes) -> RegistryMirror:
    return RegistryMirror(tmp_path / "node", root=root)


@dataclass
class Liar:
    """A mirror that gives the files of a folder, but for some."""

    path: Path
    instead: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, name: str, limit: int) -> bytes:
        self.asked.append(name)
        if name in self.instead:
            return self.instead[name]()
        return folder(self.path)(name, limit)


@dataclass
class BrokenOff:
    """A mirror that gives so many good answers and then none."""

    path: Path
    good: int

    def __call__(self, name: str, limit: int) -> bytes:
        if self.good == 0:
            raise UnreachableError
        self.good -= 1
        return folder(self.path)(name, limit)


def raising(error: Exception) -> Callable[[], bytes]:
    def give() -> bytes:
        raise error

    return give


def everything(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_a_node_begins_with_nothing_but_the_pinned_root(registrar: Registrar, mirror: RegistryMirror) -> None:
    with pytest.raises(NotFoundError):
        mirror.load()
    assert mirror.marker() == ""
    found = mirror.update(folder(registrar.public), now=NOW)
    assert found == mirror.load() == registrar.repository.published()
    assert set(found.entries) == {"gr/athens", "de/hamburg"}
    assert mirror.update(folder(registrar.public), now=NOW) == found


def test_a_node_can_begin_from_a_peers_mirror_or_from_an_export(
    registrar: Registrar, mirror: RegistryMirror, tmp_path: Path, root: bytes
) -> None:
    found = mirror.update(folder(registrar.public), now=NOW)
    second = RegistryMirror(tmp_path / "second", root=root)
    assert second.update(lambda name, _: mirror.file(name), now=NOW) == found
    export(found, tmp_path / "stick")
    third = RegistryMirror(tmp_path / "third", root=root)
    assert third.update(folder(tmp_path / "stick"), now=NOW) == found


def test_only_what_is_new_is_fetched(registrar: Registrar, mirror: RegistryMirror) -> None:
    mirror.update(folder(registrar.public), now=NOW)
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    source = Liar(registrar.public)
    found = mirror.update(source, now=NOW)
    assert sorted(name.partition(".")[2] for name in source.asked if not name.startswith("nodes/")) == [
        "gr.json",
        "json",
        "root.json",
        "snapshot.json",
    ]
    assert len([name for name in source.asked if name.startswith("nodes/gr/")]) == 1
    assert (
        registry_set.verify(found, root=found.root_chain[0], at=NOW).entry(ATHENS).status
        is NodeStatus.SUSPENDED
    )


def test_the_offline_verifier_agrees_with_the_tuf_client(
    registrar: Registrar, mirror: RegistryMirror, tmp_path: Path, root: bytes
) -> None:
    found = mirror.update(folder(registrar.public), now=NOW)
    registry = registry_set.verify(found, root=root, at=NOW)
    (tmp_path / "client").mkdir()
    updater = Updater(
        str(tmp_path / "client"),
        "registry/",
        target_dir=str(tmp_path),
        target_base_url="registry/nodes/",
        fetcher=registry_client._Fetcher(folder(registrar.public)),
        bootstrap=root,
    )
    for node in registry.entries:
        target = updater.get_targetinfo(f"{node}.json")
        assert target is not None
        assert Path(updater.download_target(target)).read_bytes() == found.entries[node]
    assert updater.get_targetinfo("gr/patras.json") is None
    assert updater.get_targetinfo("fr/paris.json") is None


def test_an_older_registry_is_not_taken_back(
    registrar: Registrar, mirror: RegistryMirror, tmp_path: Path
) -> None:
    export(registrar.repository.published(), tmp_path / "old")
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    mirror.update(folder(registrar.public), now=NOW)
    before = everything(tmp_path / "node")
    with pytest.raises(RegistryRollbackError):
        mirror.update(folder(tmp_path / "old"), now=NOW)
    assert everything(tmp_path / "node") == before


def test_a_frozen_registry_is_refused_once_its_timestamp_has_expired(
    tmp_path: Path, registrar: Registrar
) -> None:
    old = Registrar(tmp_path / "frozen", now=NOW - 8 * DAY)
    old.found("gr")
    mirror = RegistryMirror(tmp_path / "node", root=old.repository.pinned())
    with pytest.raises(RegistryExpiredError):
        mirror.update(folder(old.public), now=NOW)
    old.publish(now=NOW)
    mirror.update(folder(old.public), now=NOW)


def test_the_nodes_own_clock_counts_beside_the_clients(registrar: Registrar, mirror: RegistryMirror) -> None:
    with pytest.raises(RegistryExpiredError):
        mirror.update(folder(registrar.public), now=NOW + 8 * DAY)
    with pytest.raises(RegistryUntrustedError):
        mirror.update(folder(registrar.public), now=NOW - DAY)
    assert mirror.marker() == ""


@pytest.mark.parametrize(
    "name", ["timestamp.json", "2.snapshot.json", "1.targets.json", "2.gr.json", "nodes"]
)
@pytest.mark.parametrize("fault", ["gone", "other", "long", "unreachable", "lying"])
def test_a_fault_anywhere_stores_nothing(
    registrar: Registrar, mirror: RegistryMirror, tmp_path: Path, name: str, fault: str
) -> None:
    if name == "nodes":
        name = next(
            each for each in registry_files.files(registrar.repository.published()) if "athens" in each
        )
    good = (registrar.public / name).read_bytes()
    give: dict[str, Callable[[], bytes]] = {
        "gone": raising(NotFoundError()),
        "other": lambda: good[:-2] + b" }",
        "long": lambda: good + b" " * 5_000_000,
        "unreachable": raising(UnreachableError()),
        "lying": raising(MalformedError()),
    }
    kind = UnreachableError if fault in ("gone", "unreachable") else UntrustedError
    with pytest.raises(kind):
        mirror.update(Liar(registrar.public, {name: give[fault]}), now=NOW)
    assert mirror.marker() == ""
    assert set(everything(tmp_path / "node")) == {"lock"}
    mirror.update(folder(registrar.public), now=NOW)


def test_a_source_that_breaks_off_anywhere_stores_nothing(
    registrar: Registrar, mirror: RegistryMirror
) -> None:
    whole = Liar(registrar.public)
    mirror.update(whole, now=NOW)
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    before = mirror.load()
    for good in range(5):
        with pytest.raises(UnreachableError):
            mirror.update(BrokenOff(registrar.public, good), now=NOW)
        assert mirror.load() == before
    mirror.update(BrokenOff(registrar.public, 5), now=NOW)


def test_a_half_published_registry_breaks_nobody(
    registrar: Registrar, mirror: RegistryMirror, tmp_path: Path, root: bytes
) -> None:
    old = everything(registrar.public)
    mirror.update(folder(registrar.public), now=NOW)
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    new = registry_files.files(registrar.repository.published())
    half = tmp_path / "half"
    for name, data in old.items():
        (half / name).parent.mkdir(parents=True, exist_ok=True)
        (half / name).write_bytes(data)
    for step, (name, data) in enumerate(new.items()):
        (half / name).write_bytes(data)
        fresh = RegistryMirror(tmp_path / f"fresh{step}", root=root)
        found = registry_set.verify(fresh.update(folder(half), now=NOW), root=root, at=NOW)
        suspended = found.entry(ATHENS).status is NodeStatus.SUSPENDED
        assert suspended == (name == "timestamp.json")


def rotated(registrar: Registrar, *signers: str) -> bytes:
    """Let cem go and dora come, and sign with these."""
    registrar.ceremony.rotate_holders(
        "root", out=[HOLDERS[2].key], into=[holder("dora").key], threshold=None, now=registrar.now
    )
    for name in signers:
        registrar.publication.sign(holder(name).signer)
    return registrar.repository.pending_page("root")


def test_a_rotation_of_root_holders_is_followed(registrar: Registrar, mirror: RegistryMirror) -> None:
    mirror.update(folder(registrar.public), now=NOW)
    rotated(registrar, "ada", "ben")
    published = registrar.publish()
    assert published.roles == ("root", "targets")
    found = mirror.update(folder(registrar.public), now=NOW)
    assert len(found.root_chain) == 2
    assert len(mirror.load().root_chain) == 2


@pytest.mark.parametrize("signers", [("ada", "dora"), ("cem", "ada"), ("dora",)])
def test_a_root_with_too_few_signatures_is_refused(
    registrar: Registrar, mirror: RegistryMirror, signers: tuple[str, ...]
) -> None:
    mirror.update(folder(registrar.public), now=NOW)
    page = rotated(registrar, *signers)
    with pytest.raises(UntrustedError):
        mirror.update(Liar(registrar.public, {"2.root.json": lambda: page}), now=NOW)
    assert len(mirror.load().root_chain) == 1


def test_a_mirror_keeps_the_roots_before_the_pinned_one_for_others(
    registrar: Registrar, tmp_path: Path, root: bytes
) -> None:
    rotated(registrar, "ada", "ben")
    registrar.publish()
    late = RegistryMirror(tmp_path / "late", root=(registrar.public / "2.root.json").read_bytes())
    with pytest.raises(RegistryUnreachableError):
        late.update(Liar(registrar.public, {"1.root.json": raising(NotFoundError())}), now=NOW)
    page = Metadata[Root].from_bytes(root)
    page.signed.version = 1
    page.sign(holder("mallory").signer)
    with pytest.raises(UntrustedError):
        late.update(Liar(registrar.public, {"1.root.json": page.to_bytes}), now=NOW)
    late.update(folder(registrar.public), now=NOW)
    early = RegistryMirror(tmp_path / "early", root=root)
    assert early.update(lambda name, _: late.file(name), now=NOW) == late.load()


def test_another_federations_root_is_not_followed(registrar: Registrar, tmp_path: Path) -> None:
    other = Registrar(tmp_path / "other", now=NOW, holders=tuple(map(holder, ("xena", "yuri", "zoe"))))
    other.found("gr")
    mirror = RegistryMirror(tmp_path / "node", root=other.repository.pinned())
    with pytest.raises(UntrustedError):
        mirror.update(folder(registrar.public), now=NOW)


def test_a_country_whose_page_has_expired_does_not_stop_the_refresh(
    tmp_path: Path, registrar: Registrar
) -> None:
    old = Registrar(tmp_path / "old", now=NOW - 367 * DAY)
    old.found("gr", "de")
    old.admit("gr/athens")
    new = Registrar(tmp_path / "old", now=NOW)
    for role in ("root", "targets", "de"):
        new.ceremony.renew(role, now=NOW)
    new.sign(*HOLDERS[:2], *new.of("de"))
    new.publish()
    mirror = RegistryMirror(tmp_path / "node", root=new.repository.pinned())
    found = registry_set.verify(
        mirror.update(folder(new.public), now=NOW), root=new.repository.pinned(), at=NOW
    )
    assert (found.lapsed("gr", NOW), found.lapsed("de", NOW)) == (True, False)
    assert ATHENS in found.entries


def test_every_accepted_set_can_be_had_again_by_its_timestamp(
    registrar: Registrar, mirror: RegistryMirror, root: bytes
) -> None:
    kept: list[MetadataSet] = [mirror.update(folder(registrar.public), now=NOW)]
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    kept.append(mirror.update(folder(registrar.public), now=NOW))
    registrar.ceremony.rotate_holders(
        "online", out=[ONLINE.key], into=[holder("online 2").key], threshold=None, now=NOW
    )
    registrar.sign(*HOLDERS[:2])
    registrar.publication.publish(holder("online 2").signer, now=NOW)
    kept.append(mirror.update(folder(registrar.public), now=NOW))
    for each in kept:
        again = mirror.at(strict.digest(each.timestamp))
        assert again == each
        registry_set.verify(again, root=root, at=NOW)
    with pytest.raises(NotFoundError):
        mirror.at(strict.digest(b""))


def test_the_mirror_serves_its_set_and_the_one_before_and_nothing_else(
    registrar: Registrar, mirror: RegistryMirror
) -> None:
    with pytest.raises(NotFoundError):
        mirror.file("timestamp.json")
    first = registry_files.files(mirror.update(folder(registrar.public), now=NOW))
    assert mirror.file("timestamp.json") == first["timestamp.json"]
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    second = registry_files.files(mirror.update(folder(registrar.public), now=NOW))
    assert {name: mirror.file(name) for name in first | second} == first | second
    for name in (
        "",
        "head",
        "lock",
        "../head",
        "objects",
        "/etc/passwd",
        "1.root.json/",
        "nodes/gr/..",
        "2.ROOT.json",
    ):
        with pytest.raises(NotFoundError):
            mirror.file(name)


def test_names_from_outside_never_become_paths(
    mirror: RegistryMirror, tmp_path: Path, registrar: Registrar
) -> None:
    mirror.update(folder(registrar.public), now=NOW)
    names = everything(tmp_path / "node")
    assert all(
        name in ("head", "lock", "roots/1.root.json") or (name.startswith("objects/") and len(name) == 72)
        for name in names
    )


def test_a_damaged_file_is_noticed(registrar: Registrar, mirror: RegistryMirror, tmp_path: Path) -> None:
    found = mirror.update(folder(registrar.public), now=NOW)
    path = next(
        file for file in (tmp_path / "node/objects").iterdir() if file.read_bytes() == found.entries[ATHENS]
    )
    path.write_bytes(found.entries[ATHENS].replace(b"athens", b"sparta"))
    with pytest.raises(UntrustedError):
        mirror.load()


def test_a_crash_while_storing_leaves_the_old_set(
    registrar: Registrar, mirror: RegistryMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mirror.update(folder(registrar.public), now=NOW)
    registrar.ceremony.suspend(ATHENS, now=NOW)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()
    rename = Path.replace
    crashes = 0

    def crash(self: Path, target: Path) -> Path:
        nonlocal crashes
        crashes += 1
        rename(self, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        while mirror.load() == before:
            with pytest.raises(KeyboardInterrupt):
                mirror.update(folder(registrar.public), now=NOW)
    assert crashes == 5  # after the timestamp, snapshot, country page and entry, and after the head
    assert mirror.load() == registrar.repository.published()


def test_an_unsigned_timestamp_is_refused(registrar: Registrar, mirror: RegistryMirror) -> None:
    page = Metadata[Timestamp].from_bytes((registrar.public / "timestamp.json").read_bytes())
    page.signed.unrecognized_fields["issued"] += 1
    with pytest.raises(UntrustedError):
        mirror.update(Liar(registrar.public, {"timestamp.json": page.to_bytes}), now=NOW)


def test_an_endless_row_of_roots_ends(registrar: Registrar, mirror: RegistryMirror) -> None:
    asked = 0

    def source(name: str, limit: int) -> bytes:
        nonlocal asked
        asked += 1
        return os.urandom(10) if name.endswith("root.json") else folder(registrar.public)(name, limit)

    with pytest.raises(UntrustedError):
        mirror.update(source, now=NOW)
    assert asked < 5


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("timestamp.json", pages.TIMESTAMP_LIMIT),
        ("7.root.json", pages.ROOT_LIMIT),
        ("7.snapshot.json", pages.SNAPSHOT_LIMIT),
        ("7.targets.json", pages.TARGETS_LIMIT),
        ("7.gr.json", pages.TARGETS_LIMIT),
    ],
)
def test_every_file_has_a_limit_before_anything_is_known_of_it(name: str, limit: int) -> None:
    assert registry_client.limit_of(name) == limit
    assert issubclass(registry_client._Fetcher, FetcherInterface)
