"""What every request must keep to before any of our code reads it: framing, sizes, media type and time.

Pure ASGI: a body that is too large, too slow or of a wrong kind is refused while it comes, never stored whole.
"""

import asyncio
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handover.application.attachments import MEDIA_TYPES
from handover.application.evaluating import PATH as EVALUATIONS
from handover.application.question_post import PAGE as TRACING
from handover.application.question_post import QUESTIONS, WITHDRAWALS
from handover.application.reconciliations import PATH as RECONCILIATION
from handover.domain.groups import WORDS
from handover.protocol.attachment import LONGEST_FILE, PART
from handover.protocol.delivery import BODY_LIMIT
from handover.protocol.evaluation import SIZE
from handover.protocol.question import SIZE as QUESTION_SIZE
from handover.protocol.question_withdrawal import SIZE as WITHDRAWAL_SIZE
from handover.protocol.reconciliation import LIMIT as RECONCILIATION_LIMIT
from handover.protocol.resync import PATH as RESYNC
from handover.protocol.resync import REQUEST_LIMIT
from handover.protocol.witness import PATH as WITNESS
from handover.protocol.witness import REQUEST_LIMIT as WITNESS_LIMIT
from handover.web.problems import (
    FramingError,
    HeadersTooLargeError,
    MediaTypeError,
    TooLargeError,
    TooSlowError,
)

API_LIMIT: Final = 256 * 1024  # bytes
DOCUMENT_LIMIT: Final = 4 * 1024 * 1024  # a case system's own document
FORM_LIMIT: Final = 1024 * 1024  # a form of the pages
UPLOAD_LIMIT: Final = LONGEST_FILE + 64 * 1024  # a form of the pages with a file
FIELD_LIMIT: Final = 4 * WORDS.longest
"""Characters of any text in a form or a body; where it is somewhat too long for its field, its field is named."""
MOST_FIELDS: Final = 64
FIELDS_LIMIT: Final = 16 * 1024
ADDRESS_LIMIT: Final = 2 * 1024
REFUSED: Final = "handover.refused"
"""Where in the scope stands why nothing of the body is read; the pages say it."""
SECONDS: Final = 30.0  # from the first byte of the body to its last
DELIVERIES: Final = "/federation/v1/envelopes"
_JSON: Final = re.compile(rb'application/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?', re.IGNORECASE)
_BYTES: Final = re.compile(rb"application/octet-stream")
_TEXT: Final = re.compile(rb'text/plain(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?', re.IGNORECASE)
_FORM: Final = re.compile(rb"application/x-www-form-urlencoded")
_UPLOAD: Final = re.compile(rb'multipart/form-data; ?boundary="?[A-Za-z0-9\'()+_,./:=? -]{1,70}"?')
_FILES: Final = re.compile("|".join(map(re.escape, MEDIA_TYPES)).encode())
_LENGTH: Final = re.compile(rb"0|[1-9][0-9]{0,15}")
# Which paths take how many bytes of which media type; the first that fits counts.
_TAKEN: Final = (
    (re.compile(re.escape(DELIVERIES)), BODY_LIMIT, _JSON),
    (re.compile(r"/federation/v1/attachments/[^/]+"), PART, _BYTES),
    (re.compile(re.escape(RESYNC)), REQUEST_LIMIT, _BYTES),
    (re.compile(re.escape(EVALUATIONS)), max(SIZE.values()), _BYTES),
    (re.compile(re.escape(QUESTIONS)), QUESTION_SIZE, _BYTES),
    (re.compile(re.escape(WITHDRAWALS)), WITHDRAWAL_SIZE, _BYTES),
    (re.compile(re.escape(RECONCILIATION)), RECONCILIATION_LIMIT, _BYTES),
    (re.compile(re.escape(TRACING)), 0, _BYTES),
    (re.compile(re.escape(WITNESS)), WITNESS_LIMIT, _TEXT),
    (re.compile(r"/api/v1/matters/[^/]+/import/[^/]+"), DOCUMENT_LIMIT, _JSON),
    (re.compile(r"/api/v1/matters/[^/]+/attachments"), LONGEST_FILE, _FILES),
    (re.compile(r"/api/v1/.*"), API_LIMIT, _JSON),
    (re.compile(r"/office/.*/(?:files|import)"), UPLOAD_LIMIT, _UPLOAD),
    (re.compile(r"/office(?:/.*)?|/request"), FORM_LIMIT, _FORM),
    (re.compile(r".*", re.DOTALL), 0, _JSON),
)


def taken_at(path: str) -> tuple[int, re.Pattern[bytes]]:
    """Give how many bytes, and of which media types, may be sent to *path*."""
    return next((limit, kinds) for known, limit, kinds in _TAKEN if known.fullmatch(path))


class Limits:
    """Refuses by raising; what catches is in front of it."""

    def __init__(self, app: ASGIApp, *, seconds: float = SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what keeps the limits.

        Raises:
            HandoverError: one of the kinds above.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _check_head(scope)
        try:
            limit = _check_body(scope)
        except (TooLargeError, MediaTypeError) as error:
            if not _wants_page(scope):
                raise
            scope[REFUSED] = error
            await self._app(scope, _nothing, send)
            return
        await self._app(scope, _Bounded(receive, limit, self._seconds), send)


async def _nothing() -> Message:
    """Give no byte of a body that is refused."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _wants_page(scope: Scope) -> bool:
    """Tell whether a browser asks for a page of the officers: it is told there, in words, what is refused."""
    accepted = b",".join(_all(scope, b"accept"))
    return b"text/html" in accepted and taken_at(scope["path"])[1] in (_FORM, _UPLOAD)


class _Bounded:
    """Passes a body on as long as it is neither too long nor too slow."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._left = limit
        self._seconds = seconds
        self._end: float | None = None
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        self._end = self._end or now + self._seconds
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise TooSlowError from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLargeError
        self._complete = not message.get("more_body", False)
        return message


def _check_head(scope: Scope) -> None:
    fields = scope["headers"]
    size = sum(len(name) + len(value) for name, value in fields)
    address = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    if len(fields) > MOST_FIELDS or size > FIELDS_LIMIT or address > ADDRESS_LIMIT:
        raise HeadersTooLargeError


def _check_body(scope: Scope) -> int:
    """Give how many bytes may come."""
    lengths = _all(scope, b"content-length")
    codings = _all(scope, b"transfer-encoding")
    if len(lengths) > 1 or len(codings) > 1 or (lengths and codings):
        raise FramingError
    if any(_LENGTH.fullmatch(length) is None for length in lengths) or codings not in ([], [b"chunked"]):
        raise FramingError
    limit, kinds = taken_at(scope["path"])
    length = int(lengths[0]) if lengths else 0
    if length > limit:
        raise TooLargeError
    if codings or length:
        types = _all(scope, b"content-type")
        if _all(scope, b"content-encoding") or len(types) != 1 or kinds.fullmatch(types[0]) is None:
            raise MediaTypeError
    return limit


def _all(scope: Scope, name: bytes) -> list[bytes]:
    return [value for found, value in scope["headers"] if found == name]
