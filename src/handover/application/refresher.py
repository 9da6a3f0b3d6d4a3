"""Keeps the registry fresh: asks where it may be had, logs what was newly accepted, and looks for what thieves said."""

from collections.abc import Callable, Iterable
from typing import Final

from handover.application import thefts
from handover.application.ports import Database
from handover.application.registry import Accepted, Registry, RegistryMissingError
from handover.domain.ids import Digest
from handover.protocol.registry_files import Read

YOUNG: Final = 3600  # seconds: a registry younger than this is not asked for again by itself
_TRY_AGAIN: Final = 300  # seconds between two tries


class Refresher:
    """The desk for the registry's mirror. *sources* gives where to ask, in order, each time anew."""

    def __init__(self, database: Database, registry: Registry, sources: Callable[[], Iterable[Read]]) -> None:
        self._database = database
        self._registry = registry
        self._sources = sources
        self._tried = -_TRY_AGAIN
        self._logged: frozenset[Digest] = frozenset()
        self._stolen: thefts.Stolen = {}

    def tick(self) -> Accepted | None:
        """Refresh if it is time to, and say what came of it; called again and again by the worker."""
        with self._database.reading() as work:
            now = work.now
        self._log(now)
        if 0 <= now - self._tried < _TRY_AGAIN or self._young(now):
            return None
        self._tried = now
        return self.refresh()

    def refresh(self, sources: Iterable[Read] | None = None) -> Accepted:
        """Ask one source after the other until one has a newer registry; log what was accepted.

        A source that fails or lies is named in the answer and passed over.
        """
        with self._database.reading() as work:
            now = work.now
        accepted = self._registry.refresh(self._sources() if sources is None else sources, now=now)
        self._log(now)
        return accepted

    def _log(self, now: int) -> None:
        """Log what is in use and was not logged yet: also what a process that died has stored and not logged."""
        try:
            digests = self._registry.current(now).digests
        except RegistryMissingError:
            return
        pages = frozenset((*digests.roots, digests.timestamp))
        if pages <= self._logged:
            return
        keys = thefts.stolen(self._registry, now)
        with self._database.begin() as work:
            for digest in (*digests.roots, digests.timestamp):
                work.log.accept_page(digest, work.now)
            work.log.checkpoint(work.now)
            if keys != self._stolen:
                thefts.look(work, self._registry, keys)
        self._logged, self._stolen = pages, keys

    def _young(self, now: int) -> bool:
        try:
            return now - self._registry.current(now).issued < YOUNG
        except RegistryMissingError:
            return False
