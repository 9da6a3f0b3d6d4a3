"""Files of matters and sealed files on their way, in the database; large bytes have rows of their own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, delete, select

from handover.adapters import tables
from handover.adapters.post import to_bytes, to_digest
from handover.adapters.unit import Unit
from handover.application.facts import KeptParcel
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import Digest, HandoverId, MatterId, NodeId
from handover.protocol.attachment import Parcel


class FileShelf:
    """Attachments and parcels."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def keep(self, matter: MatterId, digest: Digest, media_type: str, data: bytes) -> None:
        """Keep a file of *matter*."""
        sealed = self._unit.cells.seal(matter, f"attachment|{matter}|{digest}", data)
        row = {"matter": matter, "digest": to_bytes(digest), "media_type": media_type, "sealed": sealed}
        self._unit.upsert(tables.attachment, row)

    def get(self, matter: MatterId, digest: Digest) -> tuple[str, bytes]:
        """Give media type and content; raises NotFoundError."""
        table = tables.attachment
        query = select(table).where(table.c.matter == matter, table.c.digest == to_bytes(digest))
        rows = self._unit.rows(query)
        if not rows:
            raise NotFoundError
        place = f"attachment|{matter}|{digest}"
        return rows[0].media_type, self._unit.cells.open(matter, place, rows[0].sealed)

    def put_parcel(self, kept: KeptParcel) -> None:
        """Keep a parcel as it is now, its key under the data key of its owner."""
        parcel = kept.parcel
        row = {
            "digest": to_bytes(parcel.sealed),
            "handover": kept.handover,
            "peer": kept.peer,
            "incoming": kept.incoming,
            "file": to_bytes(parcel.file),
            "media_type": kept.media_type,
            "size": parcel.size,
            "have": kept.have,
            "owner": kept.owner,
            "sealed": self._unit.cells.seal(kept.owner, f"parcel|{parcel.sealed}", parcel.key),
        }
        self._unit.upsert(tables.parcel, row)

    def parcel(self, sealed: Digest) -> KeptParcel:
        """Give a parcel; raises NotFoundError."""
        rows = self._unit.rows(select(tables.parcel).where(tables.parcel.c.digest == to_bytes(sealed)))
        if not rows:
            raise NotFoundError
        return self._kept(rows[0])

    def parcels(self, handover: HandoverId) -> list[KeptParcel]:
        """Give the parcels of a round."""
        rows = self._unit.rows(select(tables.parcel).where(tables.parcel.c.handover == handover))
        return [self._kept(row) for row in rows]

    def recipients(self) -> list[NodeId]:
        """Give the peers to which parcels are still to be pushed."""
        waiting = _waiting().with_only_columns(tables.parcel.c.peer, maintain_column_froms=True).distinct()
        return [NodeId(row.peer) for row in self._unit.rows(waiting)]

    def outgoing(self, peer: NodeId, limit: int) -> list[KeptParcel]:
        """Give parcels that are still to be pushed to *peer*, oldest first."""
        table = tables.parcel
        query = _waiting().where(table.c.peer == peer).order_by(table.c.handover, table.c.digest)
        return [self._kept(row) for row in self._unit.rows(query.limit(limit))]

    def append(self, kept: KeptParcel, data: bytes) -> KeptParcel:
        """Keep the next bytes of a ciphertext."""
        digest = to_bytes(kept.parcel.sealed)
        self._unit.insert(tables.parcel_part, {"digest": digest, "start": kept.have, "data": data})
        longer = replace(kept, have=kept.have + len(data))
        self.put_parcel(longer)
        return longer

    def empty(self, kept: KeptParcel) -> None:
        """Forget the bytes of a ciphertext that is not the one named."""
        self._unit.run(
            delete(tables.parcel_part).where(tables.parcel_part.c.digest == to_bytes(kept.parcel.sealed))
        )
        self.put_parcel(replace(kept, have=0))

    def parts(self, sealed: Digest) -> Iterator[bytes]:
        """Give the ciphertext, part by part."""
        table = tables.parcel_part
        starts = select(table.c.start).where(table.c.digest == to_bytes(sealed)).order_by(table.c.start)
        for row in self._unit.rows(starts):
            query = select(table.c.data).where(table.c.digest == to_bytes(sealed), table.c.start == row.start)
            yield bytes(self._unit.rows(query)[0].data)

    def read(self, sealed: Digest, start: int, length: int) -> bytes:
        """Give bytes of a ciphertext; an outgoing one is a single part."""
        return b"".join(self.parts(sealed))[start : start + length]

    def drop(self, sealed: Digest) -> None:
        """Forget a parcel: delivered for good, adopted or voided."""
        key = to_bytes(sealed)
        self._unit.run(delete(tables.parcel_part).where(tables.parcel_part.c.digest == key))
        self._unit.run(delete(tables.parcel).where(tables.parcel.c.digest == key))

    def _kept(self, row: Row[Any]) -> KeptParcel:
        sealed = to_digest(row.digest)
        key = self._unit.cells.open(row.owner, f"parcel|{sealed}", row.sealed)
        return KeptParcel(
            parcel=Parcel(file=to_digest(row.file), sealed=sealed, size=row.size, key=key),
            handover=HandoverId(row.handover),
            peer=NodeId(row.peer),
            incoming=row.incoming,
            media_type=row.media_type,
            have=row.have,
            owner=row.owner,
        )


def _waiting() -> Select[Any]:
    """Only what the recipient has receipted an offer for: it takes nothing that no offer has named."""
    parcels, letters, receipts = tables.parcel, tables.envelope, tables.receipt
    offered = (
        select(receipts.c.envelope)
        .join(letters, letters.c.digest == receipts.c.envelope)
        .where(letters.c.handover == parcels.c.handover, letters.c.act == Act.OFFER)
    )
    return select(parcels).where(parcels.c.incoming.is_(False), offered.exists())
