"""Puts a backup in the place of the node's database, so that the node can go on from it without lying.

All that the restored database must know is written into it before it gets its name; the vault's incarnation is raised
before that. So a cut at any moment leaves the old database, with which the node does not start any more if the
incarnation was raised already, or the restored one. Calling it again goes on (docs/spec/restore.md).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, exc, func, inspect, select
from sqlalchemy.engine import make_url

from handover.adapters import backup, files, log_tables, migrate, moving, rehearsal
from handover.adapters.backup import Place
from handover.adapters.database import SQLDatabase
from handover.adapters.doubt_tables import restoration
from handover.adapters.engines import make_engine
from handover.adapters.erasures import Ledger
from handover.adapters.rehearsal import Rehearsed
from handover.adapters.sealed_file import SealedFileError
from handover.adapters.unit import Unit
from handover.adapters.vault import FileVault
from handover.application import restored
from handover.application.endings import Ended
from handover.application.ports import Clock
from handover.application.restored import Begun
from handover.domain.errors import HandoverError, RefusedError

_BESIDE: Final = "restoring.db"  # in the folder of the database, until it is put in its place


class NewerDatabaseError(RefusedError):
    """The database that is here knows what the backup does not."""

    name = "database-newer"
    title = "The database that is here knows more than the backup, or cannot be read."
    advice = (
        "If it can still be used, keep it: a restored node has to ask others for what it has forgotten. Only if it is "
        "lost, call it again with --forget-newer; the old file is put aside."
    )


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put in place, as which incarnation, how much is in doubt, and the old file.

    `erased` and `ended` are how many data keys were destroyed again, and how much else has ended again.
    """

    made_at: int
    incarnation: int
    entries: int
    doubtful: int
    erased: int
    ended: int
    old: Path | None


def restore(
    path: Path, *, place: Place, vault: FileVault, clock: Clock, forget_newer: bool = False
) -> Restored:
    """Check the backup, raise the incarnation, tell the copy what it must know, and put it in place.

    Raises:
        SealedFileError: the backup is damaged, cut, of another node, or under other keys.
        RehearsalError: what is in it is not sound.
        InUseError: a process of this node has the database open.
        NewerDatabaseError: the database that is here knows more.
        NotEmptyError: there is something in the PostgreSQL database.
        LedgerError: the ledger of what has ended is damaged, or lacks its end.
    """
    target = make_url(place.url)
    if target.get_backend_name() == "sqlite":
        file = Path(target.database or "")
        return _SQLite(path, file, vault, clock).restore(forget_newer=forget_newer)
    return _to_postgresql(path, place, vault, clock)


