"""Registry: what a mirror, a country, a holder or a stolen online key could make of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Metadata, TargetFile, Timestamp

from attacks.attack import Attack, Strike, against
from federation import Federation
from handover.adapters import publication, registry
from handover.domain.errors import NotFoundError, UnreachableError
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import node_entry, registry_files
from handover.protocol import registry_metadata as pages
from handover.protocol.node_key import KeyUse
from handover.protocol.registry_files import Read
from handover.protocol.registry_set import MetadataSet
from registrar import ONLINE, Holder, TestNode, holder, rebuilt, retimed, sign

FRANCE, GERMANY = (holder("fr one"), holder("fr two")), (holder("de one"), holder("de two"))
TOP = (holder("one"), holder("two"))
HAMBURG = NodeId("de/hamburg")
PATH = "de/hamburg.json"


class Countries(Federation):
    """A federation in which each country has holders of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for country, holders in (("fr", FRANCE), ("de", GERMANY)):
            keys = [each.key for each in holders]
            self.ceremony.add_country(country, holders=keys, threshold=2, now=self.clock.now)
            self.countries.add(country)
        self.publish()

    def publish(self) -> None:
        press = publication.Publication(self.repository)
        for each in (*TOP, *FRANCE, *GERMANY):
            if press.waiting_for(each.key.keyid):
                press.sign(each.signer)
        press.publish(self.online, now=self.clock.now)
        for node in self.wire.nodes.values():
            self.refresh(node)


class Ground:
    """The node attacked, the set that it has accepted, and the one before."""

    def __init__(self, folder: Path) -> None:
        self.fed = Countries(folder)
        self.lyon = self.fed.add("fr/lyon")
        self.node = self.fed.add("de/hamburg")
        self.before = self.fed.repository.published()
        self.fed.clock.pass_(1)
        self.fed.ceremony.suspend(NodeId("fr/lyon"), now=self.fed.clock.now)
        self.fed.publish()
        self.now = self.fed.repository.published()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp("registry"))
    yield made
    made.lyon.close()
    made.node.close()


def refreshing(node: Node, source: Read) -> Strike:
    """Give the strike that lets the node ask this mirror for the registry."""

    def run() -> str:
        found = node.registry.refresh([source], now=node.clock())
        assert found.timestamp is None, "the mirror's registry was accepted"
        return found.failed[0].name if found.failed else "nothing"

    return Strike(node=node, run=run)


def serving(found: MetadataSet, **instead: bytes) -> Read:
    """Give a mirror of a set, with some of its files exchanged for others."""
    return of_files(registry_files.files(found) | instead)


def serving_page(found: MetadataSet, country: str, base: MetadataSet) -> Read:
    """Give a mirror of a set like *base*, but for the page of one country, which may be malformed."""
    snapshot = pages.load_snapshot(found.snapshot).signed
    version = snapshot.meta[f"{country}.json"].version
    return of_files(
        registry_files.files(base)
        | {
            registry_files.page_name(country, version): found.roles[country],
            registry_files.page_name("snapshot", snapshot.version): found.snapshot,
            registry_files.TIMESTAMP: found.timestamp,
        }
    )


def of_files(files: dict[str, bytes]) -> Read:
    def read(name: str, limit: int) -> bytes:
        if name not in files:
            raise NotFoundError
        return files[name]

    return read


def newer(found: MetadataSet, *, online: Holder = ONLINE, **parts: Any) -> MetadataSet:
    """Give the set with other parts, under a newer snapshot and timestamp that *online* has signed."""

    def next_version(page: Timestamp) -> None:
        page.version += 1

    return retimed(rebuilt(found, online=online, **parts), online=online, change=next_version)


def entered(
    found: MetadataSet, *signers: Holder, path: str = PATH, of: str = "de", data: bytes = b""
) -> dict[str, Any]:
    """Give the parts of a set in which a country's page names another entry, signed by whoever."""
    data = data or false_entry(found)
    page = pages.load_country(found.roles[of], of)
    page.signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
    page.signed.version += 1
    return {
        "roles": {**found.roles, of: sign(page, *signers)},
        "entries": {**found.entries, NodeId(path.removesuffix(".json")): data},
    }


def false_entry(found: MetadataSet) -> bytes:
    """Give an entry in which Hamburg has an attacker's address and key."""
    entry = node_entry.decode(found.entries[HAMBURG])
    [key] = [each for each in TestNode("de/hamburg", now=0).public_keys() if each.use is KeyUse.SIG]
    mine = replace(key, not_before=entry.keys[0].not_before, expires=entry.keys[0].expires)
    keys = tuple(mine if each.use is KeyUse.SIG else each for each in entry.keys)
    return node_entry.encode(replace(entry, address="https://attacker.example", keys=keys))


