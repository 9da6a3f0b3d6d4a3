"""Overrides in the database, their words under the matter's data key."""

from typing import Any

from sqlalchemy import Row, select

from handover.adapters.override_tables import override
from handover.adapters.shelves import fields_from_text, fields_to_text
from handover.adapters.unit import Unit
from handover.application.overrides import KeptOverride
from handover.domain.continuity import OverrideReason
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId
from handover.domain.overrides import Override
from handover.protocol import strict


class OverrideShelf:
    """What was told without consent."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, kept: KeptOverride) -> None:
        """Keep a new one."""
        self._unit.insert(override, self._row(kept))

    def change(self, old: KeptOverride, new: KeptOverride) -> None:
        """Write *new* if *old* was not reviewed meanwhile."""
        self._unit.change(override, self._row(new), guard={"matter": old.matter, "at": old.override.at})

    def get(self, id_: UUID7) -> KeptOverride:
        """Give it with its words; raises NotFoundError."""
        rows = self._unit.rows(select(override).where(override.c.id == id_))
        if not rows:
            raise NotFoundError
        kept = _kept(rows[0])
        if rows[0].sealed is None:
            return kept
        words = strict.loads(self._unit.cells.open(kept.matter, f"override|{id_}", rows[0].sealed))
        to, text, review = strict.members(words, "to", "text", "review")
        return KeptOverride(
            **{**vars(kept), "to": strict.text(to), "text": strict.text(text), "review": review}
        )

    def of_matter(self, matter: MatterId) -> list[KeptOverride]:
        """Give those of a matter without their words, oldest first."""
        query = select(override).where(override.c.matter == matter).order_by(override.c.id)
        return [_kept(row) for row in self._unit.rows(query)]

    def unreviewed(self, *, limit: int) -> list[KeptOverride]:
        """Give those that nobody has reviewed, without their words, oldest first."""
        query = select(override).where(override.c.reviewed_at.is_(None)).order_by(override.c.at).limit(limit)
        return [_kept(row) for row in self._unit.rows(query)]

    def _row(self, kept: KeptOverride) -> dict[str, Any]:
        words = strict.dumps({"to": kept.to, "text": kept.text, "review": kept.review})
        sealed = self._unit.cells.seal(kept.matter, f"override|{kept.id}", words)
        fields = fields_to_text(kept.override.schema, kept.override.fields)
        row = {"id": kept.id, "matter": kept.matter, "ground": kept.ground, "sealed": sealed}
        return row | vars(kept.override) | {"fields": fields}


def _kept(row: Row[Any]) -> KeptOverride:
    return KeptOverride(
        id=UUID7(row.id),
        matter=MatterId(row.matter),
        ground=row.ground and UUID7(row.ground),
        override=Override(
            reason=OverrideReason(row.reason),
            schema=row.schema,
            fields=fields_from_text(row.schema, row.fields),
            recorded_by=row.recorded_by,
            second_officer=row.second_officer,
            at=row.at,
            reviewed_by=row.reviewed_by,
            reviewed_at=row.reviewed_at,
            child_told=row.child_told,
        ),
    )
