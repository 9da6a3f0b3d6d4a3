"""What an address may ask of pages and API before anybody knows who asks (docs/spec/federation.md, section 7).

Who is known, by a session or a key, is not counted here, and goes on where strangers of the same address have to wait.
"""

import re
import time
from collections import OrderedDict
from hashlib import sha256
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handover.application.allowances import MOST
from handover.web.quota import READ_RATE, READS, Pauses, Quota, name_of

PIECE: Final = 16 * 1024
"""Bytes of a body that cost as much as a request: reading a form takes time."""
KNOWN: Final = "handover.known"
"""Where in the scope stands whether somebody who is known has asked; nothing where nobody has looked."""
# What counts by itself (federation.py).
_ELSEWHERE: Final = re.compile(
    r"/federation/v1/(?!tracing$).*|/(?:registry|log)/.*|/witness/add-checkpoint|/\.well-known/handover",
    re.DOTALL,
)


class Doorstep:
    """Wraps the application, inside of what turns refusals into answers; used from the event loop alone."""

    def __init__(self, app: ASGIApp, *, asked: Quota | None = None, pauses: Pauses | None = None) -> None:
        self._app = app
        self._asked = asked or Quota(time.monotonic, burst=READS, rate=READ_RATE)
        self._pauses = pauses or Pauses()
        self._known: OrderedDict[bytes, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it unless somebody known has asked.

        Raises:
            TooManyRequestsError: the address has asked too much; it is told so late.
        """
        if scope["type"] != "http" or not name_of(scope) or _ELSEWHERE.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        shown = _shown(scope)
        if shown not in self._known:
            await self._pauses.require(self._asked, scope)
        body = _Counted(receive)
        try:
            await self._app(scope, body, send)
        finally:
            if scope.get(KNOWN):
                self._remember(shown)
            elif KNOWN in scope:
                self._known.pop(shown, None)
            if shown not in self._known:
                self._asked.count(scope, 1 + body.size // PIECE)

    def _remember(self, shown: bytes) -> None:
        """Remember by what somebody was known; who was silent longest is forgotten."""
        self._known[shown] = None
        self._known.move_to_end(shown)
        if len(self._known) > MOST:
            self._known.popitem(last=False)


class _Counted:
    """Passes a body on and counts its bytes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.size = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self.size += len(message.get("body", b""))
        return message


def _shown(scope: Scope) -> bytes:
    """Give the digest of all by which somebody could be known: a key, or cookies."""
    fields = (value for name, value in scope["headers"] if name in (b"authorization", b"cookie"))
    return sha256(b"\0".join(fields)).digest()
