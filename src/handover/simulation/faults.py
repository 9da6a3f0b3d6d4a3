"""What goes wrong in one history: each draws its own mix, with some faults off, so that none hides behind another."""

import random
from dataclasses import dataclass
from typing import Self


class Crash(BaseException):
    """A process ends here. Not an `Exception`: nothing in a node may take it for an error and go on."""

    def __init__(self, place: object) -> None:
        super().__init__("crash")
        self.place = place


class ViolationError(Exception):
    """A rule that holds everywhere did not hold."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How often each fault happens, as shares; `skew` is the most by which a clock is off, in seconds.

    With `ring` the first child has been handed around by all before anything goes wrong.
    """

    lose: float
    lose_answer: float
    repeat: float
    delay: float
    cut: float
    crash: float
    busy: float
    full: float
    skew: int
    registry: float
    ring: bool

    @classmethod
    def draw(cls, rng: random.Random) -> Self:
        """Give a mix."""
        return cls(
            lose=rng.choice((0.0, 0.05, 0.3)),
            lose_answer=rng.choice((0.0, 0.05, 0.3)),
            repeat=rng.choice((0.0, 0.1, 0.4)),
            delay=rng.choice((0.0, 0.1, 0.3)),
            cut=rng.choice((0.0, 0.0, 0.03)),
            crash=rng.choice((0.0, 0.03, 0.1)),
            busy=rng.choice((0.0, 0.0, 0.05)),
            full=rng.choice((0.0, 0.0, 0.05)),
            skew=rng.choice((0, 0, 60, 3 * 3600, 86400)),
            registry=rng.choice((0.0, 0.0, 0.15)),
            ring=rng.choice((False, False, False, False, True)),
        )

    @classmethod
    def fair(cls) -> Self:
        """Give the mix in which nothing goes wrong."""
        return cls(
            lose=0,
            lose_answer=0,
            repeat=0,
            delay=0,
            cut=0,
            crash=0,
            busy=0,
            full=0,
            skew=0,
            registry=0,
            ring=False,
        )
