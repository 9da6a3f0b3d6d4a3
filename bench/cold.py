"""How long a node needs from its start until it answers."""

import statistics
from pathlib import Path

from bench import stage
from bench.meter import cpu_of
from bench.subjects.base import await_answer, end, start


def measure(place: stage.Place, runs: int) -> tuple[float, float]:
    """Give the seconds from starting `handover serve` to the first answer that says it is ready, and those of CPU.

    Both are medians; on a busy machine only the second means something.
    """
    found, cpu = [], []
    for _ in range(runs):
        log = Path(place.folder / "log")
        process = start("-m", "handover", "serve", "--data", str(place.folder), log=log)
        try:
            found.append(await_answer(f"http://127.0.0.1:{place.port}/readyz", process))
            cpu.append(cpu_of(process.pid))
        finally:
            end([process])
    return statistics.median(found), statistics.median(cpu)
