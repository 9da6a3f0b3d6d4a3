"""A block inside another of the same thread is one transaction with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation import federation
from handover.adapters.database import SQLDatabase
from handover.application.facts import Officer, OfficerRole
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7

ID = UUID7("019a0000-0000-7000-8000-000000000001")
OFFICER = Officer(id=ID, name="Eleni", roles=(OfficerRole.CASEWORKER,))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SQLDatabase]:
    with federation(tmp_path, "gr/athens") as (_, [athens]):
        yield athens.database


def test_an_inner_block_writes_into_the_outer_transaction(database: SQLDatabase) -> None:
    with database.begin() as outer:
        with database.begin() as inner:
            inner.staff.add(OFFICER)
        assert outer is inner
        with database.reading() as seen:
            assert seen.staff.get(ID) == OFFICER
    with database.reading() as work:
        assert work.staff.get(ID) == OFFICER


def test_what_fails_outside_undoes_what_an_inner_block_wrote(database: SQLDatabase) -> None:
    def both() -> None:
        with database.begin():
            with database.begin() as inner:
                inner.staff.add(OFFICER)
            raise KeyError

    with pytest.raises(KeyError):
        both()
    with database.reading() as work, pytest.raises(NotFoundError):
        work.staff.get(ID)


def test_a_failure_that_the_outer_block_swallows_is_not_committed(database: SQLDatabase) -> None:
    def swallow() -> None:
        with database.begin():
            try:
                with database.begin() as inner:
                    inner.staff.add(OFFICER)
                    raise KeyError
            except KeyError:
                pass

    with pytest.raises(RuntimeError, match="cannot be committed"):
        swallow()
    with database.begin() as work, pytest.raises(NotFoundError):
        work.staff.get(ID)
