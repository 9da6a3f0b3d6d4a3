"""One transaction: a connection, what is to be written at its end, and the data keys it has opened.

Rows are collected and written in few statements: a batch of 64 envelopes costs no more statements than one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Row, Table, Update, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from handover.adapters import tables
from handover.adapters.cells import Cells, KeyWrapper
from handover.domain.errors import OutOfOrderError
from handover.domain.ids import NodeId

Values = Mapping[str, Any]


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
        self._changes: dict[tuple[str, tuple[str, ...]], tuple[Update, list[Values]]] = {}
        self._loaded_keys: dict[str, tuple[int, bytes] | None] = {}
        self.cells = Cells(wrapper, self)

    def insert(self, table: Table, row: Values) -> None:
        """Write *row* at the next flush."""
        self._inserts[table].append(row)

    def upsert(self, table: Table, row: Values) -> None:
        """Write *row* at the next flush, in place of the row with the same primary key."""
        key = tuple(row[column.name] for column in table.primary_key)
        self._upserts[table][key] = row

    def change(self, table: Table, row: Values, *, guard: Values) -> None:
        """Write *row* (by primary key) at the next flush, if the guarded columns still have the given values."""
        guarded = tuple(sorted(guard))
        found = self._changes.get((table.name, guarded))
        if found is None:
            keys = [column.name for column in table.primary_key]
            where = [table.c[name] == bindparam(f"was_{name}") for name in (*keys, *guarded)]
            values: dict[str, Any] = {name: bindparam(name) for name in row if name not in keys}
            found = self._changes[table.name, guarded] = (update(table).where(*where).values(values), [])
        was = {f"was_{column.name}": row[column.name] for column in table.primary_key}
        was |= {f"was_{name}": value for name, value in guard.items()}
        found[1].append({**row, **was})

    def flush(self) -> None:
        """Write what was collected, in a few statements.

        Raises:
            ConflictError: a guarded row was not as it was read.
        """
        if not self._writes and (self._inserts or self._upserts or self._changes):
            raise RuntimeError("a reading transaction was asked to write")
        inserts, self._inserts = self._inserts, defaultdict(list)
        for table, rows in inserts.items():
            self.connection.execute(insert(table), rows)
        changes, self._changes = self._changes, {}
        for statement, rows in changes.values():
            self._change_in_order(statement, rows)
        upserts, self._upserts = self._upserts, defaultdict(dict)
        for table, by_key in upserts.items():
            self.connection.execute(self._upsert(table), list(by_key.values()))

    def _change_in_order(self, statement: Update, rows: list[Values]) -> None:
        if self.connection.execute(statement, rows).rowcount != len(rows):
            raise ConflictError

    def _upsert(self, table: Table) -> Executable:
        is_postgresql = self.connection.dialect.name == "postgresql"
        statement = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)

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
        keys = tables.data_key
        rows = self.peek(select(keys.c.epoch, keys.c.wrapped).where(keys.c.owner == owner))
        return (rows[0].epoch, rows[0].wrapped) if rows else None

    def store(self, owner: str, epoch: int, wrapped: bytes) -> None:
        """Keep a new wrapped data key."""
        self._loaded_keys[owner] = (epoch, wrapped)
        self.insert(tables.data_key, {"owner": owner, "epoch": epoch, "wrapped": wrapped})

    def preload_keys(self, owners: Sequence[str]) -> None:
        """Read the wrapped data keys of *owners* at once."""
        keys = tables.data_key
        self.expect_no_keys([owner for owner in owners if owner not in self._loaded_keys])
        for row in self.peek(select(keys).where(keys.c.owner.in_(owners))):
            self._loaded_keys[row.owner] = (row.epoch, row.wrapped)

    def expect_no_keys(self, owners: Sequence[str]) -> None:
        """Note that *owners* have no data key yet: they are new."""
        self._loaded_keys |= dict.fromkeys(owners, None)

    def destroy_key(self, owner: str) -> None:
        """Destroy the wrapped data key of *owner*."""
        self.cells.forget(owner)
        self._loaded_keys.pop(owner, None)
        self.run(delete(tables.data_key).where(tables.data_key.c.owner == owner))
