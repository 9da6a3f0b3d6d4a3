"""After an erasure and a renewal of the keys, no file, backup or living key gives the erased value again.

The renewal is cut off at every line of it, and goes on from there.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from types import FrameType
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select

import cases
from federation import PASSPHRASE, Federation, federation
from handover.adapters import backup, keys, tables, vault, vault_file
from handover.adapters.cells import CellError
from handover.adapters.database import SQLDatabase
from handover.adapters.renewing import renewal_of
from handover.adapters.retention_tables import erasure
from handover.adapters.sealed_file import SealedFileError
from handover.adapters.vault import FileVault, KeyEpochGoneError, PassphraseError
from handover.application import renewal
from handover.application.facts import Handover
from handover.application.renewal import LATEST
from handover.domain.handover import State
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol.node_key import KeyUse
from two_nodes.databases import Databases, on_postgresql
from two_nodes.test_canary import marked

SOUTH = NodeId("de/hamburg")
Keys = Mapping[str, tuple[int, bytes]]


@dataclass
class Stage:
    """South has got an offer that north will withdraw, and another that stays."""

    fed: Federation
    north: Node
    south: Node

    def __post_init__(self) -> None:
        self.first, self.second = (self.fed.officer(self.north, name) for name in ("first", "second"))
        self.gone, self.kept = self.offered(), self.offered()

    def offered(self) -> Handover:
        sent = cases.offer(self.fed, self.north, SOUTH, self.first, self.second)
        self.fed.settle()
        with self.south.database.reading() as work:
            return work.handovers.find(self.north.id, [sent.round])[sent.round]

    def withdraw(self, got: Handover) -> None:
        with self.north.database.reading() as work:
            sent = work.handovers.find(SOUTH, [got.round])[got.round]
        self.north.offers.withdraw(sent.id, actor=self.first)
        self.fed.settle()
        with self.south.database.reading() as work:
            assert work.handovers.get(got.id).state is State.CLOSED

    def reads(self, database: SQLDatabase | None = None) -> bool:
        """Tell whether the offer that stays opens still."""
        assert self.kept.offer is not None
        with (database or self.south.database).reading() as work:
            return bool(marked(work.envelopes.plaintext(self.kept.offer)))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Stage(fed, north, south)


def wrapped(node: Node) -> dict[str, tuple[int, bytes]]:
    """Give every wrapped data key of the node."""
    with node.database.engine.connect() as connection:
        rows = connection.execute(select(tables.data_key)).all()
        connection.rollback()
    return {row.owner: (row.epoch, row.wrapped) for row in rows}


def ciphertext(node: Node, got: Handover) -> tuple[bytes, str]:
    """Give the ciphertext of an offer, and the place to which it is bound."""
    with node.database.engine.connect() as connection:
        query = select(tables.payload.c.sealed_plaintext).where(tables.payload.c.owner == got.id)
        found = bytes(connection.execute(query).scalar_one())
        connection.rollback()
    return found, f"payload|{got.offer}|plaintext"


def opens(key: bytes, sealed: bytes, place: str) -> bool:
    try:
        return bool(marked(AESGCM(key).decrypt(sealed[:12], sealed[12:], place.encode())))
    except InvalidTag:
        return False


def usable(found: FileVault, listed: Keys) -> list[bytes]:
    """Give every data key that the vault gives for any of the wrapped ones."""
    given = []
    for owner, (epoch, key) in listed.items():
        try:
            given.append(found.unwrap(epoch, key, owner))
        except (KeyEpochGoneError, CellError):
            continue
    return given


def nothing_is_left(stage: Stage, folder: Path) -> None:
    south = stage.south
    before, (sealed, place) = wrapped(south), ciphertext(south, stage.gone)
    old_vault = folder / "copy-of-vault.json"
    copyfile(south.settings.data / "vault.json", old_vault)
    old_backup = folder / "old.backup"
    backed_up = {"url": south.settings.url, "vault": south.vault, "data": south.settings.data}
    backup.make(old_backup, **backed_up, now=stage.fed.clock.now)  # type: ignore[arg-type]
    assert any(opens(key, sealed, place) for key in usable(south.vault, before))

    stage.withdraw(stage.gone)
    assert stage.gone.id not in wrapped(south)
    south.renewal.renew()
    new_backup = folder / "new.backup"
    backup.make(new_backup, **backed_up, now=stage.fed.clock.now)  # type: ignore[arg-type]

    again = FileVault.open(south.settings.data / "vault.json", PASSPHRASE)
    for each in (south.vault, again):
        assert usable(each, before) == []
        assert len(usable(each, wrapped(south))) == len(wrapped(south))
        assert not any(opens(key, sealed, place) for key in usable(each, wrapped(south)))
        with pytest.raises(SealedFileError):
            backup.check(old_backup, vault=each)
        with backup.opened(new_backup, vault=each) as (_, chunks):
            copied = b"".join(chunks)
        assert sealed[:100] not in copied
        assert before[stage.gone.id][1] not in copied
    for path in (*south.settings.data.rglob("*"), old_backup, new_backup):
        assert not path.is_file() or not marked(path.read_bytes()), path.name
    assert stage.reads()

    # What holds, and why older copies of the vault are to be destroyed: such a copy opens the backup of its time.
    with backup.opened(old_backup, vault=FileVault.open(old_vault, PASSPHRASE)) as (_, chunks):
        assert b"".join(chunks)


def test_no_file_backup_or_living_key_gives_an_erased_value(stage: Stage, tmp_path: Path) -> None:
    data = stage.south.settings.data
    key = wrapped(stage.south)[stage.gone.id][1]
    sealed = ciphertext(stage.south, stage.gone)[0][:100]  # the rest goes over to other pages
    beside = [data / f"handover.db{end}" for end in ("", "-wal")]
    assert any(sealed in each.read_bytes() for each in beside)
    nothing_is_left(stage, tmp_path)
    assert (data / "handover.db-wal").stat().st_size == 0
    for path in sorted(data.rglob("*")):
        if path.is_file():
            assert sealed not in path.read_bytes(), path.name
            assert key not in path.read_bytes(), path.name


def test_no_backup_or_living_key_gives_an_erased_value_on_postgresql(
    tmp_path: Path, postgresql: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    import postgres

    monkeypatch.setenv("PATH", f"{postgres.programs()}:/usr/bin:/bin")
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [north, south]):
        nothing_is_left(Stage(fed, north, south), tmp_path)


class CutError(BaseException):
    """The process is gone."""


PARTS = {each.__file__ for each in (renewal, keys, vault, vault_file)}


@contextmanager
def cut_at(number: int | None) -> Iterator[list[tuple[str, int]]]:
    """End the process before that line of the renewal, counted as they come; gives the lines that came."""
    seen: list[tuple[str, int]] = []

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in PARTS:
            return None
        if event == "line":
            seen.append((frame.f_code.co_filename, frame.f_lineno))
            if len(seen) - 1 == number:
                raise CutError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield seen
    finally:
        sys.settrace(before)


def points(seen: list[tuple[str, int]]) -> list[int]:
    """Give where each line comes for the first time, and for the last."""
    first = {line: number for number, line in reversed(list(enumerate(seen)))}
    last = {line: number for number, line in enumerate(seen)}
    return sorted({*first.values(), *last.values()})


@contextmanager
def begun_again(stage: Stage) -> Iterator[tuple[FileVault, SQLDatabase]]:
    """Give vault and database as a new process finds them in the files."""
    settings = stage.south.settings
    found = FileVault.open(settings.data / "vault.json", PASSPHRASE)
    with closing(SQLDatabase(settings.url, found, stage.fed.clock)) as database:
        yield found, database


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # a dead process closes no file
def test_a_renewal_that_is_cut_off_at_any_line_loses_nothing_and_is_finished_by_the_next(
    stage: Stage,
) -> None:
    stage.withdraw(stage.gone)
    with cut_at(None) as seen:
        stage.south.renewal.renew()
    tried = points(seen)
    assert len(tried) > 100
    for number in tried:
        before = wrapped(stage.south)
        with begun_again(stage) as (found, database), pytest.raises(CutError), cut_at(number):
            renewal_of(database, found, within=0).renew()
        with begun_again(stage) as (found, database):  # memory is gone; what is in the files counts
            assert stage.reads(database), seen[number]
            newest = renewal_of(database, found, within=0).renew()
            assert found.epochs() == (newest,), seen[number]
            assert {epoch for epoch, _ in wrapped(stage.south).values()} == {newest}
            assert stage.reads(database), seen[number]
            assert usable(found, before) == [], seen[number]


def test_another_process_reads_and_writes_on_under_the_new_key(stage: Stage) -> None:
    south = stage.south
    other = FileVault.open(south.settings.data / "vault.json", PASSPHRASE)
    with closing(SQLDatabase(south.settings.url, other, stage.fed.clock)) as database:
        south.renewal.renew()
        with database.reading() as work:
            assert stage.kept.offer is not None
            assert marked(work.envelopes.plaintext(stage.kept.offer))
        with database.begin() as work:
            work.matters.erase(stage.kept.id)
        got = stage.offered()
        assert wrapped(south)[got.id][0] == other.wrap(bytes(32), "x")[0] == south.vault.epochs()[-1]


def test_what_is_written_between_two_batches_is_wrapped_under_the_new_key(stage: Stage) -> None:
    south = stage.south
    south.vault.add_epoch()  # as far as a renewal has come when another transaction begins
    with south.database.begin() as work:
        assert work.keys.move(after="", limit=1) is not None
    got = stage.offered()
    assert wrapped(south)[got.id][0] == 2
    south.renewal.tick()
    assert south.vault.epochs() == (2,)
    assert {epoch for epoch, _ in wrapped(south).values()} == {2}


def test_the_worker_renews_within_the_time_that_is_set_and_not_without_need(stage: Stage) -> None:
    south, within = stage.south, stage.south.settings.keys_renewed_within
    with south.database.begin() as work:
        work.keys.renewed(before=99)
    assert not south.renewal.tick()
    stage.withdraw(stage.gone)
    assert not south.renewal.tick()
    stage.fed.clock.pass_(within)
    assert south.renewal.tick()
    assert south.vault.epochs() == (2,)
    assert not south.renewal.tick()


def test_no_setting_lets_a_renewal_wait_for_more_than_a_week(stage: Stage) -> None:
    stage.withdraw(stage.gone)
    slow = renewal.Renewal(stage.south.database, stage.south.vault, lambda: None, within=10 * LATEST)
    stage.fed.clock.pass_(LATEST)
    assert slow.tick()


def test_an_erasure_of_a_key_that_was_moved_already_waits_for_the_next_renewal(stage: Stage) -> None:
    south = stage.south
    with south.database.begin() as work:
        work.keys.renewed(before=99)
    south.vault.add_epoch()
    with south.database.begin() as work:
        while work.keys.move(after="", limit=500) is not None:
            pass
    stage.withdraw(stage.gone)  # its key lies about under the first key and under the second
    assert south.renewal.tick()
    assert south.vault.epochs() == (2,)
    with south.database.reading() as work:
        assert work.keys.erased() is not None
    stage.fed.clock.pass_(LATEST)
    assert south.renewal.tick()
    assert south.vault.epochs() == (3,)


def test_a_value_of_a_restored_older_database_stays_closed_and_stops_no_renewal(stage: Stage) -> None:
    south = stage.south
    old = wrapped(south)
    south.renewal.renew()
    with south.database.engine.begin() as connection:
        row = {"owner": "old", "epoch": old[stage.gone.id][0], "wrapped": old[stage.gone.id][1]}
        connection.execute(insert(tables.data_key), row)
    assert south.renewal.renew() == 3
    assert wrapped(south)["old"][0] == 1
    with pytest.raises(KeyEpochGoneError):
        south.vault.unwrap(*wrapped(south)["old"], stage.gone.id)


def test_two_processes_that_change_the_vault_keep_what_the_other_has_written(stage: Stage) -> None:
    mine = stage.south.vault
    other = FileVault.open(stage.south.settings.data / "vault.json", PASSPHRASE)
    [kid] = other.add_keys(KeyUse.SEAL, begins=stage.fed.clock.now)
    mine.add_epoch()
    again = FileVault.open(stage.south.settings.data / "vault.json", PASSPHRASE)
    assert kid in {each.kid for each in again.secrets()}
    assert again.epochs() == (1, 2)


def test_a_process_under_the_old_passphrase_refuses_to_write_under_a_key_that_it_cannot_see(
    stage: Stage,
) -> None:
    old = FileVault.open(stage.south.settings.data / "vault.json", PASSPHRASE)
    stage.south.vault.change_passphrase("another passphrase of some length")
    assert old.wrap(bytes(32), "x")[0] == 1
    stage.south.vault.add_epoch()
    with pytest.raises(PassphraseError):
        old.wrap(bytes(32), "x")


def test_a_vault_that_cannot_be_read_lets_nothing_be_written(stage: Stage) -> None:
    (stage.south.settings.data / "vault.json").rename(stage.south.settings.data / "away.json")
    with pytest.raises(vault_file.KeysAwayError):
        stage.south.vault.wrap(bytes(32), "x")


def test_the_ledger_names_owners_and_nothing_else(stage: Stage) -> None:
    stage.withdraw(stage.gone)
    with stage.south.database.engine.connect() as connection:
        rows = connection.execute(select(erasure.c.owner, erasure.c.epoch)).all()
        connection.rollback()
    assert (stage.gone.id, 1) in {(row.owner, row.epoch) for row in rows}
