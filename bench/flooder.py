"""One hostile member as a process: posts what lies in a folder, over and over, whatever it is answered.

`python -m bench.flooder PORT KIND FOLDER ADDRESS`: KIND is `batches` (new ones, each until it is taken), `same` (the
first, again and again; one without a byte asks for the head of the log) or `slow` (a byte a second on many
connections). It ends when its standard input does.
"""

import http.client
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Final

PATH: Final = "/federation/v1/envelopes"
_AT_ONCE: Final = 8  # connections
_SLOW: Final = 48
_DONE = threading.Event()


def main(port: str, kind: str, folder: str, address: str) -> None:
    """Flood until standard input ends, then print the answers by status."""
    bodies = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
    counts: Counter[str] = Counter()
    slow = kind == "slow"
    lanes = [
        threading.Thread(target=_slow, args=(int(port), address, counts))
        if slow
        else threading.Thread(
            target=_fast,
            args=(int(port), address, bodies[:1] if kind == "same" else bodies[lane::_AT_ONCE], counts),
        )
        for lane in range(_SLOW if slow else _AT_ONCE)
    ]
    for lane in lanes:
        lane.start()
    print("flooding", flush=True)
    sys.stdin.read()
    _DONE.set()
    for lane in lanes:
        lane.join()
    print(dict(counts), flush=True)


def _fast(port: int, address: str, bodies: list[bytes], counts: Counter[str]) -> None:
    at, connection = 0, http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not _DONE.is_set():
        try:
            body = bodies[at % len(bodies)]
            method, path = ("POST", PATH) if body else ("GET", "/log/checkpoint")
            connection.request(method, path, body, headers=fields(address))
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            counts["cut off"] += 1
            connection.close()
            continue
        counts[str(answer.status)] += 1
        at += answer.status == 200


def _slow(port: int, address: str, counts: Counter[str]) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields(address).items())
    while not _DONE.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(
                    f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n{head}\r\n".encode()
                )
                while not _DONE.is_set():
                    connection.sendall(b"{")
                    time.sleep(1)
        except OSError:
            counts["cut off"] += 1
            time.sleep(0.05)


def fields(address: str) -> dict[str, str]:
    """Give the header fields of a delivery that comes through a proxy from *address*."""
    return {"Content-Type": "application/json", "X-Forwarded-For": address}


if __name__ == "__main__":
    main(*sys.argv[1:])
