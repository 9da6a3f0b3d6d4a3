"""The wire in front of a node: passes requests on, keeps what was answered, and loses, repeats or delays by a seed."""

import http.client
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "server"})


class Wire:
    """Listens where the registry says the node is. `exchanges` are (request, answer) of every delivery answered."""

    def __init__(self, behind: int) -> None:
        self.behind = behind
        self.exchanges: list[tuple[bytes, bytes]] = []
        self.lost = self.repeated = 0
        self.cut = False
        self.slow = 0.0  # seconds by which every answer is late
        self._open = threading.Event()
        self._open.set()
        self._random: Random | None = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def hurt(self, seed: int | None) -> None:
        """From now on lose some answers, send some requests twice and delay some; None: pass all on at once."""
        with self._lock:
            self._random = None if seed is None else Random(seed)

    def silence(self, *, on: bool) -> None:
        """While it is on nothing passes and nobody is told: what is under way, and its answer, are lost."""
        self._open.clear() if on else self._open.set()

    def silenced(self) -> bool:
        """Wait until anything passes here; tell whether that took waiting."""
        silent = not self._open.is_set()
        self._open.wait(60)
        return silent

    def chances(self) -> tuple[bool, bool, float]:
        """Give whether the next answer is lost, the next request repeated, and how long it is delayed."""
        with self._lock:
            if self._random is None:
                return False, False, 0.0
            draw = self._random.random
            lose, repeat = draw() < 0.08, draw() < 0.08
            self.lost += lose
            self.repeated += repeat
            return lose, repeat, draw() * 0.1 if draw() < 0.2 else 0.0

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Give the answer of the node behind; raises OSError or HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            data = answer.read()
            if (method, path) == ("POST", "/federation/v1/envelopes") and answer.status == 200:
                with self._lock:
                    self.exchanges.append((body, data))
            return answer.status, dict(answer.getheaders()), data
        finally:
            connection.close()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(wire: Wire) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            lose, repeat, delay = wire.chances()
            time.sleep(delay + wire.slow)
            headers = {name: text for name, text in self.headers.items() if name.lower() not in _HOP}
            try:
                if wire.cut or wire.silenced():
                    raise OSError
                for _ in range(1 + repeat):
                    status, fields, data = wire.forward(self.command, self.path, headers, body)
                lose = wire.silenced() or lose
            except (OSError, http.client.HTTPException):
                lose = True
            if lose:
                self.close_connection = True
                return
            self.send_response_only(status)
            for name, text in fields.items():
                if name.lower() not in _HOP | {"content-length"}:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_HEAD = pass_on  # noqa: N815 - the names that the library calls

        def handle(self) -> None:
            with suppress(OSError):  # who asks may die at any moment
                super().handle()

        def log_message(self, *_args: object) -> None:
            pass

    return Handler
