"""Assertions and attestations in the database: in the clear, because they hold no personal value and are evidence."""

from collections.abc import Sequence

from sqlalchemy import Table, select

from handover.adapters import access_tables as tables
from handover.adapters.post import to_bytes
from handover.adapters.unit import Unit
from handover.domain.ids import UUID7, Digest
from handover.protocol import strict


class AssertionShelf:
    """What officers' passkeys have signed, and the node's word whose they are."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def keep(self, document: bytes) -> None:
        """Keep an assertion."""
        self._unit.insert(
            tables.assertion, {"digest": to_bytes(strict.digest(document)), "document": document}
        )

    def keep_attestation(self, stream: str, passkey: UUID7, data: bytes) -> None:
        """Keep the word about a passkey in one stream of the log."""
        row = {"digest": to_bytes(strict.digest(data)), "stream": stream, "passkey": passkey, "data": data}
        self._unit.insert(tables.attestation, row)

    def of_passkey(self, stream: str, passkey: UUID7) -> list[bytes]:
        """Give every word about a passkey in one stream of the log."""
        table = tables.attestation
        query = select(table.c.data).where(table.c.stream == stream, table.c.passkey == passkey)
        return [bytes(row.data) for row in self._unit.rows(query)]

    def documents(self, digests: Sequence[Digest]) -> list[bytes]:
        """Give the assertions with these digests, in this order."""
        return self._find(tables.assertion, "document", digests)

    def attestations(self, digests: Sequence[Digest]) -> list[bytes]:
        """Give the attestations with these digests, in this order."""
        return self._find(tables.attestation, "data", digests)

    def _find(self, table: Table, column: str, digests: Sequence[Digest]) -> list[bytes]:
        wanted = [to_bytes(digest) for digest in digests]
        query = select(table.c.digest, table.c[column].label("part")).where(table.c.digest.in_(wanted))
        found = {bytes(row.digest): bytes(row.part) for row in self._unit.rows(query)}
        return [found[each] for each in wanted if each in found]
