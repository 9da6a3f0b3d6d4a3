"""What follows when a peer turns out to have been restored: its log begins anew, and people are told.

A peer's fence is the incarnation of its last known log, too: what is remembered of the log belongs to that incarnation.
"""

from dataclasses import replace

from handover.application.alarms import raise_alarm
from handover.application.facts import Peer
from handover.application.ports import UnitOfWork
from handover.domain.errors import UntrustedError
from handover.protocol.envelope import Envelope
from handover.protocol.log_origin import LogOrigin


class StaleIncarnationError(UntrustedError):
    """The envelope comes from before the sender's last restore."""

    name = "stale-incarnation"
    title = "The envelope is from before the sender's last restore."
    advice = "The sender signs it anew if it still says it."


def fenced(work: UnitOfWork, envelope: Envelope) -> Peer:
    """Give what is remembered of the sender; peers keep the highest incarnation that they have seen.

    Raises:
        StaleIncarnationError: the envelope is of a lower one, from before a restore.
    """
    peer = work.peers.get(envelope.iss)
    if envelope.incarnation < peer.fence:
        raise StaleIncarnationError
    return peer


def last_checkpoint(work: UnitOfWork, known: Peer) -> bytes | None:
    """Give the last checkpoint that was kept of the log that is remembered of a peer."""
    origin = LogOrigin(node=known.node, incarnation=known.fence)
    return work.envelopes.checkpoint(str(origin), known.log_size)


def reached(work: UnitOfWork, known: Peer, incarnation: int) -> Peer:
    """Give what is remembered of a peer that has shown *incarnation*, not yet written: never less than before.

    The last checkpoint of the log that ended is kept: it shows what the peer had written until then.
    """
    if incarnation <= known.fence:
        return known
    if known.heard_at or known.log_size:
        last = last_checkpoint(work, known)
        evidence = () if last is None else (last,)
        raise_alarm(work, "restored", peer=known.node, handover=None, evidence=evidence)
    return replace(known, fence=incarnation, log_size=0, log_root=b"")
