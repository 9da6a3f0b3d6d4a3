"""The wire between the nodes of one history: it loses, repeats, holds back and cuts, as the history's mix says."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from handover.domain.errors import UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.protocol.delivery import decode_delivery, encode_answer
from handover.simulation.faults import Crash, Mix
from handover.simulation.place import Place


@dataclass
class Network:
    """What all wires share. `rng` is that of the step; `cut` are pairs between which nothing passes, one way."""

    places: Mapping[NodeId, Place]
    mix: Mix
    rng: random.Random
    seen: Counter[str]
    watch: Callable[[Place, NodeId, bytes], None]
    held: list[tuple[NodeId, bytes]] = field(default_factory=list)
    cut: set[tuple[NodeId, NodeId]] = field(default_factory=set)

    def happens(self, share: float, what: str) -> bool:
        """Draw whether something goes wrong, and count it."""
        if not share or self.rng.random() >= share:
            return False
        self.seen[what] += 1
        return True

    def arrive(self, peer: NodeId, body: bytes) -> bytes:
        """Give the answer of a node to one copy of a delivery; raises UnreachableError."""
        place = self.places[peer]
        if not place.up:
            raise UnreachableError("down")
        try:
            return encode_answer(place.node.inbox.receive(decode_delivery(body)))
        except Crash as crash:
            if crash.place is not place:
                raise
            self.seen["crash while receiving"] += 1
            place.stop(down_for=self.rng.randrange(1, 20))
            raise UnreachableError("crashed") from None


class SimulatedWire:
    """One node's way to its peers."""

    def __init__(self, network: Network, origin: NodeId) -> None:
        self._network, self._origin = network, origin

    def post(self, peer: NodeId, address: str, body: bytes) -> bytes:
        """Give the peer's answer, or fail as networks do."""
        del address
        network = self._network
        network.watch(network.places[self._origin], peer, body)
        if (self._origin, peer) in network.cut or network.happens(network.mix.lose, "lost"):
            raise UnreachableError("lost")
        if network.happens(network.mix.delay, "held back"):
            network.held.append((peer, body))
            raise UnreachableError("held back")
        if network.happens(network.mix.repeat, "repeated"):
            network.held.append((peer, body))
        answer = network.arrive(peer, body)
        if (peer, self._origin) in network.cut or network.happens(network.mix.lose_answer, "answer lost"):
            raise UnreachableError("answer lost")
        return answer

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        """No files are sent in these histories."""
        del address, sealed, offset, part
        raise UnreachableError(peer)

    def ask(self, peer: NodeId, address: str, path: str, body: bytes, limit: int) -> bytes:
        """Nobody is traced in these histories."""
        del address, path, body, limit
        raise UnreachableError(peer)
