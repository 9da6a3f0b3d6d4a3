"""The floor: see floor_node.py."""

import socket
import subprocess
import time
from pathlib import Path

from bench import stage
from bench.meter import Round
from bench.subjects.base import ask, end, start, timed

_MODULE = "bench.subjects.floor_node"


class Floor:
    """Two processes without an application."""

    name = "floor"
    modes = ("batched", "single")

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[str]] = []
        self.cold_start = 0.0

    def start(self, folder: Path) -> None:
        """Start both processes."""
        port, began = stage.free_port(), time.monotonic()
        receiving = start("-m", _MODULE, "receive", str(port), str(folder), log=folder / "log")
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if receiving.poll() is not None:
                    raise
                time.sleep(0.005)
        self.cold_start = time.monotonic() - began
        sending = start("-m", _MODULE, "send", str(port), str(folder), log=folder / "log", talks=True)
        ask(sending, "")
        self._processes = [sending, receiving]

    def prepare(self, count: int) -> None:
        """Nothing has to be made ready."""

    def measure(self, mode: str, count: int) -> Round:
        """Hand *count* records over."""
        return timed(self._processes[0], f"{mode} {count}", self.pids())

    def pids(self) -> list[int]:
        """Give both processes."""
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        """End both."""
        end(self._processes)
        self._processes = []
