"""The registry inside a bundle: each page and node entry once, and the sets that are put together from them again.

A timestamp leads to its snapshot by digest, that to the top page and the countries' pages, those to the node entries.
What a set lacks was left out, as `MetadataSet.part` leaves it out.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tuf.api.metadata import MetaFile, TargetFile

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import registry_metadata as pages
from handover.protocol.evidence import Word
from handover.protocol.registry_set import MetadataSet


def lines(sets: Iterable[MetadataSet]) -> dict[Word, list[bytes]]:
    """Give the parts of which *sets* are made, each once; the roots are those of the longest chain."""
    roots: tuple[bytes, ...] = ()
    found: dict[Word, dict[bytes, None]] = {word: {} for word in (Word.TIMESTAMP, Word.PAGE, Word.NODE)}
    for each in sets:
        roots = max(roots, each.root_chain, key=len)
        found[Word.TIMESTAMP][each.timestamp] = None
        found[Word.PAGE] |= dict.fromkeys((each.snapshot, each.targets, *each.roles.values()))
        found[Word.NODE] |= dict.fromkeys(each.entries.values())
    return {Word.ROOT: list(roots), **{word: list(parts) for word, parts in found.items()}}


@dataclass(kw_only=True)
class Shelf:
    """Pages and node entries by digest; `used` are those to which a set has led."""

    roots: Sequence[bytes]
    files: dict[str, bytes]
    used: set[str] = field(default_factory=set)

    def set_of(self, timestamp: bytes) -> MetadataSet:
        """Give the set that a timestamp leads to; no signature is verified by it.

        Raises:
            MalformedError: a page is malformed, or the snapshot or the top page is missing.
        """
        signed = pages.load_timestamp(timestamp).signed
        snapshot = self._need(signed.snapshot_meta)
        meta = dict(pages.load_snapshot(snapshot).signed.meta)
        top = meta.pop("targets.json", None)
        if top is None:
            raise MalformedError("the snapshot does not name the top page")
        targets = self._need(top)
        roles = self._found({name.removesuffix(".json"): file for name, file in meta.items()})
        entries: dict[NodeId, bytes] = {}
        for country, data in roles.items():
            named = pages.load_country(data, country).signed.targets
            entries |= {pages.node_of(path): entry for path, entry in self._found(named).items()}
        return MetadataSet(
            root_chain=tuple(self.roots[: signed.unrecognized_fields["root"]]),
            timestamp=timestamp,
            snapshot=snapshot,
            targets=targets,
            roles=roles,
            entries=entries,
        )

    def unused(self) -> int:
        """Give the number of pages and node entries to which no set has led."""
        return len(self.files.keys() - self.used)

    def _need(self, named: MetaFile | TargetFile) -> bytes:
        found = self._take(named)
        if found is None:
            raise MalformedError("a page of the registry is missing")
        return found

    def _found(self, named: Mapping[str, MetaFile] | Mapping[str, TargetFile]) -> dict[str, bytes]:
        taken = {name: self._take(file) for name, file in named.items()}
        return {name: data for name, data in taken.items() if data is not None}

    def _take(self, named: MetaFile | TargetFile) -> bytes | None:
        sha256 = (named.hashes or {}).get("sha256", "")
        found = self.files.get(sha256)
        if found is not None:
            self.used.add(sha256)
        return found


def shelf(*, roots: Sequence[bytes], files: Iterable[bytes]) -> Shelf:
    """Give pages and node entries by digest."""
    return Shelf(roots=roots, files={hashlib.sha256(data).hexdigest(): data for data in files})
