"""The index in the database. Without the vault it is a heap of marks: none says whose it is, or which belong together.

An address is kept as a mark under the node's secret, and beside it, encrypted under a key of that very address, which
entry it belongs to. An entry names its matter encrypted in the same way; what opens evidence is under the matter's
data key.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from sqlalchemy import Row, delete, func, select, tuple_, update

from handover.adapters.cells import NODE
from handover.adapters.statements import among, given
from handover.adapters.tracing_roots import RootShelf
from handover.adapters.tracing_tables import PENDING, address, entry, root
from handover.adapters.unit import Unit
from handover.adapters.vault import FileVault
from handover.application.traced import IndexEntry, KeptRoot
from handover.domain.errors import NotFoundError
from handover.domain.ids import MatterId
from handover.protocol import committed_index

_FIND: Final = select(address).where(among(address.c.mark, "marks"))
_LIVING: Final = entry.c.removed == 0
_ENTRIES: Final = select(entry).where(among(entry.c.id, "ids"), entry.c.added > 0, _LIVING)
_OF_MATTER: Final = select(entry).where(given(entry.c.mark, "mark")).order_by(entry.c.id)
_AT_ONCE: Final = 400
_KEY: Final = 32  # bytes: an address, and what is behind it
_LEAF: Final = 48


class IndexShelf(RootShelf):
    """Which persons have which addresses."""

    def __init__(self, unit: Unit, vault: FileVault) -> None:
        super().__init__(unit)
        self._vault = vault

    def add(self, new: IndexEntry) -> None:
        """Keep an entry with its addresses."""
        data = new.number.to_bytes(2, "big") + new.version.to_bytes(4, "big") + new.salt
        rows = sorted(new.keys.items())
        data += b"".join(each + wrap for each, wrap in rows)
        leaves = b"".join(each + committed_index.binding(new.salt, new.name, each) for each, _ in rows)
        row = {
            "id": new.id,
            "mark": self._mark(new.matter),
            "matter": self._hide("matter", new.id, UUID(new.matter).bytes),
            "epoch": new.epoch,
            "added": 0,
            "removed": 0,
            "sealed": self._unit.cells.seal(new.matter, _place(new.id), data),
            "sealed_leaves": self._unit.cells.seal(NODE, _place(new.id), leaves),
        }
        self._unit.insert(entry, row)
        for each in new.keys:
            self._unit.insert(address, self._pointer(new.epoch, each, new.id))

    def forget(self, matter: MatterId, *, epochs: Iterable[int] | None = None) -> int:
        """Remove a matter's entries (of *epochs* alone, if given) with their addresses; give how many there were."""
        found = self.of_matter(matter)
        if epochs is not None:
            wanted = set(epochs)
            found = [each for each in found if each.epoch in wanted]
        for each in found:
            self._remove(each)
        return len(found)

    def _remove(self, found: IndexEntry) -> None:
        """What is behind the addresses goes at once; what the last root was made of, with the next root."""
        rows = [self._pointer(found.epoch, each, found.id) for each in found.keys]
        places = [(row["mark"], row["pointer"]) for row in rows]
        self._unit.run(delete(address).where(tuple_(address.c.mark, address.c.pointer).in_(places)))
        if found.added == 0:  # no root ever held it
            self._unit.run(delete(entry).where(entry.c.id == found.id))
            return
        gone = {"mark": None, "matter": None, "sealed": None, "removed": 1}
        self._unit.run(update(entry).where(entry.c.id == found.id).values(gone))

    def drop(self, *, but: Iterable[int]) -> int:
        """Remove entries of every epoch *but* these, some at a time; give how many."""
        query = select(entry).where(entry.c.epoch.not_in(list(but))).limit(_AT_ONCE)
        rows = self._unit.rows(query)
        for row in rows:
            found = self._opened(row)
            if found is not None:
                self._remove(found)
        self._unit.run(delete(entry).where(entry.c.id.in_([row.id for row in rows])))
        return len(rows)

    def of_matter(self, matter: MatterId) -> list[IndexEntry]:
        """Give a matter's entries."""
        return self._all(self._unit.rows(_OF_MATTER, {"mark": self._mark(matter)}))

    def find(self, epoch: int, addresses: Sequence[bytes]) -> Mapping[bytes, Sequence[IndexEntry]]:
        """Give for each of *addresses* that is there the committed entries that have it."""
        marks = {self._address_mark(epoch, each): each for each in addresses}
        pointed: dict[bytes, list[bytes]] = {}
        for row in self._unit.rows(_FIND, {"marks": list(marks)}):
            each = marks[bytes(row.mark)]
            id_ = self._show("address", _name(epoch, each), row.pointer)
            pointed.setdefault(each, []).append(id_)
        ids = {id_ for named in pointed.values() for id_ in named}
        entries = {each.id: each for each in self._all(self._unit.rows(_ENTRIES, {"ids": list(ids)}))}
        found = {
            each: [entries[id_] for id_ in named if id_ in entries and each in entries[id_].keys]
            for each, named in pointed.items()
        }
        return {each: named for each, named in found.items() if named}

    def newer(self, epoch: int, number: int) -> list[IndexEntry]:
        """Give the entries that a root after *number* was the first to hold."""
        query = select(entry).where(entry.c.epoch == epoch, entry.c.added > number, _LIVING)
        return self._all(self._unit.rows(query))

    def sample(self, epoch: int, *, limit: int) -> list[IndexEntry]:
        """Give entries of an epoch."""
        query = select(entry).where(entry.c.epoch == epoch, _LIVING).order_by(entry.c.id).limit(limit)
        return self._all(self._unit.rows(query))

    def stamp(self, epoch: int) -> bytes:
        """Give a digest of what the pending root of an epoch would hold."""
        query = select(entry.c.id).where(entry.c.epoch == epoch, _LIVING).order_by(entry.c.id)
        return sha256(b"".join(bytes(row.id) for row in self._unit.rows(query))).digest()

    def pending(self) -> list[int]:
        """Give the epochs in which anything was added or removed since the last root."""
        rows = self._unit.rows(select(entry.c.epoch).where(PENDING).distinct().order_by(entry.c.epoch))
        return [int(row.epoch) for row in rows]

    def leaves(self, epoch: int, *, pending: bool) -> list[tuple[bytes, bytes]]:
        """Give address and binding of every leaf of the last root, or of the one that is *pending*."""
        held = _LIVING if pending else entry.c.added > 0
        query = select(entry.c.id, entry.c.sealed_leaves).where(entry.c.epoch == epoch, held)
        found = []
        for row in self._unit.rows(query):
            data = self._unit.cells.open(NODE, _place(row.id), row.sealed_leaves)
            found += [(data[at : at + 16], data[at + 16 : at + _LEAF]) for at in range(0, len(data), _LEAF)]
        return found

    def commit(self, new: KeptRoot) -> None:
        """Keep a root: what was added since the last one is in it, what was removed is gone."""
        self._unit.insert(root, vars(new))
        of_epoch = entry.c.epoch == new.epoch
        self._unit.run(delete(entry).where(of_epoch, entry.c.removed == 1))
        self._unit.run(update(entry).where(of_epoch, entry.c.added == 0).values(added=new.number))

    def count(self) -> tuple[int, int]:
        """Give how many entries there are, and how many addresses."""
        entries = select(func.count()).select_from(entry).where(_LIVING)
        addresses = select(func.count()).select_from(address)
        return int(self._unit.rows(entries)[0][0]), int(self._unit.rows(addresses)[0][0])

    def largest(self) -> int:
        """Give how many entries the epoch with most of them has."""
        number = func.count().label("number")
        query = select(number).select_from(entry).where(_LIVING).group_by(entry.c.epoch)
        return max((row.number for row in self._unit.rows(query)), default=0)

    def _all(self, rows: Sequence[Row[Any]]) -> list[IndexEntry]:
        return [found for row in rows if (found := self._opened(row)) is not None]

    def _opened(self, row: Row[Any]) -> IndexEntry | None:
        """Give the entry; None where it was removed, or its matter's key is gone."""
        if row.sealed is None:
            return None
        matter = MatterId.known(str(UUID(bytes=self._show("matter", row.id, row.matter))))
        try:
            data = self._unit.cells.open(matter, _place(row.id), row.sealed)
        except NotFoundError:
            return None
        keys = data[22:]
        return IndexEntry(
            id=bytes(row.id),
            matter=matter,
            number=int.from_bytes(data[:2], "big"),
            version=int.from_bytes(data[2:6], "big"),
            salt=data[6:22],
            keys={keys[at : at + 16]: keys[at + 16 : at + _KEY] for at in range(0, len(keys), _KEY)},
            epoch=row.epoch,
            added=row.added,
        )

    def _pointer(self, epoch: int, each: bytes, id_: bytes) -> dict[str, bytes]:
        hidden = self._hide("address", _name(epoch, each), id_)
        return {"mark": self._address_mark(epoch, each), "pointer": hidden}

    def _address_mark(self, epoch: int, each: bytes) -> bytes:
        return self._vault.mark("tracing-address", _name(epoch, each).hex())[:16]

    def _mark(self, matter: MatterId) -> bytes:
        return self._vault.mark("tracing-entry", matter)[:16]

    def _block(self, use: str, name: bytes) -> Cipher[ECB]:
        """One block under a key that serves for this block alone: no chaining is needed."""
        return Cipher(AES(self._vault.mark(f"tracing-{use}-pointer", name.hex())), ECB())  # noqa: S305

    def _hide(self, use: str, name: bytes, value: bytes) -> bytes:
        return self._block(use, name).encryptor().update(value)

    def _show(self, use: str, name: bytes, hidden: bytes) -> bytes:
        return self._block(use, name).decryptor().update(hidden)


def _name(epoch: int, each: bytes) -> bytes:
    return epoch.to_bytes(4, "big") + each


def _place(id_: bytes) -> str:
    return f"tracing|{id_.hex()}"
