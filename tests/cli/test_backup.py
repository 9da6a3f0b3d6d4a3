"""A backup is whole, encrypted, and without the keys; what is not whole is not called a backup."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

import cases
import postgres
from cli.stage import PASSPHRASE, Call, Stage
from federation import federation
from handover.adapters import backup as backups
from handover.adapters import rehearsal
from handover.adapters.sealed_file import SealedFileError
from handover.adapters.vault import FileVault


def _vault(stage: Stage) -> FileVault:
    return FileVault.open(stage.data() / "vault.json", PASSPHRASE)


def test_what_is_read_back_is_the_database(stage: Stage) -> None:
    path = stage.folder / "one.backup"
    stage.call("user", "add", "A. Officer", "--role", "auditor", "--data", stage.data())
    stage.call("backup", path, "--data", stage.data())
    copy = stage.folder / "copy.db"
    with backups.opened(path, vault=_vault(stage)) as (_, chunks):
        copy.write_bytes(b"".join(chunks))
    rows = {}
    for name, file in (("own", stage.data() / "handover.db"), ("copy", copy)):
        connection = sqlite3.connect(file)
        rows[name] = connection.execute("SELECT id, sealed FROM officer").fetchall()
        connection.close()
    assert rows["own"] == rows["copy"]
    assert len(rows["copy"]) == 1


def test_a_backup_shows_nothing_without_the_keys(tmp_path: Path, call: Call) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
        path = tmp_path / "one.backup"
        settings = north.settings
        backups.make(path, url=settings.url, vault=north.vault, data=settings.data, now=fed.clock.now)
        data = path.read_bytes()
        assert cases.MARK.encode() not in data
        assert b"SQLite format" not in data
        assert b"de/hamburg" not in data
        assert not [each for each in settings.data.iterdir() if each.name.startswith("tmp")]
        with pytest.raises(SealedFileError):
            backups.check(path, vault=south.vault)


def test_an_older_backup_is_not_written_over(stage: Stage) -> None:
    path = stage.folder / "one.backup"
    stage.call("backup", path, "--data", stage.data())
    before = path.read_bytes()
    stage.call("backup", path, "--data", stage.data(), expect=1)
    assert path.read_bytes() == before


def test_no_byte_of_a_backup_can_be_changed(stage: Stage) -> None:
    path, bent = stage.folder / "one.backup", stage.folder / "bent"
    stage.call("backup", path, "--data", stage.data())
    data, vault = path.read_bytes(), _vault(stage)
    places = [*range(400), *range(400, len(data), 9973), len(data) - 1]
    for place in places:
        bent.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(SealedFileError):
            backups.check(bent, vault=vault)


@pytest.mark.parametrize("change", ["cut", "cut frame", "more", "empty", "other"])
def test_a_backup_that_is_not_whole_is_refused(stage: Stage, change: str) -> None:
    path = stage.folder / "one.backup"
    stage.call("backup", path, "--data", stage.data())
    data = path.read_bytes()
    changed = {
        "cut": data[:-1],
        "cut frame": data[: data.index(b"\n", 20) + 1],
        "more": data + data[-100:],
        "empty": b"",
        "other": b"SQLite format 3\0",
    }
    path.write_bytes(changed[change])
    result = stage.call("backup", path, "--check", "--data", stage.data(), expect=1)
    assert "damaged" in result.err


def test_several_frames_keep_their_order(tmp_path: Path, stage: Stage) -> None:
    import io
    import secrets

    from handover.adapters import sealed_file

    key, text = secrets.token_bytes(32), secrets.token_bytes(3 * sealed_file.FRAME)
    for length in (0, 1, sealed_file.FRAME, sealed_file.FRAME + 1, len(text)):
        file = io.BytesIO()
        sealed_file.write(file, {"a": 1}, key, iter([text[:length]]))
        file.seek(0)
        head = sealed_file.read_head(file)
        assert b"".join(sealed_file.read_frames(file, head, key)) == text[:length]
    whole = file.getvalue()
    start = whole.index(b"}\n") + 2
    size = 4 + sealed_file.FRAME + 16
    swapped = (
        whole[:start]
        + whole[start + size : start + 2 * size]
        + whole[start : start + size]
        + whole[start + 2 * size :]
    )
    file = io.BytesIO(swapped)
    with pytest.raises(SealedFileError):
        list(sealed_file.read_frames(file, sealed_file.read_head(file), key))


def test_a_database_that_is_missing_leaves_no_file(stage: Stage) -> None:
    for each in stage.data().glob("handover.db*"):
        each.unlink()
    stage.call("backup", stage.folder / "one.backup", "--data", stage.data(), expect=4)
    assert not list(stage.folder.glob("*one.backup*"))
    assert backups.last_made(stage.data()) is None


def test_without_its_program_a_postgresql_database_is_not_backed_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = stage.data() / "handover.toml"
    settings.write_text(
        settings.read_text().replace('database = ""', 'database = "postgresql+psycopg:///nothing"')
    )
    monkeypatch.setenv("PATH", str(stage.folder))
    result = stage.call("backup", stage.folder / "one.backup", "--data", stage.data(), expect=1)
    assert "pg_dump" in result.err


def test_a_dump_that_fails_is_no_backup(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = stage.data() / "handover.toml"
    url = "postgresql+psycopg://u:sesame@127.0.0.1:1/nothing"
    settings.write_text(settings.read_text().replace('database = ""', f'database = "{url}"'))
    program = stage.folder / "pg_dump"
    program.write_text('#!/bin/sh\nprintf begun\nprintf "%s" "$*" > "$(dirname "$0")/called"\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stage.folder}:/usr/bin:/bin")
    result = stage.call("backup", stage.folder / "one.backup", "--data", stage.data(), expect=4)
    assert "status 3" in result.err
    assert "sesame" not in (stage.folder / "called").read_text()
    assert not (stage.folder / "one.backup").exists()


@postgres.needed
def test_a_node_on_postgresql_is_set_up_looked_over_and_backed_up(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs()}:/usr/bin:/bin")
    with postgres.server() as url:
        stage = Stage(tmp_path, call)
        data = stage.set_up("gr/athens", database=url)
        stage.admit("gr/athens")
        call("user", "add", "A. Officer", "--role", "auditor", "--data", data)
        path = tmp_path / "one.backup"
        call("backup", path, "--data", data)
        assert "postgresql" in call("backup", path, "--check", "--data", data).out
        vault = FileVault.open(data / "vault.json", PASSPHRASE)
        assert rehearsal.rehearse(path, vault=vault, data=data).kind == "postgresql"
        assert "PostgreSQL answers" in call("doctor", "--offline", "--data", data).out
        assert "this node is listed" in call("status", "--data", data).out
        dump = tmp_path / "dump"
        with backups.opened(path, vault=_vault(stage)) as (_, chunks):
            dump.write_bytes(b"".join(chunks))
        listed = subprocess.run(
            [f"{postgres.programs()}/pg_restore", "--list", dump], capture_output=True, text=True, check=True
        )
    assert "TABLE DATA public officer" in listed.stdout


def _erase(stage: Stage, at: int) -> None:
    """Let something have been erased at that time."""
    stage.call("user", "add", "A. Officer", "--role", "auditor", "--data", stage.data())
    connection = sqlite3.connect(stage.data() / "handover.db")
    connection.execute("INSERT INTO erasure (owner, epoch, erased_at) VALUES ('a matter', 1, ?)", (at,))
    connection.commit()
    connection.close()


def test_a_backup_after_an_erasure_renews_the_keys_first_and_opens(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("backup", stage.folder / "old.backup", *data)
    _erase(stage, 0)
    assert "older backups open no more" in stage.call("backup", stage.folder / "new.backup", *data).err
    stage.call("backup", stage.folder / "new.backup", "--check", *data)
    stage.call("backup", stage.folder / "old.backup", "--check", *data, expect=1)
    assert "renewed" not in stage.call("backup", stage.folder / "next.backup", *data).err
    stage.call("backup", stage.folder / "new.backup", "--check", *data)


def test_the_doctor_tells_of_an_erasure_that_no_renewal_has_followed(stage: Stage) -> None:
    data = ("--offline", "--data", stage.data())
    _erase(stage, 0)
    assert "older copies of it can still be opened" in stage.call("doctor", *data, expect=None).out
    stage.call("keys", "renew", "--data", stage.data())
    assert "renewed in time" in stage.call("doctor", *data, expect=None).out


def test_the_doctor_tells_when_the_last_backup_opens_no_more(stage: Stage) -> None:
    stage.call("backup", stage.folder / "old.backup", "--data", stage.data())
    mark = stage.data() / backups.MARK
    mark.write_text(json.dumps({**json.loads(mark.read_text()), "made_at": 1}))
    _erase(stage, 0)
    stage.call("keys", "renew", "--data", stage.data())
    assert (
        "the last backup opens no more"
        in stage.call("doctor", "--offline", "--data", stage.data(), expect=None).out
    )
