"""The outermost layer: every error becomes a problem document, every answer gets its security headers, every request
one line in the log, with the route's template in place of its address."""

import secrets
import time
from collections.abc import Mapping
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handover.domain.errors import HandoverError
from handover.web import journal
from handover.web.problems import (
    InternalError,
    InvalidRequestError,
    MethodNotAllowedError,
    NoSuchPathError,
    problem_of,
)

POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cache-control": "no-store",
}
_HTTP: Final[Mapping[int, type[HandoverError]]] = {
    404: NoSuchPathError,
    405: MethodNotAllowedError,
    422: InvalidRequestError,
    400: InvalidRequestError,
}


def answer(error: HandoverError, scope: Scope, headers: Mapping[str, str] | None = None) -> Response:
    """Give the answer to *error*: who is authenticated is told more than who is not."""
    stranger = "actor" not in scope.get("state", {})
    problem = problem_of(error, stranger=stranger)
    return Response(problem.body, problem.status, {**problem.headers, **(headers or {})})


class PlainRoute(Route):
    """A route without the framework, by whose template the log names it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether the route takes the request, and note which route it is."""
        match, child = super().matches(scope)
        return match, {**child, "route": self} if match is not Match.NONE else child


class Guard:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, whatever happens inside."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(send, self._headers)
        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            watched.status = 499
        except Exception as error:  # noqa: BLE001 - nothing of an unforeseen error may leave this process
            await self._refuse(error, scope, receive, watched)
        finally:
            watched.log(scope)

    async def _refuse(self, error: Exception, scope: Scope, receive: Receive, send: "_Watched") -> None:
        found = known(error)
        if found is None:
            journal.fault("web", error, request=send.request)
        if not send.status:
            headers = error.headers if isinstance(error, HTTPException) else None
            await answer(found or InternalError(), scope, headers)(scope, receive, send)


def known(error: Exception) -> HandoverError | None:
    """Give the refusal that *error* stands for, if it was foreseen."""
    if isinstance(error, HandoverError):
        return error
    if isinstance(error, HTTPException) and error.status_code in _HTTP:
        return _HTTP[error.status_code]()
    return None


class _Watched:
    """Passes an answer on with our headers, and counts."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send = send
        self._headers = headers
        self._began = time.perf_counter()
        self.request = secrets.token_hex(8)
        self.status = 0
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self.request
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)

    def log(self, scope: Scope) -> None:
        """Write the request's line: neither address, nor query, nor who."""
        route = scope.get("route")
        structlog.get_logger().info(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=getattr(route, "path", "none"),
            status=self.status,
            milliseconds=round((time.perf_counter() - self._began) * 1000, 1),
            bytes=self.size,
            request=self.request,
        )


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
