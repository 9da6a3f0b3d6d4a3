"""What a node does for its keys by itself: the next sealing key, the end of old seeds, and warnings before an end.

A person is needed for one thing: the request for a new key has to reach the registry's operators.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

from handover.application import notices
from handover.application.facts import Alarm
from handover.application.ports import Database
from handover.application.registry import Registry, RegistryMissingError
from handover.application.sealing import new_id
from handover.domain.ids import NodeId
from handover.protocol.node_key import KeyUse, NodeKey
from handover.protocol.registry_set import Registry as Current

GRACE: Final = 14 * 86400
"""Seconds that a sealing key is kept after its end, for what was sealed to it late."""
NEXT: Final = 10 * 86400
"""Seconds before the end of the last sealing key at which the next one is made."""
ENDS: Final = "keys-end"
"""The alarm: a key of this node, or a page of the registry, ends soon."""
_DAYS: Final[Mapping[str, tuple[int, ...]]] = {
    KeyUse.SEAL: (7, 2),  # it lives thirty days
    "snapshot": (7, 2),
    "timestamp": (3, 1),  # it lives seven
}
_OTHER_DAYS: Final = (60, 30, 7)


class Keys(Protocol):
    """The node's own keys. A change is durable, and known to every process, when the call is over."""

    @property
    def node(self) -> NodeId:
        """The node whose keys these are."""
        ...

    def node_keys(self) -> list[NodeKey]:
        """Give the public halves of all that are here."""
        ...

    def add_keys(self, use: KeyUse, *, begins: int) -> object:
        """Make the next key of a use."""
        ...

    def destroy_sealing_keys(self, *, before: int) -> int:
        """Destroy the seeds of sealing keys whose end lies before *before*; give their number."""
        ...


class KeyCare:
    """Called again and again by the worker. *propose* writes the request for the node's present keys."""

    def __init__(
        self, database: Database, keys: Keys, registry: Registry, propose: Callable[[int], object]
    ) -> None:
        self._database = database
        self._keys = keys
        self._registry = registry
        self._propose = propose

    def tick(self) -> None:
        """Destroy what is past its use, warn of what ends soon, and make the next sealing key when it is time."""
        with self._database.reading() as work:
            now = work.now
        self._keys.destroy_sealing_keys(before=now - GRACE)
        try:
            current = self._registry.current(now)
        except RegistryMissingError:
            return
        if self._keys.node not in current.entries:
            return
        self._warn(list(steps(current, self._keys.node, now)))
        if all(key.expires - now < NEXT for key in self._keys.node_keys() if key.use is KeyUse.SEAL):
            self._keys.add_keys(KeyUse.SEAL, begins=now)
            self._propose(now)

    def _warn(self, found: list[str]) -> None:
        with self._database.reading() as work:
            new = [each for each in found if not work.alarms.raised(ENDS, each)]
        if not new:
            return
        with self._database.begin() as work:
            for each in new:
                alarm = Alarm(
                    id=new_id(work.now),
                    kind=ENDS,
                    handover=None,
                    peer=self._keys.node,
                    raised_at=work.now,
                    evidence=(each.encode(),),
                )
                work.alarms.add(alarm)
                notices.keys(work, each)


def steps(current: Current, node: NodeId, now: int) -> Iterator[str]:
    """Give, for each key of the node and page of the registry that ends soon, what tells this end and step from others.

    Of the keys of one use the one that ends last counts.
    """
    ends: dict[str, int] = {
        role: end
        for role, end in current.terms.items()
        if role in ("root", "targets", "snapshot", "timestamp", node.country)
    }
    for key in current.entry(node).keys:
        if key.usable(now):
            ends[key.use] = max(ends.get(key.use, 0), key.expires)
    for name, end in ends.items():
        passed = [days for days in _DAYS.get(name, _OTHER_DAYS) if 0 < end - now <= days * 86400]
        if passed:
            yield f"{name} {end} {min(passed)}"
