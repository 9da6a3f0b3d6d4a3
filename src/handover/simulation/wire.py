"""The wire between the nodes of one history: it loses, repeats, holds back and cuts, as the history's mix says."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from handover.domain.errors import UnreachableError
from handover.domain.ids import Digest, NodeId
from handover.protocol import resync
from handover.protocol.delivery import decode_delivery, encode_answer
from handover.simulation.faults import Crash, Mix
from handover.simulation.place import Armed, Place


@dataclass
class Network:
    """What all wires share. `rng` is that of the step; `cut` are pairs between which nothing passes, one way."""

    places: Mapping[NodeId, Place]
    mix: Mix
    rng: random.Random
    seen: Counter[str]
    watch: Callable[[Place, NodeId, bytes], None]
    beside: Mapping[NodeId, Place] = field(default_factory=dict)
    held: list[tuple[NodeId, str, bytes]] = field(default_factory=list)
    cut: set[tuple[NodeId, NodeId]] = field(default_factory=set)

    def happens(self, share: float, what: str) -> bool:
        """Draw whether something goes wrong, and count it."""
        if not share or self.rng.random() >= share:
            return False
        self.seen[what] += 1
        return True

    def armed(self, rng: random.Random) -> Armed:
        """Give what befalls who acts in this step, and arm those who are spoken to."""
        mix, happens = self.mix, self.happens
        for place in self.places.values():
            if place.up and happens(mix.crash / 3, "armed crash"):
                place.arm(Armed(crash_at=rng.choice((1, 1, 2))))
            elif place.up and happens(mix.busy / 2, "I/O error"):
                place.arm(Armed(failing_at=1))
        return Armed(
            crash_at=rng.choice((1, 1, 2, 3)) if happens(mix.crash, "armed crash") else None,
            failing_at=rng.choice((1, 1, 2)) if happens(mix.busy, "I/O error") else None,
            busy=happens(mix.busy, "busy"),
            full=happens(mix.full, "disk full"),
        )

    def weather(self, rng: random.Random) -> None:
        """Cut links, mend them all, or set a clock."""
        if self.happens(self.mix.cut, "cut"):
            self.cut.add((rng.choice(list(self.places)), rng.choice(list(self.places))))
        if self.cut and rng.random() < 0.1:
            self.cut.clear()
        if self.mix.skew and rng.random() < 0.01:
            place, skew = rng.choice(list(self.places.values())), self.mix.skew
            before, place.skew = place.skew, rng.randint(-skew, skew)
            self.seen["clock set back" if place.skew < before else "clock set on"] += 1

    def arrive(self, peer: NodeId, path: str, body: bytes) -> bytes:
        """Give the answer of a node to one copy of what was sent to *path*; raises UnreachableError."""
        place = self.places.get(peer) or self.beside[peer]
        if not place.up:
            raise UnreachableError("down")
        try:
            if path == resync.PATH:
                return place.node.resyncing.answer(body)
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
        self._network.watch(self._network.places[self._origin], peer, body)
        return self._carry(peer, "", body)

    def push(self, peer: NodeId, address: str, sealed: Digest, offset: int, part: bytes) -> int:
        """No files are sent in these histories."""
        del address, sealed, offset, part
        raise UnreachableError(peer)

    def ask(self, peer: NodeId, address: str, path: str, body: bytes, limit: int) -> bytes:
        """Give the answer to a question after a restore; nobody is traced in these histories."""
        del address
        if path != resync.PATH:
            raise UnreachableError(peer)
        answer = self._carry(peer, path, body)
        if len(answer) > limit:
            raise UnreachableError(peer)
        return answer

    def _carry(self, peer: NodeId, path: str, body: bytes) -> bytes:
        network = self._network
        if (self._origin, peer) in network.cut or network.happens(network.mix.lose, "lost"):
            raise UnreachableError("lost")
        if network.happens(network.mix.delay, "held back"):
            network.held.append((peer, path, body))
            raise UnreachableError("held back")
        if network.happens(network.mix.repeat, "repeated"):
            network.held.append((peer, path, body))
        answer = network.arrive(peer, path, body)
        if (peer, self._origin) in network.cut or network.happens(network.mix.lose_answer, "answer lost"):
            raise UnreachableError("answer lost")
        return answer
