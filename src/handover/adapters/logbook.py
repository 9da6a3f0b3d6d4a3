"""This node's Merkle log in its database: entries, stream heads, tiles and the signed head (docs/spec/log.md)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from handover.adapters import log_tables
from handover.adapters.statements import among, given
from handover.adapters.unit import Unit
from handover.application.facts import KeptReceipt
from handover.domain.errors import NotFoundError
from handover.domain.ids import Digest
from handover.protocol import checkpoint as checkpoints
from handover.protocol import entry as entries
from handover.protocol import merkle, strict
from handover.protocol.entry import Entry, EntryKind

TILE_WIDTH: Final = 256
_HEAD: Final = 1  # the key of the one row of log_head
_heads, _streams, _tiles = log_tables.log_head, log_tables.log_stream, log_tables.log_tile
_HEAD_ROW: Final = select(_heads).where(_heads.c.id == _HEAD)
_STREAMS: Final = select(_streams).where(among(_streams.c.stream, "streams"))
_TILE: Final = select(_tiles.c.hashes).where(given(_tiles.c.level, "level"), given(_tiles.c.number, "number"))


@dataclass
class Edge:
    """The tree as it stood after the last commit of this process, kept to spare reading; `None`: read it."""

    size: int = -1
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)


class _Tiles:
    """Tiles of this transaction, of the last one, or of the database, in this order."""

    def __init__(self, unit: Unit, kept: dict[tuple[int, int], bytes]) -> None:
        self._unit = unit
        self.changed: dict[tuple[int, int], bytes] = {}
        self.kept = kept

    def get(self, level: int, index: int) -> bytes:
        """Give the hashes of a tile, 32 bytes each."""
        key = (level, index)
        found = self.changed.get(key) or self.kept.get(key)
        if found is None:
            rows = self._unit.peek(_TILE, {"level": level, "number": index})
            found = self.kept[key] = rows[0].hashes if rows else b""
        return found


class Logbook:
    """The log inside one transaction: entries get their index at once, tiles are written at the end."""

    def __init__(self, unit: Unit, signer: checkpoints.LogSigner, origin: str, edge: Edge) -> None:
        self._unit = unit
        self._signer = signer
        self._origin = origin
        self._edge = edge
        self._streams: dict[str, tuple[int, Digest | None]] = {}
        self._pending: list[bytes] = []
        self._documents: dict[int, bytes] = {}
        row = unit.peek(_HEAD_ROW)[0]
        self._size: int = row.size
        self._signed = checkpoints.Checkpoint(origin=origin, size=row.signed_size, root=row.signed_root)
        self._note: bytes | None = row.note
        kept = dict(edge.tiles) if edge.size == row.size else {}
        self._tiles = _Tiles(unit, kept)
        self._tree = merkle.Tree(self._tiles, row.size)

    def prepare(self, streams: Sequence[str]) -> None:
        """Read the heads of *streams* at once."""
        missing = [stream for stream in streams if stream not in self._streams]
        if missing:
            self._streams |= dict.fromkeys(missing, (0, None))
            for row in self._unit.peek(_STREAMS, {"streams": missing}):
                self._streams[row.stream] = (row.n, Digest.known(row.prev))

    def append(self, kind: EntryKind, *, stream: str, object_: Digest, now: int) -> int:
        """Add an entry and give its index."""
        self.prepare([stream])
        n, prev = self._streams[stream]
        document = entries.encode(
            Entry(
                kind=kind,
                time=now,
                matter=stream,
                n=n + 1,
                prev=prev,
                object=object_,
                salt=secrets.token_bytes(16),
            )
        )
        digest = strict.digest(document)
        self._streams[stream] = (n + 1, digest)
        index = self._size + len(self._pending)
        self._documents[index] = document
        self._pending.append(merkle.leaf_hash(entries.leaf(document)))
        self._unit.insert(log_tables.log_entry, {"position": index, "stream": stream, "document": document})
        self._unit.upsert(log_tables.log_stream, {"stream": stream, "n": n + 1, "prev": digest})
        return index

    def accept_page(self, digest: Digest, now: int) -> bool:
        """Add the entry that says which page of the registry was accepted, once; tell whether it was new."""
        table, key = log_tables.registry_page, strict.unb64(digest, length=32)
        if self._unit.rows(select(table.c.digest).where(table.c.digest == key)):
            return False
        position = self.append(EntryKind.REGISTRY_ACCEPTED, stream="", object_=digest, now=now)
        self._unit.insert(table, {"digest": key, "position": position})
        return True

    def _settle(self) -> None:
        if self._pending:
            changed = self._tree.append(self._pending)
            self._tiles.changed |= changed
            self._size += len(self._pending)
            self._pending = []

    def checkpoint(self, now: int) -> bytes:
        """Sign a checkpoint over all entries; give the one that stands when nothing was added."""
        self._settle()
        if self._note is None or self._signed.size != self._size:
            self._signed = checkpoints.Checkpoint(
                origin=self._origin, size=self._size, root=self._tree.root()
            )
            self._note = checkpoints.sign(self._signed, self._signer, now)
        return self._note

    def receipts(self, indexes: Mapping[Digest, int], now: int) -> list[KeptReceipt]:
        """Give receipts for entries of this transaction, all under one checkpoint."""
        note = self.checkpoint(now)
        return [
            KeptReceipt(
                envelope=digest,
                document=self._documents[index],
                index=index,
                path=tuple(self._tree.inclusion(index)),
                checkpoint=note,
            )
            for digest, index in indexes.items()
        ]

    def head(self) -> checkpoints.Checkpoint:
        """Give the last checkpoint that was signed."""
        return self._signed

    def unsigned(self) -> int:
        """Give the number of entries that no checkpoint covers yet."""
        return self._size + len(self._pending) - self._signed.size

    def signed_head(self) -> bytes | None:
        """Give the last signed checkpoint as it was."""
        return self._note

    def consistency(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Give the proof that the tree of *size*, or the signed head, extends the tree of *old_size*."""
        size = self._signed.size if size is None else size
        return list(self._tree.consistency(old_size, size)) if 0 < old_size <= size else []

    def entries(self, stream: str) -> list[tuple[int, bytes]]:
        """Give index and document of every entry of *stream*, in order."""
        table = log_tables.log_entry
        rows = self._unit.rows(select(table).where(table.c.stream == stream).order_by(table.c.position))
        return [(row.position, row.document) for row in rows]

    def newest(self, *, before: int | None, limit: int) -> list[tuple[int, bytes]]:
        """Give index and document of the newest entries before index *before*, newest first."""
        table = log_tables.log_entry
        query = select(table.c.position, table.c.document).order_by(table.c.position.desc()).limit(limit)
        rows = self._unit.rows(query if before is None else query.where(table.c.position < before))
        return [(row.position, row.document) for row in rows]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Give the inclusion path of entry *index* in the tree of *size*."""
        return list(self._tree.inclusion(index, size))

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Give the first *width* hashes of a tile of the signed tree; raises NotFoundError."""
        if ((index * TILE_WIDTH + width) << (8 * level)) > self._signed.size:
            raise NotFoundError
        return self._tiles.get(level, index)[: 32 * width]

    def entry_tile(self, index: int, width: int) -> bytes:
        """Give an entry bundle of the signed tree: each leaf behind its length in two bytes; raises NotFoundError."""
        start = index * TILE_WIDTH
        if start + width > self._signed.size:
            raise NotFoundError
        table = log_tables.log_entry
        query = select(table.c.document).where(table.c.position >= start, table.c.position < start + width)
        leaves = [entries.leaf(row.document) for row in self._unit.rows(query.order_by(table.c.position))]
        return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)

    def close(self) -> None:
        """Write what changed; called once, before the commit."""
        self._settle()
        for (level, index), hashes in self._tiles.changed.items():
            self._unit.upsert(log_tables.log_tile, {"level": level, "number": index, "hashes": hashes})
        head = {
            "id": _HEAD,
            "size": self._size,
            "signed_size": self._signed.size,
            "signed_root": self._signed.root,
            "note": self._note,
        }
        self._unit.upsert(log_tables.log_head, head)

    def committed(self) -> None:
        """Remember the right edge for the next transaction of this process."""
        kept = self._tiles.kept | self._tiles.changed
        newest: dict[int, int] = {}
        for level, index in kept:
            newest[level] = max(index, newest.get(level, 0))
        self._edge.tiles = {key: kept[key] for key in kept if newest[key[0]] == key[1]}
        self._edge.size = self._size
