"""Proposals to resolve a deed, in the database."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, select

from handover.adapters import endings
from handover.adapters.resolution_tables import resolution
from handover.adapters.unit import Unit
from handover.domain.ids import UUID7, Digest, HandoverId
from handover.domain.resolution import Resolution, ResolutionOutcome, ResolutionReason

_OPEN: Final = 0  # not NULL: a guard compares it


class ResolutionShelf:
    """What was proposed for a round, and what became of it."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, made: Resolution) -> None:
        """Keep a new one."""
        self._unit.insert(resolution, _row(made))

    def decide(self, done: Resolution) -> None:
        """Write what became of it, if nothing had before; raises ConflictError at the end of the transaction."""
        self._unit.change(resolution, _row(done), guard={"decided_at": _OPEN})
        if done.outcome is ResolutionOutcome.CONFIRMED:
            self._unit.ended.append(endings.resolved(done))

    def confirmed(self, deeds: Sequence[Digest]) -> list[Resolution]:
        """Give those by which one of *deeds* was resolved."""
        done = resolution.c.outcome == ResolutionOutcome.CONFIRMED
        return self._list(select(resolution).where(resolution.c.deed.in_(deeds), done))

    def open(self, handover: HandoverId) -> Resolution | None:
        """Give the one of a round on which nobody has decided."""
        return next((each for each in self.of_round(handover) if each.outcome is None), None)

    def of_round(self, handover: HandoverId) -> list[Resolution]:
        """Give those of a round, oldest first."""
        return self._list(select(resolution).where(resolution.c.handover == handover))

    def _list(self, query: Select[Any]) -> list[Resolution]:
        return [
            Resolution(
                id=UUID7(row.id),
                handover=HandoverId.known(row.handover),
                deed=Digest(row.deed),
                reason=ResolutionReason(row.reason),
                proposed_by=row.proposed_by,
                proposed_at=row.proposed_at,
                outcome=None if row.outcome is None else ResolutionOutcome(row.outcome),
                decided_by=row.decided_by,
                decided_at=row.decided_at or None,
            )
            for row in self._unit.rows(query.order_by(resolution.c.id))
        ]


def _row(found: Resolution) -> dict[str, Any]:
    return {**vars(found), "decided_at": found.decided_at or _OPEN}
