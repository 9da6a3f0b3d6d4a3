"""This project: a sending node with its outbox, and `handover serve` as it is run everywhere else."""

import subprocess
from pathlib import Path

from bench import stage
from bench.meter import Round
from bench.subjects.base import ask, await_answer, end, start, timed

NAMES = ("gr/athens", "de/hamburg")


class Handover:
    """Two node processes."""

    name = "handover"
    modes = ("batched", "single")

    def __init__(self) -> None:
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
        serving = start(
            "-m", "handover", "serve", "--data", str(receiver.folder), log=receiver.folder / "log"
        )
        self.cold_start = await_answer(f"http://127.0.0.1:{receiver.port}/readyz", serving)
        sending = start(
            "-m", "bench.sender", str(sender.folder), NAMES[1], log=sender.folder / "log", talks=True
        )
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
