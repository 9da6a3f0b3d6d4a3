"""Statements that write many rows of one table, as text: SQLAlchemy would look at each value of each row again.

Names come from `tables.py` alone, values are bound. The text is the same for SQLite and PostgreSQL but for the mark
that stands for a value. Queries of the busiest paths are made once, in their modules, with names for the values
(`given`, `among`): building one anew costs several times as much as carrying it out.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, bindparam

_MARKS: Final = {"sqlite": "?", "postgresql": "%s"}

Names = tuple[str, ...]


def given(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Give the condition that *column* is the value that is given as *name* when the query is carried out."""
    return column == bindparam(name)


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Give the condition that *column* is one of the values that are given as *name*."""
    return column.in_(bindparam(name, expanding=True))


def mark_of(connection: Connection) -> str:
    """Give what stands for a value in a statement of this database."""
    return _MARKS[connection.dialect.name]


@lru_cache(maxsize=256)
def keys_of(table: Table) -> Names:
    """Give the names of the primary key's columns."""
    return tuple(column.name for column in table.primary_key)


@lru_cache(maxsize=256)
def insertion(table: Table, names: Names, mark: str) -> str:
    """Give the statement that inserts a row of *names*."""
    marks = ", ".join([mark] * len(names))
    return f"INSERT INTO {_quoted(table.name)} ({_list(names)}) VALUES ({marks})"  # noqa: S608 - names of ours


@lru_cache(maxsize=256)
def replacement(table: Table, names: Names, mark: str) -> str:
    """Give the statement that inserts a row of *names*, or writes it over the one with the same primary key."""
    keys = keys_of(table)
    rest = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in names if name not in keys)
    return f"{insertion(table, names, mark)} ON CONFLICT ({_list(keys)}) DO UPDATE SET {rest}"


@lru_cache(maxsize=256)
def change(table: Table, names: Names, where: Names, mark: str) -> str:
    """Give the statement that writes *names* where the columns *where* have given values; those come last."""
    values = ", ".join(f"{_quoted(name)} = {mark}" for name in names)
    guards = " AND ".join(f"{_quoted(name)} = {mark}" for name in where)
    return f"UPDATE {_quoted(table.name)} SET {values} WHERE {guards}"  # noqa: S608 - names of ours


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return f'"{name}"'
