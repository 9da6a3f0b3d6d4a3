"""What follows when a peer turns out to have been restored: its log begins anew, and people are told.

A peer's fence is the incarnation of its last known log, too: what is remembered of the log belongs to that incarnation.
"""

from dataclasses import replace

from handover.application.alarms import raise_alarm
from handover.application.facts import Peer
from handover.application.ports import UnitOfWork
from handover.protocol.log_origin import LogOrigin


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
