"""The queue in the database: what is to be delivered, per peer, in order."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, case, func, or_, select, update

from handover.adapters import tables
from handover.adapters.post import envelope_of, to_bytes, to_digest
from handover.adapters.statements import among, given
from handover.adapters.unit import Unit
from handover.application.backoff import LATEST
from handover.application.facts import Delivery, Depth, KeptEnvelope, Queued
from handover.domain.handover import SAYS, Act
from handover.domain.ids import Digest, HandoverId, NodeId

_STANDING: Final = [act.value for act in SAYS.values()]
_queue, _letters, _payloads, _peers = tables.queue, tables.envelope, tables.payload, tables.peer


def _has_come(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Give the condition that *moment* has come, or is one that only a clock that was wrong can have named."""
    return or_(moment <= bindparam("now"), moment > bindparam("latest"))


def _at(now: int) -> dict[str, int]:
    return {"now": now, "latest": now + LATEST}


_PEERS_DUE: Final = (
    select(_queue.c.peer)
    .outerjoin(_peers, _peers.c.node == _queue.c.peer)
    .where(
        _queue.c.due.is_not(None), _has_come(_queue.c.due), _has_come(func.coalesce(_peers.c.not_before, 0))
    )
    .distinct()
)
_BATCH: Final = (
    select(_letters, _payloads.c.sealed, _payloads.c.owner)
    .join(_queue, _queue.c.digest == _letters.c.digest)
    .outerjoin(_payloads, _payloads.c.digest == _letters.c.digest)
    .where(given(_queue.c.peer, "to"), _queue.c.due.is_not(None), _has_come(_queue.c.due))
    .order_by(_queue.c.id)
    .limit(bindparam("most"))
)
_DELIVERED: Final = (
    update(_queue)
    .where(among(_queue.c.digest, "digests"))
    .values(
        delivery=Delivery.RECEIPTED,
        due=case((_queue.c.standing, bindparam("again_at", type_=_queue.c.due.type)), else_=None),
        problem=None,
    )
)


