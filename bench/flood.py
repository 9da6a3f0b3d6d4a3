"""Whether one member that floods delays the others: honest deliveries to one real node, with the flood and without.

Two honest members send one offer each third of a second by a timetable; a delivery counts from when it was due, and its
receipt is verified afterwards. Between any two floods it is quiet. The bench speaks as the proxy before the node does.
"""

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import flooder, meter, stage
from bench.subjects.base import await_answer, end, environment, start
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol.delivery import Delivery, Item, decode_delivery, encode_delivery

HONEST: Final = ("gr/athens", "es/barcelona")
HOSTILE: Final = "fr/lyon"
NODE: Final = "de/hamburg"
KINDS: Final = ("batches", "same", "unsigned", "slow", "reads")
SECONDS: Final = 8  # of each stretch
_PACE: Final = 1 / 3  # seconds between two deliveries of one honest member
_EACH: Final = round(SECONDS / _PACE)
_BATCHES: Final = 16
_SETTINGS: Final = "proxy_tells = true"
RESULTS: Final = Path(__file__).parent / "results"


@dataclass
class Sender:
    """An honest member with offers that are ready, one to a delivery, and the answers that came."""

    node: Node
    address: str
    bodies: list[bytes]
    at: int = 0
    answers: list[tuple[bytes, bytes]] = field(default_factory=list)
    waited: int = 0

    def send(self, port: int, began: float, latencies: list[float]) -> None:
        """Send one stretch of deliveries, each when it is due."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(_EACH):
            due = began + number * _PACE
            time.sleep(max(0.0, due - time.monotonic()))
            body = self.bodies[self.at]
            self.at += 1
            while True:
                try:
                    connection.request("POST", flooder.PATH, body, headers=flooder.fields(self.address))
                    answer = connection.getresponse()
                    read = answer.read()
                except (OSError, http.client.HTTPException):
                    connection.close()
                    continue
                if answer.status == 200:
                    break
                self.waited += 1
                time.sleep(0.05)
            latencies.append(time.monotonic() - due)
            self.answers.append((body, read))
        connection.close()

    def verify(self) -> int:
        """Give how many receipts verify."""
        return sum(self.node.outbox.unpack(*each).receipted for each in self.answers)


def measure(folder: Path, rounds: int) -> dict[str, object]:
    """Give the latencies with and without each flood, and their ratios."""
    places = {place.name: place for place in stage.set_up(folder, (NODE, *HONEST, HOSTILE), _SETTINGS)}
    with ExitStack() as stack:
        nodes = {name: stack.enter_context(stage.opened(places[name].folder)) for name in (*HONEST, HOSTILE)}
        count = _EACH * rounds * 2 * len(KINDS)
        senders = [
            Sender(nodes[name], f"192.0.2.{at + 1}", list(_ready(nodes[name], count, 1)))
            for at, name in enumerate(HONEST)
        ]
        _lay(folder / "flood", list(_ready(nodes[HOSTILE], 64 * _BATCHES, 64)))
        serving = start("-m", "handover", "serve", "--data", str(places[NODE].folder), log=folder / "log")
        stack.callback(end, [serving])
        port = places[NODE].port
        await_answer(f"http://127.0.0.1:{port}/readyz", serving)
        found: dict[str, list[float]] = {kind: [] for kind in ("quiet", *KINDS)}
        told: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for number in range(rounds):
            for kind in KINDS:
                found["quiet"] += _stretch(senders, port)
                with _flood(port, kind, folder / "flood", told[kind]):
                    found[kind] += _stretch(senders, port)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        verified = sum(each.verify() for each in senders)
        return _summed(found, told, verified=verified, waited=sum(each.waited for each in senders))


def _ready(node: Node, count: int, together: int) -> Iterator[bytes]:
    """Give deliveries of new offers, so many together."""
    first, second = stage.officers(node)
    offers = stage.prepare(node, NODE, count, first)
    for at in range(0, count, 64):
        node.offers.release_many(offers[at : at + 64], actor=second)
    with node.database.reading() as work:
        letters = work.queue.batch(NodeId(NODE), now=work.now + 1, limit=count)
    items = [Item(envelope=kept.data, payload=payload) for kept, payload in letters]
    for at in range(0, count, together):
        yield encode_delivery(Delivery(log_size=0, items=tuple(items[at : at + together])))


def _lay(folder: Path, bodies: Sequence[bytes]) -> None:
    """Keep what floods: good batches, and one whose signatures are all wrong."""
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
    for number, body in enumerate(bodies[2:]):
        (folder / "batches" / f"{number:03}").write_bytes(body)
    (folder / "reads" / "0").touch()
    (folder / "same" / "0").write_bytes(bodies[0])
    items = decode_delivery(bodies[1]).items
    wrong = tuple(Item(envelope=each.envelope[:-8] + b"AAAAAAAA", payload=each.payload) for each in items)
    (folder / "unsigned" / "0").write_bytes(encode_delivery(Delivery(log_size=0, items=wrong)))


@contextmanager
def _flood(port: int, kind: str, folder: Path, told: list[str]) -> Iterator[None]:
    how = "same" if kind in ("unsigned", "reads") else kind
    command = [sys.executable, "-m", "bench.flooder", str(port), how, str(folder / kind), "203.0.113.9"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe, text=True) as flooding:
        if flooding.stdin is None or flooding.stdout is None:
            raise RuntimeError("the flood has no pipes")
        flooding.stdout.readline()
        try:
            yield
        finally:
            flooding.stdin.close()
            told.append(flooding.stdout.readline().strip())


def _stretch(senders: Sequence[Sender], port: int) -> list[float]:
    latencies: list[float] = []
    began = time.monotonic() + 0.1
    threads = [
        threading.Thread(target=each.send, args=(port, began + at * _PACE / len(senders), latencies))
        for at, each in enumerate(senders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies


def _summed(
    found: dict[str, list[float]], told: dict[str, list[str]], *, verified: int, waited: int
) -> dict[str, object]:
    rows = {}
    for kind, latencies in found.items():
        cuts = statistics.quantiles(latencies, n=20)
        rows[kind] = {"deliveries": len(latencies), "p50_ms": cuts[9] * 1000, "p95_ms": cuts[18] * 1000}
    quiet = rows["quiet"]
    for row in rows.values():
        row["p50_ratio"] = row["p50_ms"] / quiet["p50_ms"]
        row["p95_ratio"] = row["p95_ms"] / quiet["p95_ms"]
    rounded = {kind: {name: round(value, 2) for name, value in row.items()} for kind, row in rows.items()}
    return {
        "rows": rounded,
        "answers_to_the_flood": told,
        "receipts_verified": verified,
        "told_to_wait": waited,
    }


def run(folder: Path, rounds: int) -> int:
    """Measure, print and keep what was found."""
    busy = meter.others()
    found = measure(folder, rounds) | {"others_busy_cores": round(busy, 2)}
    (RESULTS / "flood.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))
    return 0
