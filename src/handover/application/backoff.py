"""How long to wait before something is tried again: longer after each failure, and never the same twice."""

from collections.abc import Callable
from typing import Final

CAP: Final = 900
"""Seconds: the longest back-off from a peer, and how long after its receipt a standing message is said again."""
LATEST: Final = 2 * CAP
"""Seconds: nothing waits longer, whatever a clock that was wrong has named; such a time counts as come."""
Jitter = Callable[[], float]
"""Gives a number from 0 to 1 by chance."""


def spread(seconds: float, jitter: Jitter) -> int:
    """Give about *seconds*, at least one: those that failed together do not come back together."""
    return max(1, round(seconds * (0.5 + jitter() / 2)))


def after(failures: int, jitter: Jitter) -> int:
    """Give the seconds to wait for a peer that has failed so many times, one after another."""
    return spread(min(CAP, 2 ** min(failures, 10)), jitter)
