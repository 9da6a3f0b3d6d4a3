"""For peers: questions of tracing and their withdrawals in, receipts of one size out; what everybody may know of it.

Bytes in, bytes out. Nothing here, and nothing that it calls, looks into the index (docs/spec/tracing.md, section 5).
"""

import time
from collections.abc import Callable
from typing import Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from handover.application.question_post import PAGE, QUESTIONS, WITHDRAWALS
from handover.domain.errors import UntrustedError
from handover.web.guard import PlainRoute
from handover.web.lane import Lane
from handover.web.parts import Node
from handover.web.quota import Quota, Turns, name_of

WAITING: Final = 64  # questions that may wait for their turn, two kilobytes each


class TracingPaths:
    """The paths of docs/spec/tracing.md on one node."""

    def __init__(self, node: Node, quota: Quota | None = None) -> None:
        self._node = node
        self._quota = quota or Quota(time.monotonic)
        self._lane = Lane()
        self._waiting = Turns(WAITING)

    def routes(self) -> list[PlainRoute]:
        """Give the routes."""
        return [
            PlainRoute(QUESTIONS, self.question, methods=["POST"]),
            PlainRoute(WITHDRAWALS, self.withdrawal, methods=["POST"]),
            PlainRoute(PAGE, self.page, methods=["GET", "POST"]),
        ]

    async def question(self, request: Request) -> Response:
        """Keep a question; the answer says that it is kept, and nothing else."""
        return await self._taken(request, self._node.tracing.answering.receive)

    async def withdrawal(self, request: Request) -> Response:
        """Destroy a question that is taken back."""
        return await self._taken(request, self._node.tracing.answering.take_back)

    async def _taken(self, request: Request, take: Callable[[bytes], bytes]) -> Response:
        self._quota.require(request.scope)
        try:
            with self._waiting.taken(request.scope):
                body = await request.body()
                answer = await self._lane.run(name_of(request.scope), take, body)
        except UntrustedError:
            self._quota.count(request.scope)
            raise
        return Response(answer, media_type="application/octet-stream")

    async def page(self, _request: Request) -> Response:
        """Give what this node says of its tracing to everybody."""
        page = await run_sync(self._node.tracing.sums.page)
        return Response(page.encode(), media_type="application/json", headers={"cache-control": "no-cache"})
