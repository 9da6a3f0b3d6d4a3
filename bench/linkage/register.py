"""The index of a node with a million records, in a real database: the tables, the vault and the shelf that run."""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import update

from handover.adapters import migrate
from handover.adapters.database import SQLDatabase
from handover.adapters.tracing_tables import entry
from handover.adapters.vault import FileVault
from handover.application.traced import IndexEntry
from handover.domain.ids import MatterId, NodeId
from handover.protocol.question_header import row

EPOCH: Final = 1
KEYS_OF_A_RECORD: Final = 24
_ROWS: Final = 65_536
_ADD: Final = "INSERT INTO tracing_address (mark, pointer) VALUES (?, ?)"


class Register:
    """A database whose index has rows for so many records; the entries that belong to *outputs* are real ones."""

    def __init__(self, folder: Path, node: NodeId, outputs: Sequence[bytes], records: int) -> None:
        self.path = folder / "register.db"
        vault = FileVault.create(folder / "register.vault", secrets.token_hex(16), node, _now())
        self.database = SQLDatabase(f"sqlite:///{self.path}", vault, _now)
        migrate.to_newest(self.database.engine)
        self.rows = records * KEYS_OF_A_RECORD
        self._fill(self.rows - len(outputs))
        self._add(node, outputs)

    def _fill(self, rows: int) -> None:
        """Add rows of other records, in their order, which is how a tree is quickly built; they look like all rows."""
        connection = sqlite3.connect(self.path)
        with connection:
            for first in range(_ROWS):
                count = rows * (first + 1) // _ROWS - rows * first // _ROWS
                connection.executemany(_ADD, _noise(first.to_bytes(2, "big"), count))
        connection.close()

    def _add(self, node: NodeId, outputs: Sequence[bytes]) -> None:
        made = [row(output, holder=node, epoch=EPOCH) for output in outputs]
        with self.database.begin() as work:
            for at in range(0, len(made), KEYS_OF_A_RECORD):
                keys = {each.address: each.wrap for each in made[at : at + KEYS_OF_A_RECORD]}
                new = IndexEntry(
                    id=secrets.token_bytes(16),
                    matter=MatterId(_uuid7(at)),
                    number=1,
                    epoch=EPOCH,
                    version=1,
                    keys=keys,
                    salt=secrets.token_bytes(16),
                )
                work.tracing.index.add(new)
        with self.database.engine.begin() as connection:
            connection.execute(update(entry).values(added=1))  # as if a root held them

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def _noise(first: bytes, count: int) -> Iterator[tuple[bytes, bytes]]:
    for rest in sorted(os.urandom(14) for _ in range(count)):
        yield first + rest, os.urandom(16)


def _uuid7(number: int) -> str:
    return f"01900000-0000-7000-8000-{number:012x}"


def _now() -> int:
    return int(time.time())
