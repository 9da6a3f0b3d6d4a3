"""Connections to peers: only to addresses that were looked at, to the server whose key is pinned, and in time.

The limit of time is one for the whole exchange: a peer that sends a byte each second keeps within every limit of a
single read, and would be waited for without end.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

import httpcore2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handover.domain.errors import UnreachableError, UntrustedError

_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
# Global to the standard library, and yet ways to addresses that are not: 6to4, Teredo, relays, shared and special use.
_BAD_NETWORKS: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("2002::/16", "2001::/23", "192.88.99.0/24", "100.64.0.0/10", "192.0.0.0/24")
)

_PART: Final = 16 * 1024  # bytes that are sent at a time

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


class PeerKeyError(UntrustedError):
    """The server at the peer's address does not have the key that the registry pins."""

    name = "peer-key"
    title = "The server at the other node's address has another key than the registry says."
    advice = "Do not go on by other means. Tell the other node's operator and the registry's operators."


def is_public(address: Address) -> bool:
    """Tell whether *address* is globally routable and no tunnel to one that is not."""
    if address.is_multicast or not address.is_global:
        return False
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _BAD_NETWORKS if network.version == address.version)


class Exchanges(threading.local):
    """The exchange that this thread is in: when it must be over (monotonic seconds), and whether it is in the clear."""

    end: float = 0.0
    clear: bool = False

    @contextmanager
    def within(self, seconds: float, *, clear: bool) -> Iterator[None]:
        """Give the block so many seconds; what it waits for ends then, whatever has come until then."""
        self.end, self.clear = time.monotonic() + seconds, clear
        try:
            yield
        finally:
            self.end = 0.0

    def left(self, timeout: float | None) -> float:
        """Give the seconds to wait: *timeout*, or less when the exchange must be over before.

        Raises:
            PeerUnreachableError: it must be over now.
        """
        left = self.end - time.monotonic()
        if left <= 0:
            raise PeerUnreachableError
        return left if timeout is None else min(left, timeout)


class Backend(httpcore2.NetworkBackend):
    """Connects only to addresses that were looked at."""

    def __init__(self, exchanges: Exchanges, *, private: bool) -> None:
        self._exchanges = exchanges
        self._private = private
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of *host* that answers; all of them must be acceptable.

        Raises:
            PeerAddressError: one of them is not.
            PeerUnreachableError: the name is not known.
        """
        failure: Exception = PeerAddressError()
        for address in self._addresses(host, port):
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error  # a name often has two addresses where only one of them is reached from here
        raise failure

    def _connect(self, address: Address, port: int, timeout: float | None, *rest: Any) -> "_Stream":
        left = self._exchanges.left(timeout)
        return _Stream(self._plain.connect_tcp(str(address), port, left, *rest), self._exchanges)

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise PeerUnreachableError from error
        addresses = [ipaddress.ip_address(each[4][0]) for each in found]
        if not all(map(self._acceptable, addresses)):
            raise PeerAddressError
        return addresses

    def _acceptable(self, address: Address) -> bool:
        if self._exchanges.clear:
            return address.is_loopback
        return self._private or is_public(address)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the exchange that this thread is in."""

    def __init__(self, inner: httpcore2.NetworkStream, exchanges: Exchanges) -> None:
        self._inner = inner
        self._exchanges = exchanges

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Give what has come."""
        return self._inner.read(max_bytes, self._exchanges.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it, a part at a time: each part is given the time that is left then."""
        for start in range(0, len(buffer), _PART):
            self._inner.write(buffer[start : start + _PART], self._exchanges.left(timeout))

    def close(self) -> None:
        """Close it."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Give the connection under TLS."""
        left = self._exchanges.left(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._exchanges)

    def get_extra_info(self, info: str) -> Any:
        """Give what the connection knows of itself."""
        return self._inner.get_extra_info(info)


def context(pins: frozenset[bytes]) -> ssl.SSLContext:
    """Give the TLS settings for a server whose key is one of *pins*, or in the web PKI where there are none."""
    if not pins:
        return ssl.create_default_context()
    made = _PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False  # the pinned key says who it is, whatever name its certificate bears
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.pins = pins
    return made


class _PinnedContext(ssl.SSLContext):
    """Checks the server's key right after the handshake, before a byte of ours is sent."""

    pins: frozenset[bytes] = frozenset()

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        """Give the connected socket; raises PeerKeyError."""
        wrapped = super().wrap_socket(*args, **options)
        certificate = wrapped.getpeercert(binary_form=True)
        if certificate is None or _pin(certificate) not in self.pins:
            wrapped.close()
            raise PeerKeyError
        return wrapped


def _pin(certificate: bytes) -> bytes:
    try:
        return key_digest(x509.load_der_x509_certificate(certificate))
    except ValueError:
        return b""


def key_digest(certificate: x509.Certificate) -> bytes:
    """Give the SHA-256 digest of the key's SubjectPublicKeyInfo; raises ValueError where it is of no known kind."""
    key = certificate.public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
