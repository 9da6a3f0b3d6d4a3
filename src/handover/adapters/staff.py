"""Officers, API keys and kept answers in the database; names and answers under the node's own data key."""

from typing import Any

from sqlalchemy import Row, delete, select, update

from handover.adapters import endings, tables
from handover.adapters.cells import NODE
from handover.adapters.unit import Unit
from handover.application.facts import ApiKey, Officer, OfficerRole
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7

_KEPT = 30 * 86400  # seconds for which an answer is kept under its Idempotency-Key


class StaffShelf:
    """Officers and their API keys."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._read: dict[UUID7, Officer] = {}

    def add(self, officer: Officer) -> None:
        """Keep a new officer."""
        self._unit.insert(tables.officer, self._row(officer))

    def change(self, officer: Officer) -> None:
        """Write the officer as it is now."""
        self._read.pop(officer.id, None)
        self._unit.upsert(tables.officer, self._row(officer))
        self._unit.ended.append(endings.limited(officer))
        if officer.disabled_at is not None:
            self._unit.ended.append(endings.ended("officer", officer.id))

    def get(self, officer: UUID7) -> Officer:
        """Give the officer, read once in a transaction; raises NotFoundError."""
        if officer not in self._read:
            rows = self._unit.rows(select(tables.officer).where(tables.officer.c.id == officer))
            if not rows:
                raise NotFoundError
            self._read[officer] = self._officer(rows[0])
        return self._read[officer]

    def all(self) -> list[Officer]:
        """Give all officers."""
        return [
            self._officer(row)
            for row in self._unit.rows(select(tables.officer).order_by(tables.officer.c.id))
        ]

    def add_key(self, key: ApiKey) -> None:
        """Keep a new API key."""
        row = {name: getattr(key, name) for name in key.__dataclass_fields__}
        self._unit.insert(tables.api_key, {**row, "scopes": " ".join(key.scopes)})

    def key(self, key: UUID7) -> ApiKey:
        """Give the API key; raises NotFoundError."""
        rows = self._unit.rows(select(tables.api_key).where(tables.api_key.c.id == key))
        if not rows:
            raise NotFoundError
        return _key(rows[0])

    def keys_of(self, officer: UUID7) -> list[ApiKey]:
        """Give the API keys of *officer*."""
        table = tables.api_key
        return [_key(row) for row in self._unit.rows(select(table).where(table.c.officer == officer))]

    def revoke_key(self, key: UUID7, now: int) -> None:
        """End the API key."""
        table = tables.api_key
        if not self._unit.run(update(table).where(table.c.id == key).values(revoked_at=now)):
            raise NotFoundError
        self._unit.ended.append(endings.ended("key", key))

    def _row(self, officer: Officer) -> dict[str, Any]:
        sealed = self._unit.cells.seal(NODE, f"officer|{officer.id}", officer.name.encode())
        roles = " ".join(officer.roles)
        return {"id": officer.id, "sealed": sealed, "roles": roles} | {
            "disabled_at": officer.disabled_at,
            "until": officer.until,
        }

    def _officer(self, row: Row[Any]) -> Officer:
        return Officer(
            id=UUID7(row.id),
            name=self._unit.cells.open(NODE, f"officer|{row.id}", row.sealed).decode(),
            roles=tuple(OfficerRole(role) for role in row.roles.split()),
            disabled_at=row.disabled_at,
            until=row.until,
        )


def _key(row: Row[Any]) -> ApiKey:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {"id": UUID7(row.id), "officer": UUID7(row.officer), "scopes": tuple(row.scopes.split())}
    return ApiKey(**values)


class ReplyShelf:
    """Answers kept under an `Idempotency-Key`."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def get(self, officer: str, key: str) -> tuple[bytes, int, bytes] | None:
        """Give digest of the request, status and answer kept under *key*."""
        table = tables.reply
        rows = self._unit.rows(select(table).where(table.c.officer == officer, table.c.key == key))
        if not rows:
            return None
        row = rows[0]
        return row.request, row.status, self._unit.cells.open(NODE, f"reply|{officer}|{key}", row.sealed)

    def put(self, officer: str, key: str, *, request: bytes, status: int, answer: bytes, now: int) -> None:
        """Keep an answer; what is older than 30 days goes."""
        self._unit.run(delete(tables.reply).where(tables.reply.c.kept_at < now - _KEPT))
        sealed = self._unit.cells.seal(NODE, f"reply|{officer}|{key}", answer)
        row = {"officer": officer, "key": key, "request": request, "status": status, "sealed": sealed}
        self._unit.insert(tables.reply, {**row, "kept_at": now})
