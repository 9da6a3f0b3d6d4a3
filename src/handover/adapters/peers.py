"""HTTP out: posts batches to peers and reads their registry mirrors, within limits of size and time.

Addresses come from the registry alone. A name is resolved once, every address it gives must be globally routable
(unless the operator allows private ones), and the connection goes to that very address. No redirects, no proxies from
the environment, no content encoding. The server's key is in the web PKI, or pinned in the node entry.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2
import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handover.domain.errors import NotFoundError, UnreachableError, UntrustedError
from handover.domain.ids import Digest, NodeId
from handover.protocol import strict

TOTAL: Final = 60.0  # seconds for one whole exchange
_ANSWER_LIMIT: Final = 4 * 1024 * 1024
_BAD_NETWORKS: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "2002::/16", "2001::/32", "192.88.99.0/24", "100.64.0.0/10")
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PeerUnreachableError(UnreachableError):
    """The peer does not answer, or not in time."""

    name = "peer-unreachable"
    title = "The other node does not answer."
    advice = "Nothing is lost; delivery is tried again by itself."


class PeerAddressError(UnreachableError):
    """The address in the registry is not one that this node may connect to."""

    name = "peer-address"
    title = "The other node's address is private, local, or not HTTPS."
    advice = "Correct the node's entry in the registry, or allow private addresses in this node's settings."


class PeerAnswerError(UntrustedError):
    """The peer's answer breaks a limit: size, status, type or encoding."""

    name = "peer-answer"
    title = "The other node's answer is not acceptable."
    advice = "Tell the other node's operator; delivery is tried again by itself."
    retry = True


class PeerKeyError(UntrustedError):
    """The server at the peer's address does not have the key that the registry pins."""

    name = "peer-key"
    title = "The server at the other node's address has another key than the registry says."
    advice = "Do not go on by other means. Tell the other node's operator and the registry's operators."


def is_public(address: Address) -> bool:
    """Tell whether *address* is globally routable and no tunnel to one that is not."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None or address.is_multicast or not address.is_global:
        return False
    return not any(address in network for network in _BAD_NETWORKS if network.version == address.version)


class _PinnedContext(ssl.SSLContext):
    """Checks the server's key right after the handshake, before a byte of ours is sent."""

    pins: frozenset[bytes] = frozenset()

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Give the connected socket; raises PeerKeyError."""
        wrapped = super().wrap_socket(*args, **kwargs)
        certificate = wrapped.getpeercert(binary_form=True)
        if certificate is None or _pin(certificate) not in self.pins:
            wrapped.close()
            raise PeerKeyError
        return wrapped


def _pin(certificate: bytes) -> bytes:
    key = x509.load_der_x509_certificate(certificate).public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


class _Checked(httpcore2.SyncBackend):
    """Connects only to addresses that were looked at."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of *host*; all of them must be acceptable."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise PeerUnreachableError from error
        addresses = [ipaddress.ip_address(each[4][0]) for each in found]
        if not addresses or not (self._private or all(map(is_public, addresses))):
            raise PeerAddressError
        return super().connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)


class HTTPPeers:
    """One kept-alive client per pinned key set; safe to use from several threads."""

    def __init__(
        self, *, private: bool, pins: Callable[[NodeId], frozenset[bytes]], total: float = TOTAL
    ) -> None:
        self._private = private
        self._pins = pins
        self._total = total
        self._clients: dict[frozenset[bytes], httpx2.Client] = {}
        self._lock = threading.Lock()

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Post a batch of envelopes and give the answer.

        Raises:
            UnreachableError: no answer, or none that may be asked for.
            UntrustedError: the answer breaks a limit.
        """
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        url = f"{address}/federation/v1/envelopes"
        return self._exchange(peer, "POST", url, _ANSWER_LIMIT, headers=headers, content=body)

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        """Send a part of a sealed file; give how many bytes of it the peer has. Raises as `post`."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Accept-Encoding": "identity",
            "Upload-Offset": str(offset),
        }
        url = f"{address}/federation/v1/attachments/{sealed}"
        answer = self._exchange(peer, "PUT", url, 1024, headers=headers, content=part)
        (have,) = strict.members(strict.loads(answer), "have")
        return strict.integer(have)

    def get(self, peer: NodeId | None, address: str, path: str, limit: int) -> bytes:
        """Give a file of the peer's registry mirror or log, at most *limit* bytes; without *peer* no key is pinned.

        Raises:
            NotFoundError: the peer has no such file.
            UnreachableError: no answer, or none that may be asked for.
            UntrustedError: the answer breaks a limit.
        """
        return self._exchange(peer, "GET", f"{address}{path}", limit, headers={"Accept-Encoding": "identity"})

    def _exchange(self, peer: NodeId | None, method: str, url: str, limit: int, **request: Any) -> bytes:
        self._check(url)
        deadline = time.monotonic() + self._total
        try:
            with self._client(peer).stream(method, url, **request) as answer:
                if method == "GET" and answer.status_code == 404:
                    raise NotFoundError
                return _read(answer, limit, deadline)
        except (httpx2.HTTPError, httpcore2.NetworkError, httpcore2.TimeoutException, OSError) as error:
            raise PeerUnreachableError from error

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and self._private and _is_loopback(parts.hostname or "")
        if not (parts.scheme == "https" or plain) or parts.username or parts.query or parts.fragment:
            raise PeerAddressError

    def _client(self, peer: NodeId | None) -> httpx2.Client:
        pins = self._pins(peer) if peer else frozenset()
        with self._lock:
            if pins not in self._clients:
                self._clients[pins] = self._make(pins)
            return self._clients[pins]

    def _make(self, pins: frozenset[bytes]) -> httpx2.Client:
        transport = httpx2.HTTPTransport(verify=_context(pins), trust_env=False, retries=0)
        pool = httpcore2.ConnectionPool(
            ssl_context=_context(pins),
            max_connections=64,
            max_keepalive_connections=64,
            keepalive_expiry=60,
            network_backend=_Checked(private=self._private),
        )
        transport._pool = pool  # noqa: SLF001 - the only way to give httpx a network backend
        timeout = httpx2.Timeout(15.0, connect=5.0)
        return httpx2.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()


def _context(pins: frozenset[bytes]) -> ssl.SSLContext:
    if not pins:
        return ssl.create_default_context()
    context = _PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the pinned key says who it is, whatever name its certificate bears
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.pins = pins
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(answer: httpx2.Response, limit: int, deadline: float) -> bytes:
    if answer.status_code >= 500 or answer.status_code == 429:
        raise PeerUnreachableError
    encoded = answer.headers.get("content-encoding", "identity") != "identity"
    if answer.status_code != 200 or encoded:
        raise PeerAnswerError
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > limit:
            raise PeerAnswerError
        if time.monotonic() > deadline:
            raise PeerUnreachableError
    return bytes(body)
