"""Committed roots of the index, what each epoch's index is made with, and the sums of a year, in the database."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select

from handover.adapters.cells import NODE
from handover.adapters.tracing_tables import epoch, root, tally
from handover.adapters.unit import Unit
from handover.application.traced import IndexEpoch, KeptRoot
from handover.domain.errors import NotFoundError


class RootShelf:
    """Roots, epochs and sums."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def root(self, of: int) -> KeptRoot | None:
        """Give the newest root of an epoch."""
        query = select(root).where(root.c.epoch == of).order_by(root.c.number.desc()).limit(1)
        rows = self._unit.rows(query)
        return KeptRoot(**rows[0]._mapping) if rows else None  # noqa: SLF001 - SQLAlchemy's documented name

    def numbered(self, number: int) -> KeptRoot:
        """Give a root; raises NotFoundError."""
        rows = self._unit.rows(select(root).where(root.c.number == number))
        if not rows:
            raise NotFoundError
        return KeptRoot(**rows[0]._mapping)  # noqa: SLF001 - SQLAlchemy's documented name

    def last(self) -> int:
        """Give the number of the newest root of all."""
        return int(self._unit.rows(select(func.coalesce(func.max(root.c.number), 0)))[0][0])

    def epoch(self, number: int) -> IndexEpoch | None:
        """Give what an epoch's index is made with."""
        rows = self._unit.rows(select(epoch).where(epoch.c.number == number))
        if not rows:
            return None
        seed = self._unit.cells.open(NODE, f"tracing-epoch|{number}", rows[0].sealed)
        return IndexEpoch(number=number, size=rows[0].size, seed=seed)

    def begin(self, new: IndexEpoch) -> None:
        """Keep what an epoch's index is made with."""
        sealed = self._unit.cells.seal(NODE, f"tracing-epoch|{new.number}", new.seed)
        self._unit.upsert(epoch, {"number": new.number, "size": new.size, "sealed": sealed})

    def tally(self, name: str, number: int) -> None:
        """Add to a sum of this year."""
        year = datetime.fromtimestamp(self._unit.now, UTC).year
        known = self.tallies(year).get(name, 0)
        self._unit.upsert(tally, {"year": year, "name": name, "number": known + number})

    def tallies(self, year: int) -> Mapping[str, int]:
        """Give the sums of a year."""
        rows = self._unit.rows(select(tally).where(tally.c.year == year).order_by(tally.c.name))
        return {row.name: row.number for row in rows}
