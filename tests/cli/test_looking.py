"""What an operator sees: status, queue, doctor. On a quiet node, and on one where much is wrong."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import cases
from cli.stage import PASSPHRASE, Call, Stage
from federation import Federation, federation
from handover.domain.sentences import Sentence
from handover.node import Node
from handover.protocol.node_key import KeyUse

Found = dict[str, Any]


@dataclass
class Wrong:
    """A node at which much is wrong: a stale registry, and an offer that waits for a peer which has long been away."""

    fed: Federation
    north: Node
    data: Path


@pytest.fixture
def wrong(tmp_path: Path) -> Iterator[Wrong]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        first, second = fed.officer(north, "first"), fed.officer(north, "second")
        fed.wire.down.add(south.id)
        cases.offer(fed, north, south.id, first, second)
        fed.settle(2)
        data = north.settings.data
        secret = tmp_path / "passphrase"
        secret.write_text(PASSPHRASE)
        secret.chmod(0o644)
        lines = (
            'node = "gr/athens"',
            f'passphrase_file = "{secret}"',
            "private_peers = true",
            "registry_fresh = 0",
        )
        (data / "handover.toml").write_text("\n".join(lines) + "\n")
        connection = sqlite3.connect(data / "handover.db")
        connection.execute("UPDATE envelope SET stored_at = stored_at - 200000")
        connection.execute("UPDATE handover SET deadline = 1")
        connection.commit()
        connection.close()
        yield Wrong(fed, north, data)


def _json(result: Any) -> Found:
    found = json.loads(result.out)
    assert isinstance(found, dict)
    return found


def test_a_quiet_node_has_nothing_open(stage: Stage) -> None:
    found = _json(stage.call("status", "--json", "--data", stage.data()))
    assert found["rounds"] == {"open": {}, "overdue": 0}
    assert found["queue"] == {"waiting": 0, "refused": 0}
    assert found["registry"]["fresh"]
    assert found["registry"]["listed"]
    text = stage.call("status", "--data", stage.data()).out
    assert "this node is listed" in text


def test_status_names_what_waits_and_for_whom(wrong: Wrong, call: Call) -> None:
    found = _json(call("status", "--json", "--data", wrong.data))
    assert found["rounds"]["open"] == {"OFFERED": 1}
    assert found["rounds"]["overdue"] == 1
    assert found["queue"] == {"waiting": 1, "refused": 0}
    (peer,) = found["peers"]
    assert peer["node"] == "de/hamburg"
    assert peer["failures"] >= 1
    assert peer["oldest_seconds"] > 86400
    assert not found["registry"]["fresh"]
    text = call("status", "--data", wrong.data).out
    assert "STALE" in text
    assert "1 OFFERED" in text
    assert cases.MARK not in text


def test_status_says_when_no_registry_was_accepted(tmp_path: Path, call: Call) -> None:
    bare = Stage(tmp_path, call)
    data = bare.set_up("gr/athens")
    assert "handover refresh" in call("status", "--data", data).out


def test_the_queue_is_shown_and_said_again_at_once(wrong: Wrong, call: Call) -> None:
    found = _json(call("queue", "show", "--json", "--data", wrong.data))["queue"]
    assert [(each["peer"], each["says"], each["delivery"]) for each in found] == [
        ("de/hamburg", "offer", "queued")
    ]
    assert "de/hamburg" in call("queue", "show", "--data", wrong.data).out
    assert "1 envelope due" in call("queue", "retry", "--peer", "de/hamburg", "--data", wrong.data).out
    with wrong.north.database.reading() as work:
        assert work.peers.all()[0].not_before == 0
    assert "Nothing waits" in call("queue", "show", "--refused", "--data", wrong.data).out


def test_what_a_peer_refused_for_good_can_be_said_again(wrong: Wrong, call: Call) -> None:
    with wrong.north.database.begin() as work:
        (each,) = work.queue.list()
        work.queue.refused(each.envelope, problem="mandate-missing", retry_at=None)
    (shown,) = _json(call("queue", "show", "--refused", "--json", "--data", wrong.data))["queue"]
    assert (shown["problem"], shown["due"]) == ("mandate-missing", None)
    assert "by hand" in call("queue", "show", "--data", wrong.data).out
    call("queue", "retry", "--data", wrong.data)
    with wrong.north.database.reading() as work:
        assert [each.delivery for each in work.queue.list()] == ["queued"]


def test_doctor_finds_nothing_to_do_on_a_node_that_was_just_set_up(stage: Stage) -> None:
    stage.call("backup", stage.folder / "first", "--data", stage.data())
    found = _json(stage.call("doctor", "--offline", "--json", "--data", stage.data()))
    assert found["worst"] == "ok"
    names = {each["name"] for each in found["checks"]}
    assert names == {
        "folder", "disk", "backup", "settings", "passphrase-file", "passphrase", "registry", "registry-page",
        "entry", "keys", "database", "schema", "queue", "rounds", "alarms", "erasures", "witnesses", "clock",
        "ledger", "reconciliation",
    }  # fmt: skip


def test_doctor_names_each_thing_that_is_wrong_with_its_remedy(wrong: Wrong, call: Call) -> None:
    wrong.data.chmod(0o755)
    found = _json(call("doctor", "--json", "--data", wrong.data, expect=1))
    wants = {each["name"]: each for each in found["checks"] if each["level"] in ("warning", "failure")}
    assert set(wants) >= {
        "folder",
        "backup",
        "passphrase-file",
        "registry",
        "queue",
        "rounds",
        "peers",
    }
    assert all(each["fix"] for each in wants.values())
    text = call("doctor", "--offline", "--data", wrong.data, expect=1).out
    assert "FAILURE  registry" in text
    assert "->" in text


def test_doctor_goes_on_behind_what_it_cannot_open(stage: Stage) -> None:
    stage.passphrase.write_text("some other passphrase")
    result = stage.call("doctor", "--offline", "--data", stage.data(), expect=1)
    assert "FAILURE  passphrase " in result.out
    assert "disk" in result.out
    (stage.data() / "handover.toml").write_text("nodde = 1\n")
    assert "FAILURE  settings" in stage.call("doctor", "--data", stage.data(), expect=1).out


def test_doctor_sees_a_database_that_is_missing_or_old(stage: Stage) -> None:
    path = stage.data() / "handover.db"
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.commit()
    connection.close()
    assert "FAILURE  schema" in stage.call("doctor", "--offline", "--data", stage.data(), expect=1).out
    for each in stage.data().glob("handover.db*"):
        each.unlink()
    assert "FAILURE  database" in stage.call("doctor", "--offline", "--data", stage.data(), expect=1).out
    assert not path.exists()


def test_doctor_sees_a_clock_that_is_behind_the_registry(wrong: Wrong) -> None:
    from handover.cli import checks, findings

    (seen,) = checks.clock(wrong.fed.clock.now, seen=wrong.fed.clock.now + 3600)
    assert seen.level is findings.Level.FAILURE
    assert str(seen.text) == "The clock is behind what was signed already, at least by: 60 min."


def test_doctor_names_a_sealing_key_in_time_and_the_old_ones(wrong: Wrong) -> None:
    from handover.cli import checks_of_node, findings

    now, vault = wrong.fed.clock.now, wrong.north.vault
    entry = wrong.north.registry.entry(wrong.north.id, now)
    levels = {
        days: max(each.level for each in checks_of_node.keys(vault, entry, now + days * 86400))
        for days in (0, 19, 24, 29, 31)
    }
    level = findings.Level
    assert levels == {0: level.OK, 19: level.NOTE, 24: level.WARNING, 29: level.FAILURE, 31: level.FAILURE}
    vault.add_keys(KeyUse.SEAL, begins=now)
    old = [str(each.text) for each in checks_of_node.keys(vault, entry, now + 50 * 86400)]
    assert "Sealing keys past their use: 2." in old
    assert "The registry does not list the newest sealing key." in old


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (61, "OK"),
        (60, "NOTE"),
        (31, "NOTE"),
        (30, "WARNING"),
        (8, "WARNING"),
        (7, "FAILURE"),
        (-1, "FAILURE"),
    ],
)
def test_what_ends_is_named_sixty_thirty_and_seven_days_ahead(days: int, level: str) -> None:
    from handover.cli import findings

    found = findings.days_left("keys", Sentence("The key ends: %(when)s."), days, fix=Sentence("Renew it."))
    assert found.level.name == level
    assert str(found.text) in (f"The key ends: in {days} days.", "The key ends: 1 days ago.")


def test_doctor_needs_a_node(tmp_path: Path, call: Call) -> None:
    assert "handover init" in call("doctor", "--data", tmp_path, expect=3).err


def test_a_file_that_is_carried_is_overwritten_only_if_that_is_asked_for(
    wrong: Wrong, call: Call, tmp_path: Path
) -> None:
    file, data = tmp_path / "to-hamburg.json", ("--data", wrong.data)
    file.write_text("under way")
    said = call("carry", "out", "--peer", "de/hamburg", file, *data, expect=1).err
    assert "The file is there already." in said
    assert "to-hamburg.json" in said
    assert file.read_text() == "under way"
    call("carry", "out", "--peer", "de/hamburg", file, "--overwrite", *data)
    assert json.loads(file.read_text())
