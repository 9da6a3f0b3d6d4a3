"""A registry under the test's control: its holders, its nodes, and the operators' working folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import copytree

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from handover.adapters.ceremony import Ceremony
from handover.adapters.holder_keys import HolderKey
from handover.adapters.publication import Publication, Published
from handover.adapters.repository import Repository
from handover.domain.ids import NodeId
from handover.protocol import enrolment, node_key
from handover.protocol import registry_metadata as pages
from handover.protocol.jwe import SealingKey
from handover.protocol.jws import Ed25519Signer
from handover.protocol.node_entry import Liaison, Mandate, NodeEntry, NodeStatus
from handover.protocol.node_key import KeyUse, NodeKey
from handover.protocol.registry_set import MetadataSet, claimed_issue

YEAR = 366 * 86_400


def seed(name: str) -> bytes:
    """Return 32 bytes that are always the same for the name."""
    return sha256(name.encode()).digest()


@dataclass(frozen=True)
class Holder:
    """A holder with key and signer."""

    key: HolderKey
    signer: CryptoSigner


def holder(name: str) -> Holder:
    private = Ed25519PrivateKey.from_private_bytes(seed(name))
    key = HolderKey(name=name, public=private.public_key().public_bytes_raw())
    return Holder(key, CryptoSigner(private, key.tuf()))


class TestNode:
    """A node with private keys made from its name and *generation*, and the entry that it proposes."""

    __test__ = False

    def __init__(self, name: str, *, now: int, generation: str = "") -> None:
        self.node = NodeId(name)
        self.signer = Ed25519Signer(seed(f"{name} sig{generation}"))
        self.log = Ed25519Signer(seed(f"{name} log{generation}"))
        self.log_pq = MLDSA44PrivateKey.from_seed_bytes(seed(f"{name} log-pq{generation}"))
        self.sealing = SealingKey(seed(f"{name} seal{generation}"))
        self.now = now

    def public_keys(self) -> tuple[NodeKey, ...]:
        public = {
            KeyUse.SIG: self.signer.public,
            KeyUse.SEAL: self.sealing.public,
            KeyUse.LOG: self.log.public,
            KeyUse.LOG_PQ: self.log_pq.public_key().public_bytes_raw(),
        }
        return tuple(
            node_key.new_key(use=use, public=data, not_before=self.now, expires=self.now + YEAR)
            for use, data in public.items()
        )

    def entry(self, *, keys: Sequence[NodeKey] | None = None) -> NodeEntry:
        return NodeEntry(
            node=self.node,
            names={"en": f"Authority of {self.node.partition('/')[2]}"},
            country=self.node.country,
            places=("Somewhere",),
            mandates=(Mandate.CHILD_PROTECTION, Mandate.FAMILY_TRACING),
            address=f"https://{self.node.replace('/', '-')}.example",
            status=NodeStatus.ACTIVE,
            protocols=("handover/1",),
            schemas=("guardianship/1", "tracing/1"),
            liaison=Liaison(hours="Mon-Fri 08:00-16:00", languages=("en",)),
            keys=tuple(keys) if keys is not None else self.public_keys(),
        )

    def provers(self) -> dict[str, enrolment.Prover]:
        kids = {key.use: key.kid for key in self.public_keys()}
        return {
            kids[KeyUse.SIG]: self.signer.sign,
            kids[KeyUse.LOG]: self.log.sign,
            kids[KeyUse.LOG_PQ]: self.log_pq.sign,
        }

    def request(self, entry: NodeEntry | None = None) -> bytes:
        return enrolment.request(
            entry or self.entry(), signer=self.signer, provers=self.provers(), now=self.now
        )


HOLDERS = tuple(map(holder, ("ada", "ben", "cem")))
ONLINE = holder("online")


class Registrar:
    """Operators who do everything in one process: 2 of 3 holders, and 2 of 2 for each country."""

    def __init__(self, directory: Path, *, now: int, holders: tuple[Holder, ...] = HOLDERS) -> None:
        self.holders = holders
        self.repository = Repository(directory)
        self.ceremony = Ceremony(self.repository)
        self.publication = Publication(self.repository)
        self.public = self.repository.public
        self.now = now

    def found(self, *countries: str) -> None:
        """Set up a registry with these countries and publish it."""
        keys = [each.key for each in self.holders]
        self.ceremony.init(holders=keys, threshold=2, online=ONLINE.key, now=self.now)
        for country in countries:
            self.ceremony.add_country(
                country, holders=[each.key for each in self.of(country)], threshold=2, now=self.now
            )
        self.sign(*self.holders[:2])
        for country in countries:
            self.sign(*self.of(country))
        self.publish()

    def of(self, country: str) -> tuple[Holder, Holder]:
        """Return the holders of a country."""
        return holder(f"{country} one"), holder(f"{country} two")

    def sign(self, *holders: Holder) -> None:
        for each in holders:
            self.publication.sign(each.signer)

    def admit(self, *names: str) -> None:
        """Admit nodes and publish."""
        for name in names:
            self.ceremony.admit(TestNode(name, now=self.now).request(), now=self.now)
        for country in sorted({NodeId(name).country for name in names}):
            self.sign(*self.of(country))
        self.publish()

    def publish(self, *, now: int | None = None) -> Published:
        return self.publication.publish(ONLINE.signer, now=self.now if now is None else now)

    def copy(self, directory: Path) -> "Registrar":
        """Return the same operators with a copy of their folder."""
        copytree(self.public.parent, directory)
        return Registrar(directory, now=self.now, holders=self.holders)


def without(entry: NodeEntry, use: KeyUse) -> NodeEntry:
    """Return the entry without its keys of that use."""
    return replace(entry, keys=tuple(key for key in entry.keys if key.use is not use))


def sign(page: Metadata[Root] | Metadata[Targets], *holders: Holder) -> bytes:
    """Return the page with these holders' signatures and no others."""
    page.signatures.clear()
    for each in holders:
        page.sign(each.signer, append=True)
    return page.to_bytes()


def rebuilt(found: MetadataSet, *, online: Holder = ONLINE, **parts: object) -> MetadataSet:
    """Return the set with other parts, under a snapshot and timestamp that an online key signed anew."""
    changed: MetadataSet = replace(found, **parts)  # type: ignore[arg-type]
    meta = {"targets.json": MetaFile.from_data(_version(changed.targets), changed.targets, ["sha256"])}
    for country, data in changed.roles.items():
        meta[f"{country}.json"] = MetaFile.from_data(_version(data), data, ["sha256"])
    snapshot = Metadata(
        Snapshot(
            version=9,
            spec_version=pages.SPECIFICATION,
            expires=datetime.fromtimestamp(claimed_issue(found) + 86_400, UTC),
            meta=meta,
        )
    )
    snapshot.sign(online.signer)
    data = snapshot.to_bytes()
    return retimed(replace(changed, snapshot=data), online=online)


def retimed(
    found: MetadataSet, *, online: Holder = ONLINE, change: Callable[[Timestamp], object] = lambda _: None
) -> MetadataSet:
    """Return the set under a timestamp that an online key signed anew, after a change to it."""
    page = pages.load_timestamp(found.timestamp)
    version = pages.load_snapshot(found.snapshot).signed.version
    page.signed.snapshot_meta = MetaFile.from_data(version, found.snapshot, ["sha256"])
    change(page.signed)
    page.sign(online.signer)
    return replace(found, timestamp=page.to_bytes())


def _version(data: bytes) -> int:
    return int(Metadata[Targets].from_bytes(data).signed.version)
