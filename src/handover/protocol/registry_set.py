"""The registry as a set of signed pages, verified offline at a time (docs/spec/registry.md, section 6).

Pure: bytes and a time in, an immutable `Registry` out. A node asks it about the present before it stores a
set; an auditor asks it about the time of an act, years later, with nothing but the pinned root.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.domain.sentences import Names
from handover.protocol import node_entry, strict
from handover.protocol import registry_metadata as pages
from handover.protocol.node_entry import NodeEntry
from handover.protocol.registry_metadata import RegistryUntrustedError

SKEW: Final = 600  # seconds that the operators' clock may be ahead of the reader's
LONGEST_CHAIN: Final = 256


class RegistryExpiredError(RegistryUntrustedError):
    """A page had expired at the time asked about."""

    name = "registry-expired"
    title = "The registry's metadata had expired at that time."
    advice = "Refresh the registry; if it stays so, its operators have to publish anew."


class RegistryRollbackError(RegistryUntrustedError):
    """Older pages than those already accepted."""

    name = "registry-rollback"
    title = "The registry's metadata is older than what was accepted before."
    advice = "The newer registry stays in use. Refresh from another peer."


class UnknownNodeError(NotFoundError):
    """The registry names no such node."""

    name = "unknown-node"
    title = "The registry does not name this node."
    advice = "Check the node's name; a new node has to be admitted by the registry's operators first."


@dataclass(frozen=True, kw_only=True)
class MetadataSet:
    """The bytes of one state of the registry: what is served, mirrored, and put into evidence bundles.

    `roles` are the countries' pages by country, `entries` the node entries. Nothing of it is verified yet.
    """

    root_chain: tuple[bytes, ...]
    timestamp: bytes
    snapshot: bytes
    targets: bytes
    roles: Mapping[str, bytes]
    entries: Mapping[NodeId, bytes]

    def part(self, nodes: Sequence[NodeId]) -> "MetadataSet":
        """Return the set with only what concerns *nodes*; it verifies as the whole does."""
        countries = {node.country for node in nodes}
        return MetadataSet(
            root_chain=self.root_chain,
            timestamp=self.timestamp,
            snapshot=self.snapshot,
            targets=self.targets,
            roles={country: page for country, page in self.roles.items() if country in countries},
            entries={node: entry for node, entry in self.entries.items() if node in set(nodes)},
        )


@dataclass(frozen=True, kw_only=True)
class Digests:
    """What an auditor needs to tell which registry a decision rested on: SHA-256 of whole files."""

    roots: tuple[Digest, ...]
    timestamp: Digest


@dataclass(frozen=True, kw_only=True)
class Registry:
    """The federation's nodes as the registry's signatures prove them. Times are seconds since 1970.

    `version` is the snapshot's, `root` the newest root page's; `terms` is when each page expires, `expires`
    the first of those that end the registry as a whole. `unreadable` are nodes whose entry is in a format
    unknown here, `absent` the countries and nodes that the set, being a part, left out.
    """

    version: int
    root: int
    issued: int
    expires: int
    entries: Mapping[NodeId, NodeEntry]
    digests: Digests
    terms: Mapping[str, int]
    unreadable: frozenset[NodeId] = frozenset()
    absent: frozenset[str] = frozenset()

    def entry(self, node: NodeId) -> NodeEntry:
        """Return the node's entry.

        Raises:
            UnknownNodeError: the registry does not name the node, or this part of it left the node out.
        """
        try:
            return self.entries[node]
        except KeyError:
            raise UnknownNodeError from None

    def lapsed(self, country: str, at: int) -> bool:
        """Tell whether the country's page had expired at *at*: its nodes then stand as suspended ones do."""
        return self.terms.get(country, at) <= at


def fingerprint(root: bytes) -> str:
    """Return the SHA-256 digest of a root page as people compare it: hexadecimal in groups of four."""
    digits = hashlib.sha256(root).hexdigest()
    return " ".join(digits[start : start + 4] for start in range(0, 64, 4))


def claimed_issue(metadata: MetadataSet) -> int:
    """Return when the set claims to have been issued, unverified: the time at which to ask about a newer set.

    Raises:
        UntrustedError: the timestamp page is malformed.
    """
    return _issued(pages.load_timestamp(metadata.timestamp).signed)


def verify(metadata: MetadataSet, *, root: bytes, at: int) -> Registry:
    """Return the registry that the set proves to whoever trusts *root*, judged at the time *at*.

    Raises:
        RegistryExpiredError: root, timestamp, snapshot or top page had expired at that time.
        UntrustedError: too few signatures, pages that contradict one another, or another spelling than the
            one.
    """
    trusted = _follow(metadata.root_chain, pinned=root)
    timestamp = _timestamp(metadata, trusted.signed, at)
    snapshot = _snapshot(metadata, trusted.signed, timestamp.signed)
    targets = _targets(metadata, trusted.signed, snapshot.signed)
    top = (trusted.signed, timestamp.signed, snapshot.signed, targets.signed)
    terms = {signed.type: pages.seconds(signed) for signed in top}
    late = sorted(role for role, end in terms.items() if end <= at)
    if late:
        raise RegistryExpiredError("expired: %(pages)s", pages=Names(tuple(late)))
    nodes = _Nodes(metadata=metadata)
    nodes.read(targets.signed, snapshot.signed)
    return Registry(
        version=snapshot.signed.version,
        root=trusted.signed.version,
        issued=_issued(timestamp.signed),
        expires=min(terms.values()),
        entries=MappingProxyType(nodes.entries),
        digests=Digests(
            roots=tuple(strict.digest(page) for page in metadata.root_chain),
            timestamp=strict.digest(metadata.timestamp),
        ),
        terms=MappingProxyType(terms | nodes.terms),
        unreadable=frozenset(nodes.unreadable),
        absent=frozenset(nodes.absent),
    )


