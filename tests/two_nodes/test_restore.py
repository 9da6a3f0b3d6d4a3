"""A backup is put in the place of a node's database: checked, under a new incarnation, and with everything in doubt."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

import postgres
from federation import PASSPHRASE, federation
from handover import node as nodes
from handover.adapters import backup as backups
from handover.adapters import rehearsal, restoring
from handover.adapters.database import SQLDatabase
from handover.adapters.incarnation import OtherIncarnationError
from handover.adapters.moving import InUseError, NotEmptyError
from handover.adapters.rehearsal import RehearsalError
from handover.adapters.restoring import NewerDatabaseError
from handover.adapters.sealed_file import SealedFileError
from handover.adapters.vault import FileVault
from handover.domain.errors import NotFoundError
from handover.domain.handover import Claim, State
from handover.node import Node
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol.entry import EntryKind
from two_nodes.databases import Databases, on_postgresql
from two_nodes.restores import Folder, Stage, offered, restore, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield staged(fed, north, south, tmp_path)


def kinds(node: Node) -> list[EntryKind]:
    with node.database.reading() as work:
        found = work.log.newest(before=None, limit=1000)
    return [entries.decode(document).kind for _, document in reversed(found)]


def test_a_restored_node_goes_on_in_a_log_of_its_own_and_everything_is_in_doubt(stage: Stage) -> None:
    before = kinds(stage.north)
    done = stage.restore()
    assert (done.incarnation, done.doubtful) == (2, 1)
    assert done.old is not None
    assert done.old.name == "handover.db.before-2"
    north = stage.fed.reopen("gr/athens")
    assert north.vault.incarnation == 2
    assert kinds(north)[:-1] == before[: done.entries]
    assert kinds(north)[-1] is EntryKind.RESTORED
    with north.database.reading() as work:
        note = work.log.signed_head()
        assert note is not None
        key = north.registry.entry(north.id, north.clock()).log_key(2)
        assert checkpoints.verify(note, key).origin == "gr/athens/log/2"
        restore = work.doubts.restoration()
        assert restore is not None
        assert (restore.incarnation, restore.log_size) == (2, done.entries)
        assert work.doubts.stands(stage.first.matter)
        assert work.handovers.get(stage.first.id).state is State.OFFERED
        assert work.matters.get(stage.first.matter).claim is Claim.HOLDER
        with pytest.raises(NotFoundError):
            work.handovers.get(stage.second.id)
    assert not (north.settings.data / "restoring.db").exists()


def test_peers_hear_a_restored_node_under_its_new_incarnation(stage: Stage) -> None:
    stage.restore()
    north = stage.fed.reopen("gr/athens")
    stage.fed.clock.pass_(3600)
    sent = offered(stage.fed, north, stage.south)
    with stage.south.database.reading() as work:
        assert work.peers.get(north.id).fence == 2
        assert work.handovers.find(north.id, [sent.round])[sent.round].state is State.PENDING
        assert "restored" in {each.kind for each in work.alarms.all()}
    with north.database.reading() as work:
        assert sent.offer is not None
        assert work.envelopes.get(sent.offer).incarnation == 2


def test_nobody_stays_signed_in_over_a_restore(stage: Stage) -> None:
    with closing(sqlite3.connect(stage.database)) as connection, connection:
        values = ("s", b"d", "o", "password", b"x", 1, 1, 1, 2**31, None)
        connection.execute("INSERT INTO session VALUES (?,?,?,?,?,?,?,?,?,?)", values)
    settings = stage.north.settings
    stage.backup.unlink()
    backups.make(
        stage.backup, url=settings.url, vault=stage.north.vault, data=settings.data, now=stage.fed.clock.now
    )
    stage.restore()
    with closing(sqlite3.connect(stage.database)) as connection:
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (0,)


def untouched(stage: Stage) -> None:
    """See that the old database is still the node's, and its keys are of the same incarnation."""
    found = FileVault.open(stage.north.settings.data / "vault.json", PASSPHRASE)
    assert found.incarnation == 1
    north = stage.fed.reopen("gr/athens")
    with north.database.reading() as work:
        assert work.handovers.get(stage.second.id).state is State.OFFERED
        assert work.doubts.restoration() is None
    assert not (north.settings.data / "restoring.db").exists()


def test_a_node_that_runs_is_not_restored(stage: Stage) -> None:
    with stage.north.database.reading(), pytest.raises(InUseError):
        restore(stage.north, stage.backup, stage.fed.clock)
    untouched(stage)


def test_a_database_that_knows_more_is_not_forgotten_by_mistake(stage: Stage) -> None:
    with pytest.raises(NewerDatabaseError):
        stage.restore(forget_newer=False)
    untouched(stage)


def test_a_lost_database_is_restored_without_an_option(stage: Stage) -> None:
    stage.north.close()
    for each in stage.north.settings.data.glob("handover.db*"):
        each.unlink()
    assert stage.restore(forget_newer=False).old is None
    assert stage.fed.reopen("gr/athens").vault.incarnation == 2


