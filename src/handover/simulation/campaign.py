"""Many histories: over several processes, counted, and a history that fails made as short as it still fails."""

import gc
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from handover.domain.handover import RECEIVER, SENDER, Role, State
from handover.simulation import draws
from handover.simulation.history import STEPS, Told, play
from handover.simulation.memory import remembering
from handover.simulation.world import World

SOMETIMES: Final = (
    *(f"{Role.SENDER} {state}" for state in SENDER),
    *(f"{Role.RECEIVER} {state}" for state in RECEIVER if state is not State.UNKNOWN),
    *("offer", "accept", "countersign", "decline", "withdraw offer", "withdraw consent", "ask", "answer"),
    *("hold", "arrival", "killed", "starts again", "crash before a commit", "crash while receiving"),
    *("lost", "answer lost", "repeated", "held back", "late copy", "cut", "clock set back", "clock set on"),
    *("busy", "I/O error", "disk full"),
    *("ring of 3", "ring of 4", "ring of 5", "ring of 6", "ring of 7"),
    *("suspended", "readmitted", "hears of the registry"),
    *("saved", "restored", "resynced", "doubt lifted", "round come back by resync"),
    *("chain head gave the case back", "chain head took the case away", "offer refused in-doubt"),
    *("new sealing key", "old sealing key destroyed", "new signing key", "new log keys"),
)
"""What a campaign must have seen to say anything: a simulation that never gives a deed finds nothing wrong with one."""
_SHARED = Path("/dev/shm")  # noqa: S108 - memory, where there is such a place; the folder in it is this process's own


@dataclass
class Campaign:
    """What many histories came to."""

    histories: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    failed: list[Told] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def never(self) -> list[str]:
        """What should have been seen and was not."""
        return [each for each in SOMETIMES if not self.seen[each]]

    @property
    def idle(self) -> bool:
        """Whether so few deeds were given that the histories say little: fewer than one in five."""
        return self.seen["countersign"] * 5 < self.histories

    @property
    def rate(self) -> float:
        """Histories for each minute of one processor."""
        return self.histories / self.cpu * 60 if self.cpu else 0.0

    def add(self, other: "Campaign") -> None:
        """Take in what another process has found."""
        self.histories += other.histories
        self.seen += other.seen
        self.failed += other.failed
        self.cpu += other.cpu


@contextmanager
def world() -> Iterator[World]:
    """Give a federation in a folder that is thrown away."""
    place = _SHARED if _SHARED.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="handover-sim-", dir=place) as folder:
        made = World(Path(folder), began=int(time.time()))
        gc.collect()
        gc.freeze()  # what lasts is not looked through again and again
        try:
            with remembering(), draws.seeded():
                yield made
        finally:
            gc.unfreeze()
            made.close()


def run(seeds: Iterable[int], *, told: Callable[[Told], None] | None = None) -> Campaign:
    """Play every seed in this process."""
    campaign = Campaign()
    with world() as made:
        begun = time.process_time()
        for seed in seeds:
            found = play(made, seed)
            campaign.histories += 1
            campaign.seen += found.seen
            if found.violation:
                campaign.failed.append(found)
            if told is not None:
                told(found)
        campaign.cpu = time.process_time() - begun
    return campaign


def run_wide(
    seeds: Sequence[int],
    *,
    processes: int,
    chunk: int,
    told: Callable[[Campaign], None],
    note: Callable[[Sequence[int], Campaign], None] = lambda _seeds, _part: None,
) -> Campaign:
    """Play every seed in several processes; *told* hears after every chunk how far it is, *note* what it has found."""
    whole = Campaign()
    chunks = [seeds[start : start + chunk] for start in range(0, len(seeds), chunk)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for played, part in pool.imap_unordered(_run_some, chunks):
            note(played, part)
            whole.add(part)
            told(whole)
    return whole


def _run_some(seeds: Sequence[int]) -> tuple[Sequence[int], Campaign]:
    return seeds, run(seeds)


def shorten(seed: int, *, world: World) -> tuple[Told, frozenset[int]]:
    """Give the history of *seed* without all the steps that it does not need to fail; and which those are.

    Half of the steps is tried to be left out, then a quarter, and so on: what is left fails, and no step of it is
    without need.
    """
    without: frozenset[int] = frozenset()
    best = play(world, seed)
    size = STEPS // 2
    while best.violation and size:
        for start in range(0, STEPS, size):
            tried = without | frozenset(range(start, start + size))
            if tried == without:
                continue
            found = play(world, seed, tried)
            if found.violation:
                best, without = found, tried
        size //= 2
    return best, without
