"""What every subject offers, and processes that stand on both sides of it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from bench.meter import Round, cpu_of

ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 60.0  # seconds


class SkippedError(Exception):
    """The subject cannot be measured on this machine; the text says why."""


class Subject(Protocol):
    """One way to hand a record over, with its processes."""

    @property
    def name(self) -> str:
        """What it is called in the tables."""
        ...

    @property
    def modes(self) -> tuple[str, ...]:
        """`batched`, `single`, or both."""
        ...

    def start(self, folder: Path) -> None:
        """Start the processes; raises SkippedError."""
        ...

    def prepare(self, count: int) -> None:
        """Make ready what the next round will take; not measured."""
        ...

    def measure(self, mode: str, count: int) -> Round:
        """Hand *count* records over."""
        ...

    def pids(self) -> list[int]:
        """Give the processes that take part, the load generator left out."""
        ...

    def stop(self) -> None:
        """End the processes."""
        ...


def environment() -> dict[str, str]:
    """Give the environment for processes of the project: no settings of a node that happen to be set."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("HANDOVER_")}
    return {**clean, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}


def start(
    *arguments: str, log: Path, talks: bool = False, before: Sequence[str] = ()
) -> "subprocess.Popen[str]":
    """Start Python with *arguments*; one that *talks* has pipes. *before* stands in front, as `strace` does."""
    pipe = subprocess.PIPE if talks else None
    with log.open("ab") as out:
        return subprocess.Popen(
            [*before, sys.executable, *arguments],
            env=environment(),
            cwd=ROOT,
            text=True,
            stdin=pipe,
            stdout=pipe or out,
            stderr=out,
        )


def await_answer(url: str, process: "subprocess.Popen[str]") -> float:
    """Wait until *url* answers 200; give the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() - began < _PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f"the process for {url} has ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - an address of this machine
                return time.monotonic() - began
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"{url} does not answer")


def ask(process: "subprocess.Popen[str]", order: str) -> dict[str, Any]:
    """Give what a talking process answers to *order* ('' to only listen)."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("this process does not talk")
    if order:
        process.stdin.write(order + "\n")
        process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the process has ended after {order!r}: look at its log")
    found: dict[str, Any] = json.loads(line)
    return found


def timed(process: "subprocess.Popen[str]", order: str, pids: Sequence[int]) -> Round:
    """Give what a talking process reports of *order*, with the CPU of all *pids* meanwhile."""
    before = sum(map(cpu_of, pids))
    said = ask(process, order)
    cpu = sum(map(cpu_of, pids)) - before
    return Round(
        count=said["count"], seconds=said["seconds"], cpu=cpu, latencies=said["latencies"], wire=said["wire"]
    )


def end(processes: Sequence["subprocess.Popen[str]"]) -> None:
    """End processes: those that talk by closing their input, the others by SIGTERM."""
    for process in processes:
        if process.stdin is not None:
            process.stdin.close()
        else:
            process.terminate()
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
