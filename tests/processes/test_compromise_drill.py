"""The compromise drill of the guide is carried out, block by block, with two running nodes and a case on its way."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handover.adapters import holder_keys
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.web import examples
from processes.nodes import SOURCE, Json, Office, Stage, stage
from processes.traffic import Case, Story
from registrar import seed

GUIDE = (SOURCE.parent / "docs" / "guide" / "compromise.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
REPORTED, NEW_KEYS = BLOCKS[:2], BLOCKS[2]
ADMITTED, JUDGED = BLOCKS[3:5], BLOCKS[5]
COMMAND = '#!/bin/sh\nexec "{python}" -m handover "$@"\n'
HOLDERS = {"eleni": "gr one", "nikos": "gr two", "online": "online"}


def _keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the key files of those who hold the test's registry."""

    class Fixed:
        wanted = ""

        @classmethod
        def generate(cls) -> Ed25519PrivateKey:
            return Ed25519PrivateKey.from_private_bytes(seed(cls.wanted))

    monkeypatch.setattr(holder_keys, "Ed25519PrivateKey", Fixed)
    for name, holder in HOLDERS.items():
        Fixed.wanted = holder
        holder_keys.create(folder / "keys", name=name, passphrase=b"four words nobody guesses", work=14)
    monkeypatch.undo()


@dataclass
class Drill:
    """A folder as the guide has it, and what is replaced in its blocks."""

    folder: Path
    since: str = ""
    kid: str = "all"
    matter: str = ""

    def run(self, *blocks: str) -> str:
        """Let a shell carry blocks out; give what they say."""
        said = ""
        for block in blocks:
            text = block.replace("2026-11-22T10:00:00Z", self.since).replace("--key all", f"--key {self.kid}")
            done = subprocess.run(
                ["/bin/sh", "-e", "-c", text.replace("MATTER", self.matter)],
                cwd=self.folder,
                env=self._environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
            said += done.stdout
        return said

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "PATH": path, "PYTHONPATH": str(SOURCE)}


@contextmanager
def _drill(folder: Path, made: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drill]:
    here = folder / "here"
    (here / "bin").mkdir(parents=True)
    command = here / "bin" / "handover"
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)
    (here / "holder.pass").write_text("four words nobody guesses\n")
    (here / "registry").symlink_to(made.registrar.public.parent)
    for name in ("athens", "hamburg"):
        (here / name).symlink_to(made[f"{'gr' if name == 'athens' else 'de'}/{name}"].folder)
    _keys(here, monkeypatch)
    yield Drill(here)


def _until(office: Office, round_: str, state: str) -> Json:
    """Wait for a round to come to a state."""
    end = time.monotonic() + 300  # a guard against waiting for ever
    while True:
        found = office.get(f"/handovers/{round_}")
        if found["state"] == state:
            return found
        assert time.monotonic() < end, found
        time.sleep(0.1)


def _given(made: Stage, athens: Office, hamburg: Office) -> tuple[str, str]:
    """Give both names of a round whose deed is signed and cannot leave."""
    case = Case(made, Story("on its way", "gr/athens"))
    matter = case.story.done(athens, "/matters", {"kind": "guardianship", "reference": "on its way"})["id"]
    case.story.done(athens, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
    offer = case.offer(athens, "de/hamburg", matter)
    received = case._find(hamburg, offer["round"])["id"]
    case.story.done(hamburg, f"/handovers/{received}/open")
    case.story.done(hamburg, f"/handovers/{received}/accept", examples.ACCEPT)
    _until(athens, offer["id"], "ACCEPTED")
    made.wires["de/hamburg"].cut = True
    case.story.done(athens, f"/handovers/{offer['id']}/countersign")
    _until(athens, offer["id"], "RELIEVING")
    return offer["id"], received


def _stolen(made: Stage, whole: bool) -> tuple[str, ...]:
    entry = made.registrar.repository.registry().entry(made["gr/athens"].id)
    return tuple(key.kid for key in entry.keys if whole or key.use is KeyUse.SIG)


@pytest.mark.parametrize("whole", [True, False], ids=["vault", "signing-key"])
def test_the_drill_leads_from_the_report_to_a_node_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    with (
        stage(tmp_path, "gr/athens", "de/hamburg", age=60) as made,
        _drill(tmp_path, made, monkeypatch) as drill,
    ):
        athens, hamburg = made["gr/athens"], made["de/hamburg"]
        for office in (athens, hamburg):
            office.start()
        before = Case(made, Story("before", "gr/athens"))
        before.straight("de/hamburg")
        sent, received = _given(made, athens, hamburg)
        assert athens.stop() == [0]
        made.wires["de/hamburg"].cut = False
        time.sleep(1.1)
        old = _stolen(made, whole)
        drill.since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        drill.kid = "all" if whole else old[0]
        drill.run(*REPORTED)
        lines = NEW_KEYS.splitlines(keepends=True)
        drill.run("".join(line for line in lines if whole or not re.search("rotate (log|seal)", line)))
        drill.run(*ADMITTED)
        athens.start()
        _until(athens, sent, "TRANSFERRED")
        drill.matter = _until(hamburg, received, "HOLDING")["matter"]
        entry = made.registrar.repository.registry().entry(athens.id)
        keys = {key.kid: key.status for key in entry.keys}
        assert {keys[kid] for kid in old if kid in keys} == {KeyStatus.COMPROMISED}
        assert entry.usable_keys(KeyUse.SIG, int(time.time()))
        _judged(drill, before, hamburg)


def _judged(drill: Drill, before: Case, hamburg: Office) -> None:
    """What was logged before stands, and what was signed anew counts."""
    assert "valid" in drill.run(JUDGED).lower()
    [round_] = before.story.rounds
    found: list[Any] = hamburg.get("/handovers?limit=100")["data"]
    drill.matter = next(each["matter"] for each in found if each["round"] == round_)
    said = drill.run(JUDGED.replace("handover verify", "handover verify --json").replace("case.ev", "old.ev"))
    report = json.loads(said[said.index("{") :])
    assert report["verdict"] == "valid"
    assert "key-compromised" in {each["rule"] for each in report["findings"]}
