"""Backups of the database: consistent, encrypted under the vault's keys, and read back before they count.

Private keys are not inside: the vault is kept apart (docs/guide/operator.md). What was erased before the backup is not
inside; what is erased later stays in it, under a data key that dies with the key-encryption key of its time.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Protocol

from sqlalchemy.engine import URL, make_url

from handover.adapters import files, sealed_file
from handover.adapters.erasures import End, Ledger, LedgerError
from handover.adapters.renewing import renewed_before_backup
from handover.adapters.sealed_file import SealedFileError, Summary
from handover.adapters.vault import FileVault
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, UnreachableError
from handover.protocol import strict
from handover.protocol.strict import Json

MARK: Final = "backup.json"  # in the data folder: when the last good backup was made
_STEP: Final = 1024 * 1024


class BackupError(UnreachableError):
    """No backup was made; nothing that looks like one was left behind."""

    name = "backup-failed"
    title = "The backup could not be made."
    advice = "Read the detail, make room or install what is missing, and call it again."


class DumpMissingError(HandoverError):
    """The program that copies a PostgreSQL database is not here."""

    name = "dump-missing"
    title = "This machine lacks pg_dump, which copies a PostgreSQL database."
    advice = "Install PostgreSQL's client programs of the server's version, or back up on the server itself."


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A backup that was read back whole: of which node, when (seconds since 1970), from which kind of database."""

    node: str
    made_at: int
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class About:
    """What a head says: of which node, when, from which kind of database, and where the ledger of endings ended."""

    node: str
    made_at: int
    kind: str
    ledger: End | None = None


def make(path: Path, *, url: str, vault: FileVault, data: Path, now: int) -> Backup:
    """Write a backup to *path*, read it back, and note in the data folder that it was made.

    Raises:
        BackupError: the database cannot be copied, or the copy or the file is not whole.
        DumpMissingError: a PostgreSQL database, and no pg_dump.
        FileExistsAlreadyError: something is at *path*.
    """
    if path.exists():
        raise files.FileExistsAlreadyError(path.name)
    found = make_url(url)
    kind = found.get_backend_name()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        about: dict[str, Json] = {"node": str(vault.node), "made_at": now, "kind": kind}
        with suppress(LedgerError):
            end = Ledger(vault).end()
            about["ledger"] = {"lines": end.lines, "code": end.code}
        with _copied(found, data) as chunks:
            written = _write(beside, chunks, about, vault=vault)
        made = check(beside, vault=vault)
        if (made.size, made.sha256) != (written.size, written.sha256):
            raise BackupError("what was read back is not what was written")
        beside.rename(path)
        files.sync_folder(path.parent)
    except OSError as error:
        raise BackupError(error.strerror or type(error).__name__) from error
    finally:
        beside.unlink(missing_ok=True)
    note: dict[str, Json] = {"made_at": now, "size": made.size, "sha256": made.sha256}
    files.replace(data / MARK, strict.dumps(note))
    return made


def check(path: Path, *, vault: FileVault) -> Backup:
    """Read a backup from beginning to end, and say what it is.

    Raises:
        SealedFileError: it is damaged, cut, or under other keys.
        NotFoundError: there is no such file.
    """
    seen, size = hashlib.sha256(), 0
    with opened(path, vault=vault) as (head, chunks):
        for chunk in chunks:
            seen.update(chunk)
            size += len(chunk)
    about = read_about(head)
    return Backup(node=about.node, made_at=about.made_at, kind=about.kind, size=size, sha256=seen.hexdigest())


def read_about(head: Json) -> About:
    """Give what a head says; one of an earlier version, or one made beside a damaged ledger, names no end of it.

    Raises:
        MalformedError: it has another shape.
    """
    *end, node, made_at, kind = strict.members(
        head, *(["ledger"] if isinstance(head, dict) and "ledger" in head else []), "node", "made_at", "kind"
    )
    ledger = None
    for each in end:
        lines, code = strict.members(each, "lines", "code")
        ledger = End(lines=strict.integer(lines), code=strict.text(code))
    return About(
        node=strict.text(node), made_at=strict.integer(made_at), kind=strict.text(kind), ledger=ledger
    )


