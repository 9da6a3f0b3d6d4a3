"""The register of decisions in the database."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select

from handover.adapters.decision_tables import decision
from handover.adapters.unit import Unit
from handover.application.decided import KeptDecision, decided
from handover.domain.continuity import DecisionKind
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7, Digest, MatterId, NodeId
from handover.protocol import strict


class DecisionShelf:
    """Lines of the register, each under the data key of its owner."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, kept: KeptDecision) -> None:
        """Keep a new line with what was decided."""
        row = {name: value for name, value in vars(kept).items() if name not in ("decided", "erased")}
        body = b"" if kept.decided is None else strict.dumps(kept.decided.body)
        row["sealed"] = self._unit.cells.seal(kept.owner, f"decision|{kept.id}", body)
        self._unit.insert(decision, row)

    def get(self, id_: UUID7) -> KeptDecision:
        """Give a line, opened; raises NotFoundError, or ErasedError once it is erased."""
        rows = self._unit.rows(select(decision).where(decision.c.id == id_))
        if not rows:
            raise NotFoundError
        return self._opened(rows[0])

    def of_matter(self, matter: MatterId) -> list[KeptDecision]:
        """Give the lines of a matter, oldest first, none of them opened."""
        query = select(decision).where(decision.c.matter == matter)
        return [_line(row) for row in self._unit.rows(query.order_by(decision.c.id))]

    def own(self, matter: MatterId, kinds: Collection[DecisionKind]) -> list[KeptDecision]:
        """Give the lines of *kinds* that this office recorded and that are not erased, opened, oldest first."""
        query = select(decision).where(
            decision.c.matter == matter,
            decision.c.kind.in_([each.value for each in kinds]),
            decision.c.envelope.is_(None),
            decision.c.sealed.is_not(None),
        )
        return [self._opened(row) for row in self._unit.rows(query.order_by(decision.c.id))]

    def _opened(self, row: Row[Any]) -> KeptDecision:
        body = self._unit.cells.open(row.owner, f"decision|{row.id}", row.sealed)
        return _line(row, body)


def _line(row: Row[Any], body: bytes | None = None) -> KeptDecision:
    return KeptDecision(
        id=UUID7(row.id),
        matter=MatterId.known(row.matter),
        kind=DecisionKind(row.kind),
        at=row.at,
        owner=row.owner,
        erased=row.sealed is None,
        recorded_by=row.recorded_by and UUID7(row.recorded_by),
        peer=row.peer and NodeId.known(row.peer),
        envelope=row.envelope and Digest.known(row.envelope),
        decided=None if body is None else decided(strict.loads(body)),
    )