def test_a_database_that_cannot_be_read_is_put_aside_with_what_belongs_to_it(stage: Stage) -> None:
    stage.north.close()
    stage.database.write_bytes(b"no database at all" * 512)
    wal = stage.database.with_name("handover.db-wal")
    wal.write_bytes(b"half a log")
    with pytest.raises(NewerDatabaseError):
        stage.restore(forget_newer=False)
    done = stage.restore()
    assert done.old is not None
    assert done.old.read_bytes().startswith(b"no database")
    assert not wal.exists() or wal.read_bytes() != b"half a log"
    assert stage.fed.reopen("gr/athens").vault.incarnation == 2


def test_a_backup_that_is_not_sound_changes_nothing(stage: Stage) -> None:
    data = bytearray(stage.backup.read_bytes())
    data[len(data) // 2] ^= 1
    stage.backup.write_bytes(data)
    with pytest.raises(SealedFileError):
        stage.restore()
    untouched(stage)


def test_a_backup_whose_log_is_not_whole_changes_nothing(stage: Stage) -> None:
    settings = stage.north.settings
    with closing(sqlite3.connect(stage.database)) as connection, connection:
        connection.execute("UPDATE log_entry SET document = CAST('other' AS BLOB) WHERE position = 0")
    stage.backup.unlink()
    backups.make(
        stage.backup, url=settings.url, vault=stage.north.vault, data=settings.data, now=stage.fed.clock.now
    )
    with pytest.raises(RehearsalError):
        stage.restore()
    untouched(stage)


def test_the_backup_of_another_node_is_refused(stage: Stage, tmp_path: Path) -> None:
    settings, path = stage.south.settings, tmp_path / "other.backup"
    backups.make(path, url=settings.url, vault=stage.south.vault, data=settings.data, now=stage.fed.clock.now)
    stage.north.close()
    with pytest.raises(SealedFileError):
        restore(stage.north, path, stage.fed.clock)


def test_a_node_is_restored_again_from_a_backup_of_before_its_first_restore(stage: Stage) -> None:
    stage.restore()
    north = stage.fed.reopen("gr/athens")
    with north.database.reading() as work:
        assert work.doubts.incarnation() == 2
    assert rehearsal.rehearse(stage.backup, vault=north.vault, data=north.settings.data).matters == 1
    stage.north = north
    assert stage.restore().incarnation == 3
    assert stage.fed.reopen("gr/athens").vault.incarnation == 3


def test_keys_and_database_of_two_restores_do_not_go_together(stage: Stage) -> None:
    data = stage.north.settings.data
    old = (data / "vault.json").read_bytes()
    stage.restore()
    new = (data / "vault.json").read_bytes()
    (data / "vault.json").write_bytes(old)
    with pytest.raises(OtherIncarnationError):
        nodes.open_node(stage.north.settings, clock=stage.fed.clock)
    assert stage.restore().incarnation == 3  # one more than keys, backup and database know
    (data / "vault.json").write_bytes(new)
    with pytest.raises(OtherIncarnationError):
        nodes.open_node(stage.north.settings, clock=stage.fed.clock)


def test_a_restore_with_an_old_copy_of_the_keys_goes_beyond_what_the_backup_knows(stage: Stage) -> None:
    data = stage.north.settings.data
    old = (data / "vault.json").read_bytes()
    stage.restore()
    north = stage.north = stage.fed.reopen("gr/athens")
    stage.backup.unlink()
    backups.make(stage.backup, url=north.settings.url, vault=north.vault, data=data, now=stage.fed.clock.now)
    (data / "vault.json").write_bytes(old)
    assert stage.restore().incarnation == 3


def test_a_node_on_postgresql_is_restored_into_an_empty_database(
    tmp_path: Path, postgresql: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs()}:/usr/bin:/bin")
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [north, south]):
        stage = staged(fed, north, south, tmp_path)
        with pytest.raises(NotEmptyError):
            restore(north, stage.backup, fed.clock)
        north.close()
        place = Elsewhere(north.settings.data, postgresql.new())
        found = FileVault.open(north.settings.data / "vault.json", PASSPHRASE)
        done = restoring.restore(stage.backup, place=place, vault=found, clock=fed.clock)
        assert (done.incarnation, done.doubtful, done.old) == (2, 1, None)
        with closing(SQLDatabase(place.url, found, fed.clock)) as database:
            database.prepare()
            with database.reading() as work:
                assert work.doubts.stands(stage.first.matter)
                assert work.log.head().origin == "gr/athens/log/2"
            with database.engine.connect() as connection:
                assert connection.execute(text("SELECT count(*) FROM session")).scalar() == 0
        with pytest.raises(SealedFileError):
            restoring.restore(stage.backup, place=Folder(tmp_path), vault=found, clock=fed.clock)


@dataclass(frozen=True)
class Elsewhere:
    """A node's folder, and its database on a server."""

    data: Path
    url: str
    backup_folder: Path | None = None
