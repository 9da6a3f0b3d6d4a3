"""For the logs of other nodes, and for auditors: this node as a witness (docs/spec/witness.md).

Bytes in, bytes out. Whoever asks is nobody yet: what counts is which log has signed.
"""

import time
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from handover.domain.errors import HandoverError
from handover.protocol import witness
from handover.web.guard import PlainRoute
from handover.web.parts import Node
from handover.web.quota import Quota, Turns

AT_ONCE: Final = 1  # the database has one writer, and deliveries come first
WAITING: Final = 16  # requests that may wait for their turn
_TEXT: Final = "text/plain; charset=utf-8"


class WitnessPaths:
    """The paths of docs/spec/witness.md on one node."""

    def __init__(self, node: Node, quota: Quota | None = None) -> None:
        self._node = node
        self._quota = quota or Quota(time.monotonic)
        self._turns = CapacityLimiter(AT_ONCE)
        self._waiting = Turns(WAITING)

    def routes(self) -> list[PlainRoute]:
        """Give the routes."""
        return [
            PlainRoute(witness.PATH, self.add, methods=["POST"]),
            PlainRoute(f"{witness.HELD}/{{origin:path}}", self.newest, methods=["GET"]),
        ]

    async def add(self, request: Request) -> Response:
        """Cosign a checkpoint that extends the one before; of another size, say which size is known here."""
        self._quota.require(request.scope)
        try:
            with self._waiting.taken(request.scope):
                body = await request.body()
                lines = await run_sync(self._node.witness.add, body, limiter=self._turns)
        except witness.WitnessSizeError as error:
            self._quota.count(request.scope)
            return Response(witness.encode_size(error.size), 409, headers={"content-type": witness.SIZE_TYPE})
        except HandoverError:
            self._quota.count(request.scope)
            raise
        return Response(lines, media_type=_TEXT)

    async def newest(self, request: Request) -> Response:
        """Give the checkpoint of a log that this node has cosigned last."""
        note = await run_sync(self._node.witness.newest, request.path_params["origin"])
        return Response(note, media_type=_TEXT, headers={"cache-control": "no-cache"})
