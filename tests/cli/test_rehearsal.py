"""The newest backup is restored beside the node, and what is not sound in it is found; the node is not touched."""

import json
import sqlite3
from pathlib import Path

import pytest

import cases
from cli.stage import Stage
from federation import federation
from handover.adapters import backup as backups
from handover.adapters import rehearsal
from handover.adapters.rehearsal import RehearsalError
from handover.adapters.sealed_file import SealedFileError


def _told(stage: Stage) -> dict[str, str]:
    result = stage.call("doctor", "--offline", "--rehearse", "--json", "--data", stage.data(), expect=None)
    return next(each for each in json.loads(result.out)["checks"] if each["name"] == "rehearsal")


def _folder(stage: Stage) -> Path:
    folder = stage.folder / "backups"
    folder.mkdir()
    settings = stage.data() / "handover.toml"
    settings.write_text(f'backup_folder = "{folder}"\n' + settings.read_text())
    return folder


def test_the_newest_backup_is_rehearsed_and_the_node_is_not_touched(stage: Stage) -> None:
    folder = _folder(stage)
    stage.call("user", "add", "A. Officer", "--role", "auditor", "--data", stage.data())
    stage.call("backup", folder / "one.backup", "--data", stage.data())
    (folder / "notes.txt").write_text("not a backup")
    before = {each: each.read_bytes() for each in stage.data().iterdir() if each.is_file()}

    told = _told(stage)

    assert told["level"] == "ok"
    assert {each: each.read_bytes() for each in stage.data().iterdir() if each.is_file()} == before
    assert not [each for each in stage.data().iterdir() if each.name.startswith("tmp")]


def test_without_a_folder_or_a_backup_the_rehearsal_fails_and_says_why(stage: Stage) -> None:
    assert _told(stage)["level"] == "failure"
    _folder(stage)
    assert _told(stage)["level"] == "failure"


def test_all_matters_and_entries_of_a_working_node_are_there(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
        fed.settle()
        path, settings = tmp_path / "one.backup", north.settings
        backups.make(path, url=settings.url, vault=north.vault, data=settings.data, now=fed.clock.now)
        with north.database.reading() as work:
            size, matters = work.log.head().size, len(work.matters.newest(before=None, limit=99))

        seen = rehearsal.rehearse(path, vault=north.vault, data=settings.data)

        assert (seen.made_at, seen.matters, seen.entries, seen.closed) == (fed.clock.now, matters, size, 0)
        assert size > 0
        with pytest.raises(SealedFileError):
            rehearsal.rehearse(path, vault=south.vault, data=south.settings.data)


def test_data_keys_of_a_time_that_was_destroyed_stay_closed(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
        fed.settle()
        north.vault.add_epoch()
        path, settings = tmp_path / "one.backup", north.settings
        backups.make(path, url=settings.url, vault=north.vault, data=settings.data, now=fed.clock.now)
        north.vault.destroy_epochs(before=2)

        seen = rehearsal.rehearse(path, vault=north.vault, data=settings.data)

        assert seen.closed > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET document = CAST('other' AS BLOB) WHERE position = 0",
        "DELETE FROM log_entry WHERE position = 0",
        "UPDATE log_head SET note = CAST(CAST(note AS TEXT) || 'x' AS BLOB)",
        "UPDATE data_key SET wrapped = zeroblob(60)",
    ],
)
def test_a_backup_whose_database_is_not_sound_is_told(tmp_path: Path, statement: str) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
        fed.settle()
        path, settings = tmp_path / "one.backup", north.settings
        connection = sqlite3.connect(str(settings.url).removeprefix("sqlite:///"))
        with connection:
            assert connection.execute(statement).rowcount > 0
        connection.close()
        backups.make(path, url=settings.url, vault=north.vault, data=settings.data, now=fed.clock.now)

        with pytest.raises(RehearsalError):
            rehearsal.rehearse(path, vault=north.vault, data=settings.data)
