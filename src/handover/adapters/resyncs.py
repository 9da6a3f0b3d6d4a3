"""Whom a restored node asks, and what stands between this node and a peer, in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from handover.adapters import tables
from handover.adapters.cells import ErasedError
from handover.adapters.post import envelope_of, to_bytes
from handover.adapters.resync_tables import resync
from handover.adapters.unit import Unit
from handover.application.facts import KeptEnvelope
from handover.application.resyncs import Asked
from handover.domain.handover import State
from handover.domain.ids import Digest, NodeId, RoundId
from handover.protocol.log_origin import LogOrigin

_LOCAL: Final = [State.PREPARED, State.DISCARDED]  # no other node knows these rounds


class ResyncShelf:
    """Both sides of a resynchronisation."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def all(self, incarnation: int) -> Sequence[Asked]:
        """Give whom this node asks in *incarnation*."""
        query = select(resync).where(resync.c.incarnation == incarnation).order_by(resync.c.node)
        return [_asked(row) for row in self._unit.rows(query)]

    def put(self, asked: Asked) -> None:
        """Remember *asked* as it is now."""
        self._unit.upsert(resync, asdict(asked))

    def between(self, peer: NodeId, since: int) -> Sequence[RoundId]:
        """Give the rounds with *peer* that are open, or in which something was kept since."""
        rounds, kept = tables.handover, tables.envelope
        lately = select(kept.c.id).where(kept.c.handover == rounds.c.id, kept.c.stored_at >= since).exists()
        query = select(rounds.c.round).where(
            rounds.c.peer == peer,
            rounds.c.state.not_in(_LOCAL),
            or_(~tables.SETTLED_ROUND, lately),
        )
        return sorted(RoundId.known(row.round) for row in self._unit.rows(query))

    def payload(self, digest: Digest) -> bytes | None:
        """Give what goes with an envelope of this node's, if it is still there."""
        table = tables.payload
        rows = self._unit.rows(select(table).where(table.c.digest == to_bytes(digest)))
        if not rows or rows[0].sealed is None:
            return None
        try:
            return self._unit.cells.open(rows[0].owner, f"payload|{digest}", rows[0].sealed)
        except ErasedError:
            return None

    def last_checkpoint(self, node: NodeId, before: int) -> bytes | None:
        """Give the last checkpoint that was kept of the newest log of *node* from before incarnation *before*."""
        table, first = tables.checkpoint, str(LogOrigin(node=node))
        longest = (
            select(table.c.origin, func.max(table.c.size).label("size"))
            .where(or_(table.c.origin == first, table.c.origin.like(f"{first}/%")))
            .group_by(table.c.origin)
        )
        found = {LogOrigin.parse(row.origin).incarnation: row for row in self._unit.rows(longest)}
        earlier = [incarnation for incarnation in found if incarnation < before]
        if not earlier:
            return None
        last = found[max(earlier)]
        query = select(table.c.note).where(table.c.origin == last.origin, table.c.size == last.size).limit(1)
        return bytes(self._unit.rows(query)[0].note)

    def said_since(self, node: NodeId, incarnation: int) -> Sequence[KeptEnvelope]:
        """Give what a node has said to this one in *incarnation* or a later one, the latest first."""
        kept = tables.envelope
        since = (kept.c.peer == node, kept.c.incoming, kept.c.incarnation >= incarnation)
        query = select(kept).where(*since).order_by(kept.c.incarnation.desc())
        return [envelope_of(row) for row in self._unit.rows(query)]


def _asked(row: Row[Any]) -> Asked:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    return Asked(**{**values, "node": NodeId.known(row.node)})
