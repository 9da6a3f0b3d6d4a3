"""What a handover costs when offers go to many peers: one sender, one process that holds all receivers.

A cheap variant: real keys, databases and bytes for every peer, but no sockets.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench import stage
from bench.meter import Round
from handover import config, node
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol.delivery import decode_delivery, encode_answer

NUMBERS: Final = (2, 16, 100)
_EACH: Final = 16  # offers to each peer


class Wire:
    """Hands a body to the receiver of that name."""

    def __init__(self) -> None:
        self.nodes: dict[NodeId, Node] = {}

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Give the answer's bytes."""
        del address
        return encode_answer(self.nodes[peer].inbox.receive(decode_delivery(body)))

    def push(self, peer: NodeId, address: str, sealed: str, offset: int, part: bytes) -> int:
        """There are no attachments."""
        raise NotImplementedError

    def ask(self, peer: NodeId, address: str, path: str, body: bytes, limit: int) -> bytes:
        """There is no tracing."""
        raise NotImplementedError


def measure(folder: Path) -> Iterator[tuple[int, Round]]:
    """Give for each number of peers what a handover costs, all in one process."""
    for number in NUMBERS:
        names = ["gr/athens", *(f"de/office-{each}" for each in range(number))]
        places = stage.set_up(folder / str(number), names)
        wire = Wire()
        with ExitStack() as stack:
            for place in places:
                found = node.open_node(config.load(place.folder), wire=wire)
                stack.callback(found.close)
                wire.nodes[NodeId(place.name)] = found
            gc.freeze()  # each node would do so in its own process; here their objects are all in one
            yield number, _measured(wire.nodes[NodeId(names[0])], names[1:])


def _measured(sender: Node, peers: list[str]) -> Round:
    first, second = stage.officers(sender)
    offers = [offer for peer in peers for offer in stage.prepare(sender, peer, _EACH, first)]
    cpu, began = time.process_time(), time.monotonic()
    for start in range(0, len(offers), 64):
        sender.offers.release_many(offers[start : start + 64], actor=second)
    receipted = sum(each.receipted for each in sender.outbox.deliver_due())
    if receipted != len(offers):
        raise RuntimeError("not all were receipted")
    return Round(count=len(offers), seconds=time.monotonic() - began, cpu=time.process_time() - cpu)
