"""One transaction: a connection, what is to be written at its end, and the data keys it has opened.

Rows are collected and written in few statements: a batch of 64 envelopes costs no more statements than one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, Table, delete, select

from handover.adapters import statements, tables
from handover.adapters.cells import Cells, KeyWrapper
from handover.adapters.retention_tables import erasure
from handover.adapters.statements import Names
from handover.domain.errors import OutOfOrderError
from handover.domain.ids import NodeId

Values = Mapping[str, Any]
_keys = tables.data_key
_KEY: Final = select(_keys.c.epoch, _keys.c.wrapped).where(statements.given(_keys.c.owner, "owner"))
_KEYS: Final = select(_keys).where(statements.among(_keys.c.owner, "owners"))
_DESTROY: Final = delete(_keys).where(statements.given(_keys.c.owner, "owner")).returning(_keys.c.epoch)


class ConflictError(OutOfOrderError):
    """Somebody else changed the same thing at the same moment."""

    name = "conflict"
    title = "Somebody else changed this at the same moment."
    advice = "Load it again and look at what can be done now."
    retry = True


class Unit:
    """Collects writes; reads see them, because they are written before any read that could miss them."""

    def __init__(
        self, connection: Connection, wrapper: KeyWrapper, node: NodeId, now: int, *, writes: bool
    ) -> None:
        self.connection = connection
        self.node = node
        self.now = now
        self._writes = writes
        self._inserts: dict[Table, list[Values]] = defaultdict(list)
        self._upserts: dict[Table, dict[tuple[Any, ...], Values]] = defaultdict(dict)
        self._changes: dict[tuple[Table, Names, Names], list[tuple[Any, ...]]] = defaultdict(list)
        self._loaded_keys: dict[str, tuple[int, bytes] | None] = {}
        self.ended: list[str] = []  # in the words of the ledger beside the vault
        self.cells = Cells(wrapper, self)

    def insert(self, table: Table, row: Values) -> None:
        """Write *row* at the next flush."""
        self._inserts[table].append(row)

    def upsert(self, table: Table, row: Values) -> None:
        """Write *row* at the next flush, in place of the row with the same primary key."""
        key = tuple([row[name] for name in statements.keys_of(table)])
        self._upserts[table][key] = row

    def change(self, table: Table, row: Values, *, guard: Values) -> None:
        """Write *row* (by primary key) at the next flush, if the guarded columns still have the given values."""
        keys = statements.keys_of(table)
        names = tuple(name for name in row if name not in keys)
        values = (*[row[name] for name in names], *[row[name] for name in keys], *guard.values())
        self._changes[table, names, (*keys, *guard)].append(values)

    def flush(self) -> None:
        """Write what was collected, in a few statements.

        Raises:
            ConflictError: a guarded row was not as it was read.
        """
        if not self._writes and (self._inserts or self._upserts or self._changes):
            raise RuntimeError("a reading transaction was asked to write")
        mark = statements.mark_of(self.connection)
        inserts, self._inserts = self._inserts, defaultdict(list)
        for table, rows in inserts.items():
            names = tuple(rows[0])
            self._write(statements.insertion(table, names, mark), _values(rows, names))
        changes, self._changes = self._changes, defaultdict(list)
        for (table, names, where), values in changes.items():
            if self._write(statements.change(table, names, where, mark), values) != len(values):
                raise ConflictError
        upserts, self._upserts = self._upserts, defaultdict(dict)
        for table, by_key in upserts.items():
            rows = list(by_key.values())
            names = tuple(rows[0])
            self._write(statements.replacement(table, names, mark), _values(rows, names))

    def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> int:
        return self.connection.exec_driver_sql(statement, rows).rowcount

    def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        """Give all rows of a query, after writing what was collected."""
        self.flush()
        return self.connection.execute(statement, values or {}).all()

    def peek(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        """Give all rows of a query that nothing collected can change."""
        return self.connection.execute(statement, values or {}).all()

    def run(self, statement: Executable, values: Values | None = None) -> int:
        """Carry out a statement after what was collected; give the number of rows it touched."""
        self.flush()
        return int(self.connection.execute(statement, values or {}).rowcount)

    def run_many(self, statement: Executable, values: Sequence[Values]) -> None:
        """Carry out a statement once for each of *values*, after what was collected."""
        self.flush()
        self.connection.execute(statement, values)

    def load(self, owner: str) -> tuple[int, bytes] | None:
        """Give epoch and wrapped data key of *owner*, if it was not destroyed."""
        if owner in self._loaded_keys:
            return self._loaded_keys[owner]
        rows = self.peek(_KEY, {"owner": owner})
        return (rows[0].epoch, rows[0].wrapped) if rows else None

    def store(self, owner: str, epoch: int, wrapped: bytes) -> None:
        """Keep a new wrapped data key."""
        self._loaded_keys[owner] = (epoch, wrapped)
        self.insert(tables.data_key, {"owner": owner, "epoch": epoch, "wrapped": wrapped})

    def preload_keys(self, owners: Sequence[str]) -> None:
        """Read the wrapped data keys of *owners* at once."""
        self.expect_no_keys([owner for owner in owners if owner not in self._loaded_keys])
        for row in self.peek(_KEYS, {"owners": owners}):
            self._loaded_keys[row.owner] = (row.epoch, row.wrapped)

    def expect_no_keys(self, owners: Sequence[str]) -> None:
        """Note that *owners* have no data key yet: they are new."""
        self._loaded_keys |= dict.fromkeys(owners, None)

    def destroy_key(self, owner: str) -> None:
        """Destroy the wrapped data key of *owner*, and note it: the key under which it was wrapped goes next."""
        for epoch in self._remove_key(owner):
            self.note_destroyed(owner, epoch)

    def release_key(self, owner: str) -> int | None:
        """Remove the wrapped data key of *owner*, whose values live on under another: a restore may need it again."""
        return next(iter(self._remove_key(owner)), None)

    def note_destroyed(self, owner: str, epoch: int) -> None:
        """Note that the data key of *owner*, wrapped under *epoch* or before, is destroyed wherever a copy of it is."""
        self.insert(erasure, {"owner": owner, "epoch": epoch, "erased_at": self.now})
        self.ended.append(owner)

    def _remove_key(self, owner: str) -> list[int]:
        self.cells.forget(owner)
        self._loaded_keys.pop(owner, None)
        return [row.epoch for row in self.rows(_DESTROY, {"owner": owner})]


def _values(rows: Sequence[Values], names: Names) -> list[tuple[Any, ...]]:
    """Give the values of *names*, in this order, whatever the order in the rows."""
    values: Callable[[Values], tuple[Any, ...]] = itemgetter(*names)
    return [values(row) for row in rows]
