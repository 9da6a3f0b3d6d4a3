"""Chance from a seed: the same seed gives the same draws in every version of Python."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from one seed; only `random()` is used, whose sequence Python promises to keep."""

    def __init__(self, seed: str) -> None:
        self.draw = random.Random(seed).random  # noqa: S311  # invented data, no secret

    def chance(self, share: float) -> bool:
        """Tell, in that share of all draws, yes."""
        return self.draw() < share

    def pick(self, things: Sequence[T]) -> T:
        """Give one of *things*, each as likely as the other."""
        return things[int(self.draw() * len(things))]

    def skewed(self, things: Sequence[T]) -> T:
        """Give one of *things*; the first are far likelier than the last, as names are."""
        return things[int(len(things) * self.draw() ** 2)]

    def whole(self, low: int, high: int) -> int:
        """Give a whole number from *low* to *high*, both included."""
        return low + int(self.draw() * (high - low + 1))

    def weighted(self, things: Sequence[tuple[T, float]]) -> T:
        """Give one of the things, as likely as the weight beside it."""
        at = self.draw() * sum(weight for _, weight in things)
        for thing, weight in things:
            at -= weight
            if at < 0:
                return thing
        return things[-1][0]
