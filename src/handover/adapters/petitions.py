"""Requests of persons in the database: words and answers under the data key of the matter."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import Integer, Row, bindparam, delete, func, select

from handover.adapters import petition_tables as tables
from handover.adapters.unit import Unit, Values
from handover.application.petition import (
    Came,
    Dropped,
    KeptAnswer,
    KeptCode,
    KeptPetition,
    Told,
    Way,
    Words,
)
from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId

_petitions = tables.petition
_WAITING: Final = (
    select(_petitions)
    .where(tables.WAITING)
    .order_by(_petitions.c.due, _petitions.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_SINCE: Final = select(_petitions).where(
    _petitions.c.filed_at > bindparam("start"), _petitions.c.confirmed_at.is_not(None)
)
_DROPS: Final = select(func.count()).select_from(tables.drop)


class PetitionShelf:
    """What persons ask, which way it goes, and what is answered."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, petition: KeptPetition, words: Words) -> None:
        """Keep a new one, its words under the matter's data key."""
        sealed = self._seal(petition.matter, f"petition|{petition.id}", asdict(words))
        self._unit.insert(tables.petition, {**vars(petition), "sealed": sealed})

    def change(self, old: KeptPetition, new: KeptPetition) -> None:
        """Write *new* if nobody has changed *old* meanwhile; one writes at a time, so what was read holds."""
        row = {"id": new.id, "matter": new.matter, "due": new.due}
        row |= {name: getattr(new, name) for name in ("confirmed_at", "confirmed_by", "answered_at")}
        self._unit.change(tables.petition, row, guard={"due": old.due})

    def find(self, petition: UUID7) -> KeptPetition | None:
        """Give the request, if there is one."""
        return next(iter(self._list(select(tables.petition).where(tables.petition.c.id == petition))), None)

    def get(self, petition: UUID7) -> KeptPetition:
        """Give the request; raises NotFoundError."""
        found = self.find(petition)
        if found is None:
            raise NotFoundError
        return found

    def words(self, petition: KeptPetition) -> Words:
        """Give what the person said; raises NotFoundError where it was erased."""
        query = select(tables.petition.c.sealed).where(tables.petition.c.id == petition.id)
        [row] = self._unit.rows(query)
        return Words(**self._open(petition.matter, f"petition|{petition.id}", row.sealed))

    def of_matter(self, matter: MatterId) -> Sequence[KeptPetition]:
        """Give those of a matter, oldest first."""
        table = tables.petition
        return self._list(
            select(table).where(table.c.matter == matter).order_by(table.c.filed_at, table.c.id)
        )

    def waiting(self, limit: int) -> Sequence[KeptPetition]:
        """Give those that this node has still to confirm or to answer, the most urgent first."""
        return self._list(_WAITING, {"limit": limit})

    def since(self, start: int) -> Sequence[KeptPetition]:
        """Give those that travel and were filed after a time."""
        return self._list(_SINCE, {"start": start})

    def go(self, way: Way) -> None:
        """Keep a way."""
        self._unit.insert(tables.way, vars(way))

    def renew(self, old: Digest, new: Digest) -> None:
        """Let the envelope that was signed anew for another be a way as well, if that is one."""
        found = self.way(old)
        if found is not None:
            self.go(replace(found, envelope=new))

    def ways(self, petition: UUID7) -> Sequence[Way]:
        """Give the ways of a request."""
        table = tables.way
        rows = self._unit.rows(select(table).where(table.c.petition == petition).order_by(table.c.envelope))
        return [_way(row) for row in rows]

    def way(self, envelope: Digest) -> Way | None:
        """Give the way that an envelope made."""
        rows = self._unit.rows(select(tables.way).where(tables.way.c.envelope == envelope))
        return _way(rows[0]) if rows else None

    def answer(self, petition: KeptPetition, answer: KeptAnswer) -> None:
        """Keep an answer, what it says under the matter's data key."""
        said = {"text": answer.text, "told": [asdict(each) for each in answer.told]}
        row = {name: getattr(answer, name) for name in ("petition", "holder", "at", "outcome", "envelope")}
        row["matter"] = petition.matter
        row["sealed"] = self._seal(petition.matter, f"answer|{petition.id}|{answer.holder}", said)
        self._unit.insert(tables.answer, row)

    def answers(self, petition: KeptPetition) -> Sequence[KeptAnswer]:
        """Give the answers in the order of the holders' names; what was erased is empty."""
        table = tables.answer
        query = select(table).where(table.c.petition == petition.id).order_by(table.c.holder)
        return [self._answer(petition, row) for row in self._unit.rows(query)]

    def _answer(self, petition: KeptPetition, row: Row[Any]) -> KeptAnswer:
        try:
            said = self._open(petition.matter, f"answer|{petition.id}|{row.holder}", row.sealed)
        except NotFoundError:
            said = {"text": "", "told": []}
        return KeptAnswer(
            petition=petition.id,
            holder=NodeId(row.holder),
            at=row.at,
            outcome=row.outcome and ComplaintOutcome(row.outcome),
            envelope=row.envelope and Digest(row.envelope),
            text=said["text"],
            told=tuple(
                Told(**{**each, "to": NodeId(each["to"]), "fields": tuple(each["fields"])})
                for each in said["told"]
            ),
        )

    def drop(self, dropped: Dropped) -> None:
        """Keep what was left at the public page, under a data key of its own."""
        row = {name: getattr(dropped, name) for name in ("id", "mark", "kind", "language", "at")}
        row["sealed"] = self._seal(_owner(dropped.id), f"drop|{dropped.id}", asdict(dropped.words))
        self._unit.insert(tables.drop, row)

    def dropped(self, limit: int) -> Sequence[Dropped]:
        """Give what was left there, oldest first."""
        rows = self._unit.rows(select(tables.drop).order_by(tables.drop.c.id).limit(limit))
        return [
            Dropped(
                id=UUID7(row.id),
                mark=bytes(row.mark),
                kind=PetitionKind(row.kind),
                language=row.language,
                words=Words(**self._open(_owner(row.id), f"drop|{row.id}", row.sealed)),
                at=row.at,
            )
            for row in rows
        ]

    def waiting_drops(self) -> int:
        """Give how much was left there."""
        return int(self._unit.rows(_DROPS)[0][0])

    def forget(self, dropped: UUID7) -> None:
        """Destroy what was left there."""
        self._unit.destroy_key(_owner(dropped))
        self._unit.run(delete(tables.drop).where(tables.drop.c.id == dropped))

    def put_code(self, code: KeptCode) -> None:
        """Keep a matter's code in the place of the one before."""
        self._unit.upsert(tables.code, vars(code))

    def code(self, matter: MatterId) -> KeptCode | None:
        """Give the matter's code, if one was made."""
        rows = self._unit.rows(select(tables.code).where(tables.code.c.matter == matter))
        return KeptCode(matter=matter, mark=bytes(rows[0].mark), made_at=rows[0].made_at) if rows else None

    def of_code(self, mark: bytes) -> MatterId | None:
        """Give the matter whose code has this mark."""
        rows = self._unit.rows(select(tables.code.c.matter).where(tables.code.c.mark == mark))
        return MatterId(rows[0].matter) if rows else None

    def _seal(self, owner: str, place: str, value: object) -> bytes:
        return self._unit.cells.seal(owner, place, json.dumps(value, ensure_ascii=False).encode())

    def _open(self, owner: str, place: str, sealed: bytes | None) -> Any:
        return json.loads(self._unit.cells.open(owner, place, sealed))

    def _list(self, query: Any, given: Values | None = None) -> list[KeptPetition]:
        return [_petition(row) for row in self._unit.rows(query, given)]


def _owner(dropped: str) -> str:
    return f"drop {dropped}"


def _petition(row: Row[Any]) -> KeptPetition:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    del values["sealed"]
    values |= {"id": UUID7(row.id), "matter": MatterId(row.matter), "about": row.about and NodeId(row.about)}
    return KeptPetition(**values | {"kind": PetitionKind(row.kind), "came": Came(row.came)})


def _way(row: Row[Any]) -> Way:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {"envelope": Digest(row.envelope), "petition": UUID7(row.petition), "peer": NodeId(row.peer)}
    return Way(**values | {"handover": HandoverId(row.handover)})
