"""A backup is restored into a scratch folder, to see whether it could be: nothing of the node is touched or told.

What is rehearsed is the copy itself. A node does not go on from one: that needs its peers' word on what it has signed
since.
"""

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from handover.adapters import backup, files, log_tables, migrate, sealed_file, tables
from handover.adapters.database import SQLDatabase
from handover.adapters.erasures import End, Ledger
from handover.adapters.sealed_file import SealedFileError
from handover.adapters.vault import FileVault, KeyEpochGoneError
from handover.application.backups import NoBackupFolderError
from handover.domain.errors import HandoverError
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol import merkle, strict
from handover.protocol.log_origin import LogOrigin
from handover.protocol.merkle import Tree

_PAGE: Final = 4096  # entries of the log that are read at once


class RehearsalError(HandoverError):
    """The file opens, but it holds no database that could be restored."""

    name = "backup-unsound"
    title = "The backup opens, but the database in it is not sound."
    advice = "Keep it, make a new one at once, and try the one before it with `handover backup FILE --check`."


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """A backup that could be restored; `closed` are data keys whose key-encryption key was destroyed since.

    Of a PostgreSQL database nothing is counted: no server is asked to take it. `ledger` is where the ledger ended then.
    """

    made_at: int
    kind: str
    matters: int = 0
    entries: int = 0
    closed: int = 0
    ledger: End | None = None


class _Tiles:
    """The tiles of a tree that is built anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes:
        """Give the hashes of a tile."""
        return self._kept.get((level, index), b"")

    def put(self, changed: dict[tuple[int, int], bytes]) -> None:
        """Keep what was changed."""
        self._kept |= changed


def newest(folder: Path | None, vault: FileVault) -> Path:
    """Give the newest backup of this node in the folder where backups go.

    Raises:
        NoBackupFolderError: there is no such folder.
        NoSuchFileError: no backup of this node is in it.
    """
    if folder is None or not folder.is_dir():
        raise NoBackupFolderError
    found = [(made, path) for path in folder.iterdir() if (made := _made(path, vault)) is not None]
    if not found:
        raise files.NoSuchFileError
    return max(found)[1]


def _made(path: Path, vault: FileVault) -> int | None:
    """Give when a backup of this node was made; none where the file is something else."""
    with suppress(HandoverError, OSError), path.open("rb") as file:
        about, _, _, _ = strict.members(sealed_file.read_head(file), "about", "salt", "epoch", "wrapped")
        said = backup.read_about(about)
        return said.made_at if said.node == vault.node else None
    return None


def rehearse(path: Path, *, vault: FileVault, data: Path) -> Rehearsed:
    """Restore the backup into a folder of its own, look it over, and destroy the folder.

    Raises:
        SealedFileError: it is damaged, cut, of another node, or under other keys.
        RehearsalError: what is in it is not sound.
        LedgerError: the ledger of what has ended is damaged, or lacks its end.
    """
    with tempfile.TemporaryDirectory(dir=data) as place:
        seen = unpack(path, Path(place) / "restored", vault=vault)
    Ledger(vault).require(seen.ledger, made_at=seen.made_at)
    return seen


def unpack(path: Path, copy: Path, *, vault: FileVault) -> Rehearsed:
    """Write what is in the backup to *copy*, and look it over: a SQLite database of the newest schema, or a dump.

    Raises as `rehearse`.
    """
    with backup.opened(path, vault=vault) as (about, chunks), copy.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    said = backup.read_about(about)
    if said.node != vault.node:
        raise SealedFileError
    seen = Rehearsed(made_at=said.made_at, kind=said.kind, ledger=said.ledger)
    if seen.kind != "sqlite":
        _listed(copy)
        return seen
    _whole(copy)
    return looked_over(f"sqlite:///{copy}", seen, vault)


def _listed(copy: Path) -> None:
    """A dump of PostgreSQL: its own program has to find its way through it."""
    program = shutil.which("pg_restore")
    if program is None:
        raise backup.DumpMissingError
    command = [program, "--list", str(copy)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        raise RehearsalError


def _whole(copy: Path) -> None:
    try:
        connection = sqlite3.connect(copy)
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()
            strays = connection.execute("PRAGMA foreign_key_check").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RehearsalError from error
    if verdict != ("ok",) or strays is not None:
        raise RehearsalError


def looked_over(url: str, seen: Rehearsed, vault: FileVault) -> Rehearsed:
    """Bring the database to the newest schema, open every data key, and build the log's tree anew from its entries."""
    database = SQLDatabase(url, vault, lambda: seen.made_at)
    try:
        if not migrate.is_current(database.engine):
            migrate.to_newest(database.engine)
        with database.engine.connect().execution_options(handover_reads=True) as connection:
            matters = connection.execute(select(func.count()).select_from(tables.matter)).scalar_one()
            keys = connection.execute(select(tables.data_key)).all()
            closed = sum(not _opens(vault, row.epoch, row.wrapped, row.owner) for row in keys)
        return replace(seen, matters=matters, entries=_logged(database, vault), closed=closed)
    finally:
        database.close()


def _opens(vault: FileVault, epoch: int, wrapped: bytes, owner: str) -> bool:
    try:
        vault.unwrap(epoch, wrapped, owner)
    except KeyEpochGoneError:
        return False  # erased since: it must not open
    except HandoverError as error:
        raise RehearsalError from error
    return True


def _logged(database: SQLDatabase, vault: FileVault) -> int:
    """Give how many entries the log's last checkpoint covers, if they are those that it was signed over."""
    with database.engine.connect().execution_options(handover_reads=True) as connection:
        head = connection.execute(select(log_tables.log_head)).one()
    tiles = _Tiles()
    tree = Tree(tiles, 0)
    for hashes in _leaves(database, head.size):
        tiles.put(dict(tree.append(hashes)))
    if tree.size != head.size:
        raise RehearsalError
    if head.note is not None:
        try:
            origin = str(LogOrigin.claimed(head.note))
            keys = [key.named(origin) for key in vault.log_keys()]
            signed = checkpoints.verify(head.note, checkpoints.key_of(head.note, keys))
        except HandoverError as error:
            raise RehearsalError from error
        if tree.root(signed.size) != signed.root:
            raise RehearsalError
    return tree.size


def _leaves(database: SQLDatabase, size: int) -> Iterator[list[bytes]]:
    table = log_tables.log_entry
    with database.engine.connect().execution_options(handover_reads=True) as connection:
        for start in range(0, size, _PAGE):
            end = min(size, start + _PAGE)
            query = select(table.c.document).where(table.c.position >= start, table.c.position < end)
            rows = connection.execute(query.order_by(table.c.position)).all()
            yield [merkle.leaf_hash(entries.leaf(row.document)) for row in rows]
