"""The demonstration as it is called, in processes of its own: it shows what it promises, and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from handover.demo import records

SRC = Path(__file__).resolve().parents[2] / "src"
MARK = "Zzyzxdemo"
STORIES = ("1-handed-over", "2-declined", "3-crossed", "4-traced", "5-killed", "6-life", "7-found")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run printed and left."""

    folder: Path
    out: str
    status: int

    @property
    def bundles(self) -> list[Path]:
        return sorted((self.folder / "evidence").glob("*.handover"))


def _handover(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "handover", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(SRC), "PYTHONWARNINGS": "error"},
        check=False,
    )


def _demo(folder: Path, *arguments: str | Path) -> Run:
    done = _handover("demo", "--folder", folder, *arguments)
    return Run(folder=folder, out=f"{done.stdout}{done.stderr}", status=done.returncode)


def _alive(folder: Path) -> list[int]:
    pids = [int(path.read_text()) for path in (folder / "running").iterdir()]
    return [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended and that nobody has waited for is still listed.
    return ") Z " not in Path(f"/proc/{pid}/stat").read_text() if Path("/proc").is_dir() else True


def _document(folder: Path) -> Path:
    """A Primero case in which every name bears the mark."""
    text = records.shipped_document().data.decode()
    path = folder / "case.json"
    path.write_text(text.replace("Omid", MARK).replace("Nazari", f"{MARK}i"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def kept(place: Path) -> Iterator[Run]:
    """A run with a file of Primero, whose nodes are left running."""
    run = _demo(place / "demo", "--case", _document(place), "--keep")
    yield run
    for pid in _alive(run.folder):
        os.kill(pid, signal.SIGKILL)


def test_a_file_of_primero_is_handed_over(kept: Run) -> None:
    assert kept.status == 0, kept.out
    assert "imports a Primero document" in kept.out
    assert "Everything is as it should be" in kept.out


def test_no_name_of_the_file_is_printed_or_logged_or_kept_in_the_clear(kept: Run) -> None:
    assert MARK not in kept.out
    found = [path for path in kept.folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]
    assert found == []


def test_nodes_that_are_kept_answer_to_the_keys_that_were_left_and_let_officers_in_by_their_links(
    kept: Run,
) -> None:
    officers = json.loads((kept.folder / "keys.json").read_text())
    assert {each["node"] for each in officers} == {
        "gr/athens", "de/hamburg", "es/barcelona", "hn/san-pedro-sula", "gr/samos",
        "es/ceuta",
    }  # fmt: skip
    for each in officers:
        assert re.search(
            rf"^  {each['role']:11} .+ {each['address']}/office/welcome#[\w-]+$", kept.out, re.MULTILINE
        )
        assert each["key"] not in kept.out  # they stand in a file that only its owner reads
        headers = {"Authorization": f"Bearer {each['key']}"}
        answer = httpx2.get(f"{each['address']}/api/v1/node", headers=headers, trust_env=False)
        assert answer.json()["node"] == each["node"]
    stop = re.search(r"^Stop them: +kill ([0-9 ]+)$", kept.out, re.MULTILINE)
    assert stop is not None
    assert sorted(map(int, stop[1].split())) == sorted(_alive(kept.folder))


def test_it_tells_a_timeline_and_what_was_checked(kept: Run) -> None:
    assert "The main matter, as both nodes' logs show it together" in kept.out
    assert re.search(r"gr/athens +de/hamburg has taken up the responsibility for a child", kept.out)
    assert "What was checked" in kept.out
    assert not re.search(r" NO( |$)", kept.out, re.MULTILINE)
    assert "Коваленко" in kept.out
    assert "Génesis" in kept.out
    for refusal in ("same-officer", "ground-fields", "mandate-missing"):
        assert f"REFUSED (403, {refusal})" in kept.out


def test_its_evidence_is_valid_for_a_separate_process(kept: Run) -> None:
    names = {path.name.partition(".")[0] for path in kept.bundles}
    assert names == set(STORIES)
    assert len(kept.bundles) == 2 * len(STORIES) + 2  # three authorities have a part in each of the last two
    for path in kept.bundles:
        done = _handover("verify", "--root", kept.folder / "root.json", path)
        assert done.returncode == 0, done.stdout
    together = _handover("verify", "--root", kept.folder / "root.json", *kept.bundles)
    assert together.returncode == 0, together.stdout
    (tampered,) = (kept.folder / "tampered").iterdir()
    assert _handover("verify", "--root", kept.folder / "root.json", tampered).returncode == 1


def test_the_next_run_replaces_the_one_before_and_ctrl_c_leaves_no_node_running(kept: Run) -> None:
    """It is the run without a file; it is interrupted when its own child has been handed over."""
    before = _alive(kept.folder)
    assert len(before) == 7
    printed = kept.folder.parent / "printed"
    with printed.open("wb") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "handover", "demo", "--folder", str(kept.folder)],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(SRC), "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    until = time.monotonic() + 600
    while (
        running.poll() is None
        and time.monotonic() < until
        and "\n3. " not in printed.read_text("utf-8", "replace")
    ):
        time.sleep(0.1)
    assert not any(map(_runs, before))
    started = _alive(kept.folder)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=300) == 130
    out = printed.read_text("utf-8")
    assert "The nodes that an earlier demonstration has left running were stopped." in out
    for name in ("Samir Haddad", "سمير", "Σαμίρ"):
        assert name in out
    assert "has the take-up receipt: transferred" in out
    assert "No node is left running" in out
    assert len(started) == 7
    assert _alive(kept.folder) == []
    assert not (kept.folder / "keys.json").exists()
