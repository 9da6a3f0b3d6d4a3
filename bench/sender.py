"""The sending node as a process: it opens its own node and does what it is told, one line of JSON for each order.

`python -m bench.sender FOLDER PEER`, then on standard input `prepare N`, or how N of them are handed over:
`batched N` (64 released and delivered together), `queued N` (released one by one, delivered 64 at a time), `single N`.
"""

import gc
import json
import sys
import time
from pathlib import Path

from bench import stage
from handover.application.facts import Actor
from handover.domain.ids import HandoverId, NodeId
from handover.node import Node

_BATCH = 64
_TOGETHER = {"batched": (_BATCH, _BATCH), "queued": (1, _BATCH), "single": (1, 1)}  # released, delivered


def main(folder: str, peer: str) -> None:
    """Obey until standard input ends."""
    with stage.opened(Path(folder)) as at:
        bytes_on_the_wire = _count_bytes(at)
        first, second = stage.officers(at)
        waiting: list[HandoverId] = []
        gc.freeze()  # as a node does once it serves
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            order, number = line.split()
            if order == "prepare":
                waiting = stage.prepare(at, peer, int(number), first)
                print(json.dumps({"prepared": len(waiting)}), flush=True)
                continue
            taken, waiting = waiting[: int(number)], waiting[int(number) :]
            bytes_on_the_wire.clear()
            began = time.monotonic()
            latencies = _hand_over(at, taken, second, *_TOGETHER[order])
            seconds = time.monotonic() - began
            done = {"count": len(taken), "seconds": seconds, "latencies": latencies}
            print(json.dumps({**done, "wire": sum(bytes_on_the_wire)}), flush=True)


def _hand_over(at: Node, taken: list[HandoverId], actor: Actor, released: int, delivered: int) -> list[float]:
    """Release and deliver so many offers at a time; give for each the seconds until its receipt was stored."""
    latencies: list[float] = []
    for start in range(0, len(taken), delivered):
        part = taken[start : start + delivered]
        began = time.monotonic()
        for first in range(0, len(part), released):
            at.offers.release_many(part[first : first + released], actor=actor)
        rounds = at.outbox.deliver_due()
        if [each.receipted for each in rounds] != [len(part)]:
            raise RuntimeError(f"not all were receipted: {rounds}")
        latencies += [time.monotonic() - began] * len(part)
    return latencies


def _count_bytes(at: Node) -> list[int]:
    """Give a list that grows by the bytes of each request and answer body."""
    sizes: list[int] = []
    post = at.peers.post

    def counted(peer: NodeId, address: str, body: bytes) -> bytes:
        answer = post(peer, address, body)
        sizes.extend((len(body), len(answer)))
        return answer

    at.peers.post = counted  # type: ignore[method-assign]
    return sizes


if __name__ == "__main__":
    main(*sys.argv[1:])
