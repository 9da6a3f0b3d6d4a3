"""Disclosures and demands in the database."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Row, bindparam, delete, func, or_, select, tuple_, update

from handover.adapters import endings
from handover.adapters.alarms import table as alarms
from handover.adapters.continuity_tables import OPEN, demand, disclosure
from handover.adapters.shelves import fields_from_text, fields_to_text
from handover.adapters.statements import given
from handover.adapters.unit import Unit, Values
from handover.application.continuity import KeptDemand, KeptDisclosure, Place
from handover.domain.consent import Basis, Purpose
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId

_IDS: Final = {"envelope": Digest, "matter": MatterId, "handover": HandoverId, "peer": NodeId, "act": Act}

_BY_DATE: Final = tuple_(demand.c.due, demand.c.envelope)
_COVERED: Final = (
    select(alarms.c.id)
    .where(
        alarms.c.handover == demand.c.handover,
        given(alarms.c.kind, "alarm"),
        or_(alarms.c.seen_at.is_(None), alarms.c.raised_at >= demand.c.due),
    )
    .exists()
)
_LATE: Final = (
    select(demand)
    .where(OPEN, demand.c.due < bindparam("now"), ~_COVERED)
    .order_by(demand.c.due, demand.c.envelope)
    .limit(bindparam("limit", type_=Integer))
)


class DisclosureShelf:
    """Who was shown what."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, found: KeptDisclosure) -> None:
        """Keep a new one."""
        self._unit.insert(disclosure, _disclosure_row(found))

    def change(self, found: KeptDisclosure) -> None:
        """Write it as it is now."""
        self._unit.upsert(disclosure, _disclosure_row(found))
        if found.incoming and found.withdrawn_at is not None:
            self._unit.ended.append(endings.ended("shown", found.envelope))

    def drop(self, envelope: Digest) -> None:
        """Forget one that never reached the peer: it was signed anew."""
        self._unit.run(delete(disclosure).where(disclosure.c.envelope == envelope))

    def get(self, envelope: Digest) -> KeptDisclosure:
        """Give the disclosure; raises NotFoundError."""
        found = self._list(disclosure.c.envelope == envelope)
        if not found:
            raise NotFoundError
        return found[0]

    def of_matter(self, matter: MatterId) -> list[KeptDisclosure]:
        """Give those of a matter, oldest first."""
        return self._list(disclosure.c.matter == matter)

    def of_ground(self, ground: UUID7) -> list[KeptDisclosure]:
        """Give those that rest on a ground of this node, oldest first."""
        return self._list(disclosure.c.ground == ground)

    def erased(self, handover: HandoverId) -> None:
        """Note that everything shown in a round is destroyed at its recipient."""
        found = update(disclosure).where(disclosure.c.handover == handover, disclosure.c.erased_at.is_(None))
        self._unit.run(found.values(erased_at=self._unit.now))

    def _list(self, where: Any) -> list[KeptDisclosure]:
        query = select(disclosure).where(where).order_by(disclosure.c.at, disclosure.c.envelope)
        return [_disclosure(row) for row in self._unit.rows(query)]


def _disclosure_row(found: KeptDisclosure) -> dict[str, Any]:
    return {**vars(found), "fields": fields_to_text(found.schema, found.fields)}


def _disclosure(row: Row[Any]) -> KeptDisclosure:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {name: kind(values[name]) for name, kind in _IDS.items()}
    values |= {"basis": Basis(row.basis), "purpose": Purpose(row.purpose)}
    values |= {"ground": row.ground and UUID7(row.ground)}
    return KeptDisclosure(**{**values, "fields": fields_from_text(row.schema, row.fields)})


class DemandShelf:
    """What authorities demand of one another."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, found: KeptDemand) -> None:
        """Keep a new one."""
        self._unit.insert(demand, vars(found))

    def change(self, old: KeptDemand, new: KeptDemand) -> None:
        """Write *new* if the answer is still that of *old*."""
        self._unit.change(demand, vars(new), guard={"due": old.due})

    def renew(self, old: Digest, new: Digest) -> None:
        """Name a demand by the envelope that was signed anew for it."""
        self._unit.run(update(demand).where(demand.c.envelope == old).values(envelope=new))

    def get(self, envelope: Digest) -> KeptDemand:
        """Give the demand; raises NotFoundError."""
        found = self.find(envelope)
        if found is None:
            raise NotFoundError
        return found

    def find(self, envelope: Digest) -> KeptDemand | None:
        """Give the demand that an envelope made, if it made one."""
        return next(iter(self._list(select(demand).where(demand.c.envelope == envelope))), None)

    def about(self, envelope: Digest) -> list[KeptDemand]:
        """Give what was demanded about an envelope, oldest first."""
        return self._list(select(demand).where(demand.c.about == envelope).order_by(demand.c.asked_at))

    def of_matter(self, matter: MatterId) -> list[KeptDemand]:
        """Give those of a matter, oldest first."""
        query = select(demand).where(demand.c.matter == matter)
        return self._list(query.order_by(demand.c.asked_at, demand.c.envelope))

    def open(
        self, *, incoming: bool, limit: int, held: bool | None = None, after: Place = (0, "")
    ) -> list[KeptDemand]:
        """Give open demands, the most urgent first, from behind *after*: those *held* under the law for now, or not."""
        query = select(demand).where(OPEN, demand.c.incoming == incoming, after < _BY_DATE)
        if held is not None:
            waits = self._waits()
            query = query.where(~waits if held else waits)
        return self._list(query.order_by(demand.c.due, demand.c.envelope).limit(limit))

    def waiting(self) -> int:
        """Give how many demands of others wait for an answer now."""
        query = select(func.count()).select_from(demand).where(OPEN, demand.c.incoming, self._waits())
        return int(self._unit.rows(query)[0][0])

    def late(self, alarm: str, *, limit: int) -> list[KeptDemand]:
        """Give open demands of both sides that are late, oldest first, but those that an *alarm* of its kind covers.

        It does while nobody has looked at it, and where it was raised when the demand was late.
        """
        return self._list(_LATE, {"alarm": alarm, "now": self._unit.now, "limit": limit})

    def _waits(self) -> ColumnElement[bool]:
        return or_(demand.c.answered.is_(None), demand.c.due <= self._unit.now)

    def _list(self, query: Any, given: Values | None = None) -> list[KeptDemand]:
        return [_demand(row) for row in self._unit.rows(query, given)]


def _demand(row: Row[Any]) -> KeptDemand:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {name: kind(values[name]) for name, kind in (_IDS | {"about": Digest}).items()}
    values |= {"answer": row.answer and Digest(row.answer), "answered": row.answered and Act(row.answered)}
    return KeptDemand(**values)
