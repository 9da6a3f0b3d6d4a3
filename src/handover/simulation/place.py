"""One node in one history: its database, its clock, its crashes. What survives a crash is the file alone."""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, event, exc

from handover import node
from handover.adapters.database import SQLDatabase
from handover.adapters.engines import reads
from handover.adapters.erasures import NAME
from handover.application.ports import UnitOfWork, Wire
from handover.application.refresher import Refresher
from handover.domain.ids import MatterId
from handover.node import Node
from handover.simulation.faults import Crash
from handover.simulation.world import Site

_PAGES: Final = 2**30
_MOST: Final = 1000
T = TypeVar("T")


@dataclass
class Armed:
    """What befalls this node in the step that is carried out: at the commit with this number, or at its next begin."""

    crash_at: int | None = None
    failing_at: int | None = None
    busy: bool = False
    full: bool = False


class Place:
    """Where one node lives. `changed` says that something was committed since it was looked at last."""

    def __init__(self, site: Site, clock: Callable[[], int]) -> None:
        self.site = site
        self.skew = 0
        self.armed = Armed()
        self.changed = True
        self.down_for = 0
        self._read: dict[str, Any] = {}
        self.path = Path(site.engine.url.database or "")
        self._clock = clock
        self._commits = 0
        self._node: Node | None = None
        self.wire: Wire | None = None
        for left in ("-wal", "-shm"):
            Path(f"{self.path}{left}").unlink(missing_ok=True)
        site.vault.path.with_name(NAME).unlink(missing_ok=True)  # what ended in earlier histories
        shutil.copyfile(site.template, self.path)

    def __repr__(self) -> str:
        return self.site.id

    @property
    def up(self) -> bool:
        """Whether the process runs."""
        return self._node is not None

    @property
    def node(self) -> Node:
        """The running node."""
        if self._node is None:
            raise RuntimeError(f"{self.site.id} is down")
        return self._node

    def now(self) -> int:
        """Give the time by this node's clock."""
        return self._clock() + self.skew

    def read(self, name: str, read: Callable[[UnitOfWork], T]) -> T:
        """Give what *read*, which is known as *name*, finds in the database: once between two commits."""
        if name not in self._read:
            with self.node.database.reading() as work:
                self._read[name] = read(work)
        found: T = self._read[name]
        return found

    @property
    def in_doubt(self) -> bool:
        """Whether the node was restored and has not heard all its peers."""
        return self.read("restoration", lambda work: work.doubts.restoration()) is not None

    @property
    def doubtful(self) -> frozenset[MatterId]:
        """The matters that are in doubt."""
        return self.read("doubtful", lambda work: frozenset(work.doubts.page(after="", limit=_MOST)))

    def start(self) -> None:
        """Begin a process on the database as it is."""
        self._read.clear()
        site = self.site
        database = SQLDatabase(str(site.engine.url), site.vault, self.now)
        database.engine = site.engine  # with the statements that earlier histories have compiled
        event.listen(site.engine, "commit", self._on_commit)
        event.listen(site.engine, "begin", self._on_begin)
        database.prepare()
        site.vault.go_by(site.registry.entry, self.now)
        made = node.assemble(
            site.settings, site.vault, database, site.mirror, site.registry, clock=self.now, wire=self.wire
        )
        self._node = replace(made, refresher=Refresher(database, site.registry, lambda: [site.source]))

    def stop(self, *, down_for: int = 0) -> None:
        """End the process without a word; what was not committed is lost."""
        self.armed = Armed()
        if self._node is not None:
            self._node.close()
            event.remove(self.site.engine, "commit", self._on_commit)
            event.remove(self.site.engine, "begin", self._on_begin)
        self._node = None
        self.down_for = down_for

    def arm(self, armed: Armed) -> None:
        """Let something befall the node in the step to come."""
        self.armed, self._commits = armed, 0

    def _on_begin(self, connection: Connection) -> None:
        if self.armed.busy:
            self.armed.busy = False
            raise _failed("database is locked")
        if connection.info.get("full", False) != self.armed.full:
            limit = 1 if self.armed.full else _PAGES  # SQLite takes the pages that are there for the least
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")
            connection.info["full"] = self.armed.full

    def _on_commit(self, connection: Connection) -> None:
        if reads(connection):
            return
        self._commits += 1
        if self.armed.crash_at == self._commits:
            raise Crash(self)
        if self.armed.failing_at == self._commits:
            raise _failed("disk I/O error")
        self.changed = True
        self._read.clear()


def _failed(text: str) -> exc.OperationalError:
    return exc.OperationalError("COMMIT", {}, sqlite3.OperationalError(text))