class _SQLite:
    def __init__(self, path: Path, target: Path, vault: FileVault, clock: Clock) -> None:
        self._path, self._target = path, target
        self._vault, self._clock = vault, clock
        self._beside = target.with_name(_BESIDE)

    def restore(self, *, forget_newer: bool) -> Restored:
        Ledger(self._vault).read()
        _remove(self._beside)
        try:
            seen = rehearsal.unpack(self._path, self._beside, vault=self._vault)
            if seen.kind != "sqlite":
                raise SealedFileError("it holds a database of PostgreSQL")
            with self._standing(seen, forget_newer=forget_newer) as (known, caught_up):
                noted = Ledger(self._vault).read()
                if not caught_up:
                    Ledger(self._vault).require(seen.ledger, made_at=seen.made_at)
                self._vault.raise_incarnation(above=known)
                begun = _told(f"sqlite:///{self._beside}", seen, self._vault, self._clock, noted)
                old = self._put()
        finally:
            _remove(self._beside)
        return Restored(
            made_at=seen.made_at,
            incarnation=self._vault.incarnation,
            entries=seen.entries,
            doubtful=begun.doubtful,
            erased=begun.erased,
            ended=begun.ended,
            old=old,
        )

    @contextmanager
    def _standing(self, seen: Rehearsed, *, forget_newer: bool) -> Iterator[tuple[int, bool]]:
        """Let nobody open the old database meanwhile; give its incarnation, and whether the ledger has what it knows.

        Of one that cannot be read nobody knows what it knew.
        """
        with ExitStack() as stack:
            newer, incarnation, caught_up = False, 0, False
            if self._target.exists():
                try:
                    connection = stack.enter_context(moving.alone(self._target))
                    size, incarnation = _known(connection)
                    newer = size > seen.entries
                    caught_up = self._catch_up(connection, newest=size >= seen.entries)
                except exc.DatabaseError:
                    newer = True
            if newer and not forget_newer:
                raise NewerDatabaseError
            yield incarnation, caught_up

    def _catch_up(self, connection: Connection, *, newest: bool) -> bool:
        """Note what the old database knows to have ended and the ledger does not, if it is of this version.

        Tell whether nothing is missing then: it knows what the backup does.
        """
        with suppress(exc.DatabaseError):
            unit = Unit(connection, self._vault, self._vault.node, self._clock(), writes=False)
            Ledger(self._vault).catch_up(unit, newest=newest)
            return newest
        return False

    def _put(self) -> Path | None:
        """Give the restored database the name of the old one, at one instant; the old one keeps another."""
        old = None
        if self._target.exists():
            old = self._target.with_name(f"{self._target.name}.before-{self._vault.incarnation}")
            for end in ("-wal", "-shm", "-journal"):  # of a file that could not be read
                with_end = self._target.with_name(f"{self._target.name}{end}")
                if with_end.exists():
                    with_end.rename(old.with_name(f"{old.name}{end}"))
            os.link(self._target, old)
        self._beside.replace(self._target)
        files.sync_folder(self._target.parent)
        return old


def _told(url: str, seen: Rehearsed, vault: FileVault, clock: Clock, noted: Sequence[Ended]) -> Begun:
    """Write into the restored database what it must know."""
    database = SQLDatabase(url, vault, clock)
    try:
        with database.reading() as work:
            known = work.doubts.incarnation()
        if known >= vault.incarnation:  # the vault itself was put back from before another restore
            vault.raise_incarnation(above=known)
        with database.begin() as work:
            return restored.begin(work, vault, made_at=seen.made_at, noted=noted)
    finally:
        database.close()


def _known(connection: Connection) -> tuple[int, int]:
    """Give the length of the log and the incarnation of a database, which may be of an older schema."""
    size = connection.execute(select(log_tables.log_head.c.size)).scalar_one_or_none() or 0
    if not inspect(connection).has_table(restoration.name):
        return size, 0
    return size, connection.execute(select(func.max(restoration.c.incarnation))).scalar() or 0


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)


def _to_postgresql(path: Path, place: Place, vault: FileVault, clock: Clock) -> Restored:
    """Fill an empty database; a cut leaves one with which no node starts: it is emptied before this is called again."""
    engine = make_engine(place.url)
    copy = place.data / _BESIDE
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise moving.NotEmptyError
        seen = rehearsal.unpack(path, copy, vault=vault)
        if seen.kind != "postgresql":
            raise SealedFileError("it holds a database of SQLite")
        noted = Ledger(vault).read()
        Ledger(vault).require(seen.ledger, made_at=seen.made_at)
        vault.raise_incarnation()
        _filled(place.url, copy)
        migrate.to_newest(engine)
        seen = rehearsal.looked_over(place.url, seen, vault)
        begun = _told(place.url, seen, vault, clock, noted)
    finally:
        engine.dispose()
        _remove(copy)
    return Restored(
        made_at=seen.made_at,
        incarnation=vault.incarnation,
        entries=seen.entries,
        doubtful=begun.doubtful,
        erased=begun.erased,
        ended=begun.ended,
        old=None,
    )


def _filled(url: str, dump: Path) -> None:
    program = shutil.which("pg_restore")
    if program is None:
        raise backup.DumpMissingError
    address = make_url(url)
    plain = address.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": address.password} if address.password else {})}
    command = [program, "--single-transaction", "--exit-on-error", "--no-owner", "--no-password"]
    done = subprocess.run(
        [*command, f"--dbname={plain}", str(dump)], env=environment, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise HandoverError(f"pg_restore ended with status {done.returncode}")
