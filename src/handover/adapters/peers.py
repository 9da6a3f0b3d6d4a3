"""HTTP out: posts batches to peers and reads their registry mirrors, within limits of size and time.

Addresses come from the registry alone. A name is resolved once, every address it gives must be globally routable
(unless the operator allows private ones), and the connection goes to that very address. No redirects, no proxies from
the environment, no cookies, no content encoding. The server's key is in the web PKI, or pinned in the node entry.
"""

import ipaddress
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

import httpcore2

from handover.adapters import connections
from handover.adapters.connections import PeerAddressError, PeerKeyError, PeerUnreachableError
from handover.application.refusals import PeerRefusedError, PeerSpentError
from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import strict, witness
from handover.protocol.witness import WitnessSizeError

__all__ = ["HTTPPeers", "PeerAddressError", "PeerAnswerError", "PeerKeyError", "PeerUnreachableError"]

TOTAL: Final = 60.0  # seconds for one whole exchange
ASKED: Final = 10.0  # seconds for a small one that somebody waits for
_TIMEOUTS: Final = {"connect": 5.0, "read": 15.0, "write": 15.0, "pool": 5.0}  # seconds for each wait in it
_CONNECTIONS: Final = 64
_REFUSAL_LIMIT: Final = 8192
_SECONDS: Final = re.compile(rb"[0-9]{1,9}")
_UNNAMED: Final = 60  # seconds
_PROBLEM: Final = re.compile(r"[a-z]+(?:-[a-z0-9]+)*", re.ASCII)
_JSON: Final = re.compile(rb'application/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?', re.IGNORECASE)
_IDLE: Final = 60  # seconds; a peer keeps an idle connection longer
_ANSWER_LIMIT: Final = 4 * 1024 * 1024
_OUR_FIELDS: Final = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "handover"}


class PeerAnswerError(UntrustedError):
    """The peer's answer breaks a limit: size, status, type or encoding."""

    name = "peer-answer"
    title = "The other node's answer is not acceptable."
    advice = "Tell the other node's operator; delivery is tried again by itself."
    retry = True


