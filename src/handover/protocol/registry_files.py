"""The registry's files: names, and how a set is put together (docs/spec/registry.md, section 2).

Every file but `timestamp.json` has a version or a digest in its name and is never changed, so a reader of a
repository that is just being published finds either the old state or the new one, whole. Pure: files are read
through a callable.
"""

from collections.abc import Callable, Mapping
from typing import Final

from tuf.api.metadata import MetaFile, TargetFile

from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import registry_metadata as pages
from handover.protocol.registry_set import LONGEST_CHAIN, MetadataSet

Read = Callable[[str, int], bytes]
"""Gives the file of that name, at most so many bytes long; raises NotFoundError or UnreachableError."""
Fetch = Callable[[str, str, int], bytes]
"""Gives the file of that name with that SHA-256 digest (hexadecimal) and length."""

TIMESTAMP: Final = "timestamp.json"
ENTRY_LIMIT: Final = 65_536
MOST_ENTRIES: Final = 20_000


def root_name(version: int) -> str:
    """Return the name of a root page's file."""
    return f"{version}.root.json"


def page_name(role: str, version: int) -> str:
    """Return the name of the file of a snapshot, top or country page."""
    return f"{version}.{role}.json"


def entry_name(node: NodeId, sha256: str) -> str:
    """Return the name of a node entry's file; *sha256* is hexadecimal."""
    country, _, slug = node.partition("/")
    return f"nodes/{country}/{sha256}.{slug}.json"


def files(metadata: MetadataSet) -> dict[str, bytes]:
    """Return all files of a set by name, in the order of writing: `timestamp.json` is the last.

    Raises:
        UntrustedError: a page is malformed.
    """
    timestamp = pages.load_timestamp(metadata.timestamp).signed
    snapshot = pages.load_snapshot(metadata.snapshot).signed
    found: dict[str, bytes] = {}
    for country, data in metadata.roles.items():
        for path, file in pages.load_country(data, country).signed.targets.items():
            node = pages.node_of(path)
            if node in metadata.entries:
                found[entry_name(node, _sha256(file))] = metadata.entries[node]
    for country, data in metadata.roles.items():
        found[page_name(country, snapshot.meta[f"{country}.json"].version)] = data
    found[page_name("targets", snapshot.meta["targets.json"].version)] = metadata.targets
    found[page_name("snapshot", timestamp.snapshot_meta.version)] = metadata.snapshot
    for data in metadata.root_chain:
        found[root_name(pages.load_root(data).signed.version)] = data
    return found | {TIMESTAMP: metadata.timestamp}


def read_roots(read: Read) -> tuple[bytes, ...]:
    """Return the root pages from the first to the newest that there is.

    Raises:
        NotFoundError: there is no first one.
        MalformedError: there are more than the longest chain has.
    """
    roots = [read(root_name(1), pages.ROOT_LIMIT)]
    while len(roots) <= LONGEST_CHAIN:
        try:
            roots.append(read(root_name(len(roots) + 1), pages.ROOT_LIMIT))
        except NotFoundError:
            return tuple(roots)
    raise MalformedError("the chain of roots is too long")


def collect(*, roots: tuple[bytes, ...], timestamp: bytes, fetch: Fetch) -> MetadataSet:
    """Return the set that the timestamp leads to: digests are checked, signatures not yet.

    Raises:
        HandoverError: a page is malformed, too long or not the one that was named, or cannot be got.
    """
    named = pages.load_timestamp(timestamp).signed.snapshot_meta
    snapshot = _fetch(fetch, page_name("snapshot", named.version), named, pages.SNAPSHOT_LIMIT)
    meta = pages.load_snapshot(snapshot).signed.meta
    got = {
        file.removesuffix(".json"): _fetch(
            fetch, page_name(file.removesuffix(".json"), named.version), named, pages.TARGETS_LIMIT
        )
        for file, named in meta.items()
    }
    targets = got.pop("targets")
    return MetadataSet(
        root_chain=roots,
        timestamp=timestamp,
        snapshot=snapshot,
        targets=targets,
        roles=got,
        entries=_entries(got, fetch),
    )


def _entries(roles: Mapping[str, bytes], fetch: Fetch) -> dict[NodeId, bytes]:
    found: dict[NodeId, bytes] = {}
    for country, data in roles.items():
        for path, file in pages.load_country(data, country).signed.targets.items():
            node = pages.node_of(path)
            found[node] = _fetch(fetch, entry_name(node, _sha256(file)), file, ENTRY_LIMIT)
            if len(found) > MOST_ENTRIES:
                raise MalformedError("the registry names too many nodes")
    return found


def _fetch(fetch: Fetch, name: str, named: MetaFile | TargetFile, limit: int) -> bytes:
    if named.length is None or named.length > limit:
        raise MalformedError("a page or entry of the registry is too long")
    data = fetch(name, _sha256(named), named.length)
    pages.check_digest(named, data)
    return data


def _sha256(named: MetaFile | TargetFile) -> str:
    return (named.hashes or {}).get("sha256", "")
