"""Permissions to trace and their limits in the database, their words under the matter's data key."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row, func, or_, select, update

from handover.adapters import endings, tables
from handover.adapters.tracing_tables import limits, permission, settled
from handover.adapters.unit import Unit
from handover.application.traced import KeptLimits, KeptPermission, Settled
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, MatterId
from handover.domain.traceable import Limits, Permission, ProtectionReason, TracingBasis
from handover.protocol import strict
from handover.protocol.strict import Json

_BLOCK: Final = (
    1024  # sealed limits are filled up to whole blocks: their length says nothing of what is in them
)


class PermissionShelf:
    """Who may be traced."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, kept: KeptPermission, words: Mapping[str, str]) -> None:
        """Keep a new permission."""
        data = strict.dumps(dict(words))
        sealed = self._unit.cells.seal(kept.matter, f"tracing-permission|{kept.id}", data)
        row = {"id": kept.id, "matter": kept.matter, "sealed": sealed}
        self._unit.insert(permission, row | vars(kept.permission))

    def change(self, kept: KeptPermission) -> None:
        """Write that it was withdrawn."""
        row = {"id": kept.id, "withdrawn_at": kept.permission.withdrawn_at}
        self._unit.change(permission, row, guard={"matter": kept.matter})
        self._unit.ended.append(endings.ended("permission", kept.id))

    def get(self, id_: UUID7) -> KeptPermission:
        """Give it; raises NotFoundError."""
        return _kept(self._row(id_))

    def _row(self, id_: UUID7) -> Row[Any]:
        rows = self._unit.rows(select(permission).where(permission.c.id == id_))
        if not rows:
            raise NotFoundError
        return rows[0]

    def words(self, kept: KeptPermission) -> Mapping[str, str]:
        """Give the words behind it; raises NotFoundError where they were erased."""
        place, sealed = f"tracing-permission|{kept.id}", self._row(kept.id).sealed
        return _object(self._unit.cells.open(kept.matter, place, sealed))

    def of_matter(self, matter: MatterId) -> list[KeptPermission]:
        """Give those of a matter, oldest first."""
        query = select(permission).where(permission.c.matter == matter).order_by(permission.c.id)
        return [_kept(row) for row in self._unit.rows(query)]

    def limits(self, matter: MatterId) -> KeptLimits:
        """Give the limits of a matter; what was erased, or never set, limits nothing."""
        rows = self._unit.rows(select(limits).where(limits.c.matter == matter))
        if not rows or rows[0].sealed is None:
            return KeptLimits(limits=Limits())
        opened = self._unit.cells.open(matter, f"tracing-limits|{matter}", rows[0].sealed)
        found = dict(_any(opened.rstrip(b" ")))
        text, reason = str(found.pop("text")), found.pop("reason")
        found["excluded"] = tuple(found["excluded"])
        return KeptLimits(limits=Limits(reason=reason and ProtectionReason(reason), **found), text=text)

    def limit(self, matter: MatterId, kept: KeptLimits) -> None:
        """Keep limits in the place of those before."""
        row: dict[str, Json] = {
            **vars(kept.limits),
            "excluded": list(kept.limits.excluded),
            "reason": kept.limits.reason and kept.limits.reason.value,
            "text": kept.text,
        }
        data = strict.dumps(row)
        filled = data.ljust(-(-len(data) // _BLOCK) * _BLOCK)
        sealed = self._unit.cells.seal(matter, f"tracing-limits|{matter}", filled)
        self._unit.upsert(limits, {"matter": matter, "sealed": sealed})

    def touch(self, matter: MatterId) -> None:
        """Note that something of the matter has changed that the index should know."""
        self._unit.run(update(settled).where(settled.c.matter == matter).values(due=0))

    def settle(self, found: Settled) -> None:
        """Note how far the index knows a matter."""
        self._unit.upsert(settled, vars(found))

    def unsettled(self, state: str, *, thorough: bool, limit: int) -> list[MatterId]:
        """Give matters that were touched, or are due; *thorough*: also those whose record or *state* has changed."""
        wanted = settled.c.due <= self._unit.now
        if thorough:
            record = tables.record
            newest = select(func.max(record.c.version)).where(record.c.matter == settled.c.matter)
            changed = settled.c.version != func.coalesce(newest.scalar_subquery(), 0)
            wanted = or_(wanted, settled.c.state != state, changed)
        rows = self._unit.rows(select(settled.c.matter).where(wanted).limit(limit))
        return [MatterId.known(row.matter) for row in rows]


def _kept(row: Row[Any]) -> KeptPermission:
    return KeptPermission(
        id=UUID7.known(row.id),
        matter=MatterId.known(row.matter),
        permission=Permission(
            basis=TracingBasis(row.basis),
            given_by=row.given_by,
            recorded_by=row.recorded_by,
            since=row.since,
            until=row.until,
            second_officer=row.second_officer,
            withdrawn_at=row.withdrawn_at,
        ),
    )


def _any(data: bytes) -> dict[str, Any]:
    value = strict.loads(data)
    if not isinstance(value, dict):
        raise TypeError("what was kept is an object")
    return value


def _object(data: bytes) -> dict[str, str]:
    return {name: strict.text(value, 4000) for name, value in _any(data).items()}
