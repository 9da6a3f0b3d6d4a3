"""Lives of nodes: each ends by SIGKILL, at a moment or at an exact point that a seed chose, and the next begins."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from processes.crash import POINTS
from processes.nodes import Office, Stage

CALLS: Final = {"fdatasync": 40, "pwrite64": 900, "write": 90, "sendto": 12}
"""Calls of the operating system before which a node dies, and how many of them a life is given at most."""
_PASSES: Final = {"before-commit": 24, "after-commit": 24, "before-send": 6, "after-send": 6}
HAS_STRACE: Final = shutil.which("strace") is not None
LONGEST: Final = 6.0  # seconds: where a point is not reached by then the node is killed all the same


@dataclass
class Life:
    """One process of one office, and how it is to end."""

    office: Office
    plan: str
    until: float


@dataclass
class Lives:
    """Starts and kills the processes of a stage. `ended` counts, for each plan, how many lives ended by it."""

    stage: Stage
    seed: int
    calls: Mapping[str, int] = field(default_factory=lambda: CALLS if HAS_STRACE else {})
    ended: Counter[str] = field(default_factory=Counter)
    looked: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def run(self, kills: int, look: Callable[[], None], *, seconds: float = 1e9) -> None:
        """Let *kills* lives end; *look* is called whenever no process of any office runs."""
        lives = [self._begin(office) for office in self.stage.offices.values()]
        end = time.monotonic() + seconds
        while self.ended.total() < kills and time.monotonic() < end:
            for number, life in enumerate(lives):
                if self._over(life):
                    lives[number] = self._next(life, look)
            time.sleep(0.01)
        for office in self.stage.offices.values():
            office.kill()
        look()

    def _next(self, life: Life, look: Callable[[], None]) -> Life:
        """Now and then all offices are dead at once."""
        if self._random.random() < 0.25:
            for office in self.stage.offices.values():
                office.kill()
            look()
            self.looked += 1
            for office in self.stage.offices.values():
                if office is not life.office:
                    office.fork()  # its life goes on as it was planned, without its exact point
        return self._begin(life.office)

    def _over(self, life: Life) -> bool:
        if life.office.dead:
            self.ended[life.plan] += 1
            life.office.kill()
            return True
        if time.monotonic() < life.until:
            return False
        life.office.kill()
        self.ended["moment" if life.plan == "moment" else f"{life.plan} not reached"] += 1
        return True

    def _begin(self, office: Office) -> Life:
        draw = self._random
        kind = draw.choice(("moment",) * 3 + ("point",) * 4 + ("call" if self.calls else "moment",))
        end = time.monotonic() + (draw.uniform(0.3, 4.0) if kind == "moment" else LONGEST)
        if kind == "moment":
            office.fork()
            return Life(office, "moment", end)
        if kind == "point":
            point = draw.choice(POINTS)
            office.fork(point=point, number=draw.randint(1, _PASSES[point]))
            return Life(office, point, end)
        call = draw.choice(list(self.calls))
        inject = f"inject={call}:signal=SIGKILL:when={draw.randint(1, self.calls[call])}"
        trace = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
        office.start(before=trace, wait=False)
        return Life(office, call, end)
