"""Checks of what a node stands on: folder, disk, clock, database, backup. They look and change nothing."""

import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handover.cli.findings import DAY, Checked, failure, note, ok, warning
from handover.cli.terminal import span, when

if TYPE_CHECKING:
    from handover.adapters.database import SQLDatabase
    from handover.config import Settings

_MIB: Final = 1024 * 1024
_LOW, _LAST = 1024 * _MIB, 128 * _MIB  # bytes left on the disk
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SKEW: Final = 120  # seconds


def folder(data: Path, names: tuple[str, ...]) -> Iterator[Checked]:
    """Check who may read the data folder and the files in it that matter."""
    name = "folder"
    if data.stat().st_mode & _OTHERS:
        yield warning(name, "other accounts may enter the data folder", f"chmod 700 {data}")
    open_to_all = [
        each for each in names if (data / each).exists() and (data / each).stat().st_mode & _OTHERS
    ]
    if open_to_all and data.stat().st_mode & _OTHERS:
        yield warning(name, f"other accounts may read {', '.join(open_to_all)}", "chmod 600 the named files")
    elif not data.stat().st_mode & _OTHERS:
        yield ok(name, "only this account may enter the data folder")


def passphrase_file(settings: "Settings") -> Iterator[Checked]:
    """Check where the passphrase lies and who may read it."""
    name, path = "passphrase-file", settings.passphrase_file
    if settings.passphrase is not None:
        yield note(
            name, "the passphrase comes from the environment, which other programs may see", "use a file"
        )
    if path is None or not path.exists():
        return
    if path.resolve().is_relative_to(settings.data.resolve()):
        fix = "move it to another disk or a secrets store; name it as passphrase_file"
        yield warning(name, "the passphrase lies beside the keys that it protects", fix)
    if path.stat().st_mode & _OTHERS:
        yield warning(name, "other accounts may read the passphrase", f"chmod 600 {path}")
    else:
        yield ok(name, "only this account may read the passphrase")


def disk(data: Path) -> Iterator[Checked]:
    """Check the room on the disk of the data folder."""
    name, free = "disk", shutil.disk_usage(data).free
    text, fix = f"{free // _MIB} MiB free", "make room: a full disk stops the node from receiving"
    if free < _LAST:
        yield failure(name, text, fix)
    elif free < _LOW:
        yield warning(name, text, fix)
    else:
        yield ok(name, text)


def clock(now: int, *, seen: int | None) -> Iterator[Checked]:
    """Check the clock against *seen*, the latest time that something signed or logged bears."""
    name, fix = "clock", "let the machine's clock follow a time server (NTP)"
    if seen is not None and now < seen - _SKEW:
        yield failure(name, f"the clock is at least {span(seen - now)} behind what was signed already", fix)
    elif _synchronised() is False:
        yield warning(name, "the system says that the clock follows no time server", fix)
    else:
        yield ok(name, f"{when(now)}, not behind anything signed")


def _synchronised() -> bool | None:
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        command = [program, "show", "--property=NTPSynchronized", "--value"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=3, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(said)


def database(found: "SQLDatabase") -> Iterator[Checked]:
    """Check that the database answers, is durable, and has the newest schema."""
    from sqlalchemy.exc import SQLAlchemyError

    from handover.adapters import migrate
    from handover.domain.errors import HandoverError

    name = "database"
    engine = found.engine
    path = Path(engine.url.database or "")
    if engine.dialect.name == "sqlite" and not path.exists():
        yield failure(
            name, "there is no database yet", "start the node once, or `handover status`: either makes it"
        )
        return
    try:
        current = migrate.is_current(engine)
        facts = _pragmas(found) if engine.dialect.name == "sqlite" else "PostgreSQL answers"
    except (SQLAlchemyError, HandoverError) as error:
        yield failure(
            name,
            f"the database does not answer: {type(error).__name__}",
            "look at its server, path and rights",
        )
        return
    yield ok(name, facts)
    if current:
        yield ok("schema", "the database has the newest schema")
    else:
        yield failure(
            "schema",
            "the database has an older schema",
            "back up, then restart the node: it migrates at the start",
        )


def _pragmas(found: "SQLDatabase") -> str:
    """The engine refuses a connection whose durability is not as asked for; the file itself is looked through here."""
    with found.engine.connect().execution_options(handover_reads=True) as connection:
        names = ("journal_mode", "synchronous", "foreign_keys")
        values = [connection.exec_driver_sql(f"PRAGMA {each}").scalar_one() for each in names]
    return "SQLite answers; " + ", ".join(
        f"{each} {value}" for each, value in zip(names, values, strict=True)
    )


def backup(data: Path, now: int) -> Iterator[Checked]:
    """Check how old the last good backup is."""
    from handover.adapters import backup as backups

    name, fix = "backup", "handover backup FILE, every night, to another machine"
    made = backups.last_made(data)
    if made is None:
        yield warning(name, "no backup was ever made from this folder", fix)
        return
    age = now - made
    text = f"the last good backup is {span(age)} old"
    if age > 7 * DAY:
        yield failure(name, text, fix)
    elif age > 2 * DAY:
        yield warning(name, text, fix)
    else:
        yield ok(name, text)
