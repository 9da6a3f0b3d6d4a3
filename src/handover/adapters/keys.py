"""Wrapped data keys in the database: moved under the newest key-encryption key, and what of them was destroyed."""

from collections.abc import Iterable
from typing import Final, Protocol

from sqlalchemy import bindparam, func, select, update

from handover.adapters import shredding, tables
from handover.adapters.cells import KeyWrapper
from handover.adapters.retention_tables import erasure
from handover.adapters.unit import Unit
from handover.application.endings import Ended
from handover.domain.ids import HandoverId, MatterId

_keys = tables.data_key
_MOVE: Final = (
    update(_keys)
    .where(_keys.c.owner == bindparam("of"))
    .values(epoch=bindparam("new_epoch"), wrapped=bindparam("new_wrapped"))
)


class Wrapper(KeyWrapper, Protocol):
    """Wraps data keys, and tells which key-encryption keys there are."""

    def epochs(self) -> tuple[int, ...]:
        """Give the living epochs, the newest last."""
        ...


class KeyShelf:
    """Data keys as they stand wrapped."""

    def __init__(self, unit: Unit, wrapper: Wrapper) -> None:
        self._unit = unit
        self._wrapper = wrapper

    def move(self, *, after: str, limit: int) -> str | None:
        """Wrap up to *limit* data keys anew, in order of their owners; give the last owner, None after the last.

        What was wrapped under a key that is gone stays as it is: it opens no more.
        """
        *older, _ = self._wrapper.epochs()
        query = select(_keys).where(_keys.c.owner > after, _keys.c.epoch.in_(older)).order_by(_keys.c.owner)
        moved = []
        for row in self._unit.rows(query.limit(limit)):
            key = self._wrapper.unwrap(row.epoch, row.wrapped, row.owner)
            epoch, wrapped = self._wrapper.wrap(key, row.owner)
            moved.append({"of": row.owner, "new_epoch": epoch, "new_wrapped": wrapped})
        if not moved:
            return None
        self._unit.run_many(_MOVE, moved)
        return str(moved[-1]["of"])

    def erased(self) -> int | None:
        """Give when the first data key was destroyed whose wrapped copies could still be opened."""
        query = select(func.min(erasure.c.erased_at)).where(erasure.c.renewed_at.is_(None))
        found = self._unit.rows(query)[0][0]
        return None if found is None else int(found)

    def renewed(self, *, before: int) -> None:
        """Note that the key-encryption keys of epochs before *before* are gone."""
        self._unit.run(
            update(erasure)
            .where(erasure.c.epoch < before, erasure.c.renewed_at.is_(None))
            .values(renewed_at=self._unit.now)
        )

    def destroy_again(self, noted: Iterable[Ended]) -> list[str]:
        """Destroy the data keys that a restore has brought back, and what is under them; give their owners.

        An erasure that the backup knows is no reason: a key of that owner which is in it was made later.
        """
        known = {
            (row.owner, row.erased_at)
            for row in self._unit.rows(select(erasure.c.owner, erasure.c.erased_at))
        }
        since = dict.fromkeys(each.what for each in noted if (each.what, each.at) not in known)
        back = [each for each in since if self._unit.load(each) is not None]
        rounds = tables.handover
        for owner in back:
            if self._unit.rows(select(tables.matter.c.id).where(tables.matter.c.id == owner)):
                found = self._unit.rows(select(rounds.c.id).where(rounds.c.matter == owner))
                shredding.matter(self._unit, MatterId(owner), [HandoverId(row.id) for row in found])
            else:
                shredding.owner(self._unit, owner)
        return back
