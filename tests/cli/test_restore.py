"""`handover restore`: what it says, what it refuses, and that its answer is in the chapter."""

import sqlite3
from contextlib import closing
from pathlib import Path

from cli.stage import Stage

CHAPTER = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "cli.md").read_text(encoding="utf-8")


def test_a_lost_database_is_restored_and_the_node_starts(stage: Stage) -> None:
    path = stage.folder / "one.backup"
    stage.call("user", "add", "A. Officer", "--role", "auditor", "--data", stage.data())
    stage.call("backup", path, "--data", stage.data())
    (stage.data() / "handover.db").unlink()
    said = stage.call("restore", path, "--data", stage.data())
    assert "Restored. Start the node" in said.out
    status = stage.call("status", "--json", "--data", stage.data()).json
    assert isinstance(status, dict)
    assert status["incarnation"] == 2
    [restored] = status["restored"]
    assert (restored["incarnation"], restored["seen"], restored["lost"]) == (2, None, 0)
    assert "A. Officer" in stage.call("user", "list", "--data", stage.data()).out


def test_a_database_that_knows_more_is_kept_until_it_is_said_that_it_may_be_forgotten(stage: Stage) -> None:
    path = stage.folder / "one.backup"
    stage.call("backup", path, "--data", stage.data())
    stage.call("user", "add", "A. Officer", "--role", "auditor", "--data", stage.data())
    with closing(sqlite3.connect(stage.data() / "handover.db")) as connection, connection:
        connection.execute("UPDATE log_head SET size = size + 1")
    assert "knows more" in stage.call("restore", path, "--data", stage.data(), expect=1).err
    found = stage.call("restore", path, "--forget-newer", "--json", "--data", stage.data()).json
    assert isinstance(found, dict)
    assert Path(str(found["old"])).is_file()
    assert not {name for name in found if f"`{name}`" not in CHAPTER}
    assert "A. Officer" not in stage.call("user", "list", "--data", stage.data()).out


def test_the_doctor_says_what_is_in_doubt_and_whether_the_ledger_is_whole(stage: Stage) -> None:
    path, data = stage.folder / "one.backup", stage.data()
    with closing(sqlite3.connect(data / "handover.db")) as connection, connection:
        connection.execute(
            "INSERT INTO matter (id, kind, claim, holder, reference, epoch, chain, created_at) "
            "VALUES ('m', 'guardianship', 'HOLDER', 'gr/athens', '', 0, '', 1)"
        )
    stage.call("backup", path, "--data", data)
    (data / "handover.db").unlink()
    assert "in_doubt" in stage.call("restore", path, "--data", data).out
    status = stage.call("status", "--json", "--data", data).json
    assert isinstance(status, dict)
    assert status["in_doubt"] == 1
    said = stage.call("doctor", "--offline", "--data", data, expect=None).out
    assert "restored" in said
    (data / "erasures.log").write_text("handover-erasures/1\n1 1 m x\n")
    assert "ledger" in stage.call("doctor", "--offline", "--data", data, expect=None).out
    stage.call("restore", path, "--forget-newer", "--data", data, expect=1)


def test_whoever_was_shut_out_after_the_backup_stays_out(stage: Stage) -> None:
    path, data = stage.folder / "one.backup", stage.data()
    gone, kept = (added(stage, name) for name in ("Leaves", "Stays"))
    link = stage.call("user", "key", "add", kept, "--json", "--data", data).json
    assert isinstance(link, dict)
    stage.call("backup", path, "--data", data)
    stage.call("user", "disable", gone, "--data", data)
    stage.call("user", "key", "revoke", str(link["id"]), "--data", data)
    (data / "handover.db").unlink()
    found = stage.call("restore", path, "--json", "--data", data).json
    assert isinstance(found, dict)
    assert found["ended_again"] == 2
    listed = stage.call("user", "list", "--json", "--data", data).json
    assert isinstance(listed, dict)
    officers = {each["id"]: each for each in listed["officers"]}
    assert officers[gone]["disabled"]
    assert not officers[kept]["disabled"]
    [key] = officers[kept]["keys"]
    assert key["revoked"]


def added(stage: Stage, name: str) -> str:
    """Give the identifier of a new officer."""
    made = stage.call("user", "add", name, "--role", "caseworker", "--json", "--data", stage.data()).json
    assert isinstance(made, dict)
    return str(made["id"])
