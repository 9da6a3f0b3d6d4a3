"""Runs a node: the web application on uvicorn, and the worker in a thread beside it or alone."""

import asyncio
import gc
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from types import FrameType
from typing import Any, ClassVar, Final

import uvicorn
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from handover.domain.errors import HandoverError
from handover.web import journal
from handover.web.app import create_app
from handover.web.parts import Node, Settings
from handover.web.proxies import is_proxy
from handover.web.quota import name_of

CONNECTIONS: Final = 256  # all together
SWITCH: Final = 0.001  # seconds after which a thread that computes lets the others go on
IDLE: Final = (
    75  # seconds; longer than a peer keeps an idle connection, so that it never writes into a closed one
)


class ListenError(HandoverError):
    """The address at which the process is to listen cannot be had."""

    name = "listen"
    title = "This process cannot listen at its address."
    advice = (
        "Stop what listens there already, perhaps this node itself, or set `listen` to another HOST:PORT."
    )


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 that waits only so long for a request and for its answer to be taken, and reads only so much."""

    head_seconds: ClassVar[float] = 10.0  # for the first line and the header fields of a request
    head_bytes: ClassVar[int] = 32 * 1024
    per_address: ClassVar[int] = 64  # connections from one address that is no proxy's
    ahead: ClassVar[int] = 8  # requests of a connection that may wait for the answers to those before
    rest_seconds: ClassVar[float] = 30.0  # for what is left of a request that was answered before its end
    take_seconds: ClassVar[float] = 10.0  # in which so many bytes of an answer must be taken, or its end
    take_bytes: ClassVar[int] = 10 * 1024
    addresses: ClassVar[Counter[str]] = Counter()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._end: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._in_body = False
        self._head = 0
        self._host = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless its address has too many."""
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        from_proxy = is_proxy(host, tuple(self.config.forwarded_allow_ips))
        self._host = "" if from_proxy else name_of({"client": self.client}) or host
        if self._host:
            self.addresses[self._host] += 1
            if self.addresses[self._host] > self.per_address:
                transport.close()
                return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        if self._taking is not None:
            self._taking.cancel()
        if self._host:
            self.addresses[self._host] -= 1
            if not self.addresses[self._host]:
                del self.addresses[self._host]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, while the head is short enough."""
        super().data_received(data)
        if self._end is not None and not self._in_body:
            self._head += len(data)
            if self._head > self.head_bytes:
                self.transport.close()

    def on_message_begin(self) -> None:
        """Wait for the head of the next request, unless too many wait for their answers.

        Raises:
            ConnectionAbortedError: they do; the parser goes no further.
        """
        if len(self.pipeline) >= self.ahead:
            raise ConnectionAbortedError
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is complete; the body has limits of its own."""
        self._stop_waiting()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._in_body = False
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait only so long for what is left of the request, and for the answer to be taken."""
        super().on_response_complete()
        if self._in_body and self._end is None:
            self._end = self.loop.call_later(self.rest_seconds, self.transport.close)
        if self._taking is None:
            self._wait_for_taker()

    def _wait_for_taker(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left:
            self._taking = self.loop.call_later(self.take_seconds, self._look_at_taker, left)

    def _look_at_taker(self, before: int) -> None:
        """Cut off who takes its answer too slowly: until it is taken, it holds memory and a connection."""
        self._taking = None
        if self.transport.get_write_buffer_size() > max(0, before - self.take_bytes):
            self.transport.abort()
        else:
            self._wait_for_taker()

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._head = 0
        self._end = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None


def config_of(
    node: Node, *, protocol: type[Protocol] = Protocol, pages: Sequence[Route] = ()
) -> uvicorn.Config:
    """Give uvicorn's configuration: fast parts by name, no log of addresses, no header that tells the version."""
    return uvicorn.Config(
        create_app(node, pages),
        loop="uvloop",
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=node.settings.proxy_tells,
        forwarded_allow_ips=list(node.settings.proxies),
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=20,
    )


def listening(address: str) -> socket.socket:
    """Give a socket that listens at HOST:PORT.

    Raises:
        ListenError: it cannot be had, as when another process has it.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, int(port)), family=family, backlog=2048)
    except OSError as error:
        raise ListenError(f"{address}: {error.strerror}") from error


def serve(node: Node, settings: Settings, *, worker: bool, pages: Sequence[Route] = ()) -> None:
    """Serve until SIGTERM or SIGINT; answers under way are finished, and so is the worker's batch.

    Raises:
        ListenError: the address cannot be had.
    """
    journal.set_up()
    stop = threading.Event()
    thread = threading.Thread(target=node.worker.run, args=(stop, journal.fault), name="worker", daemon=True)
    server = uvicorn.Server(config_of(node, pages=pages))

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn raises the signal again once it has ended; without a handler that would end us before the worker. And
    # a signal that comes before uvicorn looks for any is not lost: whoever can reach us can end us in order.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    door = listening(settings.listen)
    if worker:
        thread.start()
    try:
        _settle()
        journal.note("serving", node=str(node.id), address=f"http://{settings.listen}")
        server.run(sockets=[door])
        journal.note("ended", node=str(node.id))
    finally:
        door.close()
        stop.set()
        node.worker.wake()
        if worker:
            thread.join(timeout=30)


def work(node: Node, stop: threading.Event) -> None:
    """Deliver, watch the clock and refresh the registry until *stop* is set."""
    journal.set_up()
    journal.note("delivering", node=str(node.id))
    _settle()
    node.worker.run(stop, journal.fault)
    journal.note("ended", node=str(node.id))


def _settle() -> None:
    """Leave what was loaded until now out of the garbage collector's rounds: it stays as long as the process."""
    sys.setswitchinterval(SWITCH)
    gc.freeze()
