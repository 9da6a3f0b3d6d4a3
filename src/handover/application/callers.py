"""What one officer may ask of this process in a time, in the pages and with all API keys together."""

import re
from collections.abc import Callable
from typing import Final

from handover.application.allowances import Allowances
from handover.domain.allowance import Allowance
from handover.domain.ids import UUID7

READ: Final = 1.0
CHANGE: Final = 4.0
PAPER: Final = 40.0  # papers, bundles of evidence, imports
_HEAVY: Final = re.compile(r".*(?:\.pdf|/evidence|/import(?:/[^/]+)?)")
_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def cost(method: str, route: str) -> float:
    """Give what a request costs; *route* is the template of its path."""
    if _HEAVY.fullmatch(route):
        return PAPER
    return CHANGE if method in _CHANGING else READ


class Callers:
    """Counts what requests cost in this process; a node of several lets through as many times as much, at most."""

    def __init__(self, allowance: Allowance, seconds: Callable[[], float]) -> None:
        self._spent = Allowances(allowance, seconds)

    def spend(self, officer: UUID7, method: str, route: str) -> None:
        """Count a request of an officer who was recognised.

        Raises:
            TooManyRequestsError: the officer has to wait; the request is not carried out.
        """
        self._spent.require(officer)
        self._spent.spend(officer, cost(method, route))