def new_root(found: MetadataSet, *signers: Holder, skip: int = 1) -> MetadataSet:
    """Give the set under a further root, whose holders are the attacker's, signed by whoever."""
    page = pages.load_root(found.root_chain[-1])
    mine = holder("attacker")
    page.signed.version += skip
    page.signed.keys[mine.key.keyid] = mine.key.tuf()
    for role in ("root", "targets", "snapshot", "timestamp"):
        page.signed.roles[role].keyids = [mine.key.keyid]
        page.signed.roles[role].threshold = 1
    return replace(found, root_chain=(*found.root_chain, sign(page, *signers, mine)))


def one_signature_twice(found: MetadataSet) -> dict[str, Any]:
    """Give the false page with one holder's signature also in the other's name."""
    parts = entered(found, GERMANY[0])
    page = pages.load_country(parts["roles"]["de"], "de")
    made = page.signatures[GERMANY[0].key.keyid]
    page.signatures[GERMANY[1].key.keyid] = type(made)(GERMANY[1].key.keyid, made.signature)
    parts["roles"]["de"] = page.to_bytes()
    return parts


@against(
    Attack(
        "country-for-another",
        "The holders of France sign a German page with a false key for Hamburg; the online key was stolen, too.",
        "registry-untrusted",
        with_=lambda at: serving(newer(at, **entered(at, *FRANCE))),
    ),
    Attack(
        "country-names-a-foreign-node",
        "The holders of France enter a German node in their own page.",
        "registry-untrusted",
        with_=lambda at: serving_page(newer(at, **entered(at, *FRANCE, of="fr")), "fr", at),
    ),
    Attack(
        "country-by-one-holder",
        "One of the two holders of Germany signs a false key for Hamburg.",
        "registry-untrusted",
        with_=lambda at: serving(newer(at, **entered(at, GERMANY[0]))),
    ),
    Attack(
        "country-by-one-holder-twice",
        "One holder's signature is written under both holders' names.",
        "registry-untrusted",
        with_=lambda at: serving(newer(at, **one_signature_twice(at))),
    ),
    Attack(
        "country-by-the-top-holders",
        "The holders of the whole registry sign the page of a country that is not theirs to sign.",
        "registry-untrusted",
        with_=lambda at: serving(newer(at, **entered(at, *TOP))),
    ),
    Attack(
        "country-by-the-online-key",
        "Whoever stole the online key signs a country's page with it.",
        "registry-untrusted",
        with_=lambda at: serving(newer(at, **entered(at, ONLINE))),
    ),
    Attack(
        "snapshot-by-a-holder",
        "A holder of the root signs snapshot and timestamp, which is the online key's to do.",
        "registry-untrusted",
        with_=lambda at: serving(newer(at, online=TOP[0])),
    ),
    Attack(
        "root-without-the-old-holders",
        "An attacker signs a new root alone.",
        "registry-untrusted",
        with_=lambda at: serving(new_root(at)),
    ),
    Attack(
        "root-by-one-old-holder",
        "One of the holders signs a new root in which the attacker holds all roles.",
        "registry-untrusted",
        with_=lambda at: serving(new_root(at, TOP[0])),
    ),
    Attack(
        "root-skipped",
        "A mirror serves a root two versions on under the name of the next one.",
        "registry-rollback",
        with_=lambda at: serving(at, **{"2.root.json": new_root(at, *TOP, skip=2).root_chain[-1]}),
    ),
)
def test_no_page_counts_without_its_own_holders(ground: Ground, case: Attack) -> Strike:
    return refreshing(ground.node, case.with_(ground.now))


def entry_file(found: MetadataSet) -> str:
    [name] = [name for name in registry_files.files(found) if name.endswith(".hamburg.json")]
    return name


def of_page(found: MetadataSet, role: str) -> str:
    [name] = [name for name in registry_files.files(found) if name.endswith(f".{role}.json")]
    return name


def expired(found: MetadataSet) -> MetadataSet:
    """Give the set under a newer timestamp that has expired a minute ago."""

    def change(page: Timestamp) -> None:
        page.version += 1
        page.expires = datetime.fromtimestamp(pages.seconds(page) - 8 * 86400, UTC)

    return retimed(found, change=change)


