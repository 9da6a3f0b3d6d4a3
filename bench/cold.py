"""How long a node needs from its start until it answers."""

import statistics
from pathlib import Path

from bench import stage
from bench.subjects.base import await_answer, end, start


def measure(place: stage.Place, runs: int) -> float:
    """Give the seconds from starting `handover serve` to the first answer that says it is ready: the median."""
    found = []
    for _ in range(runs):
        log = Path(place.folder / "log")
        process = start("-m", "handover", "serve", "--data", str(place.folder), log=log)
        try:
            found.append(await_answer(f"http://127.0.0.1:{place.port}/readyz", process))
        finally:
            end([process])
    return statistics.median(found)
