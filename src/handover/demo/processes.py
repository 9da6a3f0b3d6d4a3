"""Processes of the demonstration: nodes that run on, and commands that end. Each is a `handover` of its own."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import handover
from handover.demo.output import DemoError

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)
_PATIENCE: Final = 25.0  # seconds for a process to end by itself
_PACKAGES: Final = str(Path(handover.__file__).resolve().parents[1])  # this very Handover, not another
_SHOWN: Final = 12  # lines of a log that are shown when its process fails

T = TypeVar("T")


def environment() -> dict[str, str]:
    """Give the environment for processes: ours, without settings that are meant for another node."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    path = [_PACKAGES, *kept.get("PYTHONPATH", "").split(os.pathsep)]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, dict.fromkeys(path)))}


def command(*arguments: str | Path, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run `handover` with *arguments* to its end, and give what it said.

    Raises:
        DemoError: it ended with another status than *expect* (where one is expected).
    """
    done = subprocess.run(
        [sys.executable, "-m", "handover", *map(str, arguments)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if expect is not None and done.returncode != expect:
        said = "\n".join([*done.stdout.splitlines()[-3:], *done.stderr.splitlines()[-_SHOWN:]])
        raise DemoError(f"`handover {arguments[0]}` ended with status {done.returncode}:\n{said}")
    return done


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off what Ctrl-C and SIGTERM do until the end."""
    caught: list[int] = []
    before = {each: signal.signal(each, lambda number, _: caught.append(number)) for each in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if caught:
            signal.raise_signal(caught[0])


class Process:
    """A `handover serve` or `handover worker` that runs until it is stopped or killed."""

    def __init__(
        self, *arguments: str | Path, log: Path, lock: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self._arguments = [sys.executable, "-m", "handover", *map(str, arguments)]
        self._log = log
        self._lock = lock
        self._settings = dict(settings or {})
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its number; 0 while it does not run."""
        return self._running.pid if self._running else 0

    @property
    def ended(self) -> int | None:
        """The status with which it ended by itself; None while it runs or was never started."""
        return None if self._running is None else self._running.poll()

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C is for the demonstration, which then stops it in order."""
        for path in (self._log, self._lock):
            path.parent.mkdir(parents=True, exist_ok=True)
        with (
            _undisturbed(),  # a process that was started is known, so that it can be stopped
            self._log.open("ab") as log,
            self._lock.open("wb", buffering=0) as lock,
        ):
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._running = subprocess.Popen(
                self._arguments,
                env={**environment(), **self._settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),  # it holds the lock as long as it lives
            )
            lock.write(str(self._running.pid).encode("ascii"))

    def stop(self) -> None:
        """End it as an operator would, with SIGTERM; with SIGKILL if it does not end."""
        self.ask_to_end()
        self.await_end()

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGTERM)

    def await_end(self) -> None:
        """Wait until it has ended; kill it where that takes too long."""
        if self._running is None:
            return
        try:
            self._running.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None

    def kill(self) -> None:
        """End it with SIGKILL, in the middle of whatever it does."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def last_words(self) -> list[str]:
        """Give the last lines of its log."""
        if not self._log.exists():
            return []
        return self._log.read_text("utf-8", errors="replace").splitlines()[-_SHOWN:]


def until(
    what: str, ask: Callable[[], T | None], *, patience: float, node: str, alive: Sequence[Process]
) -> T:
    """Ask again and again until there is an answer, and give it; look shortly at first, then less often.

    Raises:
        DemoError: a process that should be alive has ended, or *patience* seconds have passed.
    """
    began, turn = time.monotonic(), 0
    while True:
        found = ask()
        if found is not None:
            return found
        for each in alive:
            if each.ended is not None:
                raise DemoError(f"A process of {node} has ended with status {each.ended}.", node=node)
        if time.monotonic() - began > patience:
            raise DemoError(f"{what}: not within {patience:.0f} seconds.", node=node)
        turn += 1
        time.sleep(min(0.01 * turn, 0.1))
