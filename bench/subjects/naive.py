"""The naive node: see naive_node.py. It has no batches; in their place 16 requests are under way at a time."""

import subprocess
from pathlib import Path

from bench import stage
from bench.meter import Round
from bench.subjects import naive_node
from bench.subjects.base import ask, await_answer, end, start, timed

_MODULE = "bench.subjects.naive_node"


class Naive:
    """Two node processes: the sending one takes each record at its API, as it has no other way in."""

    name = "naive"
    modes = ("batched", "single")

    def __init__(self) -> None:
        self._nodes: list[subprocess.Popen[str]] = []
        self._driver: subprocess.Popen[str] | None = None
        self.cold_start = 0.0

    def start(self, folder: Path) -> None:
        """Start both nodes, and what puts records in."""
        naive_node.make_keys(folder)
        port = stage.free_port()
        inbox = start("-m", _MODULE, "inbox", str(folder), str(port), log=folder / "log")
        self.cold_start = await_answer(f"http://127.0.0.1:{port}/healthz", inbox)
        self._nodes, self._driver = self._sending(folder, port)
        self._nodes.append(inbox)
        ask(self._driver, "")

    def _sending(
        self, folder: Path, port: int
    ) -> "tuple[list[subprocess.Popen[str]], subprocess.Popen[str]]":
        """Give the sending nodes and the process that is told what to do."""
        own = stage.free_port()
        node = start("-m", _MODULE, "offers", str(folder), str(port), str(own), log=folder / "log")
        await_answer(f"http://127.0.0.1:{own}/healthz", node)
        return [node], start("-m", _MODULE, "load", str(folder), str(own), log=folder / "log", talks=True)

    def prepare(self, count: int) -> None:
        """Nothing has to be made ready."""

    def measure(self, mode: str, count: int) -> Round:
        """Hand *count* records over."""
        if self._driver is None:
            raise RuntimeError("not started")
        return timed(self._driver, f"{mode} {count}", self.pids())

    def pids(self) -> list[int]:
        """Give both nodes' processes."""
        return [process.pid for process in self._nodes]

    def stop(self) -> None:
        """End all."""
        driver = [] if self._driver is None or self._driver in self._nodes else [self._driver]
        end([*driver, *self._nodes])
        self._nodes, self._driver = [], None


class NaiveLink(Naive):
    """The same without the sender's API: only what passes between the two nodes."""

    name = "naive-link"

    def _sending(
        self, folder: Path, port: int
    ) -> "tuple[list[subprocess.Popen[str]], subprocess.Popen[str]]":
        sender = start("-m", _MODULE, "send", str(folder), str(port), log=folder / "log", talks=True)
        return [sender], sender