@against(
    Attack(
        "rollback",
        "A mirror serves the registry of before a suspension, every page of it rightly signed.",
        "registry-rollback",
        with_=lambda ground: serving(ground.before),
    ),
    Attack(
        "freeze",
        "A mirror serves the same registry again and again.",
        "nothing",
        with_=lambda ground: serving(ground.now),
    ),
    Attack(
        "rollback-of-one-page",
        "Whoever stole the online key names the page of France of before a suspension.",
        "registry-rollback",
        with_=lambda ground: serving(
            newer(
                ground.now,
                roles={**ground.now.roles, "fr": ground.before.roles["fr"]},
                entries=ground.before.entries,
            )
        ),
    ),
    Attack(
        "mix-of-old-and-new",
        "A mirror serves the new timestamp with the old snapshot.",
        "registry-untrusted",
        with_=lambda ground: serving(
            newer(ground.now), **{of_page(newer(ground.now), "snapshot"): ground.before.snapshot}
        ),
    ),
    Attack(
        "page-withheld",
        "A mirror keeps the page of one country back.",
        "registry-unreachable",
        with_=lambda ground: lacking(later(ground), of_page(later(ground), "de")),
    ),
    Attack(
        "entry-exchanged",
        "A mirror exchanges a node's entry for one with its own key.",
        "registry-untrusted",
        with_=lambda ground: serving(later(ground), **{entry_file(later(ground)): false_entry(ground.now)}),
    ),
    Attack(
        "timestamp-expired",
        "A mirror serves a timestamp that the online key signed long ago with a high number.",
        "registry-expired",
        with_=lambda ground: serving(expired(ground.now)),
    ),
    Attack(
        "timestamp-of-a-gigabyte",
        "A mirror serves a timestamp without end.",
        "registry-untrusted",
        with_=lambda ground: serving(ground.now, **{"timestamp.json": b" " * 20_000_000}),
    ),
    Attack(
        "root-without-end",
        "A mirror serves a root of 20 megabytes.",
        "registry-untrusted",
        with_=lambda ground: serving(ground.now, **{"2.root.json": b" " * 20_000_000}),
    ),
    Attack(
        "snapshot-deep",
        "A mirror serves a snapshot of nested arrays.",
        "registry-untrusted",
        with_=lambda ground: serving(
            newer(ground.now), **{of_page(newer(ground.now), "snapshot"): b"[" * 100_000}
        ),
    ),
    Attack(
        "metadata-duplicate-member",
        "A mirror serves a timestamp with two lists of signatures.",
        "malformed",
        with_=lambda ground: serving(
            newer(ground.now),
            **{"timestamp.json": newer(ground.now).timestamp.replace(b"{", b'{"signatures":[],', 1)},
        ),
    ),
    Attack(
        "mirror-dies",
        "A mirror breaks off in the middle.",
        "registry-unreachable",
        with_=lambda ground: breaking_off(serving(newer(ground.now)), 2),
    ),
)
def test_a_mirror_can_only_withhold(ground: Ground, case: Attack) -> Strike:
    return refreshing(ground.node, case.with_(ground))


def later(ground: Ground) -> MetadataSet:
    """Give a newer set, rightly signed, in which Hamburg's entry is another."""
    entry = node_entry.decode(ground.now.entries[HAMBURG])
    data = node_entry.encode(replace(entry, places=("Altona",)))
    return newer(ground.now, **entered(ground.now, *GERMANY, data=data))


def lacking(found: MetadataSet, name: str) -> Read:
    return of_files({each: data for each, data in registry_files.files(found).items() if each != name})


def breaking_off(source: Read, good: int) -> Read:
    left = iter([True] * good)

    def read(name: str, limit: int) -> bytes:
        if not next(left, False):
            raise UnreachableError
        return source(name, limit)

    return read


MUST_PASS: dict[str, Callable[[Ground], MetadataSet]] = {
    "a newer timestamp": lambda ground: newer(ground.now),
    "a changed entry": later,
    "a new root": lambda ground: replace(
        ground.now, root_chain=(*ground.now.root_chain, renewed_root(ground.now))
    ),
}


def renewed_root(found: MetadataSet) -> bytes:
    page: Metadata[Any] = pages.load_root(found.root_chain[-1])
    page.signed.version += 1
    return sign(page, *TOP)


@pytest.mark.parametrize("make", MUST_PASS.values(), ids=MUST_PASS)
def test_what_is_signed_by_its_own_holders_is_accepted(
    ground: Ground, make: Callable[[Ground], MetadataSet], tmp_path: Path
) -> None:
    """The attacks fail for what they do, and not for how the tests make them."""
    mirror = registry.RegistryMirror(tmp_path, root=ground.fed.repository.pinned())
    mirror.update(serving(ground.now), now=ground.node.clock())
    found = make(ground)
    assert mirror.update(serving(found), now=ground.node.clock()) == found
