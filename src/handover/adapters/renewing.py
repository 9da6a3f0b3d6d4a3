"""Joins what renews a node's keys: its database, its vault, and the emptying of SQLite's write-ahead log."""

from functools import partial
from pathlib import Path

from sqlalchemy import Engine, make_url

from handover.adapters import migrate
from handover.adapters.database import SQLDatabase, translated
from handover.adapters.vault import FileVault
from handover.application.ports import Clock
from handover.application.renewal import Renewal


def settle(engine: Engine) -> None:
    """Write SQLite's write-ahead log into the database's file and empty it, as far as nobody reads there now."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    finally:
        connection.close()


def renewal_of(database: SQLDatabase, vault: FileVault, *, within: int) -> Renewal:
    """Give what renews the keys of a node."""
    return Renewal(database, vault, partial(settle, database.engine), within=within)


def renewed_before_backup(url: str, vault: FileVault, clock: Clock) -> bool:
    """Renew the keys if anything was erased since, and tell whether that was done; migrates nothing.

    Raises:
        StorageError: the database does not answer.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return False  # to look would make one
    database = SQLDatabase(url, vault, clock)
    try:
        with translated():
            current = migrate.is_current(database.engine)
        return current and renewal_of(database, vault, within=0).tick()
    finally:
        database.close()
