"""Envelopes, receipts and peers in the database; the queue is in queue.py."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Row, select

from handover.adapters import tables
from handover.adapters.cells import ErasedError
from handover.adapters.statements import among, given
from handover.adapters.unit import Unit
from handover.application import receipted
from handover.application.facts import KeptEnvelope, KeptReceipt, Peer
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import Digest, HandoverId, NodeId, RoundId
from handover.protocol import receipt as receipts
from handover.protocol import strict
from handover.protocol.receipt import Receipt

_letters, _receipts, _notes, _peers = tables.envelope, tables.receipt, tables.checkpoint, tables.peer
_LETTER: Final = select(_letters).where(given(_letters.c.digest, "digest"))
_LETTERS_OF: Final = select(_letters).where(given(_letters.c.handover, "handover")).order_by(_letters.c.id)
_RECEIPTS: Final = (
    select(_receipts, _notes.c.note)
    .join(_notes, _notes.c.digest == _receipts.c.checkpoint)
    .where(among(_receipts.c.envelope, "digests"))
)
_PEER: Final = select(_peers).where(given(_peers.c.node, "node"))


def to_bytes(digest: Digest) -> bytes:
    """Give a digest as it stands in the tables."""
    return strict.unb64(digest, length=32)


def to_digest(data: bytes) -> Digest:
    """Give a digest from the tables as the use cases see it."""
    return Digest.known(strict.b64(data))


class EnvelopeShelf:
    """Envelopes as they were, with payloads under the round's data key, and receipts."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def known(self, digests: Sequence[Digest]) -> dict[Digest, KeptReceipt]:
        """Give the receipts that were given for those of *digests* that are stored."""
        return self.receipts(digests)

    def add(
        self, kept: KeptEnvelope, *, payload: bytes | None = None, plaintext: bytes | None = None
    ) -> None:
        """Keep an envelope and, under the round's data key, what goes with it."""
        key = to_bytes(kept.digest)
        self._unit.insert(tables.envelope, {**vars(kept), "digest": key})
        if payload is None and plaintext is None:
            return
        cells, owner, place = self._unit.cells, kept.owner, f"payload|{kept.digest}"
        sealed = None if payload is None else cells.seal(owner, place, payload)
        inside = None if plaintext is None else cells.seal(owner, f"{place}|plaintext", plaintext)
        self._unit.insert(
            tables.payload, {"digest": key, "owner": owner, "sealed": sealed, "sealed_plaintext": inside}
        )

    def get(self, digest: Digest) -> KeptEnvelope:
        """Give the envelope; raises NotFoundError."""
        rows = self._unit.rows(_LETTER, {"digest": to_bytes(digest)})
        if not rows:
            raise NotFoundError
        return envelope_of(rows[0])

    def of_handover(self, handover: HandoverId) -> list[KeptEnvelope]:
        """Give all envelopes of a round in order of storing."""
        return [envelope_of(row) for row in self._unit.rows(_LETTERS_OF, {"handover": handover})]

    def plaintext(self, digest: Digest) -> bytes:
        """Give what the payload opened to, or was made of; raises ErasedError."""
        table = tables.payload
        rows = self._unit.rows(select(table).where(table.c.digest == to_bytes(digest)))
        if not rows:
            raise ErasedError
        place = f"payload|{digest}|plaintext"
        return self._unit.cells.open(rows[0].owner, place, rows[0].sealed_plaintext)

    def keep_deed(self, digest: Digest, data: bytes, receipt: Receipt | None) -> None:
        """Keep a deed of the matter's chain that this node neither gave nor got, with its taker's receipt."""
        proof = None if receipt is None else receipts.to_proof(receipt)
        self._unit.upsert(tables.chain_deed, {"digest": to_bytes(digest), "data": data, "receipt": proof})

    def deed(self, digest: Digest) -> bytes:
        """Give a deed of a chain; raises NotFoundError."""
        own, foreign = tables.envelope, tables.chain_deed
        key = to_bytes(digest)
        rows = self._unit.rows(select(own.c.data).where(own.c.digest == key))
        rows = rows or self._unit.rows(select(foreign.c.data).where(foreign.c.digest == key))
        if not rows:
            raise NotFoundError
        return bytes(rows[0].data)

    def receipts(self, digests: Sequence[Digest]) -> dict[Digest, KeptReceipt]:
        """Give the receipts for those of *digests* that have one."""
        if not digests:
            return {}
        rows = self._unit.peek(_RECEIPTS, {"digests": [to_bytes(digest) for digest in digests]})
        return {receipt.envelope: receipt for receipt in map(_receipt, rows)}

    def deed_receipts(self, digests: Sequence[Digest]) -> dict[Digest, KeptReceipt]:
        """Give the receipts that are here for deeds of a chain: of what this node gave or got, or as they came."""
        if not digests:
            return {}
        table = tables.chain_deed
        keys = [to_bytes(digest) for digest in digests]
        query = select(table.c.digest, table.c.receipt).where(
            table.c.digest.in_(keys), table.c.receipt.is_not(None)
        )
        found = self.receipts(digests)
        for row in self._unit.peek(query):
            proof, name = receipts.from_proof(bytes(row.receipt)), to_digest(row.digest)
            found.setdefault(name, receipted.kept(name, proof))
        return found

    def add_receipts(self, receipts: Iterable[KeptReceipt]) -> None:
        """Keep receipts; a checkpoint is kept once, whatever number of receipts rest on it."""
        seen: dict[bytes, bytes] = {}
        for receipt in receipts:
            note = receipt.checkpoint
            if note not in seen:
                seen[note] = to_bytes(strict.digest(note))
                self.keep_checkpoint(note)
            row = {
                "envelope": to_bytes(receipt.envelope),
                "document": receipt.document,
                "position": receipt.index,
                "path": b"".join(receipt.path),
                "checkpoint": seen[note],
            }
            self._unit.upsert(tables.receipt, row)

    def keep_checkpoint(self, note: bytes) -> None:
        """Keep a signed checkpoint that was verified."""
        origin, size = note.split(b"\n", 2)[:2]
        key = to_bytes(strict.digest(note))
        row = {"digest": key, "origin": origin.decode(), "size": int(size), "note": note}
        self._unit.upsert(tables.checkpoint, row)

    def checkpoint(self, origin: str, size: int) -> bytes | None:
        """Give a checkpoint of the log *origin* at *size*, if one was kept."""
        table = tables.checkpoint
        query = select(table.c.note).where(table.c.origin == origin, table.c.size == size).limit(1)
        rows = self._unit.rows(query)
        return bytes(rows[0].note) if rows else None


