"""What each address, member or account may ask of this process in a time; kept in memory, by name."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from handover.domain.allowance import UNUSED, Allowance, Level
from handover.domain.errors import UnreachableError

MOST: Final = 10_000  # names that are remembered


class TooManyRequestsError(UnreachableError):
    """Whoever asks too much has to wait; nothing of it was looked at."""

    name = "too-many-requests"
    title = "Too much was asked of this node in too short a time."
    advice = (
        "Wait as long as Retry-After says. Where requests were refused, find out why before you send more."
    )

    def __init__(self, seconds: int = 5) -> None:
        super().__init__()
        self.seconds = seconds


class Allowances:
    """One allowance for each name; of more names than are remembered, those that were silent longest are forgotten."""

    def __init__(self, allowance: Allowance, now: Callable[[], float], *, most: int = MOST) -> None:
        self._allowance = allowance
        self._now = now
        self._most = most
        self._levels: OrderedDict[str, Level] = OrderedDict()
        self._lock = threading.Lock()

    def require(self, name: str) -> None:
        """Do nothing if something is left.

        Raises:
            TooManyRequestsError: nothing is; it says for how long.
        """
        with self._lock:
            wait = self._allowance.wait(self._levels.get(name, UNUSED), self._now())
        if wait:
            raise TooManyRequestsError(wait)

    def spend(self, name: str, amount: float = 1.0) -> None:
        """Note that *amount* was used."""
        with self._lock:
            now = self._now()
            self._levels[name] = self._allowance.after(self._levels.get(name, UNUSED), amount, now)
            self._levels.move_to_end(name)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
