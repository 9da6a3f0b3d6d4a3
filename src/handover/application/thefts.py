"""What came in a peer's name when its signing key was already in other hands: put before people, not built on."""

from collections.abc import Iterator, Mapping
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, KeptEnvelope
from handover.application.ports import UnitOfWork
from handover.application.registry import KeyCompromisedError, Registry
from handover.domain.ids import NodeId
from handover.domain.sequence import MOVES
from handover.protocol import envelope as envelopes
from handover.protocol.node_key import KeyUse

STOLEN_KEY: Final = "stolen-key"
"""The alarm of a round that something has moved which a stolen key has signed."""
_AT_ONCE: Final = 500
Stolen = Mapping[NodeId, Mapping[str, int]]
"""By node and `kid`, since when a signing key may have been in other hands."""


def stolen(registry: Registry, now: int) -> Stolen:
    """Give the signing keys that the registry reports."""
    found = {
        node: {
            key.kid: key.compromised_since
            for key in entry.keys
            if key.use is KeyUse.SIG and key.compromised_since is not None
        }
        for node, entry in registry.current(now).entries.items()
    }
    return {node: keys for node, keys in found.items() if keys}


def require_sound(work: UnitOfWork, registry: Registry, kept: KeptEnvelope) -> None:
    """Do nothing if what a peer has said was logged here before its key was in other hands, if it ever was.

    Raises:
        KeyCompromisedError: it was logged later: anyone may have signed it.
    """
    if _is_stolen(kept, stolen(registry, work.now)):
        raise KeyCompromisedError


def look(work: UnitOfWork, keys: Stolen) -> None:
    """Raise an alarm, once, for each round that was moved by what a stolen key has signed."""
    for handover in _rounds(work, keys):
        said = work.envelopes.of_handover(handover.id)
        moved = tuple(each.data for each in said if each.act in MOVES and _is_stolen(each, keys))
        if moved and all(alarm.kind != STOLEN_KEY for alarm in work.alarms.of_handovers([handover.id])):
            raise_alarm(work, STOLEN_KEY, peer=handover.peer, handover=handover, evidence=moved)


def _rounds(work: UnitOfWork, keys: Stolen) -> Iterator[Handover]:
    first = {node: min(times.values()) for node, times in keys.items()}
    after = ""
    while page := work.handovers.page(after=after, limit=_AT_ONCE):
        yield from (each for each in page if each.peer in first and each.updated_at >= first[each.peer])
        after = page[-1].id


def _is_stolen(kept: KeptEnvelope, keys: Stolen) -> bool:
    times = keys.get(kept.peer, {})
    since = times.get(envelopes.read(kept.data).kid) if times and kept.incoming else None
    return since is not None and kept.stored_at >= since
