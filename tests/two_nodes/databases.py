"""A PostgreSQL server shared by the tests of one process, and databases in it for nodes."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

import postgres
from federation import Federation
from handover.node import Node

_numbers = itertools.count(1)


class Databases:
    """Gives the URL of a new, empty database each time."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._engine = create_engine(server, isolation_level="AUTOCOMMIT")

    def new(self) -> str:
        """Give the URL of a new database."""
        name = f"node{next(_numbers)}"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return self._server.replace("/postgres?", f"/{name}?")

    def close(self) -> None:
        """Close the connections to the server."""
        self._engine.dispose()


@contextmanager
def databases() -> Iterator[Databases]:
    """Give databases of a server that is started for this."""
    with postgres.server() as server:
        made = Databases(server)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def on_postgresql(folder: Path, made: Databases, *names: str) -> Iterator[tuple[Federation, list[Node]]]:
    """Give a federation whose nodes keep everything in PostgreSQL."""
    fed = Federation(folder)
    nodes = [fed.add(name, database=made.new()) for name in names]
    try:
        yield fed, nodes
    finally:
        for each in fed.wire.nodes.values():
            each.close()
