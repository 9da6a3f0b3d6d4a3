"""One request of a case system: who acts, its strictly parsed body, and the key under which it may be repeated."""

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, TypeVar, cast

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from handover.application.attachments import MEDIA_TYPES
from handover.application.facts import Actor
from handover.application.officers import UnauthenticatedError
from handover.application.repeats import Reply
from handover.domain.errors import MalformedError, NotFoundError
from handover.protocol import strict
from handover.web.doorstep import KNOWN
from handover.web.limits import API_LIMIT, FIELD_LIMIT
from handover.web.parts import Node
from handover.web.problems import FieldTooLongError, InvalidRequestError, KeyMissingError

T = TypeVar("T")
_ID = TypeVar("_ID", bound=str)
_CHANGING: Final = frozenset({"POST", "PUT"})
_KEY: Final = re.compile(r"[!-~]{8,128}")
Shown = Mapping[str, object]
_BEARER: Final = re.compile(r"Bearer (ho_[!-~]{1,128})")

Answer = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON is parsed by the protocol's own parser."""

    async def json(self) -> strict.Json:
        """Give the body's value, each text of it short enough to be worked on; raises MalformedError."""
        if not hasattr(self, "_strictly"):
            found = strict.loads(await self.body(), limit=API_LIMIT)
            _measure(found)
            self._strictly = found
        return self._strictly


def _measure(value: strict.Json) -> None:
    """Refuse a text that is longer than any field of the API; what is parsed is not too deep."""
    match value:
        case str() if len(value) > FIELD_LIMIT:
            raise FieldTooLongError
        case dict():
            for name, each in value.items():
                _measure(name)
                _measure(each)
        case list():
            for each in value:
                _measure(each)


class ApiRoute(APIRoute):
    """Establishes who acts before a byte of the body is read, and parses the body before the framework does."""

    changes: ClassVar[bool] = True
    parses: ClassVar[bool] = True

    def get_route_handler(self) -> Answer:
        """Give the handler with these checks in front of it."""
        inner = super().get_route_handler()
        takes_body = self.body_field is not None

        async def checked(request: Request) -> Response:
            node: Node = request.app.state.node
            request.scope[KNOWN] = False
            actor = await run_in_threadpool(node.officers.authenticate, _bearer(request))
            request.state.actor = actor
            request.scope[KNOWN] = True
            node.callers.spend(actor.officer, request.method, self.path)
            asked = StrictRequest(request.scope, request.receive)
            changing = request.method in _CHANGING and self.changes
            body = await asked.body() if request.method in _CHANGING else b""
            if body and self.parses and (await asked.json() != {}) and not takes_body:
                raise InvalidRequestError("this path takes no body, or an empty object")
            request.state.call = Call(
                node=node,
                actor=actor,
                body=body,
                media_type=request.headers.get("content-type", ""),
                key=_key(request) if changing else "",
                line=f"{request.method} {request.scope['path']}?{request.scope['query_string'].decode('latin-1')}",
            )
            return await inner(asked)

        return checked


class ReadingRoute(ApiRoute):
    """Takes a body by POST and changes nothing: what may not stand in an address is asked for in a body."""

    changes = False


class DocumentRoute(ApiRoute):
    """Takes another system's document as it is."""

    parses = False
    media_types: ClassVar[tuple[str, ...]] = ("application/json",)


class FileRoute(DocumentRoute):
    """Takes a file, byte for byte."""

    media_types = MEDIA_TYPES


class Call:
    """What an endpoint gets: the node, who acts, and how to answer."""

    def __init__(
        self, *, node: Node, actor: Actor, body: bytes, media_type: str, key: str, line: str
    ) -> None:
        self.node = node
        self.actor = actor
        self.body = body
        self.media_type = media_type
        self._key = key
        self._line = line

    def once(self, act: Callable[[], Shown], *, status: int = 200, keeps: bool = True) -> Response:
        """Carry *act* out, or answer as before; the answer is kept in the transaction of the effect.

        Raises:
            KeyUsedError: the key belongs to another request.
        """

        def reply() -> Reply:
            return Reply(status=status, body=encode(act()))

        request = self._line.encode() + b"\n" + self.body
        kept = self.node.repeats.once(reply, key=self._key, request=request, actor=self.actor, keeps=keeps)
        self.node.worker.wake()
        headers = {"Idempotent-Replayed": "true"} if kept.replayed else {}
        return Response(kept.body, kept.status, headers, media_type="application/json")

    def page(
        self,
        found: Sequence[T],
        limit: int,
        *,
        name: Callable[[T], str],
        show: Callable[[T], Shown],
        **filters: str | None,
    ) -> Response:
        """Give the first *limit* of *found*, which may hold one more, and where to go on."""
        shown, more = found[:limit], len(found) > limit
        cursor = to_cursor(name(shown[-1])) if more else None
        body = encode({"data": [show(each) for each in shown], "next_cursor": cursor})
        headers = {}
        if cursor is not None:
            path = self._line.partition("?")[0].partition(" ")[2]
            wanted = {**filters, "limit": str(limit), "cursor": cursor}
            query = "&".join(f"{key}={value}" for key, value in wanted.items() if value is not None)
            base = self.node.settings.address
            headers["Link"] = f'<{base}{path}?{query}>; rel="next"'
        return Response(body, 200, headers, media_type="application/json")


def encode(shown: Shown) -> bytes:
    """Give the JSON of an answer; a value that our own parser would refuse never leaves."""
    return strict.dumps(cast(strict.Json, shown))


def answer(shown: Shown) -> Response:
    """Give the answer that shows it."""
    return Response(encode(shown), media_type="application/json")


async def _call(request: Request) -> Call:
    call: Call = request.state.call
    return call


Called = Annotated[Call, Depends(_call)]


def ident(kind: type[_ID], text: str) -> _ID:
    """Give an identifier of a path; what is none names nothing.

    Raises:
        NotFoundError: it has not the one spelling.
    """
    try:
        return kind(text)
    except MalformedError:
        raise NotFoundError from None


def to_cursor(name: str) -> str:
    """Give the opaque text for a place in a list."""
    return strict.b64(b"1" + name.encode())


def from_cursor(cursor: str | None) -> str:
    """Give the place that `to_cursor` was given.

    Raises:
        InvalidRequestError: no cursor of ours.
    """
    if cursor is None:
        return ""
    try:
        data = strict.unb64(cursor)
        if data[:1] == b"1":
            return data[1:].decode("ascii")
    except (MalformedError, UnicodeDecodeError):
        pass  # the same answer for every text that is no cursor
    raise InvalidRequestError(errors=({"parameter": "cursor", "rule": "is not a cursor of this API"},))


def _bearer(request: Request) -> str:
    fields = request.headers.getlist("authorization")
    found = _BEARER.fullmatch(fields[0]) if len(fields) == 1 else None
    if found is None:
        raise UnauthenticatedError
    return found[1]


def _key(request: Request) -> str:
    fields = request.headers.getlist("idempotency-key")
    key = fields[0].removeprefix('"').removesuffix('"') if len(fields) == 1 else ""
    if _KEY.fullmatch(key) is None:
        raise KeyMissingError
    return key
