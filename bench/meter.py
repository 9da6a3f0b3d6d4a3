"""What is measured, and how: CPU and memory of processes from the kernel, times by the monotonic clock."""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of one subject. `cpu` and `seconds` are in seconds, `latencies` too; `wire` is in bytes, both ways."""

    count: int
    seconds: float
    cpu: float
    latencies: Sequence[float] = ()
    wire: int = 0


@dataclass(kw_only=True)
class Row:
    """All rounds of one subject in one mode."""

    subject: str
    mode: str
    rounds: list[Round] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per handover, all processes together: the median of the rounds."""
        return statistics.median(each.cpu / each.count * 1000 for each in self.rounds)

    @property
    def rate(self) -> float:
        """Handovers per second: the median of the rounds."""
        return statistics.median(each.count / each.seconds for each in self.rounds)

    @property
    def wire(self) -> float:
        """Bytes per handover on the wire, both ways."""
        return sum(each.wire for each in self.rounds) / sum(each.count for each in self.rounds)

    def latency_ms(self, share: float) -> float:
        """Give the latency in milliseconds that *share* of all handovers stayed below."""
        found = sorted(latency for each in self.rounds for latency in each.latencies)
        return found[min(len(found) - 1, int(len(found) * share))] * 1000 if found else 0.0


def cpu_of(pid: int) -> float:
    """Give the seconds of CPU that a process has used, user and system, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(pid: int) -> float:
    """Give the MiB of memory that are this process's own share (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def stored(folder: Path) -> int:
    """Give the bytes of the files of a database, write-ahead log included."""
    return sum(path.stat().st_size for path in folder.glob("*.db*"))


def yardstick() -> float:
    """Give the milliseconds of CPU of a fixed piece of work, to tell a fast hour of this machine from a slow one."""
    began = time.thread_time()
    data = b"handover"
    counts: dict[bytes, int] = {}
    for _ in range(20000):
        data = sha256(data).digest()
        counts[data[:1]] = counts.get(data[:1], 0) + 1
    return (time.thread_time() - began) * 1000


def others(seconds: float = 0.5) -> float:
    """Give how many cores are busy while nothing of ours runs."""
    first, idle = _cpu_line()
    time.sleep(seconds)
    second, idle_then = _cpu_line()
    total = max(1, second - first)
    return (1 - (idle_then - idle) / total) * (os.cpu_count() or 1)


def _cpu_line() -> tuple[int, int]:
    fields = [int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields), fields[3] + fields[4]
