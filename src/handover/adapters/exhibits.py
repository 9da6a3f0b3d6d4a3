"""Exhibits in the database: in the clear, because they hold no personal value and must outlive what does."""

from collections.abc import Sequence

from sqlalchemy import select

from handover.adapters import tables
from handover.adapters.post import to_bytes, to_digest
from handover.adapters.unit import Unit
from handover.application.facts import Exhibit
from handover.domain.ids import Digest


class ExhibitShelf:
    """What goes with offers and deeds, by envelope."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, exhibit: Exhibit) -> None:
        """Keep what goes with an envelope."""
        row = {
            "envelope": to_bytes(exhibit.envelope),
            "registry": to_bytes(exhibit.registry),
            "record": exhibit.record,
            "consent": exhibit.consent,
        }
        self._unit.insert(tables.exhibit, row)

    def find(self, envelopes: Sequence[Digest]) -> dict[Digest, Exhibit]:
        """Give what goes with those of *envelopes* that have something."""
        table = tables.exhibit
        query = select(table).where(table.c.envelope.in_([to_bytes(digest) for digest in envelopes]))
        return {
            to_digest(row.envelope): Exhibit(
                envelope=to_digest(row.envelope),
                registry=to_digest(row.registry),
                record=row.record,
                consent=row.consent,
            )
            for row in self._unit.rows(query)
        }
