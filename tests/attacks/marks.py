"""By what is told whether an attack has changed anything at a node: every row of every table, its log, its files."""

import marshal
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from handover.adapters.metadata import metadata
from handover.node import Node
from two_nodes.scene import OF_LOG, log_size

# When a peer was heard from last says nothing of what it said.
HEARD = frozenset({"heard_at", "not_before", "failures"})
DATABASE = ("handover.db", "handover.db-wal", "handover.db-shm")


@dataclass(frozen=True, kw_only=True)
class Marks:
    """How many rows each table has and a digest of them; the size of the log; a digest of each file."""

    tables: Mapping[str, tuple[int, str]]
    log: int
    files: Mapping[str, str]


def marks_of(node: Node) -> Marks:
    """Give the marks of a node: rounds, claims, fences, known digests, outbox, grounds, sessions, all there is."""
    return Marks(tables=_tables(node), log=log_size(node), files=_files(node))


def _queries() -> dict[str, str]:
    """Give, for each table, what reads all of it; what the log has is compared entry by entry."""
    found = {}
    for table in metadata.sorted_tables:
        if table.name not in OF_LOG:
            columns = [each for each in table.c if not (table.name == "peer" and each.name in HEARD)]
            found[table.name] = str(select(*columns).order_by(*table.primary_key))
    return found


def _tables(node: Node) -> dict[str, tuple[int, str]]:
    found = {}
    with node.database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        for name, query in QUERIES.items():
            cursor.execute(query)
            rows: Any = cursor.fetchall()
            found[name] = (
                len(rows),
                sha256(marshal.dumps(rows, 2)).hexdigest(),
            )  # 2: equal rows, equal bytes
        connection.rollback()
    return found


QUERIES = _queries()


def _files(node: Node) -> dict[str, str]:
    folder = node.settings.folder
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in DATABASE
    }
