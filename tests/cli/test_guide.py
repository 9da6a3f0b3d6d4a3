"""The operator's guide is carried out: every block, in order, by a shell, in a folder as the guide describes it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from handover.cli.findings import Checked
from registrar import Registrar

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guide" / "operator.md").read_text(encoding="utf-8")
STEP = re.compile(r"```sh\n(.*?)```|<!-- (the operators admit the node) -->", re.DOTALL)
COMMAND = '#!/bin/sh\nexec "{python}" -m handover "$@"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with what the registry's operators hand out, and the command on the path."""
    registrar = Registrar(tmp_path / "operators", now=int(time.time()))
    registrar.found("gr")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "root.json").write_bytes(registrar.repository.pinned())
    (tmp_path / "here" / "registry").symlink_to(registrar.public)
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "handover"
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)
    return tmp_path


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT / "src")}


def _admit(folder: Path) -> None:
    registrar = Registrar(folder / "operators", now=int(time.time()))
    registrar.ceremony.admit((folder / "here" / "athens.enrolment").read_bytes(), now=registrar.now)
    registrar.sign(*registrar.of("gr"))
    registrar.publish()


def _run(block: str, folder: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", block],
        cwd=folder / "here",
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


@contextmanager
def _serving(block: str, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {block}"],
        cwd=folder / "here",
        env=_environment(folder),
        stderr=subprocess.PIPE,
    )
    try:
        until = time.monotonic() + 300
        while running.poll() is None and time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=300)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.skipif(shutil.which("base64") is None, reason="base64 is missing")
def test_the_blocks_of_the_guide_lead_to_a_running_node(folder: Path) -> None:
    port = _free_port()
    steps = [(found[1], found[2]) for found in STEP.finditer(GUIDE.replace(":8700", f":{port}"))]
    assert len(steps) > 12
    for block, by_operators in steps:
        if by_operators:
            _admit(folder)
        elif block.startswith("handover serve"):
            with _serving(block.strip(), folder, port) as running:
                assert running.poll() is None
                with socket.socket() as probe:
                    assert probe.connect_ex(("127.0.0.1", port)) == 0
            assert running.returncode == 0
        else:
            _run(block, folder)


def test_the_guide_says_what_each_line_of_doctor_means() -> None:
    source = "".join(
        (ROOT / "src" / "handover" / "cli" / f"{name}.py").read_text(encoding="utf-8")
        for name in (
            *("checks", "checks_of_node", "checks_of_reconciliation", "checks_of_witnesses"),
            "doctor",
        )
    )
    names = set(re.findall(r'(?:ok|note|warning|failure|days_left)\(\s*"([a-z-]+)"', source))
    names |= set(re.findall(r'name(?:, \w+)* = "([a-z-]+)"', source))
    assert len(names) > 12
    assert Checked.__doc__
    assert not [name for name in names if f"| `{name}` |" not in GUIDE]


def test_the_guide_says_what_each_alarm_means() -> None:
    kinds = {"split-view"}
    for path in (ROOT / "src" / "handover" / "application").glob("*.py"):
        kinds |= set(re.findall(r'raise_alarm\(\s*\w+,\s*"([a-z-]+)"', path.read_text(encoding="utf-8")))
    assert len(kinds) > 3
    assert not [kind for kind in kinds if f"| `{kind}` |" not in GUIDE]


def test_the_guide_names_every_role() -> None:
    from handover.application.facts import OfficerRole

    assert not [role for role in OfficerRole if f"| `{role}` |" not in GUIDE]
