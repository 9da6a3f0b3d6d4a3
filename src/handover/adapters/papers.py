"""Records and grounds in the database, both under the matter's data key."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, select, update

from handover.adapters import endings, tables
from handover.adapters.shelves import fields_from_text, fields_to_text
from handover.adapters.statements import among
from handover.adapters.unit import Unit
from handover.application.facts import KeptGround, KeptRecord
from handover.domain.consent import Basis, Ground, Onward, Purpose
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId, NodeId

_records, _grounds = tables.record, tables.ground
_RECORDS: Final = (
    select(_records)
    .where(among(_records.c.matter, "matters"))
    .order_by(_records.c.matter, _records.c.version)
)
_GROUNDS: Final = select(_grounds).where(among(_grounds.c.id, "ids"))


class RecordShelf:
    """Versions of records, under the matter's data key."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._newest: dict[MatterId, Row[Any]] = {}

    def load(self, matters: Sequence[MatterId]) -> None:
        """Read the newest versions of *matters* at once (an optimisation for batches)."""
        rows = self._unit.rows(_RECORDS, {"matters": matters})
        self._newest |= {MatterId.known(row.matter): row for row in rows}

    def add(self, record: KeptRecord) -> None:
        """Keep a version."""
        self._newest.pop(record.matter, None)
        row = dict(vars(record))
        document = row.pop("document")
        row["sealed"] = self._unit.cells.seal(record.matter, _place(record.matter, record.version), document)
        self._unit.insert(tables.record, row)

    def latest(self, matter: MatterId) -> KeptRecord:
        """Give the newest version; raises NotFoundError, or ErasedError once it is erased."""
        if matter not in self._newest:
            self.load([matter])
        if matter not in self._newest:
            raise NotFoundError
        return self._opened(matter, self._newest[matter])

    def at(self, matter: MatterId, moment: int) -> KeptRecord:
        """Give the newest version that was kept by *moment*, or else the oldest; raises as `latest`."""
        table = tables.record
        query = select(table).where(table.c.matter == matter).order_by(table.c.version)
        rows = self._unit.rows(query)
        if not rows:
            raise NotFoundError
        known = [row for row in rows if row.recorded_at <= moment]
        return self._opened(matter, known[-1] if known else rows[0])

    def _opened(self, matter: MatterId, row: Row[Any]) -> KeptRecord:
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        sealed = values.pop("sealed")
        document = self._unit.cells.open(matter, _place(matter, values["version"]), sealed)
        return KeptRecord(**{**values, "matter": matter, "document": document})

    def versions(self, matter: MatterId) -> list[int]:
        """Give the numbers of all versions."""
        table = tables.record
        return [
            row.version for row in self._unit.rows(select(table.c.version).where(table.c.matter == matter))
        ]


def _place(matter: MatterId, version: int) -> str:
    return f"record|{matter}|{version}"


class GroundShelf:
    """Consents and other grounds, their statements under the matter's data key."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._seen: dict[UUID7, KeptGround] = {}

    def load(self, grounds: Sequence[UUID7]) -> None:
        """Read *grounds* at once (an optimisation for batches)."""
        for row in self._unit.rows(_GROUNDS, {"ids": grounds}):
            self._seen[UUID7.known(row.id)] = self._ground(row)

    def add(self, ground: KeptGround) -> None:
        """Keep a new ground."""
        sealed = self._unit.cells.seal(ground.matter, f"ground|{ground.id}", ground.salt + ground.statement)
        row = {
            "id": ground.id,
            "matter": ground.matter,
            "recorded_by": ground.recorded_by,
            "recorded_at": ground.recorded_at,
            "sealed": sealed,
        }
        self._unit.insert(tables.ground, row | _terms(ground.ground))

    def get(self, ground: UUID7) -> KeptGround:
        """Give the ground; raises NotFoundError."""
        if ground not in self._seen:
            self.load([ground])
        if ground not in self._seen:
            raise NotFoundError
        return self._seen[ground]

    def of_matter(self, matter: MatterId) -> list[KeptGround]:
        """Give the grounds of *matter*, oldest first."""
        table = tables.ground
        return [
            self._ground(row)
            for row in self._unit.rows(select(table).where(table.c.matter == matter).order_by(table.c.id))
        ]

    def change(self, ground: UUID7, new: Ground) -> None:
        """Write the terms of *new* (a withdrawal)."""
        self._seen.pop(ground, None)
        if new.withdrawn_at is not None:
            self._unit.ended.append(endings.ended("ground", ground))
        self._unit.run(update(tables.ground).where(tables.ground.c.id == ground).values(_terms(new)))

    def _ground(self, row: Row[Any]) -> KeptGround:
        opened = b"\0" * 16
        if row.sealed is not None:
            opened = self._unit.cells.open(row.matter, f"ground|{row.id}", row.sealed)
        return KeptGround(
            id=UUID7.known(row.id),
            matter=MatterId.known(row.matter),
            ground=_ground_terms(row, self._unit.node),
            salt=opened[:16],
            statement=opened[16:],
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )


def _terms(ground: Ground) -> dict[str, Any]:
    return {
        "basis": ground.basis,
        "recipients": " ".join(ground.recipients),
        "purposes": " ".join(ground.purposes),
        "schema": ground.schema,
        "fields": fields_to_text(ground.schema, ground.fields),
        "onward": ground.onward,
        "valid_from": ground.valid_from,
        "valid_until": ground.valid_until,
        "review_at": ground.review_at,
        "second_officer": ground.second_officer,
        "withdrawn_at": ground.withdrawn_at,
    }


def _ground_terms(row: Row[Any], node: NodeId) -> Ground:
    return Ground(
        basis=Basis(row.basis),
        issuer=node,
        recipients=tuple(NodeId.known(text) for text in row.recipients.split()),
        purposes=tuple(Purpose(text) for text in row.purposes.split()),
        schema=row.schema,
        fields=fields_from_text(row.schema, row.fields),
        onward=Onward(row.onward),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        review_at=row.review_at,
        second_officer=row.second_officer,
        withdrawn_at=row.withdrawn_at,
    )
