"""What becomes of nodes in the registry during one history; each node hears of it when it asks, which may be late."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from handover.domain.errors import HandoverError
from handover.domain.handover import Act
from handover.domain.ids import NodeId
from handover.protocol import strict
from handover.protocol.delivery import decode_delivery
from handover.protocol.node_entry import NodeEntry, NodeStatus
from handover.protocol.node_key import KeyUse
from handover.simulation.faults import ViolationError
from handover.simulation.federation import Federation
from handover.simulation.place import Place

_MADE: Final = {
    KeyUse.SEAL: "new sealing key",
    KeyUse.SIG: "new signing key",
    KeyUse.LOG: "new log keys",
}
_AGE: Final = 6 * 3600  # seconds: so old is the registry that most nodes begin with


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The registry of one history. Its operators' clock, `now`, is right."""

    federation: Federation
    places: Mapping[NodeId, Place]
    now: Callable[[], int]
    may_suspend: Callable[[], bool]

    def begin(self, rng: random.Random) -> None:
        """Let most nodes have a registry that is fresh enough for an offer, if their clocks agree."""
        self.federation.publish(self.now() - _AGE)
        for place in self.places.values():
            if rng.random() < 0.8:
                self.hear(place)

    def step(self, place: Place, rng: random.Random) -> str:
        """Let one thing happen to *place*, or to what it knows; give a word for it."""
        kinds: dict[Callable[[Place], str], float] = {
            self.hear: 6,
            self._suspend: 1,
            self._readmit: 1,
            partial(self._new_key, KeyUse.SEAL): 2,
            partial(self._new_key, KeyUse.SIG): 1,
            partial(self._new_key, KeyUse.LOG): 1,
            self._old_key: 4,
        }
        try:
            return rng.choices(list(kinds), list(kinds.values()))[0](place)
        except HandoverError as error:
            return f"registry refused {error.name}"

    def watch(self, place: Place, peer: NodeId, body: bytes) -> None:
        """Raise ViolationError where a node sends an offer to who is suspended, as it knows, and has not had it yet."""
        if place.site.registry.entry(peer, place.now()).status is not NodeStatus.SUSPENDED:
            return
        items = [strict.digest(item.envelope) for item in decode_delivery(body).items]
        with place.node.database.reading() as work:
            arrived = work.envelopes.receipts(items)
            sent = [work.envelopes.get(each).act for each in items if each not in arrived]
        if Act.OFFER in sent:
            raise ViolationError(f"{place} sends an offer to {peer}, which is suspended")

    def check_offered(self, place: Place, offered: str) -> None:
        """Raise ViolationError where a node has just made an offer though it is suspended, as it knows."""
        if offered and place.site.registry.entry(place.site.id, place.now()).status is NodeStatus.SUSPENDED:
            raise ViolationError(f"{place} makes an offer while it is suspended")

    def heal(self) -> None:
        """List every node's keys as they are, and let all nodes hear of it. Who is suspended stays so."""
        for place in self.places.values():
            listed = {key.kid for key in self._entry(place).keys}
            if not {key.kid for key in place.site.vault.node_keys()} <= listed:
                self.federation.list_keys(place.site.settings, place.site.vault, now=self.now())
        self.federation.publish(self.now())
        for place in self.places.values():
            self.hear(place)

    def hear(self, place: Place) -> str:
        """Let a node fetch the registry; one whose clock is behind may take a newer one for a forgery."""
        accepted = place.node.refresher.refresh([self.federation.source])
        if accepted.failed:
            return f"registry {accepted.failed[0].name}"
        return "hears of the registry" if accepted.timestamp else ""

    def _suspend(self, place: Place) -> str:
        if self.federation.suspended(place.site.id) or not self.may_suspend():
            return ""
        self.federation.suspend(place.site.id, now=self.now())
        return "suspended"

    def _readmit(self, _: Place) -> str:
        for id_ in self.places:
            if self.federation.suspended(id_):
                self.federation.readmit(id_, now=self.now())
                return "readmitted"
        return ""

    def _new_key(self, use: KeyUse, place: Place) -> str:
        vault = place.site.vault
        vault.add_keys(use, begins=place.now())
        self.federation.list_keys(place.site.settings, vault, now=self.now())
        return _MADE[use]

    def _old_key(self, place: Place) -> str:
        """Destroy the older sealing keys, early: what was sealed to them and is under way never opens."""
        newest = self._newest(place)
        if newest not in self._listed(place):
            return ""
        expires = max(each.expires for each in place.site.vault.secrets() if each.kid == newest)
        return "old sealing key destroyed" if place.site.vault.destroy_sealing_keys(before=expires) else ""

    def _newest(self, place: Place) -> str:
        sealing = [each for each in place.site.vault.secrets() if each.use == KeyUse.SEAL]
        return max(sealing, key=lambda each: each.expires).kid

    def _listed(self, place: Place) -> set[str]:
        """Give the sealing keys that everybody may seal to now."""
        found = self._entry(place).keys
        return {key.kid for key in found if key.use is KeyUse.SEAL and key.usable(self.now())}

    def _entry(self, place: Place) -> NodeEntry:
        return self.federation.repository.registry().entry(place.site.id)
