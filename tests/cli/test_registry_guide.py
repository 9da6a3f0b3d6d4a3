"""The guide for the registry's operators is run as it stands, block after block, in an empty folder."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

from handover import cli
from handover.adapters.repository import Repository
from handover.adapters.review import Review
from handover.domain.ids import NodeId
from handover.protocol.node_entry import NodeStatus

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guide" / "registry.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_the_ceremony_can_be_done_as_it_is_written(tmp_path: Path) -> None:
    command = tmp_path / "bin" / "handover"
    command.parent.mkdir()
    run = "import sys; from handover.cli import main; sys.exit(main(sys.argv[1:]))"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{run}" "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    folder = tmp_path / "empty"
    folder.mkdir()
    environment = {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "LC_ALL": "C.UTF-8",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        ["sh", "-eu", "-c", "\n".join(BLOCKS)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    repository = Repository(folder / "registry")
    registry = repository.registry()
    assert registry.entry(NodeId("gr/athens")).status is NodeStatus.SUSPENDED
    assert registry.root == 2
    held = Review(repository).overview().roles
    assert {each.role: each.holders for each in held if each.role in ("root", "gr")} == {
        "root": ("ada", "ben", "dora"),
        "gr": ("petra", "yanis"),
    }
    assert repository.pending() == ()


def test_every_command_of_the_registry_is_in_the_guide() -> None:
    names = {
        each.name or each.callback.__name__ for each in cli.registry.app.registered_commands if each.callback
    }
    assert names == set(re.findall(r"handover registry ([a-z-]+)", GUIDE))
