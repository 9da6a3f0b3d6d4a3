"""What two nodes have said to one another, in the order of its digests, and what comparing it has found."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, delete, select

from handover.adapters import tables
from handover.adapters.post import envelope_of, to_bytes, to_digest
from handover.adapters.reconciliation_tables import reconciliation, reconciliation_difference
from handover.adapters.statements import among, given
from handover.adapters.unit import Unit
from handover.application.facts import Delivery, KeptEnvelope
from handover.application.reconciled import Difference, Finding, Reconciled, Unreceipted
from handover.domain.handover import Act
from handover.domain.ids import Digest, HandoverId, NodeId, RoundId
from handover.protocol import digest_tree

_letters, _receipts, _queue = tables.envelope, tables.receipt, tables.queue
_RECEIVED: Final = (
    select(_letters.c.digest)
    .where(given(_letters.c.peer, "peer"), _letters.c.incoming.is_(True))
    .where(_letters.c.digest.between(bindparam("first"), bindparam("last")))
    .order_by(_letters.c.digest)
)
_SAID: Final = (
    select(_letters.c.digest)
    .where(given(_letters.c.peer, "peer"), _letters.c.incoming.is_(False))
    .where(_letters.c.digest.between(bindparam("first"), bindparam("last")))
    .order_by(_letters.c.digest)
)
_WITH_RECEIPT: Final = _receipts.c.envelope == _letters.c.digest
_SENT: Final = _SAID.join(_receipts, _WITH_RECEIPT)
_UNRECEIPTED: Final = _SAID.outerjoin(_receipts, _WITH_RECEIPT).where(_receipts.c.envelope.is_(None))
_WAITING: Final = (
    select(_letters, _queue.c.delivery, _queue.c.due)
    .outerjoin(_receipts, _WITH_RECEIPT)
    .outerjoin(_queue, _queue.c.digest == _letters.c.digest)
    .where(given(_letters.c.peer, "peer"), _letters.c.incoming.is_(False), _receipts.c.envelope.is_(None))
    .order_by(_letters.c.digest)
)
_KEPT: Final = select(_letters).where(among(_letters.c.digest, "digests")).order_by(_letters.c.digest)
_COLUMNS: Final = tuple(column.name for column in reconciliation.c)


class ReconciliationShelf:
    """What is compared, and what was found the last time."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def sent(self, peer: NodeId, prefix: str = "") -> list[bytes]:
        """Give the digests of what the peer has receipted."""
        return self._digests(_SENT, peer, prefix)

    def received(self, peer: NodeId, prefix: str = "") -> list[bytes]:
        """Give the digests of what came from the peer."""
        return self._digests(_RECEIVED, peer, prefix)

    def unreceipted(self, peer: NodeId, prefix: str = "") -> list[Digest]:
        """Give the digests of what was said to the peer and has no receipt."""
        return [to_digest(each) for each in self._digests(_UNRECEIPTED, peer, prefix)]

    def _digests(self, query: Select[Any], peer: NodeId, prefix: str) -> list[bytes]:
        first, last = digest_tree.bounds(prefix)
        rows = self._unit.rows(query, {"peer": peer, "first": first, "last": last})
        return [bytes(row.digest) for row in rows]

    def waiting(self, peer: NodeId) -> list[Unreceipted]:
        """Give what was said to the peer and has no receipt, with how it waits."""
        return [
            Unreceipted(
                kept=envelope_of(row),
                delivery=row.delivery and Delivery(row.delivery),
                due=row.due is not None,
            )
            for row in self._unit.rows(_WAITING, {"peer": peer})
        ]

    def kept(self, digests: Sequence[Digest]) -> dict[Digest, KeptEnvelope]:
        """Give those of the envelopes that are here, in the order of their digests."""
        if not digests:
            return {}
        rows = self._unit.rows(_KEPT, {"digests": [to_bytes(each) for each in digests]})
        return {found.digest: found for found in map(envelope_of, rows)}

    def get(self, peer: NodeId) -> Reconciled | None:
        """Give the last comparison with a peer."""
        rows = self._unit.rows(select(reconciliation).where(reconciliation.c.peer == peer))
        return self._reconciled(rows[0]) if rows else None

    def all(self) -> list[Reconciled]:
        """Give the last comparison with each peer."""
        rows = self._unit.rows(select(reconciliation).order_by(reconciliation.c.peer))
        return [self._reconciled(row) for row in rows]

    def _reconciled(self, row: Row[Any]) -> Reconciled:
        table = reconciliation_difference
        query = select(table).where(table.c.peer == row.peer).order_by(table.c.round, table.c.digest)
        values = {**dict(row._mapping), "peer": NodeId(row.peer)}  # noqa: SLF001 - SQLAlchemy's documented name
        return Reconciled(**values, differences=tuple(map(_difference, self._unit.rows(query))))

    def put(self, reconciled: Reconciled) -> None:
        """Keep a comparison in place of the last one."""
        self._unit.upsert(reconciliation, {name: getattr(reconciled, name) for name in _COLUMNS})
        table = reconciliation_difference
        self._unit.run(delete(table).where(table.c.peer == reconciled.peer))
        for each in reconciled.differences:
            row = {
                "peer": reconciled.peer,
                "digest": to_bytes(each.digest),
                "finding": each.finding,
                "round": each.round,
                "act": each.act,
                "handover": each.handover,
                "position": each.index,
            }
            self._unit.insert(table, row)


def _difference(row: Row[Any]) -> Difference:
    return Difference(
        digest=to_digest(row.digest),
        finding=Finding(row.finding),
        round=RoundId(row.round),
        act=Act(row.act),
        handover=row.handover and HandoverId(row.handover),
        index=row.position,
    )
