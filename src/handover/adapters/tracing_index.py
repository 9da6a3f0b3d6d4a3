"""The index in the database. Without the vault it is a heap of marks: none says whose it is, or which belong together.

An address is kept as a mark under the node's secret, and beside it, encrypted under a key of that very address, which
entry it belongs to. An entry names its matter encrypted in the same way; what opens evidence is under the matter's
data key.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from sqlalchemy import Row, and_, delete, func, or_, select, tuple_, update

from handover.adapters.statements import among
from handover.adapters.tracing_tables import address, entry, root
from handover.adapters.unit import Unit
from handover.adapters.vault import FileVault
from handover.application.traced import IndexEntry, KeptRoot
from handover.domain.errors import NotFoundError
from handover.domain.ids import MatterId

_FIND: Final = select(address).where(among(address.c.mark, "marks"))
_ENTRIES: Final = select(entry).where(among(entry.c.id, "ids"), entry.c.added > 0)
_AT_ONCE: Final = 400
_PENDING: Final = or_(and_(entry.c.added == 0, entry.c.removed.is_(None)), entry.c.removed == 0)


class IndexShelf:
    """Which persons have which addresses."""

    def __init__(self, unit: Unit, vault: FileVault) -> None:
        self._unit = unit
        self._vault = vault

    def add(self, new: IndexEntry) -> None:
        """Keep an entry with its addresses."""
        data = new.number.to_bytes(2, "big") + new.version.to_bytes(4, "big") + new.salt
        data += b"".join(each + wrap for each, wrap in sorted(new.keys.items()))
        row = {
            "id": new.id,
            "mark": self._mark(new.matter),
            "matter": self._hide("matter", new.id, UUID(new.matter).bytes),
            "epoch": new.epoch,
            "leaf": new.leaf,
            "added": 0,
            "removed": None,
            "sealed": self._unit.cells.seal(new.matter, _place(new.id), data),
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
        rows = [self._pointer(found.epoch, each, found.id) for each in found.keys]
        places = [(row["mark"], row["pointer"]) for row in rows]
        self._unit.run(delete(address).where(tuple_(address.c.mark, address.c.pointer).in_(places)))
        if found.added == 0:  # no root ever held it
            self._unit.run(delete(entry).where(entry.c.id == found.id))
            return
        gone = {"mark": None, "matter": None, "sealed": None, "removed": 0}
        self._unit.run(update(entry).where(entry.c.id == found.id).values(gone))

    def drop(self, *, epochs: Iterable[int]) -> int:
        """Remove every entry of epochs other than these, and what is left of entries that were removed in them."""
        kept = list(epochs)
        query = select(entry).where(entry.c.epoch.not_in(kept)).limit(_AT_ONCE)
        rows = self._unit.rows(query)
        for row in rows:
            found = self._opened(row) if row.sealed is not None else None
            if found is not None:
                self._remove(found)
        self._unit.run(delete(entry).where(entry.c.id.in_([row.id for row in rows])))
        return len(rows)

    def of_matter(self, matter: MatterId) -> list[IndexEntry]:
        """Give a matter's entries."""
        query = select(entry).where(entry.c.mark == self._mark(matter)).order_by(entry.c.id)
        found = (self._opened(row) for row in self._unit.rows(query))
        return [each for each in found if each is not None]

    def find(self, epoch: int, addresses: Sequence[bytes]) -> Mapping[bytes, Sequence[IndexEntry]]:
        """Give for each of *addresses* that is there the committed entries that have it."""
        marks = {self._address_mark(epoch, each): each for each in addresses}
        pointed: dict[bytes, list[bytes]] = {}
        for row in self._unit.rows(_FIND, {"marks": list(marks)}):
            each = marks[row.mark]
            id_ = self._show("address", _name(epoch, each), row.pointer)
            pointed.setdefault(each, []).append(id_)
        ids = {id_ for each in pointed.values() for id_ in each}
        entries = self._entries(ids)
        found = {
            each: [entries[id_] for id_ in named if id_ in entries and each in entries[id_].keys]
            for each, named in pointed.items()
        }
        return {each: named for each, named in found.items() if named}

    def _entries(self, ids: Iterable[bytes]) -> dict[bytes, IndexEntry]:
        wanted = list(ids)
        if not wanted:
            return {}
        rows = self._unit.rows(_ENTRIES, {"ids": wanted})
        opened = (self._opened(row) for row in rows if row.sealed is not None)
        return {each.id: each for each in opened if each is not None}

    def pending(self) -> list[int]:
        """Give the epochs in which anything was added or removed since the last root."""
        rows = self._unit.rows(select(entry.c.epoch).where(_PENDING).distinct().order_by(entry.c.epoch))
        return [int(row.epoch) for row in rows]

    def leaves(self, epoch: int, number: int) -> list[tuple[bytes, bytes]]:
        """Give identifier and leaf of every entry of *epoch* that root *number* holds, in order of identifiers.

        A number that is not committed yet counts what is pending as part of it.
        """
        newest = self.root()
        future = newest is None or number > newest.number
        since = entry.c.added <= number if future else and_(entry.c.added <= number, entry.c.added > 0)
        still = or_(entry.c.removed.is_(None), entry.c.removed > number)
        if not future:
            still = or_(still, entry.c.removed == 0)
        query = select(entry.c.id, entry.c.leaf).where(entry.c.epoch == epoch, since, still)
        return [(bytes(row.id), bytes(row.leaf)) for row in self._unit.rows(query.order_by(entry.c.id))]

    def commit(self, new: KeptRoot) -> None:
        """Keep a root: what was added and removed since the last one is in it, or not in it any more."""
        self._unit.insert(root, vars(new))
        of_epoch = entry.c.epoch == new.epoch
        self._unit.run(update(entry).where(of_epoch, entry.c.added == 0).values(added=new.number))
        self._unit.run(update(entry).where(of_epoch, entry.c.removed == 0).values(removed=new.number))

    def root(self, number: int | None = None) -> KeptRoot | None:
        """Give a root, or the newest one."""
        query = select(root).order_by(root.c.number.desc()).limit(1)
        rows = self._unit.rows(query if number is None else query.where(root.c.number == number))
        return KeptRoot(**rows[0]._mapping) if rows else None  # noqa: SLF001 - SQLAlchemy's documented name

    def added_since(self, number: int) -> list[IndexEntry]:
        """Give the committed entries that a root after *number* was the first to hold."""
        query = select(entry).where(entry.c.added > number, entry.c.sealed.is_not(None))
        found = (self._opened(row) for row in self._unit.rows(query))
        return [each for each in found if each is not None]

    def count(self) -> tuple[int, int]:
        """Give how many entries there are, and how many addresses."""
        entries = select(func.count()).select_from(entry).where(entry.c.sealed.is_not(None))
        addresses = select(func.count()).select_from(address)
        return int(self._unit.rows(entries)[0][0]), int(self._unit.rows(addresses)[0][0])

    def _opened(self, row: Row[Any]) -> IndexEntry | None:
        """Give the entry; None where its matter's key is gone, so that nothing of it can be compared any more."""
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
            keys={keys[at : at + 16]: keys[at + 16 : at + 48] for at in range(0, len(keys), 48)},
            epoch=row.epoch,
            leaf=bytes(row.leaf),
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
