"""Takes all that a node keeps from SQLite to PostgreSQL, in one transaction, while nobody else has it open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, exc, func, insert, inspect, select

from handover.adapters import (
    access_tables,
    continuity_tables,
    doubt_tables,
    followup_tables,
    log_tables,
    migrate,
    petition_tables,
    referral_tables,
    resolution_tables,
    resync_tables,
    retention_tables,
    tables,
    tracing_tables,
)
from handover.adapters.database import translated
from handover.adapters.engines import DatabaseAddressError, make_engine
from handover.adapters.files import sync_folder
from handover.adapters.metadata import metadata
from handover.domain.errors import RefusedError, UnreachableError

_STEP: Final = 500  # rows at a time
_KNOWN: Final = (
    tables.matter,
    log_tables.log_head,
    access_tables.account,
    retention_tables.hold,
    continuity_tables.demand,
    doubt_tables.doubt,
    followup_tables.follow_up,
    petition_tables.petition,
    referral_tables.referral,
    resolution_tables.resolution,
    resync_tables.resync,
    tracing_tables.permission,
)  # their modules fill the catalogue
_SEQUENCE: Final = "SELECT pg_get_serial_sequence('{table}', '{column}')"


class InUseError(UnreachableError):
    """Another process has the database open."""

    name = "database-in-use"
    title = "A process of this node has the database open."
    advice = "Stop `serve` and `worker`, and call it again; nothing was changed."


class NotEmptyError(RefusedError):
    """There is something in the database that is to be filled."""

    name = "database-not-empty"
    title = "The new database is not empty."
    advice = "Make an empty one for this node alone; nothing was changed."


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was taken along, and where the old database lies now."""

    tables: int
    rows: int
    old: Path


def move(path: Path, url: str) -> Moved:
    """Copy the SQLite database at *path* to the empty PostgreSQL database at *url*, and put the old one aside.

    Raises:
        DatabaseAddressError: *url* names no PostgreSQL database.
        InUseError: a process has the old one open.
        NotEmptyError: there is something in the new one.
        StorageError: the new one does not answer, or does not take everything.
    """
    target = make_engine(url)
    old = path.with_name(f"{path.name}.moved")
    try:
        if target.dialect.name != "postgresql":
            raise DatabaseAddressError("a database is moved to PostgreSQL")
        with alone(path) as source, translated():
            _prepare(target)
            with target.begin() as into:
                rows = sum(_copy(table, source, into) for table in metadata.sorted_tables)
            path.rename(old)
            sync_folder(path.parent)
    finally:
        target.dispose()
    return Moved(tables=len(metadata.sorted_tables), rows=rows, old=old)


@contextmanager
def alone(path: Path) -> Iterator[Connection]:
    """Give a connection to the old database that nobody else has open, and that nobody can open meanwhile."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        try:
            # Only the last connection can leave the write-ahead log behind; it also puts all into the one file.
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        except exc.OperationalError as error:
            raise InUseError from error
        yield connection


def _prepare(target: Engine) -> None:
    with target.connect() as connection:
        if inspect(connection).get_table_names():
            raise NotEmptyError
    migrate.to_newest(target)


def _copy(table: Table, source: Connection, into: Connection) -> int:
    rows = source.execute(select(table)).mappings()
    while chunk := rows.fetchmany(_STEP):
        into.execute(insert(table), [dict(row) for row in chunk])
    for column in table.primary_key:
        counter = into.exec_driver_sql(_SEQUENCE.format(table=table.name, column=column.name)).scalar()
        if counter is not None:
            highest = into.execute(select(func.max(column))).scalar()
            into.execute(select(func.setval(counter, highest or 1, highest is not None)))
    return into.execute(select(func.count()).select_from(table)).scalar_one()
