"""Transactions on SQLite and PostgreSQL. One writer at a time: a lock and BEGIN IMMEDIATE there, a locked row here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, exc, insert, select

from handover.adapters import log_tables
from handover.adapters.engines import StorageError, make_engine
from handover.adapters.erasures import Ledger
from handover.adapters.incarnation import OtherIncarnationError
from handover.adapters.logbook import Edge
from handover.adapters.unit import ConflictError, Unit
from handover.adapters.vault import FileVault
from handover.adapters.work import Work
from handover.application.endings import Ended
from handover.application.ports import Clock, UnitOfWork
from handover.domain.errors import HandoverError, OutOfOrderError
from handover.domain.ids import NodeId
from handover.protocol import merkle
from handover.protocol.log_origin import LogOrigin


class OpenOfferError(OutOfOrderError):
    """A matter has at most one open offer."""

    name = "open-offer"
    title = "Another offer of this matter is still open."
    advice = "Withdraw the open offer first, or wait until it ends."


class _Open(threading.local):
    """The writing transaction that this thread is in, if any, and whether a block that joined it has failed."""

    work: Work | None = None
    failed: bool = False

    @contextmanager
    def holding(self, work: Work) -> Iterator[None]:
        """Let blocks of this thread join *work* until the end of this one."""
        self.work, self.failed = work, False
        try:
            yield
            if self.failed:
                raise RuntimeError("a part of this transaction failed, so the whole cannot be committed")
        finally:
            self.work = None


class SQLDatabase:
    """Opens units of work on one database."""

    def __init__(self, url: str, vault: FileVault, clock: Clock, *, notices: bool = False) -> None:
        self._vault = vault
        self._notices = notices  # whether any are kept
        self._clock = clock
        self._lock = threading.Lock()
        self._edge = Edge()
        self._open = _Open()
        self.ledger = Ledger(vault)
        self.engine = make_engine(url)

    @property
    def node(self) -> NodeId:
        """The node whose database this is."""
        return self._vault.node

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Begin a transaction that writes; it is committed at the end of the block, or leaves no trace.

        Inside another such block of the same thread it joins that one: all is committed together by the outer
        block, and what fails in the inner one undoes the outer one too.

        Raises:
            OpenOfferError: the matter has an open offer already.
            ConflictError: a guarded row was changed meanwhile.
            StorageError: the database cannot be used now.
        """
        outer = self._open.work
        with self._join(outer) if outer is not None else self._writing() as work:
            yield work

    @contextmanager
    def _join(self, outer: Work) -> Iterator[UnitOfWork]:
        try:
            yield outer
        except BaseException:
            self._open.failed = True
            raise

    @contextmanager
    def _writing(self) -> Iterator[UnitOfWork]:
        with self._lock, translated(), self.engine.connect() as connection:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(select(log_tables.log_head.c.id).with_for_update())
                work = self._work(connection, writes=True)
                with self._open.holding(work):
                    yield work
                work.write()
            work.committed()
            self.ledger.note(Ended(what=each, at=work.now) for each in work.unit.ended)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Begin a transaction that only reads; inside a writing block of the same thread, read what stands there.

        Raises:
            StorageError: the database cannot be used now.
        """
        if self._open.work is not None:
            yield self._open.work
            return
        with translated(), self.engine.connect() as connection:
            connection = connection.execution_options(handover_reads=True)
            with connection.begin():
                yield self._work(connection, writes=False)

    def _work(self, connection: Connection, *, writes: bool) -> Work:
        unit = Unit(connection, self._vault, self._vault.node, self._clock(), writes=writes)
        return Work(unit, self._vault, self._edge if writes else Edge(), notices=self._notices)

    def reach(self) -> None:
        """Open one connection, to find out at once whether there is a database.

        Raises:
            StorageError: there is none, with what the database's own library says of it.
        """
        try:
            self.engine.connect().close()
        except exc.OperationalError as error:
            raise StorageError(str(error.orig).partition("\n")[0]) from error

    def prepare(self) -> None:
        """Make the rows that every database has, and see that the keys are of its incarnation; migrations make tables.

        Raises:
            StorageError: the database cannot be used now.
            OtherIncarnationError: it is from before or after a restore that the keys know, or another node's.
        """
        with self._lock, translated(), self.engine.begin() as connection:
            if not connection.execute(select(log_tables.log_head.c.id)).first():
                empty = merkle.EMPTY_ROOT
                row = {"id": 1, "size": 0, "signed_size": 0, "signed_root": empty, "note": None}
                connection.execute(insert(log_tables.log_head), row)
        with translated(), self.engine.connect().execution_options(handover_reads=True) as connection:
            work = self._work(connection, writes=False)
            made_for, signed = work.doubts.incarnation(), work.log.signed_head()
            foreign = signed is not None and LogOrigin.claimed(signed).node != self.node
            if not foreign:
                self.ledger.catch_up(work.unit)
        if foreign or made_for != self._vault.incarnation:
            self.close()  # nobody keeps it open: `handover restore` comes next
            raise OtherIncarnationError

    def try_writing(self) -> None:
        """Write something and commit it; what stays the same would not reach the disk, and tell nothing of it.

        Raises:
            StorageError: the database takes no writes now.
        """
        with self._lock, translated(), self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(log_tables.log_head.c.id).with_for_update())  # a lock is written
            else:
                connection.exec_driver_sql(f"PRAGMA user_version = {self._clock() % 2**31}")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database's library raises into errors of ours, without a value."""
    try:
        yield
    except HandoverError:
        raise
    except exc.IntegrityError as error:
        if "open_offer" in str(error.orig) or "handover.matter" in str(error.orig):
            raise OpenOfferError from error
        raise ConflictError from error
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        raise StorageError from error
