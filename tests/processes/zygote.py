"""Starts node processes in a tenth of the time: everything is imported once, then one process is forked for each node.

A forked node is a process like any other, with its own memory, files, threads and sockets; it runs the same command
through the same door. Run as a program this module is the parent: it takes one JSON line for each process to start
(`arguments`, `log`, `point`, `number`) and answers with its process id.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any


class Forked:
    """A process that was forked elsewhere, with as much of `subprocess.Popen` as the harness needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Give something once the process has ended; how it ended only its parent knows."""
        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            os.close(self._handle)
            self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._handle], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked node", timeout or 0)
            self.poll()
        return 0

    def terminate(self) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, signal.SIGTERM)


class Zygote:
    """The parent of forked nodes."""

    def __init__(self, source: Path) -> None:
        clean = {name: text for name, text in os.environ.items() if not name.startswith("HANDOVER_")}
        path = os.pathsep.join((str(source), str(source.parent / "tests")))
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**clean, "PYTHONPATH": path},
            text=True,
        )
        self._lock = threading.Lock()

    def fork(self, arguments: Sequence[str], *, log: Path, point: str = "", number: int = 0) -> Forked:
        """Start `handover` with *arguments*; with *point* it dies there (see crash.py)."""
        asked = {"arguments": list(arguments), "log": str(log), "point": point, "number": number}
        to, from_ = self._pipes()
        with self._lock:
            to.write(json.dumps(asked) + "\n")
            to.flush()
            return Forked(int(from_.readline()))

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        for pipe in self._pipes():
            pipe.close()
        self._process.wait(120)  # it may be importing still


def _child(asked: dict[str, Any]) -> int:
    from handover.cli import main
    from processes import crash

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if asked["point"]:
        crash.arm(asked["point"], asked["number"])
    return main(asked["arguments"])


def _run() -> None:
    for name in ("handover.cli.running", "handover.node", "handover.web.server", "processes.crash", "uvloop"):
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                status = _child(asked)
            finally:
                os._exit(status)
        print(pid, flush=True)


if __name__ == "__main__":
    _run()