def _follow(chain: Sequence[bytes], *, pinned: bytes) -> Metadata[Root]:
    """Return the newest root of a chain of signed links that holds the pinned one."""
    if not 0 < len(chain) <= LONGEST_CHAIN:
        raise RegistryUntrustedError("a chain of roots has between 1 and 256 links")
    pin = pages.load_root(pinned).signed.version
    first = pages.load_root(chain[0])
    newest = None
    for data in chain:
        page = pages.load_root(data)
        if newest is not None:
            if page.signed.version != newest.signed.version + 1:
                raise RegistryUntrustedError("a link is missing in the chain of roots")
            pages.check_signed(newest.signed, "root", page)
        pages.check_signed(page.signed, "root", page)
        newest = page
    index = pin - first.signed.version
    if newest is None or index >= len(chain):
        raise RegistryRollbackError("the chain of roots ends before the pinned root")
    if index < 0 or chain[index] != pinned:
        raise RegistryUntrustedError("the pinned root is not in the chain of roots")
    return newest


def _timestamp(metadata: MetadataSet, root: Root, at: int) -> Metadata[Timestamp]:
    page = pages.load_timestamp(metadata.timestamp)
    pages.check_signed(root, "timestamp", page)
    if _issued(page.signed) > at + SKEW:
        raise RegistryUntrustedError("the timestamp was issued after the time asked about")
    if page.signed.unrecognized_fields["root"] > root.version:
        raise RegistryRollbackError("the chain of roots ends before the root that the timestamp names")
    return page


def _snapshot(metadata: MetadataSet, root: Root, timestamp: Timestamp) -> Metadata[Snapshot]:
    pages.check_digest(timestamp.snapshot_meta, metadata.snapshot)
    page = pages.load_snapshot(metadata.snapshot)
    pages.check_signed(root, "snapshot", page)
    if page.signed.version != timestamp.snapshot_meta.version:
        raise RegistryUntrustedError("the snapshot is not of the version that the timestamp names")
    return page


def _targets(metadata: MetadataSet, root: Root, snapshot: Snapshot) -> Metadata[Targets]:
    named = snapshot.meta.get("targets.json")
    if named is None:
        raise RegistryUntrustedError("the snapshot does not name the top page")
    pages.check_digest(named, metadata.targets)
    page = pages.load_targets(metadata.targets)
    pages.check_signed(root, "targets", page)
    if page.signed.version != named.version:
        raise RegistryUntrustedError("the top page is not of the version that the snapshot names")
    delegated = {f"{country}.json" for country in _countries(page.signed)}
    if delegated | {"targets.json"} != set(snapshot.meta):
        raise RegistryUntrustedError("the snapshot and the top page name different countries")
    return page


def _countries(targets: Targets) -> tuple[str, ...]:
    roles = targets.delegations.roles if targets.delegations else None
    return tuple(roles or ())


def _issued(timestamp: Timestamp) -> int:
    return int(timestamp.unrecognized_fields["issued"])


@dataclass(kw_only=True)
class _Nodes:
    """What the countries' pages and the node entries say, gathered one country at a time."""

    metadata: MetadataSet
    entries: dict[NodeId, NodeEntry] = field(default_factory=dict)
    terms: dict[str, int] = field(default_factory=dict)
    unreadable: set[NodeId] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    named: set[NodeId] = field(default_factory=set)

    def read(self, targets: Targets, snapshot: Snapshot) -> None:
        countries = _countries(targets)
        for country in countries:
            if country in self.metadata.roles:
                self._country(country, targets, snapshot)
            else:
                self.absent.add(country)
        if not self.metadata.roles.keys() <= set(countries) or not self.metadata.entries.keys() <= self.named:
            raise RegistryUntrustedError("the set holds a page or entry that nothing names")

    def _country(self, country: str, targets: Targets, snapshot: Snapshot) -> None:
        named, data = snapshot.meta[f"{country}.json"], self.metadata.roles[country]
        pages.check_digest(named, data)
        page = pages.load_country(data, country)
        pages.check_signed(targets, country, page)
        if page.signed.version != named.version:
            raise RegistryUntrustedError("a country's page is not of the version that the snapshot names")
        self.terms[country] = pages.seconds(page.signed)
        for path, file in page.signed.targets.items():
            node = pages.node_of(path)
            self.named.add(node)
            if node not in self.metadata.entries:
                self.absent.add(node)
                continue
            pages.check_digest(file, self.metadata.entries[node])
            self._entry(node)

    def _entry(self, node: NodeId) -> None:
        try:
            entry = node_entry.decode(self.metadata.entries[node])
        except UntrustedError:
            entry = None
        if entry is None or entry.node != node:
            # Signed for, but of no use here (perhaps a later format): the other nodes must not suffer from
            # it.
            self.unreadable.add(node)
        else:
            self.entries[node] = entry
