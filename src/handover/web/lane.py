"""One thing at a time in a thread, and a turn for each who waits: whoever asks for much waits behind its own."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

ALONE: Final = 60.0  # seconds without another, after which somebody has a lane for itself

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Lane:
    """Used from the event loop alone. Who comes new waits for one thing of each other name that waits, at most."""

    def __init__(self) -> None:
        self._thread = CapacityLimiter(1)
        self._busy = False
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._latest: tuple[str, float] | None = None
        self._other: tuple[str, float] | None = None

    async def run(self, name: str, work: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Give what *work* gives, once it is the turn of *name*."""
        self._note(name)
        await self._turn(name)
        try:
            return await run_sync(partial(work, *args, **named), limiter=self._thread)
        finally:
            self._next()

    def shared(self, name: str) -> bool:
        """Tell whether somebody else has asked of late."""
        other = self._other if self._latest is not None and self._latest[0] == name else self._latest
        return other is not None and asyncio.get_running_loop().time() - other[1] < ALONE

    def _note(self, name: str) -> None:
        if self._latest is not None and self._latest[0] != name:
            self._other = self._latest
        self._latest = (name, asyncio.get_running_loop().time())

    async def _turn(self, name: str) -> None:
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # it was given a turn that it does not take
            raise

    def _next(self) -> None:
        while self._waiting:
            name, queue = self._waiting.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._waiting[name] = queue  # behind the others
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
