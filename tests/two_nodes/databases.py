"""A PostgreSQL server shared by the tests of one process, and databases in it for nodes."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import create_engine

import postgres
from federation import Federation
from handover.adapters import migrate
from handover.adapters.engines import make_engine
from handover.node import Node

_numbers = itertools.count(1)


class Databases:
    """Gives the URL of a database of its own each time."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._engine = create_engine(server, isolation_level="AUTOCOMMIT")

    def new(self) -> str:
        """Give the URL of a database without any table."""
        return self._created(f"node{next(_numbers)}", "template1")

    def migrated(self) -> str:
        """Give the URL of a database with the newest schema: a copy of one that was brought there."""
        return self._created(f"node{next(_numbers)}", self._blank)

    @cached_property
    def _blank(self) -> str:
        engine = make_engine(self._created("blank", "template1"))
        migrate.to_newest(engine)
        engine.dispose()
        return "blank"

    def _created(self, name: str, template: str) -> str:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
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
    nodes = [fed.add(name, database=made.migrated(), publish=False) for name in names]
    fed.publish()
    try:
        yield fed, nodes
    finally:
        for each in fed.wire.nodes.values():
            each.close()
