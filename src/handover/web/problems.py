"""The one table from error to HTTP answer: every refusal is a problem document (RFC 9457, docs/spec/problems.md).

No answer repeats any part of the request. To whoever has not proved who they are, all untrusted input looks alike.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handover.application.allowances import TooManyRequestsError
from handover.application.answering import AskerQuotaError
from handover.application.officers import UnauthenticatedError
from handover.application.reconciled import ReconciliationsSpentError
from handover.application.tracing_keys import EvaluationsSpentError
from handover.domain.errors import (
    HandoverError,
    MalformedError,
    NotFoundError,
    OutOfOrderError,
    RefusedError,
    UnreachableError,
    UntrustedError,
)
from handover.domain.schema import MalformedRecordError
from handover.protocol.bodies import IncompleteMessageError
from handover.protocol.witness import ProofRefusedError

TYPES: Final = "https://handover.example/problems/"
MEDIA_TYPE: Final = "application/problem+json"


class TooLargeError(MalformedError):
    """A body has at most so many bytes, at each path its own."""

    name = "too-large"
    title = "The request's body is larger than this path takes."
    advice = "Send less at once; docs/spec/federation.md and docs/spec/api.md state the limits."


class FieldTooLongError(TooLargeError):
    """A field of a form or of the API has at most 16 000 characters, a part of a date 40, whatever it is for."""

    name = "field-too-long"
    title = "One field of what you sent is longer than any field may be."
    advice = "Go back and write less in it. A long text can go along as a document."


class MediaTypeError(MalformedError):
    """A body is of the one media type that its path takes, mostly JSON in UTF-8, and is sent as it is."""

    name = "media-type"
    title = "The body is not sent with the media type that this path takes, or it is encoded."
    advice = (
        "Send Content-Type: application/json (in UTF-8; files with their own type) and no Content-Encoding."
    )


class FramingError(MalformedError):
    """A body has one length, stated in one way."""

    name = "framing"
    title = "The request states the length of its body in more than one way, or in a wrong one."
    advice = "Send either Content-Length or Transfer-Encoding: chunked, once."


class HeadersTooLargeError(MalformedError):
    """A request has at most 64 header fields of at most 16 KiB together, and an address of at most 2 KiB."""

    name = "headers-too-large"
    title = "The request's header fields, or its address, are too many or too long."
    advice = "Send fewer and shorter header fields."


class TooSlowError(UnreachableError):
    """A request is read within a fixed time."""

    name = "too-slow"
    title = "The request did not arrive within the time that this node waits for one."
    advice = "Send it again over a better connection, or in smaller parts."


class BusyError(UnreachableError):
    """So many requests are under way that one more would have to wait too long."""

    name = "busy"
    title = "This node has too much to do at this moment."
    advice = "Send the same request again after as long as Retry-After says."


class NoSuchPathError(NotFoundError):
    """There is no such address here."""

    name = "no-such-path"
    title = "There is nothing at this address."
    advice = (
        "Check the address, or begin at the first page. "
        "Programs find all addresses in docs/spec/api.md and docs/spec/federation.md."
    )


class MethodNotAllowedError(RefusedError):
    """The address is there, but it takes other methods."""

    name = "method-not-allowed"
    title = "This address does not take this method."
    advice = "Use a method that the Allow header names."


class KeyMissingError(RefusedError):
    """What changes something can be repeated safely only under a key."""

    name = "idempotency-key-missing"
    title = "The request has no usable Idempotency-Key."
    advice = "Send Idempotency-Key with 8 to 128 visible ASCII characters, a new one for each request: a UUID will do."


class InvalidRequestError(MalformedError):
    """The body or a parameter does not have the shape that the description of the API gives."""

    name = "invalid-request"
    title = "The request does not have the shape that this path takes."
    advice = "Correct what `errors` points to; /api/openapi.json describes every request."

    def __init__(self, detail: str | None = None, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class InternalError(HandoverError):
    """Something that should not happen has happened."""

    name = "internal"
    title = "Something went wrong inside this node."
    advice = (
        "Tell this node's operator the time and the X-Request-Id. Before repeating, look whether it was done."
    )


STATUS: Final[dict[type[HandoverError], int]] = {  # the class nearest to the error's own counts
    HandoverError: 500,
    UntrustedError: 400,
    MalformedError: 400,
    MalformedRecordError: 422,
    IncompleteMessageError: 422,
    InvalidRequestError: 422,
    UnauthenticatedError: 401,
    RefusedError: 403,
    KeyMissingError: 400,
    NotFoundError: 404,
    MethodNotAllowedError: 405,
    ProofRefusedError: 422,
    TooSlowError: 408,
    OutOfOrderError: 409,
    TooLargeError: 413,
    MediaTypeError: 415,
    TooManyRequestsError: 429,
    EvaluationsSpentError: 429,
    AskerQuotaError: 429,
    ReconciliationsSpentError: 429,
    HeadersTooLargeError: 431,
    UnreachableError: 503,
}
_WAITING: Final = (TooManyRequestsError, EvaluationsSpentError, AskerQuotaError)  # they know for how long
_FRAMING: Final = (TooLargeError, MediaTypeError, FramingError, HeadersTooLargeError)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An answer: status, body and the header fields that go with it."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def status_of(error: type[HandoverError]) -> int:
    """Give the HTTP status of an error's class."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def problem_of(error: HandoverError, *, stranger: bool) -> Problem:
    """Give the problem document of *error*; a *stranger* has not proved to be an officer of this node."""
    kind = _for_strangers(type(error)) if stranger else type(error)
    status = status_of(kind)
    document: dict[str, object] = {
        "type": f"{TYPES}{kind.name}",
        "title": kind.title,
        "status": status,
        "detail": kind.title if stranger else error.detail or kind.title,
        "advice": kind.advice,
        "retry": kind.retry,
    }
    if isinstance(error, InvalidRequestError) and error.errors and not stranger:
        document["errors"] = list(error.errors)
    headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="handover"'
    if status in (408, 429, 503):
        headers["retry-after"] = str(error.seconds) if isinstance(error, _WAITING) else "5"
    if issubclass(kind, (*_FRAMING, TooSlowError, TooManyRequestsError, BusyError)):
        headers["connection"] = "close"  # the rest of the request is not read
    return Problem(status=status, body=json.dumps(document, ensure_ascii=False).encode(), headers=headers)


def _for_strangers(kind: type[HandoverError]) -> type[HandoverError]:
    if issubclass(kind, _FRAMING):
        return kind
    if issubclass(kind, UntrustedError):
        return UntrustedError
    return InternalError if status_of(kind) == 500 else kind


def catalogue() -> dict[str, type[HandoverError]]:
    """Give, by name, every class of error of ours that is loaded."""
    found: dict[str, type[HandoverError]] = {}
    for error in _descendants(HandoverError):
        if "name" in vars(error) and error.__module__.startswith("handover."):
            found[error.name] = error
    return dict(sorted(found.items()))


def _descendants(error: type[HandoverError]) -> Iterator[type[HandoverError]]:
    yield error
    for each in error.__subclasses__():
        yield from _descendants(each)