@contextmanager
def opened(path: Path, *, vault: FileVault) -> Iterator[tuple[Json, Iterator[bytes]]]:
    """Give what the head says, and the copy of the database in chunks; trust them once the last one has come.

    Raises:
        SealedFileError: it is damaged, cut, or under other keys.
        NotFoundError: there is no such file.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise files.NoSuchFileError(path.name) from error
    with file:
        head = sealed_file.read_head(file)
        try:
            about, salt, epoch, wrapped = strict.members(head, "about", "salt", "epoch", "wrapped")
            owner = f"backup|{strict.text(salt)}"
            key = vault.unwrap(strict.integer(epoch), strict.unb64(strict.text(wrapped)), owner)
        except HandoverError as error:
            raise SealedFileError from error
        yield about, sealed_file.read_frames(file, head, key)


def last_made(data: Path) -> int | None:
    """Give when the last good backup was made (seconds since 1970), as far as the data folder knows."""
    try:
        made_at, _, _ = strict.members(
            strict.loads(files.read(data / MARK, 4096)), "made_at", "size", "sha256"
        )
        return strict.integer(made_at)
    except (NotFoundError, MalformedError):
        return None


def _write(path: Path, chunks: Iterator[bytes], about: Json, *, vault: FileVault) -> Summary:
    key, salt = secrets.token_bytes(32), strict.b64(secrets.token_bytes(16))
    epoch, wrapped = vault.wrap(key, f"backup|{salt}")
    head: dict[str, Json] = {"about": about, "salt": salt, "epoch": epoch, "wrapped": strict.b64(wrapped)}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        written = sealed_file.write(file, head, key, chunks)
        file.flush()
        os.fsync(file.fileno())
    return written


@contextmanager
def _copied(url: URL, data: Path) -> Iterator[Iterator[bytes]]:
    if url.get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory(dir=data) as place:
            copy = Path(place) / "copy.db"
            _copy_sqlite(Path(url.database or ""), copy)
            with copy.open("rb") as file:
                yield _chunks(file)
        return
    with _dumping(url) as process:
        if process.stdout is None:
            raise BackupError("pg_dump gave nothing to read")
        yield _chunks(process.stdout)
        if process.wait() != 0:
            raise BackupError(f"pg_dump ended with status {process.returncode}")


def _copy_sqlite(source: Path, copy: Path) -> None:
    """One reading transaction sees one state: writers go on meanwhile, and their commits are not in the copy."""
    if not source.is_file():
        raise BackupError("the database file is not there")
    try:
        connection = sqlite3.connect(source, isolation_level=None, timeout=10)
        try:
            connection.execute("VACUUM INTO ?", (str(copy),))
        finally:
            connection.close()
        connection = sqlite3.connect(copy)
        try:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise BackupError(f"SQLite: {error.sqlite_errorname}") from error
    if verdict != "ok":
        raise BackupError("the copy of the database is not sound")


@contextmanager
def _dumping(url: URL) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("pg_dump")
    if program is None:
        raise DumpMissingError
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    command = [program, "--format=custom", "--compress=0", "--no-password", f"--dbname={plain}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_STEP):
        yield chunk


class Place(Protocol):
    """Where the node's database is, and where its backups go."""

    @property
    def url(self) -> str:
        """The database's URL."""
        ...

    @property
    def data(self) -> Path:
        """The data folder."""
        ...

    @property
    def backup_folder(self) -> Path | None:
        """Where backups go; None where that is not set."""
        ...


class FolderArchive:
    """Puts backups into one folder, each under the node's name and the time."""

    def __init__(self, place: Place, vault: FileVault) -> None:
        self._place, self._vault = place, vault

    @property
    def folder(self) -> str | None:
        """Where they go; None where that is not set."""
        found = self._place.backup_folder
        return None if found is None else str(found)

    def last_made(self) -> int | None:
        """Give when the last good one was made, seconds since 1970."""
        return last_made(self._place.data)

    def make(self, now: int) -> str:
        """Make one, read it back, and give its name.

        Raises:
            BackupError: it could not be made, or not be read back.
            DumpMissingError: a PostgreSQL database, and no pg_dump.
            FileExistsAlreadyError: one was made in this very second.
        """
        folder = self._place.backup_folder
        if folder is None or not folder.is_dir():
            raise BackupError("the folder for backups is not there")
        at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H%M%SZ")
        with suppress(HandoverError):  # it is made all the same, and opens until the keys are renewed
            renewed_before_backup(self._place.url, self._vault, lambda: now)
        path = folder / f"{self._vault.node.replace('/', '-')}-{at}.handover-backup"
        make(path, url=self._place.url, vault=self._vault, data=self._place.data, now=now)
        return path.name
