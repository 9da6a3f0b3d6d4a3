"""Checks of what a node stands on: folder, disk, clock, database, backup. They look and change nothing."""

import shutil
import stat
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handover.cli.findings import Checked, failure, note, ok, warning
from handover.domain.sentences import Moment, Names, Sentence, Span, sentence

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
        text = sentence("Other accounts may enter the data folder.")
        yield warning(name, text, sentence("Run %(command)s.", command=f"chmod 700 {data}"))
    open_to_all = [
        each for each in names if (data / each).exists() and (data / each).stat().st_mode & _OTHERS
    ]
    if open_to_all and data.stat().st_mode & _OTHERS:
        command = f"chmod 600 {' '.join(str(data / each) for each in open_to_all)}"
        text = sentence("Other accounts may read these files: %(files)s.", files=Names(tuple(open_to_all)))
        yield warning(name, text, sentence("Run %(command)s.", command=command))
    elif not data.stat().st_mode & _OTHERS:
        yield ok(name, sentence("Only this account may enter the data folder."))


def passphrase_file(settings: "Settings") -> Iterator[Checked]:
    """Check where the passphrase lies and who may read it."""
    name, path = "passphrase-file", settings.passphrase_file
    if settings.passphrase is not None:
        text = sentence("The passphrase comes from the environment, which other programs may see.")
        yield note(
            name,
            text,
            sentence("Keep it in a file, and name that as %(setting)s.", setting="passphrase_file"),
        )
    if path is None or not path.exists():
        return
    if path.resolve().is_relative_to(settings.data.resolve()):
        fix = sentence(
            "Move it to another disk or a store of secrets, and name it as %(setting)s.",
            setting="passphrase_file",
        )
        yield warning(name, sentence("The passphrase lies beside the keys that it protects."), fix)
    if path.stat().st_mode & _OTHERS:
        text = sentence("Other accounts may read the passphrase.")
        yield warning(name, text, sentence("Run %(command)s.", command=f"chmod 600 {path}"))
    else:
        yield ok(name, sentence("Only this account may read the passphrase."))


def proxy(settings: "Settings") -> Iterator[Checked]:
    """Check that those who ask through the reverse proxy are told apart; where nobody asks there is nothing to say."""
    name = "proxy"
    if not settings.address or settings.private_peers:
        return
    if not settings.proxy_tells:
        fix = sentence(
            "Let the proxy add the address to X-Forwarded-For, and set %(setting)s.",
            setting="proxy_tells = true",
        )
        text = sentence(
            "The proxy does not say who asks: a stranger that floods or guesses is not made to wait."
        )
        yield warning(name, text, fix)
    elif not _here(settings.listen.rpartition(":")[0]) and all(map(_here, settings.proxies)):
        text = sentence("No proxy on another machine is named: all who ask through one count as one address.")
        fix = sentence("Name the proxy's address, as this node sees it, in %(setting)s.", setting="proxies")
        yield warning(name, text, fix)
    else:
        yield ok(name, sentence("The proxy says who asks: a stranger that floods or guesses waits alone."))


def _here(host: str) -> bool:
    try:
        return ip_network(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def disk(data: Path) -> Iterator[Checked]:
    """Check the room on the disk of the data folder."""
    name, free = "disk", shutil.disk_usage(data).free
    text = sentence("Free: %(free)s MiB.", free=free // _MIB)
    fix = sentence("Make room: a full disk stops the node from receiving.")
    if free < _LAST:
        yield failure(name, text, fix)
    elif free < _LOW:
        yield warning(name, text, fix)
    else:
        yield ok(name, text)


def clock(now: int, *, seen: int | None) -> Iterator[Checked]:
    """Check the clock against *seen*, the latest time that something signed or logged bears."""
    name, fix = "clock", sentence("Let the machine's clock follow a time server (NTP).")
    if seen is not None and now < seen - _SKEW:
        late = Span(seen - now)
        yield failure(
            name,
            sentence("The clock is behind what was signed already, at least by: %(late)s.", late=late),
            fix,
        )
    elif _synchronised() is False:
        yield warning(name, sentence("The system says that the clock follows no time server."), fix)
    else:
        yield ok(name, sentence("%(time)s: not behind anything signed.", time=Moment(now)))


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
        fix = sentence("Start the node once: it makes the database.")
        yield failure(name, sentence("There is no database yet."), fix)
        return
    try:
        current = migrate.is_current(engine)
        facts = _pragmas(found) if engine.dialect.name == "sqlite" else sentence("PostgreSQL answers.")
    except (SQLAlchemyError, HandoverError) as error:
        yield failure(
            name,
            sentence("The database does not answer: %(error)s.", error=type(error).__name__),
            sentence("Look at its server, its path and its rights."),
        )
        return
    yield ok(name, facts)
    if current:
        yield ok("schema", sentence("The database has the newest schema."))
    else:
        yield failure(
            "schema",
            sentence("The database has an older schema."),
            sentence("Back up, then restart the node: it brings the schema up to date when it starts."),
        )


def _pragmas(found: "SQLDatabase") -> Sentence:
    """The engine refuses a connection whose durability is not as asked for; the file itself is looked through here."""
    with found.engine.connect().execution_options(handover_reads=True) as connection:
        names = ("journal_mode", "synchronous", "foreign_keys")
        values = [connection.exec_driver_sql(f"PRAGMA {each}").scalar_one() for each in names]
    seen = tuple(f"{each} {value}" for each, value in zip(names, values, strict=True))
    return sentence("SQLite answers: %(settings)s.", settings=Names(seen))


def backup(data: Path, now: int) -> Iterator[Checked]:
    """Check how old the last good backup is."""
    from handover.adapters import backup as backups
    from handover.application.backups import LAST, LATE

    name = "backup"
    fix = sentence(
        "Run %(command)s every night, and keep the file on another machine.", command="handover backup FILE"
    )
    made = backups.last_made(data)
    if made is None:
        yield warning(name, sentence("No backup was ever made from this folder."), fix)
        return
    age = now - made
    text = sentence("Age of the last good backup: %(age)s.", age=Span(age))
    if age > LAST:
        yield failure(name, text, fix)
    elif age > LATE:
        yield warning(name, text, fix)
    else:
        yield ok(name, text)
