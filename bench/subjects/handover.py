"""This project: a sending node with its outbox, and `handover serve` as it is run everywhere else."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from bench import stage
from bench.meter import Round
from bench.subjects.base import ask, await_answer, end, start, timed

NAMES = ("gr/athens", "de/hamburg")


class Handover:
    """Two node processes."""

    name = "handover"
    modes = ("batched", "queued", "single")

    def __init__(self, before: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        self._before = before
        self._processes: list[subprocess.Popen[str]] = []
        self.places: list[stage.Place] = []
        self.cold_start = 0.0

    def start(self, folder: Path) -> None:
        """Set both nodes up and start them."""
        self.places = stage.set_up(folder, NAMES)
        self.run()

    def run(self) -> None:
        """Start both processes."""
        sender, receiver = self.places
        serve = ("-m", "handover", "serve", "--data", str(receiver.folder))
        serving = start(*serve, log=receiver.folder / "log", before=self._before.get("receiver", ()))
        self.cold_start = await_answer(f"http://127.0.0.1:{receiver.port}/readyz", serving)
        telling = ("-m", "bench.sender", str(sender.folder), NAMES[1])
        log, before = sender.folder / "log", self._before.get("sender", ())
        sending = start(*telling, log=log, talks=True, before=before)
        ask(sending, "")
        self._processes = [sending, serving]

    def prepare(self, count: int) -> None:
        """Have *count* offers prepared."""
        ask(self._processes[0], f"prepare {count}")

    def measure(self, mode: str, count: int) -> Round:
        """Release and deliver *count* offers."""
        return timed(self._processes[0], f"{mode} {count}", self.pids())

    def pids(self) -> list[int]:
        """Give both nodes' processes."""
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        """End both."""
        end(self._processes)
        self._processes = []
