"""The registry operators' working folder: what is published, and what waits for signatures.

`public/` is served as it is, by any web server, or carried on a stick; a file in it never changes, but
`timestamp.json`. `pending/` holds the next version of a page, to be passed from holder to holder.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tuf.api.metadata import Metadata, Targets

from handover.adapters import files
from handover.adapters.registry import folder
from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import registry_files, registry_set
from handover.protocol import registry_metadata as pages
from handover.protocol.registry_files import ENTRY_LIMIT, TIMESTAMP
from handover.protocol.registry_metadata import Page
from handover.protocol.registry_set import MetadataSet, Registry

TOP: Final = ("root", "targets")


class Repository:
    """Reads and writes the working folder; decides nothing."""

    def __init__(self, directory: Path) -> None:
        self.public = directory / "public"
        self._pending = directory / "pending"
        self._names = directory / "holders"

    def published(self) -> MetadataSet:
        """Return what is published; raises NotFoundError while nothing is."""
        read = folder(self.public)
        return registry_files.collect(
            roots=registry_files.read_roots(read),
            timestamp=read(TIMESTAMP, pages.TIMESTAMP_LIMIT),
            fetch=lambda name, _, length: read(name, length),
        )

    def pinned(self) -> bytes:
        """Return the first root page of all, by which the federation is known; raises NotFoundError."""
        return files.read(self.public / registry_files.root_name(1), pages.ROOT_LIMIT)

    def registry(self) -> Registry:
        """Return the published registry, judged at the time at which it was issued; raises NotFoundError."""
        found = self.published()
        return registry_set.verify(found, root=self.pinned(), at=registry_set.claimed_issue(found))

    def publish(self, metadata: MetadataSet) -> None:
        """Make the set public: whoever reads meanwhile finds the old state or the new one, whole."""
        for name, data in registry_files.files(metadata).items():
            path = self.public / name
            if not path.exists() or path.read_bytes() != data:
                files.replace(path, data)

    def pending(self) -> tuple[str, ...]:
        """Return the roles of which a page waits for signatures: root, targets, then countries."""
        found = {path.stem for path in self._pending.glob("*.json")}
        return tuple(sorted(found, key=lambda role: (TOP.index(role) if role in TOP else len(TOP), role)))

    def pending_page(self, role: str) -> bytes:
        """Return the page that waits for signatures; raises NotFoundError when none does."""
        return files.read(self._pending / f"{role}.json", pages.TARGETS_LIMIT)

    def published_page(self, role: str) -> bytes:
        """Return the role's page as it is published; raises NotFoundError when none is."""
        found = self.published()
        if role == "root":
            return found.root_chain[-1]
        if role == "targets":
            return found.targets
        if role not in found.roles:
            raise NotFoundError
        return found.roles[role]

    def page(self, role: str) -> bytes:
        """Return the page that waits for signatures, or else the published one; raises NotFoundError."""
        try:
            return self.pending_page(role)
        except NotFoundError:
            return self.published_page(role)

    def put(self, role: str, page: Page) -> None:
        """Let the page wait for signatures."""
        files.replace(self._pending / f"{role}.json", page.to_bytes())

    def put_entry(self, node: NodeId, entry: bytes) -> None:
        """Keep the entry until the country's page is published."""
        files.replace(self._entry_path(node), entry)

    def entries(self, page: Metadata[Targets]) -> dict[NodeId, bytes]:
        """Return the node entries that a country's page names, pending or published.

        Raises:
            UntrustedError: an entry is not the one that the page names.
            NotFoundError: an entry is nowhere.
        """
        found: dict[NodeId, bytes] = {}
        for path, named in page.signed.targets.items():
            node = pages.node_of(path)
            public = self.public / registry_files.entry_name(node, named.hashes["sha256"])
            place = public if public.exists() else self._entry_path(node)
            found[node] = files.read(place, ENTRY_LIMIT)
            pages.check_digest(named, found[node])
        return found

    def done(self, roles: Iterable[str]) -> None:
        """Forget what waited, since it is published now."""
        for role in roles:
            if role not in TOP:
                for path in (self._pending / "nodes" / role).glob("*.json"):
                    path.unlink()
            (self._pending / f"{role}.json").unlink(missing_ok=True)

    def remember(self, keyid: str, name: str) -> None:
        """Keep the name by which the operators know a key; it is for their eyes and is not published."""
        files.replace(self._names / keyid, name.encode())

    def name(self, keyid: str) -> str:
        """Return the name by which the operators know a key, or the beginning of its id."""
        try:
            return files.read(self._names / keyid, 64).decode()
        except NotFoundError:
            return keyid[:12]

    def _entry_path(self, node: NodeId) -> Path:
        return self._pending / "nodes" / f"{node}.json"
