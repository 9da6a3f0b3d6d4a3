"""Engines of SQLAlchemy for the two kinds of databases: durable, and silent about values."""

from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import QueuePool

from handover.domain.errors import HandoverError, UnreachableError

_KINDS: Final = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was receipted survives a power cut
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": 10000,
    "cache_size": -16384,  # KiB
    "wal_autocheckpoint": 4000,  # pages
    "temp_store": 2,
}


class StorageError(UnreachableError):
    """The database does not take writes now: it is locked, full or away."""

    name = "storage-unavailable"
    title = "The database cannot be used now."
    advice = "Look at disk space and at the database server; the request can be repeated as it is."


class DatabaseAddressError(HandoverError):
    """The setting does not lead to a database that can be used."""

    name = "database-address"
    title = "The setting `database` names no database that Handover can use."
    advice = "Leave it empty for SQLite in the data folder, or write postgresql+psycopg://USER@HOST/NAME."


def make_engine(url: str) -> Engine:
    """Give an engine whose errors carry no values, whose SQLite is durable, and whose readers see one moment.

    A connection with the option `handover_reads` writes nothing, and all its statements see what was committed before
    its first: SQLite does so by itself, PostgreSQL only when it is told to.

    Raises:
        DatabaseAddressError: the URL is none, or of another kind of database.
    """
    try:
        kind = make_url(url).drivername
    except exc.ArgumentError as error:
        raise DatabaseAddressError("it is no URL") from error
    if kind not in _KINDS:
        raise DatabaseAddressError(f"it begins with {kind}://")
    options: dict[str, Any] = {"hide_parameters": True, "poolclass": QueuePool, "pool_size": 8}
    if url.startswith("sqlite"):
        options["connect_args"] = {
            "isolation_level": None,
            "check_same_thread": False,
            "cached_statements": 256,
        }
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for name, value in _PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    for name in ("journal_mode", "synchronous", "foreign_keys"):
        (found,) = cursor.execute(f"PRAGMA {name}").fetchone()
        if found not in (_PRAGMAS[name], "memory"):
            raise StorageError(f"SQLite does not take {name}")
    cursor.close()


def reads(connection: Connection) -> bool:
    """Tell whether the transactions of a connection only read."""
    return bool(connection.get_execution_options().get("handover_reads", False))


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if reads(connection) else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Say what the driver begins with its first statement; a writer sees what was committed before it had its turn."""
    dialect: Any = connection.dialect
    driver, only = connection.connection.driver_connection, reads(connection)
    dialect.set_isolation_level(driver, "REPEATABLE READ" if only else "READ COMMITTED")
    dialect.set_readonly(driver, only)
