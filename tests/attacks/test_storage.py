"""Storage: somebody who has the disk, or may write to the database, and not the passphrase."""

from collections.abc import Iterator
from typing import Any

import pytest

from attacks.attack import Attack, Strike, against
from attacks.siege import Siege, named
from attacks.siege import siege as laid
from attacks.test_firewall import matter_of
from handover.adapters.vault import FileVault
from handover.domain.errors import HandoverError
from handover.founding import VAULT


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """Give a siege whose database is written to from outside."""
    with laid(tmp_path_factory.mktemp("stored")) as made:
        yield made


def write(siege: Siege, statement: str, *values: Any) -> None:
    with siege.node.database.engine.begin() as connection:
        found = connection.exec_driver_sql(statement, values)
        assert found.rowcount


def read(siege: Siege, statement: str, *values: Any) -> Any:
    with siege.node.database.engine.begin() as connection:
        return connection.exec_driver_sql(statement, values).scalar_one()


def swap(siege: Siege, table: str, column: str, where: str, one: str, other: str) -> None:
    """Exchange a value of two rows."""
    found = [read(siege, f"SELECT {column} FROM {table} WHERE {where} = ?", each) for each in (one, other)]  # noqa: S608
    for each, value in ((one, found[1]), (other, found[0])):
        write(siege, f"UPDATE {table} SET {column} = ? WHERE {where} = ?", value, each)  # noqa: S608


def records_swapped(siege: Siege, one: str, other: str) -> None:
    swap(siege, "record", "sealed", "matter", one, other)


def keys_swapped(siege: Siege, one: str, other: str) -> None:
    swap(siege, "data_key", "wrapped", "owner", one, other)


def records_and_keys_swapped(siege: Siege, one: str, other: str) -> None:
    records_swapped(siege, one, other)
    keys_swapped(siege, one, other)


def older_version(siege: Siege, one: str, other: str) -> None:
    siege.office.put(f"/matters/{one}/record", WRITTEN_AGAIN)
    old = read(siege, "SELECT sealed FROM record WHERE matter = ? AND version = 1", one)
    write(siege, "UPDATE record SET sealed = ? WHERE matter = ? AND version = 2", old, one)


def bit_flipped(siege: Siege, one: str, other: str) -> None:
    sealed = bytearray(read(siege, "SELECT sealed FROM record WHERE matter = ?", one))
    sealed[40] ^= 1
    write(siege, "UPDATE record SET sealed = ? WHERE matter = ?", bytes(sealed), one)


WRITTEN_AGAIN = {"schema": "guardianship/1", "sections": {"identity": {"sex": "female"}}}


@against(
    Attack(
        "stored-records-swapped",
        "Somebody with the database exchanges the sealed records of two children.",
        "500 storage-damaged",
        with_=records_swapped,
    ),
    Attack(
        "stored-keys-swapped",
        "Somebody with the database exchanges the wrapped keys of two children.",
        "500 storage-damaged",
        with_=keys_swapped,
    ),
    Attack(
        "stored-records-and-keys-swapped",
        "Somebody with the database exchanges records and keys of two children, both at once.",
        "500 storage-damaged",
        with_=records_and_keys_swapped,
    ),
    Attack(
        "stored-version-put-back",
        "Somebody with the database puts an old version of a record in the place of the new one.",
        "500 storage-damaged",
        with_=older_version,
    ),
    Attack(
        "stored-bit-flipped",
        "Somebody with the database flips one bit of a sealed record.",
        "500 storage-damaged",
        with_=bit_flipped,
    ),
)
def test_a_stored_value_is_read_in_its_own_place(stored: Siege, case: Attack) -> Strike:
    one, other = matter_of(stored), matter_of(stored)
    case.with_(stored, one, other)
    return Strike(node=stored.node, run=lambda: named(stored.office.call("GET", f"/matters/{one}/record")))


@against(
    Attack(
        "disk-with-a-guessed-passphrase",
        "A thief opens the keys of a seized disk with a guessed passphrase.",
        "passphrase",
        with_="correct horse battery stable",
    ),
    Attack(
        "disk-with-an-empty-passphrase",
        "A thief opens the keys of a seized disk with no passphrase at all.",
        "passphrase",
        with_="",
    ),
)
def test_a_seized_disk_opens_with_its_passphrase_alone(stored: Siege, case: Attack) -> Strike:
    def run() -> str:
        try:
            FileVault.open(stored.node.settings.data / VAULT, case.with_)
        except HandoverError as error:
            return error.name
        return "receipt"

    return Strike(node=stored.node, run=run)