class QueueShelf:
    """What is to be delivered, per peer, in order."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def put(self, kept: KeptEnvelope, *, now: int, standing: bool) -> None:
        """Queue *kept* for its peer."""
        row = {
            "digest": to_bytes(kept.digest),
            "handover": kept.handover,
            "act": kept.act,
            "peer": kept.peer,
            "due": now,
            "attempts": 0,
            "standing": standing,
            "delivery": Delivery.QUEUED,
            "problem": None,
        }
        self._unit.insert(tables.queue, row)

    def rearm(self, handover: HandoverId, act: Act, *, now: int) -> None:
        """Say the newest *act* of the round again, now."""
        table = tables.queue
        newest = select(func.max(table.c.id)).where(table.c.handover == handover, table.c.act == act)
        statement = update(table).where(table.c.id == newest.scalar_subquery())
        self._unit.run(statement.values(due=now, delivery=Delivery.QUEUED))

    def retire(self, handover: HandoverId, acts: Iterable[Act]) -> None:
        """No longer say *acts* of the round."""
        table = tables.queue
        statement = update(table).where(table.c.handover == handover, table.c.act.in_(list(acts)))
        self._unit.run(statement.values(standing=False, due=None))

    def replace(self, old: Digest, new: KeptEnvelope, *, now: int, standing: bool) -> None:
        """Queue *new* in place of *old*, which is never sent again."""
        table = tables.queue
        self._unit.run(update(table).where(table.c.digest == to_bytes(old)).values(standing=False, due=None))
        self.put(new, now=now, standing=standing)

    def is_standing(self, digest: Digest) -> bool:
        """Tell whether the round's state still says this envelope."""
        table = tables.queue
        rows = self._unit.rows(select(table.c.standing).where(table.c.digest == to_bytes(digest)))
        return bool(rows and rows[0].standing)

    def peers_due(self, now: int) -> list[NodeId]:
        """Give the peers with something due whose back-off has passed."""
        return [NodeId(row.peer) for row in self._unit.rows(_PEERS_DUE, _at(now))]

    def batch(self, peer: NodeId, *, now: int, limit: int) -> list[tuple[KeptEnvelope, bytes | None]]:
        """Give due envelopes to *peer* with their payloads, oldest first."""
        rows = self._unit.rows(_BATCH, {"to": peer, "most": limit, **_at(now)})
        self._unit.preload_keys([row.owner for row in rows if row.owner])
        return [(envelope_of(row), self._payload(row)) for row in rows]

    def _payload(self, row: Row[Any]) -> bytes | None:
        if row.sealed is None:
            return None
        return self._unit.cells.open(row.owner, f"payload|{to_digest(row.digest)}", row.sealed)

    def delivered(self, digests: Sequence[Digest], *, again_at: int) -> None:
        """Note that *digests* are receipted; what stands is said again at *again_at*."""
        if not digests:
            return
        keys = [to_bytes(digest) for digest in digests]
        self._unit.run(_DELIVERED, {"digests": keys, "again_at": again_at})

    def refused(self, digest: Digest, *, problem: str, retry_at: int | None) -> None:
        """Note a refusal; without *retry_at* it is final and waits for a person."""
        table = tables.queue
        statement = update(table).where(table.c.digest == to_bytes(digest))
        values = {"problem": problem, "due": retry_at, "attempts": table.c.attempts + 1}
        self._unit.run(statement.values(delivery=Delivery.REFUSED, **values))

    def postpone(self, digests: Sequence[Digest], *, due: int) -> None:
        """Try those of *digests* again at *due* that are still to be said."""
        table = tables.queue
        said = table.c.digest.in_([to_bytes(digest) for digest in digests]), table.c.due.is_not(None)
        statement = update(table).where(*said)
        self._unit.run(statement.values(due=due, attempts=table.c.attempts + 1))

    def hurry(self, peer: NodeId, *, now: int) -> None:
        """Make all that waits for *peer* due."""
        table = tables.queue
        waits = (table.c.peer == peer, table.c.due > now, table.c.delivery == Delivery.QUEUED)
        self._unit.run(update(table).where(*waits).values(due=now))

    def again(self, peer: NodeId, *, now: int) -> int:
        """Make all that *peer* has not receipted due, what it refused for good included."""
        table, peers = tables.queue, tables.peer
        self._unit.run(update(peers).where(peers.c.node == peer).values(not_before=0))
        said = table.c.standing | table.c.act.not_in(_STANDING)  # what its state no longer says stays unsaid
        refused = (table.c.delivery == Delivery.REFUSED) & said
        queued = (table.c.delivery == Delivery.QUEUED) & table.c.due.is_not(None)
        statement = update(table).where(table.c.peer == peer, queued | refused)
        return self._unit.run(statement.values(due=now, delivery=Delivery.QUEUED))

    def depths(self) -> list[Depth]:
        """Give, for each peer, how much waits and since when."""
        table, letters = tables.queue, tables.envelope
        waits = case((table.c.due.is_not(None) & (table.c.delivery != Delivery.RECEIPTED), 1), else_=0)
        said = table.c.standing | table.c.act.not_in(_STANDING)
        stuck = case((table.c.due.is_(None) & (table.c.delivery == Delivery.REFUSED) & said, 1), else_=0)
        since = case((waits == 1, letters.c.stored_at))
        query = (
            select(table.c.peer, func.sum(waits).label("waiting"), func.sum(stuck).label("refused"))
            .add_columns(func.min(since).label("since"))
            .join(letters, letters.c.digest == table.c.digest)
            .where(table.c.delivery.in_([Delivery.QUEUED, Delivery.REFUSED]))
            .group_by(table.c.peer)
            .order_by(table.c.peer)
        )
        return [
            Depth(peer=NodeId(row.peer), waiting=int(row.waiting), refused=int(row.refused), since=row.since)
            for row in self._unit.rows(query)
        ]

    def list(self, *, delivery: Delivery | None = None, limit: int = 100) -> list[Queued]:
        """Give what waits, or what was refused, oldest first."""
        table = tables.queue
        query = select(table).where(
            table.c.due.is_not(None) if delivery is None else table.c.delivery == delivery
        )
        return [_queued(row) for row in self._unit.rows(query.order_by(table.c.id).limit(limit))]

    def of_handover(self, handover: HandoverId) -> dict[Digest, Queued]:
        """Give how far each envelope of a round has come."""
        table = tables.queue
        rows = self._unit.rows(select(table).where(table.c.handover == handover))
        return {to_digest(row.digest): _queued(row) for row in rows}


def _queued(row: Row[Any]) -> Queued:
    return Queued(
        envelope=to_digest(row.digest),
        handover=HandoverId(row.handover),
        peer=NodeId(row.peer),
        due=row.due or 0,
        attempts=row.attempts,
        delivery=Delivery(row.delivery),
        problem=row.problem,
    )
