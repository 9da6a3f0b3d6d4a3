"""The TUF client over any source of files: a folder, or a peer's mirror through a callable.

It works in a folder of its own, which the caller throws away afterwards: what it kept of a refresh that
failed half-way is never trusted later.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
)
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from handover.adapters import files
from handover.domain.errors import NotFoundError, UnreachableError, UntrustedError
from handover.protocol import registry_metadata as pages
from handover.protocol import registry_set
from handover.protocol.registry_files import Read, root_name
from handover.protocol.registry_metadata import RegistryUntrustedError
from handover.protocol.registry_set import (
    MetadataSet,
    RegistryExpiredError,
    RegistryRollbackError,
)

_BASE: Final = "registry/"
_CONFIG: Final = UpdaterConfig(
    max_root_rotations=registry_set.LONGEST_CHAIN,
    root_max_length=pages.ROOT_LIMIT,
    timestamp_max_length=pages.TIMESTAMP_LIMIT,
    snapshot_max_length=pages.SNAPSHOT_LIMIT,
    targets_max_length=pages.TARGETS_LIMIT,
)


class RegistryUnreachableError(UnreachableError):
    """A mirror of the registry does not answer, or lacks a file that it should have."""

    name = "registry-unreachable"
    title = "The registry could not be fetched from this mirror."
    advice = "The registry accepted last stays in use; the next mirror is tried by itself."


def limit_of(name: str) -> int:
    """Return how many bytes a file of that name may have at most, before anything is known of it."""
    role = name.removesuffix(".json").rpartition(".")[2]
    limits = {"root": pages.ROOT_LIMIT, "timestamp": pages.TIMESTAMP_LIMIT, "snapshot": pages.SNAPSHOT_LIMIT}
    return limits.get(role, pages.TARGETS_LIMIT)


class Client:
    """One refresh of root, timestamp, snapshot and top page from *source*, in a *folder* of its own."""

    def __init__(self, folder: Path, *, source: Read, pinned: bytes) -> None:
        self._folder = folder
        self._source = source
        self._pinned = pinned
        self._fetcher = _Fetcher(source)

    def fetched(self, sha256: str) -> bytes:
        """Return a page that the refresh fetched, by its digest in hexadecimal; raises NotFoundError."""
        try:
            return self._fetcher.fetched[sha256]
        except KeyError:
            raise NotFoundError from None

    def begin_with(self, metadata: MetadataSet) -> None:
        """Start from what was accepted before, so that nothing older than it is taken."""
        for page in metadata.root_chain:
            self._put(f"root_history/{root_name(pages.load_root(page).signed.version)}", page)
        self._put("timestamp.json", metadata.timestamp)
        self._put("snapshot.json", metadata.snapshot)
        self._put("targets.json", metadata.targets)

    def refresh(self) -> tuple[tuple[bytes, ...], bytes]:
        """Return the chain of roots, from the very first, and the timestamp, as the TUF client accepts them.

        Raises:
            UntrustedError: the TUF client refuses what the source gives.
            UnreachableError: the source does not answer, or lacks a page.
        """
        with _translated():
            updater = Updater(
                str(self._folder),
                _BASE,
                fetcher=self._fetcher,
                config=_CONFIG,
                bootstrap=self._pinned,
            )
            updater.refresh()
        return self._chain(), files.read(self._folder / "timestamp.json", pages.TIMESTAMP_LIMIT)

    def _chain(self) -> tuple[bytes, ...]:
        chain: list[bytes] = []
        pinned = pages.load_root(self._pinned).signed.version
        while len(chain) <= registry_set.LONGEST_CHAIN:
            name = root_name(len(chain) + 1)
            try:
                chain.append(files.read(self._folder / "root_history" / name, pages.ROOT_LIMIT))
            except NotFoundError:
                if len(chain) + 1 >= pinned:
                    break
                # Older than the pinned root: for readers who pinned an older one; the verifier checks the
                # links.
                chain.append(self._older(name))
        return tuple(chain)

    def _older(self, name: str) -> bytes:
        try:
            return self._source(name, pages.ROOT_LIMIT)
        except NotFoundError as error:
            raise RegistryUnreachableError("the mirror lacks an older root page") from error

    def _put(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


class _Fetcher(FetcherInterface):
    def __init__(self, source: Read) -> None:
        self._source = source
        self.fetched: dict[str, bytes] = {}

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_BASE)
        try:
            data = self._source(name, limit_of(name))
        except NotFoundError as error:
            raise DownloadHTTPError("no such file", 404) from error
        self.fetched[hashlib.sha256(data).hexdigest()] = data
        return iter((data,))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ExpiredMetadataError as error:
        raise RegistryExpiredError from error
    except BadVersionNumberError as error:
        raise RegistryRollbackError from error
    except (RepositoryError, DownloadLengthMismatchError, ValueError) as error:
        raise RegistryUntrustedError from error
    except DownloadError as error:
        if isinstance(error.__cause__, UntrustedError):
            raise RegistryUntrustedError from error
        raise RegistryUnreachableError from error
