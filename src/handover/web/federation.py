"""For peers and for everybody: envelopes in, receipts out; the registry's mirror; the log (docs/spec/federation.md).

Bytes in, bytes out: nothing here is parsed but by the protocol, and no framework stands between.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from handover.application.allowances import TooManyRequestsError
from handover.application.evaluating import PATH as EVALUATIONS
from handover.application.reconciliations import PATH as RECONCILIATION
from handover.application.statistics import PATH as STATISTICS
from handover.domain.errors import MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import Digest, Quarter
from handover.protocol.delivery import BATCH_LIMIT, Answer, Problem, decode_delivery, encode_answer, joined
from handover.protocol.resync import PATH as RESYNC
from handover.protocol.tile import WIDTH, TileName
from handover.web.calls import ident
from handover.web.guard import PlainRoute
from handover.web.lane import Lane
from handover.web.limits import DELIVERIES
from handover.web.parts import Node
from handover.web.quota import READ_RATE, READS, Pauses, Quota, Turns, name_of

PIECE: Final = 2
"""Envelopes that are carried out before another member has its turn; a member that is alone has all of them at once."""
TOLD_TO_WAIT: Final = 16  # an address whose member was told to wait counts as refused so many times
WAITING: Final = 32  # deliveries that may wait for their turn, 2 MiB each
SILENT: Final = 600  # seconds without a witness, after which the log is shown without one
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,9}")
_YEAR: Final = re.compile(r"2[0-9]{3}")
_OFFSET: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_PROTOCOLS: Final = ("handover/1",)
_ALWAYS: Final = "public, max-age=31536000, immutable"  # a full tile never changes, nor do statistics
_NOW: Final = "no-cache"
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Federation:
    """The paths of docs/spec/federation.md on one node."""

    def __init__(
        self,
        node: Node,
        quota: Quota | None = None,
        *,
        reads: Quota | None = None,
        most_waiting: int = WAITING,
    ) -> None:
        self._node = node
        self._quota = quota or Quota(time.monotonic)
        self._reads = reads or Quota(time.monotonic, burst=READS, rate=READ_RATE)
        self._hearing, self._writing = Lane(), Lane()
        self._one_each: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._waiting = Turns(most_waiting)
        self._looking, self._showing = Lane(), Lane()
        self._pauses = Pauses()

    def routes(self) -> list[PlainRoute]:
        """Give the routes, the busiest first."""
        return [
            PlainRoute(DELIVERIES, self.receive, methods=["POST"]),
            PlainRoute("/federation/v1/attachments/{sealed}", self.push, methods=["PUT"]),
            PlainRoute(f"{STATISTICS}/{{quarter}}", self.statistics, methods=["GET"]),
            PlainRoute(RESYNC, self.resync, methods=["POST"]),
            PlainRoute(EVALUATIONS, self.evaluate, methods=["POST"]),
            PlainRoute(RECONCILIATION, self.reconcile, methods=["POST"]),
            PlainRoute("/federation/v1/epochs/{number}", self.epoch, methods=["GET"]),
            PlainRoute("/federation/v1/evaluations/{year}", self.sums, methods=["GET"]),
            PlainRoute("/registry/{name:path}", self.registry, methods=["GET"]),
            PlainRoute("/log/checkpoint", self.checkpoint, methods=["GET"]),
            PlainRoute("/log/tile/{name:path}", self.tile, methods=["GET"]),
            PlainRoute("/.well-known/handover", self.about, methods=["GET"]),
        ]

    async def receive(self, request: Request) -> Response:
        """Take up to 64 envelopes; answer with a receipt or a problem for each, after the commit."""
        try:
            self._quota.require(request.scope)
            return await self._received(request)
        except TooManyRequestsError:
            await self._pauses.pause(name_of(request.scope))
            raise

    async def _received(self, request: Request) -> Response:
        try:
            with self._waiting.taken(request.scope):
                answer = await self._take(name_of(request.scope), await request.body())
        except UntrustedError:
            self._quota.count(request.scope)
            raise
        except TooManyRequestsError:
            self._quota.count(request.scope, TOLD_TO_WAIT)
            raise
        self._quota.count(request.scope, _strangers(answer))
        return Response(encode_answer(answer), media_type="application/json")

    async def _take(self, address: str, body: bytes) -> Answer:
        """Read a delivery in turn with other addresses, carry it out in turn with other members, one of each."""
        inbox = self._node.inbox
        delivery = await self._hearing.run(address, decode_delivery, body)
        member = await self._hearing.run(address, inbox.speaker, delivery)
        name = member or ""
        size = PIECE if self._writing.shared(name) else BATCH_LIMIT
        parts = []
        async with self._one_each.setdefault(name, asyncio.Lock()):
            if member is not None:
                inbox.members.require(member)  # what was under way when this one came is counted now
            for piece in delivery.pieces(size):
                heard = await self._hearing.run(address, inbox.hear, piece, member)
                parts.append(await self._writing.run(name, inbox.take, heard))
        self._node.worker.wake()
        return joined(parts)

    async def push(self, request: Request) -> Response:
        """Take the next part of a sealed file that an offer has named; say how many bytes of it are here."""
        self._quota.require(request.scope)
        try:
            sealed, offset = ident(Digest, request.path_params["sealed"]), _offset(request)
            files, members = self._node.attachments, self._node.inbox.members
            sender = await self._hearing.run(name_of(request.scope), files.sender, sealed)
            members.require_bytes(sender)  # a part of what nobody has offered is not read
            part = await request.body()
            have = await self._writing.run(sender, files.accept, sealed, offset, part)
            members.spend_bytes(sender, len(part) if have == offset + len(part) else 0)
        except NotFoundError:
            self._quota.count(request.scope)
            raise
        return Response(json.dumps({"have": have}), media_type="application/json")

    async def evaluate(self, request: Request) -> Response:
        """Evaluate blinded keys of tracing for a member with this node's share; answers of a kind have one size."""
        self._quota.require(request.scope)
        try:
            body = await request.body()
            evaluate = self._node.tracing_keys.holding.evaluate
            answer = await self._hearing.run(name_of(request.scope), evaluate, body)
        except UntrustedError:
            self._quota.count(request.scope)
            raise
        return Response(answer, media_type="application/octet-stream")

    async def reconcile(self, request: Request) -> Response:
        """Say to a member what this node holds of what the two have said to one another; one at a time looks."""
        self._quota.require(request.scope)
        try:
            body = await request.body()
            answer = await self._looking.run(name_of(request.scope), self._node.reconciliations.answer, body)
        except UntrustedError:
            self._quota.count(request.scope)
            raise
        return Response(answer, media_type="application/jose")

    async def resync(self, request: Request) -> Response:
        """Answer a node that was restored: fence what it said before, and give what the two have said."""
        self._quota.require(request.scope)
        try:
            body = await request.body()
            answer = await self._writing.run(name_of(request.scope), self._node.resyncing.answer, body)
        except UntrustedError:
            self._quota.count(request.scope)
            raise
        self._node.worker.wake()
        return Response(answer, media_type="application/octet-stream")

    async def epoch(self, request: Request) -> Response:
        """Give the signed document of an epoch, or of the newest."""
        number, epochs = request.path_params["number"], self._node.tracing_keys.epochs
        if number == "newest":
            data = await self._show(request, epochs.newest)
        elif _NUMBER.fullmatch(number):
            data = await self._show(request, epochs.document, int(number))
        else:
            raise NotFoundError
        return Response(data, media_type="application/json", headers={"cache-control": _NOW})

    async def sums(self, request: Request) -> Response:
        """Give how much each node has had evaluated here in a year: whoever asks for much is seen."""
        year = request.path_params["year"]
        if _YEAR.fullmatch(year) is None:
            raise NotFoundError
        sums = await self._show(request, self._node.tracing_keys.holding.sums, int(year))
        found = {"node": self._node.id, "year": int(year), "sums": [vars(each) for each in sums]}
        return Response(json.dumps(found), media_type="application/json", headers={"cache-control": _NOW})

    async def statistics(self, request: Request) -> Response:
        """Give what this node has published of a quarter: the same bytes for ever."""
        quarter = ident(Quarter, request.path_params["quarter"])
        data = await self._show(request, self._node.statistics.part, quarter)
        return Response(data, media_type="application/jose", headers={"cache-control": _ALWAYS})

    async def registry(self, request: Request) -> Response:
        """Give a file of the registry as this node accepted it."""
        data = await self._show(request, self._node.mirror.file, request.path_params["name"])
        return Response(data, media_type="application/json", headers={"cache-control": _NOW})

    async def checkpoint(self, request: Request) -> Response:
        """Give the newest signed checkpoint of this node's log."""
        note = await self._show(request, self._head)
        return Response(note, media_type="text/plain; charset=utf-8", headers={"cache-control": _NOW})

    async def tile(self, request: Request) -> Response:
        """Give a tile of hashes, or a bundle of blinded entries, of the signed tree."""
        try:
            name = TileName.parse(request.path_params["name"])
        except MalformedError:
            raise NotFoundError from None
        data = await self._show(request, self._tile, name)
        cache = _ALWAYS if name.width == WIDTH else _NOW
        return Response(data, media_type="application/octet-stream", headers={"cache-control": cache})

    async def about(self, request: Request) -> Response:
        """Give the node's name and what it speaks."""
        about = {
            "node": self._node.id,
            "protocols": _PROTOCOLS,
            "address": self._node.settings.address or None,
            "log": await self._show(request, self._origin),
        }
        return Response(json.dumps(about), media_type="application/json", headers={"cache-control": _NOW})

    async def _show(self, request: Request, work: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Give what is public, one thing at a time, in turn for each address.

        Raises:
            TooManyRequestsError: the address has asked too much; it is told so late.
        """
        await self._pauses.require(self._reads, request.scope)
        self._reads.count(request.scope)
        return await self._showing.run(name_of(request.scope), work, *args, **named)

    def _origin(self) -> str:
        with self._node.database.reading() as work:
            return work.log.head().origin

    def _head(self) -> bytes:
        """Give the newest cosigned checkpoint; where witnesses are silent and the log has grown, the newest signed."""
        with self._node.database.reading() as work:
            note, head, now = work.log.signed_head(), work.log.head(), work.now
            cosigned = work.cosigned.newest(head.origin)
        if note is None:
            raise NotFoundError
        if cosigned is not None and (cosigned.size == head.size or now - cosigned.cosigned_at <= SILENT):
            return cosigned.note
        return note

    def _tile(self, name: TileName) -> bytes:
        with self._node.database.reading() as work:
            if name.level is None:
                return work.log.entry_tile(name.index, name.width)
            return work.log.tile(name.level, name.index, name.width)


def _offset(request: Request) -> int:
    fields = request.headers.getlist("upload-offset")
    if len(fields) != 1 or _OFFSET.fullmatch(fields[0]) is None:
        raise MalformedError("Upload-Offset is a number of bytes, once")
    return int(fields[0])


def _strangers(answer: Answer) -> int:
    """Give how many envelopes of a delivery nobody known to the registry has signed."""
    return sum(isinstance(each, Problem) and each.name == UntrustedError.name for each in answer.results)
