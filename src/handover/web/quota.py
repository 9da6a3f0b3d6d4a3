"""How often an address may be refused, or shown what is public, before it has to wait; how many deliveries may wait.

Good envelopes are not counted here: a member that sends them has an allowance of its own. Nor is what has no address:
a reverse proxy has sent it that names none (proxies.py), and the proxy counts.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from starlette.types import Scope

from handover.application.allowances import Allowances, TooManyRequestsError
from handover.domain.allowance import Allowance
from handover.web.problems import BusyError
from handover.web.proxies import plain

BURST: Final = 256.0  # refusals at once
RATE: Final = 4.0  # refusals that are forgotten each second
READS: Final = 256.0  # public things that are shown at once
READ_RATE: Final = 16.0  # and each second from then on
PAUSE: Final = 1.0  # seconds before whoever asked too much is told so
HELD: Final = 64  # that wait so, all together
SHARE: Final = 4  # so many addresses at least can wait together

Seconds = Callable[[], float]


class Quota:
    """Counts by address (IPv4) or /64 network (IPv6)."""

    def __init__(self, seconds: Seconds, *, burst: float = BURST, rate: float = RATE) -> None:
        self._counted = Allowances(Allowance(burst=burst, rate=rate), seconds)

    def require(self, scope: Scope) -> None:
        """Do nothing unless the address was counted too often.

        Raises:
            TooManyRequestsError: it has to wait.
        """
        name = _name(scope)
        if name is not None:
            self._counted.require(name)

    def count(self, scope: Scope, number: int = 1) -> None:
        """Count the address so many times."""
        name = _name(scope)
        if name is not None and number:
            self._counted.spend(name, number)


class Turns:
    """Counts deliveries from their first byte to their answer; used from the event loop alone.

    Whoever sends slowly holds a turn for as long as it may: one address cannot hold them all.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: Counter[str | None] = Counter()

    @contextmanager
    def taken(self, scope: Scope) -> Iterator[None]:
        """Let a delivery wait for its turn.

        Raises:
            BusyError: too many wait already, together or of its address.
        """
        name = _name(scope)
        share = self._most if name is None else max(1, self._most // SHARE)
        if self._waiting.total() >= self._most or self._waiting[name] >= share:
            raise BusyError
        self._waiting[name] += 1
        try:
            yield
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name]


class Pauses:
    """Lets whoever asked too much wait before it is told so: it can ask again only so often; used from the event loop.

    Only so many are held, of one address and together, for each holds a connection.
    """

    def __init__(self, seconds: float = PAUSE) -> None:
        self._seconds = seconds
        self._held: Counter[str] = Counter()

    async def require(self, quota: Quota, scope: Scope) -> None:
        """Do nothing if *quota* lets the address ask; else it is told so late.

        Raises:
            TooManyRequestsError: it has to wait.
        """
        try:
            quota.require(scope)
        except TooManyRequestsError:
            await self.pause(name_of(scope))
            raise

    async def pause(self, name: str) -> None:
        """Wait a moment, unless too many do."""
        if self._held[name] >= HELD // SHARE or self._held.total() >= HELD:
            return
        self._held[name] += 1
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self._held[name] -= 1
            if not self._held[name]:
                del self._held[name]


def name_of(scope: Scope) -> str:
    """Give the address or network that a request comes from; empty where a proxy speaks for everybody."""
    return _name(scope) or ""


def _name(scope: Scope) -> str | None:
    return _network((scope.get("client") or ("",))[0])


@lru_cache(maxsize=1024)
def _network(host: str) -> str | None:
    """Give the address or network under which *host* is counted; none where it is not."""
    address = plain(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return None if address is None else str(address)
