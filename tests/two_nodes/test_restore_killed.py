"""A restore is killed at any line, the old state is still there, or calling it again goes on."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from federation import federation
from handover.adapters import restoring, vault, vault_file
from handover.adapters.database import SQLDatabase
from handover.adapters.incarnation import OtherIncarnationError
from handover.application import restored
from handover.domain.handover import State
from two_nodes.restores import Folder, Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield staged(fed, north, south, tmp_path)


PARTS = {each.__file__ for each in (restoring, restored)}
OF_VAULT = {"raise_incarnation", "_changing", "save", "write"}


def watched(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_filename in PARTS or (
        code.co_filename in (vault.__file__, vault_file.__file__) and code.co_name in OF_VAULT
    )


def restore_in(folder: Folder, stage: Stage, *, ending: int | None) -> list[tuple[str, int]]:
    """Restore, and be gone before that line, counted as they come; give the lines that came."""
    seen: list[tuple[str, int]] = []

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if not watched(frame):
            return None
        if event == "line":
            seen.append((frame.f_code.co_filename, frame.f_lineno))
            if len(seen) - 1 == ending:
                os._exit(9)
        return trace

    found, before = folder.vault, sys.gettrace()
    sys.settrace(trace)
    try:
        restoring.restore(stage.backup, place=folder, vault=found, clock=stage.fed.clock, forget_newer=True)
    finally:
        sys.settrace(before)
    return seen


def killed(folder: Folder, stage: Stage, ending: int) -> None:
    """Restore in a process that is gone before that line."""
    child = os.fork()
    if child == 0:
        try:
            restore_in(folder, stage, ending=ending)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def each_line_once(seen: list[tuple[str, int]]) -> list[int]:
    """Give where each line comes for the first time."""
    return sorted({line: number for number, line in reversed(list(enumerate(seen)))}.values())


def state(folder: Folder, stage: Stage) -> str:
    """Give what stands in a folder: `old` with its own keys, `between` (no node starts), or `restored`."""
    with closing(SQLDatabase(folder.url, folder.vault, stage.fed.clock)) as database:
        try:
            database.prepare()
        except OtherIncarnationError:
            return "between"
        with database.reading() as work:
            if work.doubts.restoration() is None:
                assert work.handovers.get(stage.second.id).state is State.OFFERED
                return "old"
            assert work.doubts.stands(stage.first.matter)
            return "restored"


def test_a_restore_that_is_killed_at_any_line_leaves_the_old_state_or_is_gone_on_with(
    stage: Stage, tmp_path: Path
) -> None:
    stage.north.close()
    source, place = stage.north.settings.data, tmp_path / "copies"

    def copied(name: str) -> Folder:
        return Folder(Path(shutil.copytree(source, place / name)))

    tried = each_line_once(restore_in(copied("whole"), stage, ending=None))
    assert len(tried) > 60
    found: list[str] = []
    for number in tried[:: 1 if os.environ.get("PROCESS_POINTS") == "all" else 4]:
        folder = copied(str(number))
        killed(folder, stage, number)
        found.append(state(folder, stage))
        restore_in(folder, stage, ending=None)
        assert state(folder, stage) == "restored"
        shutil.rmtree(folder.data)
    assert found == sorted(found, key=["old", "between", "restored"].index)
    assert set(found) == {"old", "between", "restored"}
