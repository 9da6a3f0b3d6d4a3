"""How long officers wait for a page when much is stored, and how much of it crosses the line."""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from bench import growth, stage
from bench.subjects.base import await_answer, end, start
from handover.application.access import PASSWORD
from handover.domain.handover import Role

SIZES: Final = (1_000, 100_000)
ROUNDS: Final = 15
OPEN: Final = 40  # offers that wait in the work list
_PATHS: Final = (
    "/office/work",
    "/office/rounds",
    "/office/matters",
    "/office/authorities",
    "/office/audit",
    "/office/operate",
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One page at one size: milliseconds (median, worst), bytes as they cross the line."""

    size: int
    path: str
    median: float
    worst: float
    packed: int


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running node with so many matters, an officer's cookie, and a matter and a round to look at."""

    size: int
    base: str
    cookie: dict[str, str]
    paths: tuple[str, ...]


def measure(folder: Path, sizes: Sequence[int] = SIZES) -> Iterator[Shown]:
    """Give each page at each size; the sizes are measured in turns, so that a busy hour meets all alike."""
    with _sites(folder, sizes) as sites:
        times: dict[tuple[int, int], list[float]] = {}
        packed: dict[tuple[int, int], int] = {}
        with httpx2.Client(headers={"accept-encoding": "gzip"}, trust_env=False) as client:
            for turn in range(ROUNDS + 1):
                for site in sites:
                    for number, path in enumerate(site.paths):
                        began = time.perf_counter()
                        answer = client.get(site.base + path, cookies=site.cookie)
                        spent = (time.perf_counter() - began) * 1000
                        assert answer.status_code == 200, (path, answer.status_code)
                        if turn:  # the first one compiles templates
                            times.setdefault((site.size, number), []).append(spent)
                        packed[site.size, number] = int(answer.headers["content-length"])
        for (size, number), found in times.items():
            name = (*_PATHS, "/office/matters/ID", "/office/handovers/ID", "/office/handovers/ID/leaves")[
                number
            ]
            key = size, number
            yield Shown(
                size=size, path=name, median=statistics.median(found), worst=max(found), packed=packed[key]
            )


@contextmanager
def _sites(folder: Path, sizes: Sequence[int]) -> Iterator[list[Site]]:
    running, sites = [], []
    try:
        for size in sorted(sizes):
            here = folder / str(size)
            here.mkdir()
            places = stage.set_up(here, ("gr/athens", "de/hamburg"))
            growth.fill(places[0].folder, Role.SENDER, size)
            sites.append(_site(places[0], size))
            log = places[0].folder / "log"
            process = start("-m", "handover", "serve", "--data", str(places[0].folder), log=log)
            running.append(process)
            await_answer(f"http://127.0.0.1:{places[0].port}/readyz", process)
        yield sites
    finally:
        end(running)


def _site(place: stage.Place, size: int) -> Site:
    with stage.opened(place.folder) as at:
        first, second = stage.officers(at)
        offers = stage.prepare(at, "de/hamburg", OPEN, first)
        at.offers.release_many(offers[:-1], actor=second)
        with at.database.begin() as work:
            cookie = at.sessions.begin(work, second.officer, auth=PASSWORD, browser="bench")
        matter = at.worklist.look(offers[-1], actor=first).matter.id
    round_ = f"/office/handovers/{offers[-1]}"
    return Site(
        size=size,
        base=f"http://127.0.0.1:{place.port}",
        cookie={"gr-athens-handover-session": cookie},
        paths=(*_PATHS, f"/office/matters/{matter}", round_, f"{round_}/leaves"),
    )
