"""What came in a peer's name when its signing key was already in other hands: put before people, not built on."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from handover.application.alarms import raise_alarm
from handover.application.answers import log_key
from handover.application.facts import Handover, KeptEnvelope
from handover.application.ports import UnitOfWork
from handover.application.registry import KeyCompromisedError, Registry
from handover.domain.ids import NodeId
from handover.domain.sequence import MOVES
from handover.protocol import checkpoint as checkpoints
from handover.protocol import envelope as envelopes
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.log_origin import FIRST, LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyStatus, KeyUse

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


def look(work: UnitOfWork, registry: Registry, keys: Stolen) -> None:
    """Raise an alarm, once, for each round that was moved by what a stolen key has signed; lower fences it has set."""
    for node in keys:
        _lower_fence(work, registry.entry(node, work.now), keys)
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


def _lower_fence(work: UnitOfWork, entry: NodeEntry, keys: Stolen) -> None:
    """What only a stolen key has said of its owner's restores counts no more: else the owner could say nothing again.

    What the owner's other keys have signed, or its log's, does. Old bytes of the stolen key are refused by themselves.
    """
    known = work.peers.get(entry.node)
    if known.fence == FIRST:
        return
    said = (each for each in work.resyncs.said_since(entry.node, FIRST + 1) if not _is_stolen(each, keys))
    head = _head(work, entry, known.fence + 1)
    shown = FIRST if head is None else LogOrigin.parse(head.origin).incarnation
    fence = max(shown, *(each.incarnation for each in said), FIRST)
    if fence < known.fence:
        size, root = (head.size, head.root) if head is not None and shown == fence else (0, b"")
        work.peers.put(replace(known, fence=fence, log_size=size, log_root=root))


def _head(work: UnitOfWork, entry: NodeEntry, before: int) -> Checkpoint | None:
    """Give the last checkpoint that was kept of the newest log of which no key was stolen."""
    while (note := work.resyncs.last_checkpoint(entry.node, before)) is not None:
        key = log_key(note, entry)
        of_log = [each for each in entry.keys if each.public in (key.ed25519, key.mldsa44)]
        if all(each.status is not KeyStatus.COMPROMISED for each in of_log):
            return checkpoints.verify(note, key)
        before = LogOrigin.claimed(note).incarnation
    return None
