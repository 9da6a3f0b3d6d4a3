"""Servers at a peer's address that do what no peer should: slow, endless, redirecting, with a key of their own."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

Behaviour = Callable[["Visit"], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Visit:
    """One connection; a behaviour reads from it and writes to it as it likes."""

    def __init__(self, connection: socket.socket, server: "StrangeServer") -> None:
        self.connection = connection
        self.server = server

    def request(self) -> bytes:
        """Read a whole request and remember it; empty when there is none."""
        data = bytearray()
        while b"\r\n\r\n" not in data:
            part = self.connection.recv(65536)
            if not part:
                return b""
            data += part
        head, _, body = bytes(data).partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        while len(body) < length:
            body += self.connection.recv(65536)
        self.server.requests.append(head + b"\r\n\r\n" + body)
        return body or head

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.25) -> None:
        """Say it a byte at a time, as long as anybody listens."""
        for number in range(len(data)):
            if self.server.stopped.is_set():
                return
            self.say(data[number : number + 1])
            time.sleep(seconds)

    def wait(self) -> None:
        """Say nothing until the server is stopped."""
        self.server.stopped.wait(120)


class StrangeServer:
    """Listens on loopback; every connection gets a thread and the same behaviour."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.behaviour = behaviour
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopped = threading.Event()
        self._open: list[socket.socket] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while not self.stopped.is_set():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._visit, args=(connection,), daemon=True).start()

    def _visit(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:  # the other side goes away when it has had enough
            inner = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with inner:
                self.behaviour(Visit(inner, self))

    def stop(self) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def strange(
    behaviour: Behaviour, tls: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[StrangeServer]:
    """Give a server that behaves so."""
    server = StrangeServer(behaviour, tls, port)
    try:
        yield server
    finally:
        server.stop()


def answering(*parts: bytes) -> Behaviour:
    """Answer every request of a connection with *parts*."""

    def behave(visit: Visit) -> None:
        while visit.request():
            for part in parts:
                visit.say(part)

    return behave


def sized(body: bytes, fields: bytes = b"") -> bytes:
    """Give a whole answer."""
    return HEAD + fields + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def slow_head(visit: Visit) -> None:
    """Never ends its header fields, and is never silent for long."""
    visit.request()
    visit.drip(HEAD + b"X-Slow: " + b"a" * 10_000)


def slow_body(visit: Visit) -> None:
    """Sends the body a byte at a time."""
    visit.request()
    visit.say(HEAD + b"Content-Length: 10000\r\n\r\n")
    visit.drip(b"a" * 10_000)


def promising(visit: Visit) -> None:
    """Says again and again that it will answer."""
    visit.request()
    while not visit.server.stopped.is_set():
        visit.say(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.1)


def deaf(visit: Visit) -> None:
    """Takes the connection and reads nothing."""
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    visit.wait()


def silent(visit: Visit) -> None:
    """Reads the request and never answers."""
    visit.request()
    visit.wait()


def endless(visit: Visit) -> None:
    """Answers without an end, as fast as it is read."""
    visit.request()
    visit.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not visit.server.stopped.is_set():
        visit.say(b"10000\r\n" + b" " * 65536 + b"\r\n")


class Certificate:
    """A server key with a certificate that it signed itself, in the name of nobody."""

    def __init__(self, folder: Path, name: str = "server") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.pin = sha256(
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).digest()
        who, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody.invalid")]), datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(who)
            .issuer_name(who)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        self.file = folder / f"{name}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.file.write_bytes(private + made.public_bytes(Encoding.PEM))

    def context(self, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.file)
        made.maximum_version = newest
        return made


def silent_socket(visit: Visit) -> None:
    """Takes the connection and does nothing at all."""
    visit.wait()