class HTTPPeers:
    """Connections are kept alive, apart for each set of pinned keys; safe to use from several threads."""

    def __init__(
        self, *, private: bool, pins: Callable[[NodeId], frozenset[bytes]], total: float = TOTAL
    ) -> None:
        self._private = private
        self._pins = pins
        self._total = total
        self._exchanges = connections.Exchanges()
        self._pools: dict[frozenset[bytes], httpcore2.ConnectionPool] = {}
        self._lock = threading.Lock()

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Post a batch of envelopes and give the answer.

        Raises:
            UnreachableError: no answer, or none that may be asked for.
            UntrustedError: the answer breaks a limit.
        """
        url = f"{address}/federation/v1/envelopes"
        fields = {"Content-Type": "application/json"}
        return self._exchange(peer, "POST", url, _ANSWER_LIMIT, fields=fields, body=body, kind=_JSON)

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        """Send a part of a sealed file; give how many bytes of it the peer has. Raises as `post`."""
        url = f"{address}/federation/v1/attachments/{sealed}"
        fields = {"Content-Type": "application/octet-stream", "Upload-Offset": str(offset)}
        answer = self._exchange(peer, "PUT", url, 1024, fields=fields, body=part, kind=_JSON)
        (have,) = strict.members(strict.loads(answer), "have")
        return strict.integer(have)

    def ask(self, peer: NodeId, address: str, path: str, body: bytes, limit: int) -> bytes:
        """Post *body* to a path of the peer and give the answer of at most *limit* bytes, within ten seconds.

        Raises:
            PeerSpentError: the peer says that this node has had enough for now.
            UnreachableError, UntrustedError: as `post`.
        """
        fields = {"Content-Type": "application/octet-stream"}
        url = f"{address}{path}"
        return self._exchange(peer, "POST", url, limit, fields=fields, body=body, total=ASKED)

    def cosign(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Ask a witness for its lines; raises as `ask`, and WitnessSizeError where it knows another size of the log."""
        fields = {"Content-Type": "text/plain; charset=utf-8"}
        url = f"{address}{witness.PATH}"
        return self._exchange(peer, "POST", url, witness.ANSWER_LIMIT, fields=fields, body=body, total=ASKED)

    def get(self, peer: NodeId | None, address: str, path: str, limit: int) -> bytes:
        """Give a file of the peer's registry mirror or log, at most *limit* bytes; without *peer* no key is pinned.

        Raises:
            NotFoundError: the peer has no such file.
            UnreachableError: no answer, or none that may be asked for.
            UntrustedError: the answer breaks a limit.
        """
        return self._exchange(peer, "GET", f"{address}{path}", limit)

    def _exchange(
        self,
        peer: NodeId | None,
        method: str,
        url: str,
        limit: int,
        *,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        total: float | None = None,
        kind: re.Pattern[bytes] | None = None,
    ) -> bytes:
        clear = self._in_the_clear(url)
        pool = self._pool(self._pins(peer) if peer else frozenset())
        headers = [*_OUR_FIELDS.items(), *(fields or {}).items()]
        try:
            with (
                self._exchanges.within(min(total or self._total, self._total), clear=clear),
                pool.stream(
                    method, url, headers=headers, content=body, extensions={"timeout": _TIMEOUTS}
                ) as answer,
            ):
                if method == "GET" and answer.status == 404:
                    raise NotFoundError
                return _read(answer, limit, told=total is not None, kind=kind)
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            OSError,
        ) as error:
            raise PeerUnreachableError from error

    def _in_the_clear(self, url: str) -> bool:
        """Tell whether the address is one of this machine's own, without TLS.

        Raises:
            PeerAddressError: it is not HTTPS and not that either.
        """
        parts = urlsplit(url)
        clear = parts.scheme == "http" and self._private and _is_loopback(parts.hostname or "")
        if not (parts.scheme == "https" or clear) or parts.username or parts.query or parts.fragment:
            raise PeerAddressError
        return clear

    def _pool(self, pins: frozenset[bytes]) -> httpcore2.ConnectionPool:
        with self._lock:
            if pins not in self._pools:
                self._pools[pins] = httpcore2.ConnectionPool(
                    ssl_context=connections.context(pins),
                    max_connections=_CONNECTIONS,
                    max_keepalive_connections=_CONNECTIONS,
                    keepalive_expiry=_IDLE,
                    network_backend=connections.Backend(self._exchanges, private=self._private),
                )
            return self._pools[pins]

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(
    answer: httpcore2.Response, limit: int, *, told: bool, kind: re.Pattern[bytes] | None = None
) -> bytes:
    """Give the body of an answer of the media type *kind*; all else is left unread, but a problem that is *told*."""
    if answer.status == 429:
        raise PeerSpentError(wait_of(answer.headers))
    if answer.status >= 500 or answer.status == 408:
        raise PeerUnreachableError
    if told and 400 <= answer.status < 500:
        body = _body(answer, _REFUSAL_LIMIT)
        if (b"content-type", witness.SIZE_TYPE.encode()) in [
            (name.lower(), value) for name, value in answer.headers
        ]:
            raise WitnessSizeError(witness.decode_size(body))
        raise _refusal(body)
    if answer.status != 200:  # redirects among them: the address is the registry's to change
        raise PeerAnswerError
    for name, value in answer.headers:
        if name.lower() == b"content-encoding" and value.lower() != b"identity":
            raise PeerAnswerError
        if name.lower() == b"content-length" and int(value) > limit:
            raise PeerAnswerError
    types = [value for name, value in answer.headers if name.lower() == b"content-type"]
    if kind is not None and (len(types) != 1 or kind.fullmatch(types[0]) is None):
        raise PeerAnswerError
    return _body(answer, limit)


def wait_of(fields: Iterable[tuple[bytes, bytes]]) -> int:
    """Give the seconds that an answer says to wait: a minute where it names none, or a day of the calendar."""
    named = [value for name, value in fields if name.lower() == b"retry-after"]
    return int(named[0]) if len(named) == 1 and _SECONDS.fullmatch(named[0]) else _UNNAMED


def _refusal(body: bytes) -> UntrustedError:
    """Give what a problem document says, if the body is one."""
    try:
        document = json.loads(body)
        name, again = str(document["type"]).rpartition("/")[2], document.get("retry") is True
    except (ValueError, KeyError, TypeError, AttributeError):
        return PeerAnswerError()
    return PeerRefusedError(name, again=again) if _PROBLEM.fullmatch(name) else PeerAnswerError()


def _body(answer: httpcore2.Response, limit: int) -> bytes:
    body = bytearray()
    for chunk in answer.iter_stream():
        body += chunk
        if len(body) > limit:
            raise PeerAnswerError
    return bytes(body)