def envelope_of(row: Row[Any]) -> KeptEnvelope:
    """Give the envelope of a row of its table."""
    return KeptEnvelope(
        digest=to_digest(row.digest),
        handover=HandoverId.known(row.handover),
        incoming=row.incoming,
        act=Act(row.act),
        peer=NodeId.known(row.peer),
        round=RoundId.known(row.round),
        incarnation=row.incarnation,
        seq=row.seq,
        re=row.re and Digest.known(row.re),
        stored_at=row.stored_at,
        data=row.data,
    )


def _receipt(row: Row[Any]) -> KeptReceipt:
    path = tuple(row.path[start : start + 32] for start in range(0, len(row.path), 32))
    return KeptReceipt(
        envelope=to_digest(row.envelope),
        document=row.document,
        index=row.position,
        path=path,
        checkpoint=row.note,
    )


class PeerShelf:
    """What is remembered of peers."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._seen: dict[NodeId, Peer] = {}

    def get(self, node: NodeId) -> Peer:
        """Give what is remembered of *node*; a node never heard of is remembered as nothing yet."""
        if node not in self._seen:
            rows = self._unit.peek(_PEER, {"node": node})
            self._seen[node] = _peer(rows[0]) if rows else Peer(node=node)
        return self._seen[node]

    def put(self, peer: Peer) -> None:
        """Remember *peer* as it is now."""
        self._seen[peer.node] = peer
        self._unit.upsert(tables.peer, asdict(peer))

    def all(self) -> list[Peer]:
        """Give all peers that were ever heard of."""
        return [_peer(row) for row in self._unit.rows(select(tables.peer).order_by(tables.peer.c.node))]


def _peer(row: Row[Any]) -> Peer:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    return Peer(**{**values, "node": NodeId(row.node)})
