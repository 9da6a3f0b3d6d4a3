"""Two nodes as processes: one loses its database after a deed, and goes on from a backup of before without lying."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from handover.web import examples
from processes.nodes import SOURCE, Office, stage
from processes.traffic import OFFERED, PATIENCE, Case, Story

NAMES = ("gr/athens", "de/hamburg")


def call(office: Office, *arguments: str | Path) -> str:
    """Carry out a command of the node as an operator does; give what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "handover", *map(str, arguments), "--data", str(office.folder)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def claims(office: Office) -> dict[str, str]:
    """Give what the node says of its matters, by their reference."""
    return {each["reference"]: each["claim"] for each in office.get("/matters")["data"]}


def test_a_node_that_lost_its_database_is_restored_and_in_doubt(tmp_path: Path) -> None:
    backup = tmp_path / "athens.backup"
    with stage(tmp_path, *NAMES) as on:
        athens, hamburg = on[NAMES[0]], on[NAMES[1]]
        for office in (athens, hamburg):
            office.start()
        Case(on, Story("given", NAMES[0])).straight(NAMES[1])
        kept = Story("kept", NAMES[0])
        matter = kept.done(athens, "/matters", {"kind": "guardianship", "reference": "kept"})["id"]
        kept.done(athens, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
        now = int(time.time())
        ground = {**examples.NEW_GROUND, "recipients": [NAMES[1]], "valid_from": now - 86400}
        ground = kept.done(athens, f"/matters/{matter}/grounds", {**ground, "valid_until": now + 86400})
        wanted = {"matter": matter, "to": NAMES[1], "fields": OFFERED, "ground": ground["id"]}
        prepared = kept.done(athens, "/handovers", wanted)
        call(athens, "backup", backup)
        Case(on, Story("given since", NAMES[0])).straight(NAMES[1])  # a deed that the backup does not know
        athens.kill()
        for each in athens.folder.glob("handover.db*"):
            each.unlink()
        hamburg.kill()  # nobody is there yet who could say what was forgotten

        restored = json.loads(call(athens, "restore", backup, "--json"))
        assert (restored["incarnation"], restored["in_doubt"], restored["old"]) == (2, 2, None)

        athens.start()
        assert claims(athens) == {"given": "IN-DOUBT", "kept": "IN-DOUBT"}
        refused = athens.sure("POST", f"/handovers/{prepared['id']}/release", officer=1)
        assert (refused.status, refused.json["type"].rpartition("/")[2]) == (403, "in-doubt")
        about = athens.client.get(f"{athens.url}/.well-known/handover").json()
        assert about["log"] == "gr/athens/log/2"
        assert "in doubt" in call(athens, "status")

        hamburg.start()
        end = time.monotonic() + PATIENCE
        while claims(athens) != {"given": "NONE", "kept": "HOLDER", "": "NONE"}:
            assert time.monotonic() < end, claims(athens)
            time.sleep(0.1)
        assert set(claims(hamburg).values()) == {"HOLDER"}
        told = [entry["kind"] for entry in json.loads(call(athens, "status", "--json"))["alarms"]["newest"]]
        assert "record-missing" in told  # of the case that was begun and given since, the record is lost here
