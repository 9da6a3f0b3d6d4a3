"""Tracing epochs and evaluations in the database."""

from typing import Any

from sqlalchemy import Row, delete, select

from handover.adapters import tracing_key_tables as tables
from handover.adapters.unit import Unit
from handover.application.tracing_keys import Asked, KeptEpoch, Level, NoEpochError, Spent
from handover.domain.ids import Digest, MatterId, NodeId
from handover.protocol.evaluation import Basis, Kind


class TracingKeyShelf:
    """Epochs and evaluations."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def epochs(self) -> list[KeptEpoch]:
        """Give the accepted epochs, newest first."""
        query = select(tables.epoch).order_by(tables.epoch.c.number.desc())
        return [_epoch(row) for row in self._unit.rows(query)]

    def epoch(self, number: int) -> KeptEpoch:
        """Give one; raises NoEpochError."""
        for row in self._unit.rows(select(tables.epoch).where(tables.epoch.c.number == number)):
            return _epoch(row)
        raise NoEpochError

    def add_epoch(self, kept: KeptEpoch) -> None:
        """Keep an accepted epoch."""
        self._unit.insert(tables.epoch, vars(kept))

    def seen(self, request: Digest) -> bool:
        """Tell whether the request was answered before."""
        query = select(tables.seen.c.until).where(tables.seen.c.request == request)
        return bool(self._unit.rows(query))

    def see(self, request: Digest, *, until: int) -> None:
        """Remember a request that is answered, and forget those whose time is over."""
        self._unit.run(delete(tables.seen).where(tables.seen.c.until < self._unit.now))
        self._unit.insert(tables.seen, {"request": request, "until": until})

    def level(self, asker: NodeId, kind: Kind) -> Level:
        """Give how full an asker's bucket is; empty where nothing is known."""
        table = tables.level
        query = select(table).where(table.c.asker == asker, table.c.kind == int(kind))
        for row in self._unit.rows(query):
            return Level(asker=asker, kind=kind, level=row.level, at=row.at)
        return Level(asker=asker, kind=kind, level=0, at=0)

    def set_level(self, level: Level) -> None:
        """Write how full it is."""
        self._unit.upsert(tables.level, {**vars(level), "kind": int(level.kind)})

    def spent(self, *, epoch: int | None = None, year: int | None = None) -> list[Spent]:
        """Give what was evaluated, in an epoch or in a year."""
        table = tables.spent
        query = select(table).order_by(table.c.asker, table.c.epoch, table.c.kind)
        if epoch is not None:
            query = query.where(table.c.epoch == epoch)
        if year is not None:
            query = query.where(table.c.year == year)
        return [_spent(row) for row in self._unit.rows(query)]

    def spend(self, more: Spent) -> None:
        """Add to what was spent."""
        place = (more.epoch, more.year, more.asker, more.kind)
        for before in self.spent(epoch=more.epoch, year=more.year):
            if (before.epoch, before.year, before.asker, before.kind) == place:
                break
        else:
            before = Spent(**{**vars(more), "requests": 0, "evaluations": 0, "records": 0})
        self._unit.upsert(
            tables.spent,
            {
                **vars(more),
                "kind": int(more.kind),
                "requests": before.requests + more.requests,
                "evaluations": before.evaluations + more.evaluations,
                "records": before.records + more.records,
            },
        )

    def add_asked(self, asked: Asked) -> None:
        """Keep that this node had keys evaluated."""
        self._unit.insert(tables.asked, {**vars(asked), "kind": int(asked.kind), "basis": int(asked.basis)})

    def asked_for(self, matter: MatterId) -> list[Asked]:
        """Give what was evaluated for a matter, oldest first."""
        table = tables.asked
        query = select(table).where(table.c.matter == matter).order_by(table.c.asked_at, table.c.request)
        return [_asked(row) for row in self._unit.rows(query)]


def _epoch(row: Row[Any]) -> KeptEpoch:
    return KeptEpoch(
        number=row.number,
        digest=Digest.known(row.digest),
        begins=row.begins,
        ends=row.ends,
        document=bytes(row.document),
        accepted_at=row.accepted_at,
    )


def _spent(row: Row[Any]) -> Spent:
    return Spent(
        epoch=row.epoch,
        year=row.year,
        asker=NodeId.known(row.asker),
        kind=Kind(row.kind),
        requests=row.requests,
        evaluations=row.evaluations,
        records=row.records,
    )


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        reference=bytes(row.reference),
        matter=row.matter and MatterId.known(row.matter),
        salt=bytes(row.salt),
        epoch=row.epoch,
        kind=Kind(row.kind),
        basis=Basis(row.basis),
        holder=NodeId.known(row.holder),
        request=Digest.known(row.request),
        asked_at=row.asked_at,
    )
