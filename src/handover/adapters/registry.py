"""The node's side of the registry: a mirror of every set that it accepted.

Nothing is stored before the TUF client has accepted the new pages and the offline verifier the whole set with
all entries; then one rename makes it current. Files are kept under their digests: no name from outside
becomes a path.
"""

import fcntl
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from handover.adapters import files
from handover.adapters.registry_client import Client, RegistryUnreachableError
from handover.domain.errors import NotFoundError
from handover.domain.ids import Digest
from handover.protocol import registry_files, registry_set, strict
from handover.protocol import registry_metadata as pages
from handover.protocol.registry_files import Fetch, Read, root_name
from handover.protocol.registry_metadata import RegistryUntrustedError
from handover.protocol.registry_set import MetadataSet


def folder(path: Path) -> Read:
    """Return a source that reads a published repository or an exported mirror from a folder."""

    def read(name: str, limit: int) -> bytes:
        return files.read(path / name, limit)

    return read


def export(metadata: MetadataSet, path: Path) -> None:
    """Write the set as a repository that nodes can be refreshed from; what makes it current comes last."""
    for name, data in registry_files.files(metadata).items():
        files.replace(path / name, data)


class RegistryMirror:
    """Keeps the accepted sets in a folder of the node's data directory; *root* is the pinned root page."""

    def __init__(self, directory: Path, *, root: bytes) -> None:
        self._directory = directory
        self._root = root
        self._served: dict[str, dict[str, bytes]] = {}

    def load(self) -> MetadataSet:
        """Return the set accepted last, as bytes that were verified when they were stored.

        Raises:
            NotFoundError: none has been accepted yet, or a file of it is gone.
        """
        return self._collect(self.marker(), self._roots())

    def marker(self) -> str:
        """Return the SHA-256 digest (hexadecimal) of the timestamp accepted last, or an empty text."""
        try:
            return files.read(self._directory / "head", 64).decode("ascii")
        except NotFoundError:
            return ""

    def at(self, timestamp: Digest) -> MetadataSet:
        """Return the set that was accepted with this timestamp, with the roots up to the one that it names.

        Raises:
            NotFoundError: no such set was accepted.
        """
        name = strict.unb64(timestamp, length=32).hex()
        page = pages.load_timestamp(self._object(name, pages.TIMESTAMP_LIMIT)).signed
        return self._collect(name, self._roots()[: int(page.unrecognized_fields["root"])])

    def file(self, name: str) -> bytes:
        """Return a file of the current set, or of the one before, as `GET /registry/NAME` serves it.

        Raises:
            NotFoundError: neither set has a file of that name.
        """
        marker = self.marker()
        if marker and marker not in self._served:
            # Whoever began to read the set before may still ask for its files.
            before = list(self._served.items())[-1:]
            self._served = dict(before) | {marker: registry_files.files(self.load())}
        for of_set in reversed(self._served.values()):
            if name in of_set:
                return of_set[name]
        raise NotFoundError

    def update(self, source: Read, *, now: int) -> MetadataSet:
        """Fetch, verify and store what is newer at *source*; return the set that is current then.

        Raises:
            UntrustedError: the source's set does not verify, or is older than what was accepted; nothing was
                stored.
            UnreachableError: the source does not answer or is not complete.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._alone(), tempfile.TemporaryDirectory(dir=self._directory) as place:
            client = Client(Path(place), source=source, pinned=self._root)
            try:
                accepted = self.load()
                client.begin_with(accepted)
            except NotFoundError:
                accepted = None
            roots, timestamp = client.refresh()
            if accepted is not None and (roots, timestamp) == (accepted.root_chain, accepted.timestamp):
                return accepted
            found = registry_files.collect(roots=roots, timestamp=timestamp, fetch=self._from(client, source))
            registry_set.verify(found, root=self._root, at=now)
            self._store(found)
            return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _from(self, client: Client, source: Read) -> Fetch:
        def fetch(name: str, sha256: str, length: int) -> bytes:
            with suppress(NotFoundError):
                return self._object(sha256, length)
            with suppress(NotFoundError):
                return client.fetched(sha256)
            try:
                return source(name, length)
            except NotFoundError as error:
                raise RegistryUnreachableError("the mirror lacks a file that it should have") from error

        return fetch

    def _collect(self, timestamp: str, roots: tuple[bytes, ...]) -> MetadataSet:
        if not timestamp:
            raise NotFoundError
        return registry_files.collect(
            roots=roots,
            timestamp=self._object(timestamp, pages.TIMESTAMP_LIMIT),
            fetch=lambda _, sha256, length: self._object(sha256, length),
        )

    def _object(self, sha256: str, length: int) -> bytes:
        data = files.read(self._directory / "objects" / sha256, length)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RegistryUntrustedError("a file of this node's registry mirror is damaged")
        return data

    def _roots(self) -> tuple[bytes, ...]:
        try:
            return registry_files.read_roots(folder(self._directory / "roots"))
        except NotFoundError:
            return ()

    def _store(self, metadata: MetadataSet) -> None:
        data = (metadata.timestamp, metadata.snapshot, metadata.targets)
        for item in (*data, *metadata.roles.values(), *metadata.entries.values()):
            path = self._directory / "objects" / hashlib.sha256(item).hexdigest()
            if not path.exists():
                files.replace(path, item)
        for version, page in enumerate(metadata.root_chain, start=1):
            path = self._directory / "roots" / root_name(version)
            if not path.exists():
                files.replace(path, page)
        files.replace(
            self._directory / "head", hashlib.sha256(metadata.timestamp).hexdigest().encode("ascii")
        )
