"""The folder in which the demonstration puts everything, and who runs in it."""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handover.demo.output import DemoError, Output

_MARK: Final = "made-by-handover-demo"
_PATIENCE: Final = 30.0  # seconds for the nodes of an earlier run to end


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where everything lies."""

    folder: Path

    @property
    def root(self) -> Path:
        """The pinned root of the registry."""
        return self.folder / "root.json"

    @property
    def operators(self) -> Path:
        """The registry operators' working folder."""
        return self.folder / "registry"

    @property
    def holders(self) -> Path:
        """The holders' key files. Real holders keep them apart, on media of their own."""
        return self.folder / "holders"

    @property
    def evidence(self) -> Path:
        """One evidence bundle for each matter and node."""
        return self.folder / "evidence"

    @property
    def tampered(self) -> Path:
        """A bundle in which one character was changed."""
        return self.folder / "tampered"

    @property
    def logs(self) -> Path:
        """What each process wrote."""
        return self.folder / "logs"

    def data(self, name: str) -> Path:
        """The data folder of a node."""
        return self.folder / "nodes" / name

    def lock(self, process: str) -> Path:
        """The file that a process holds locked while it lives; its pid stands in it."""
        return self.folder / "running" / process


@contextmanager
def taken(folder: Path, out: Output) -> Iterator[Place]:
    """Give an empty place for this run alone; what an earlier run left there is gone.

    Raises:
        DemoError: the folder holds something else, or another run is at work in it.
    """
    folder = folder.resolve()
    _require_ours(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        (folder / _MARK).touch()
        if _stop_all(folder):
            out.line("The nodes that an earlier demonstration has left running were stopped.")
        _empty(folder)
        yield Place(folder=folder)
    finally:
        os.close(handle)


def _require_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise DemoError(f"{folder} is a file.", advice="Name another folder with --folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise DemoError(
            f"{folder} holds something that no demonstration has made; it is left alone.",
            advice="Name another folder with --folder.",
        )


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DemoError(
            f"Another demonstration is at work in {folder}.",
            advice="Wait until it has ended, or name another folder with --folder.",
        ) from None


def _empty(folder: Path) -> None:
    """The mark goes last: a run that is stopped here can be followed by another."""
    for path in folder.iterdir():
        if path.name == _MARK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _stop_all(folder: Path) -> bool:
    """End the processes that an earlier run has left, and tell whether there were any.

    Each holds its lock while it lives, so that no other process is hit.
    """
    running = sorted((folder / "running").glob("*"))
    return any([_end(path) for path in running])  # noqa: C419 - all of them, not only the first


def _end(path: Path) -> bool:
    with path.open("rb") as file:
        if _free(file.fileno()):
            return False
        _end_holder(file.fileno(), path)
        return True


def _end_holder(handle: int, path: Path) -> None:
    until = time.monotonic() + _PATIENCE
    number = signal.SIGTERM
    while not _free(handle):
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(path.read_text("ascii")), number)
        if time.monotonic() > until + _PATIENCE:
            raise DemoError(
                f"A process of an earlier demonstration does not end; it holds {path}.",
                advice="End it yourself, or name another folder with --folder.",
            )
        if time.monotonic() > until:
            number = signal.SIGKILL
        time.sleep(0.1)


def _free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
