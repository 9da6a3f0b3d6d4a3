"""Nodes on real sockets: what never ends is given up, what is queued goes out at once, and SIGTERM ends in order."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest
import uvicorn

from federation import PASSPHRASE, Federation, Wire
from handover.adapters.peers import HTTPPeers
from handover.application.worker import Worker
from handover.domain.errors import UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.node import Node
from handover.web import server
from web.stage import Office, Stage


class Hasty(server.Protocol):
    """Waits only a moment for a head."""

    head_seconds = 1.5
    rest_seconds = take_seconds = 0.5
    per_address = 8


def port_of(running: uvicorn.Server) -> int:
    return int(running.servers[0].sockets[0].getsockname()[1])


def until(true: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def running(node: Node, protocol: type[server.Protocol] = server.Protocol) -> Iterator[int]:
    """Serve the node on a free port of this machine and give the port."""
    found = uvicorn.Server(server.config_of(node, protocol=protocol))
    thread = threading.Thread(target=found.run, args=([server.listening("127.0.0.1:0")],))
    thread.start()
    try:
        until(lambda: found.started)
        yield port_of(found)
    finally:
        found.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    fed = Federation(tmp_path_factory.mktemp("federation"))
    node = fed.add("gr/athens")
    settings = node.settings.model_copy(update={"proxies": []})  # this machine counts as everybody does
    with running(replace(node, settings=settings), Hasty) as found:
        yield found
    node.close()


def answered(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Give all that a server says to bytes of our choosing until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        got = b""
        try:
            while part := connection.recv(65536):
                got += part
        except ConnectionResetError:
            pass  # it closed while we were still speaking
        return got


def test_a_head_that_never_ends_is_given_up(port: int) -> None:
    assert answered(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n") == b""
    assert answered(port) == b""
    drops = [b"X-Drop: 1\r\n"] * 50
    assert answered(port, b"GET /livez HTTP/1.1\r\n", *drops, pause=0.05) == b""


@pytest.mark.parametrize("flood", [b"GET /" + b"a" * 200_000, b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000])
def test_a_head_that_is_too_long_is_not_read_on(port: int, flood: bytes) -> None:
    assert b"200 OK" not in answered(port, flood)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 4\r\nContent-Length: 4\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length : 4\r\n",
        b"Content-Length: 4 4\r\n",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(port: int, head: bytes) -> None:
    request = b"POST /federation/v1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    answer = answered(port, request + head + b"\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"200 OK" not in answer


def test_a_connection_is_used_again(port: int) -> None:
    one = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        for _ in range(2):
            connection.sendall(one)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
            time.sleep(
                Hasty.head_seconds + 0.2
            )  # longer than a head may take: between two requests nobody waits for one


def test_one_address_has_only_so_many_connections(port: int) -> None:
    held = [socket.create_connection(("127.0.0.1", port), timeout=300) for _ in range(Hasty.per_address)]
    assert answered(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    for connection in held:
        connection.close()
    until(lambda: not Hasty.addresses)
    assert b"200 OK" in answered(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_only_few_requests_wait_for_the_answers_before(port: int) -> None:
    """Ten thousand in one breath would be read at once, and everybody else would stand behind them."""
    answer = answered(port, b"GET /readyz HTTP/1.1\r\n\r\n" + b"GET /livez HTTP/1.1\r\n\r\n" * 1000)
    assert answer.count(b"200 OK") <= 1 + Hasty.ahead


def test_who_does_not_take_an_answer_is_cut_off(port: int) -> None:
    until(lambda: not Hasty.addresses)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: bool(Hasty.addresses))
        until(lambda: not Hasty.addresses)


def test_what_is_left_of_a_request_that_was_answered_is_not_waited_for(port: int) -> None:
    head = (
        b"POST /api/v1/matters HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    )
    assert answered(port, head, *[b" "] * 100, pause=0.05).startswith(b"HTTP/1.1 401")


@dataclass
class SocketWire(Wire):
    """Posts over real connections to where each node listens."""

    ports: dict[NodeId, int] = field(default_factory=dict)
    peers: HTTPPeers = field(default_factory=lambda: HTTPPeers(private=True, pins=lambda _: frozenset()))

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        if peer in self.down:
            raise UnreachableError("cut")
        self.posted.append((peer, body))
        return self.peers.post(peer, f"http://127.0.0.1:{self.ports[peer]}", body)

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        return self.peers.push(peer, f"http://127.0.0.1:{self.ports[peer]}", sealed, offset, part)


@contextmanager
def working(node: Node, faults: list[str]) -> Iterator[None]:
    """Run a worker that by itself would look only once an hour."""
    parts = (node.outbox, node.clockwork, node.refresher, node.attachments)
    node.__dict__["worker"] = Worker(*parts, poll=3600)
    stop = threading.Event()
    thread = threading.Thread(
        target=node.worker.run, args=(stop, lambda part, error: faults.append(f"{part}: {error!r}"))
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        node.worker.wake()
        thread.join()


def test_what_is_queued_goes_out_at_once_and_so_do_the_answers(tmp_path: Path) -> None:
    wire, faults = SocketWire(), list[str]()
    fed = Federation(tmp_path, wire=wire)
    north, south = fed.add("gr/athens"), fed.add("de/hamburg")
    with running(north) as one, running(south) as two, working(north, faults), working(south, faults):
        wire.ports |= {north.id: one, south.id: two}
        clients = [httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) for port in (one, two)]
        here, there = Office(north, clients[0]), Office(south, clients[1])  # type: ignore[arg-type]
        stage = Stage(fed, here, there)
        sent = stage.prepared()["id"]
        here.post(f"/handovers/{sent}/release", by="second")
        until(lambda: bool(there.get("/handovers?state=PENDING")["data"]))
        got = there.get("/handovers?state=PENDING")["data"][0]["id"]
        there.post(f"/handovers/{got}/open")
        there.post(
            f"/handovers/{got}/accept",
            {"responsible": {"name": "A", "organisation": "B", "contact": ""}, "plan": "Met."},
        )
        until(lambda: here.get(f"/handovers/{sent}")["state"] == "ACCEPTED")
        here.post(f"/handovers/{sent}/countersign")
        until(lambda: here.get(f"/handovers/{sent}")["state"] == "TRANSFERRED")
        assert north.worker.tallies()[south.id, "receipted"] >= 2
        for client in clients:
            client.close()
    wire.peers.close()
    for node in (north, south):
        node.close()
    assert not faults


@contextmanager
def _process(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Give a process that serves a node, and its port."""
    fed = Federation(folder)
    node = fed.add("gr/athens")
    node.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = (
        "import sys; from pathlib import Path; from handover import config, node; from handover.web import server\n"
        "settings = config.load(Path(sys.argv[1]), node='gr/athens', passphrase=sys.argv[2], listen=sys.argv[3])\n"
        "found = node.open_node(settings)\n"
        "server.serve(found, settings, worker=True)\n"
        "found.close(); print('closed')\n"
    )
    command = [sys.executable, "-c", program, str(node.settings.data), PASSPHRASE, f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PYTHONPATH": ":".join(sys.path)}
    )
    try:
        yield process, port
    finally:
        process.kill()
        process.communicate()


def test_sigterm_ends_a_node_in_order(tmp_path: Path) -> None:
    with _process(tmp_path) as (process, port):
        until(lambda: _alive(port))
        process.send_signal(signal.SIGTERM)
        said, logged = process.communicate(timeout=300)
    assert (process.returncode, said) == (0, b"closed\n"), logged
    assert b"/livez" in logged
    events = [json.loads(line) for line in logged.splitlines()]
    assert [each["event"] for each in events if each["event"] != "request"] == ["serving", "ended"]
    assert events[0]["address"] == f"http://127.0.0.1:{port}"


def test_a_signal_that_comes_while_a_node_begins_is_not_lost(tmp_path: Path) -> None:
    with _process(tmp_path) as (process, _):
        assert process.stderr is not None
        assert b"serving" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        said, logged = process.communicate(timeout=300)
    assert (process.returncode, said) == (0, b"closed\n"), logged


def test_an_address_that_is_taken_is_named_in_a_sentence() -> None:
    with server.listening("127.0.0.1:0") as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(server.ListenError, match=address):
            server.listening(address)


def _alive(port: int) -> bool:
    try:
        return b"200 OK" in answered(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    except OSError:
        return False
