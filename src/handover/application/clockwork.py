"""What time alone brings: deadlines, deeds that waited for a fresh registry, checkpoints, alarms."""

from typing import Final

from handover.application import demands, following
from handover.application.facts import Handover
from handover.application.letterbox import PetitionClock
from handover.application.ports import Database, UnitOfWork
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.domain.errors import HandoverError
from handover.domain.handover import Order, State

_AT_ONCE: Final = 100
LATE: Final = {State.RELIEVING: 15 * 60, State.BOUND: 86400, State.VOIDING: 86400}
"""Seconds after which a round in this state should be looked at by a person."""


class Clockwork:
    """Called again and again by the worker."""

    def __init__(
        self, database: Database, registry: Registry, rounds: Rounds, petitions: PetitionClock
    ) -> None:
        self._database = database
        self._registry = registry
        self._rounds = rounds
        self._petitions = petitions

    def tick(self) -> int:
        """Do what is due, and give the number of rounds that moved."""
        self._petitions.tick()
        with self._database.reading() as work:
            overdue = work.handovers.overdue(work.now, _AT_ONCE)
            waiting = self._waiting(work)
            unsigned = work.log.unsigned()
            late = work.demands.late(demands.OVERDUE, limit=_AT_ONCE)
            untold = following.late(work, _AT_ONCE)
        if not (overdue or waiting or unsigned or late or untold):
            return 0
        with self._database.begin() as work:
            for handover in overdue:
                self._rounds.move(work, work.handovers.get(handover.id), Cause(event=Order.DEADLINE))
            for handover in waiting:
                self._release(work, work.handovers.get(handover.id))
            demands.raise_overdue(work, late)
            following.raise_overdue(work, untold)
            work.log.checkpoint(work.now)
        return len(overdue) + len(waiting)

    def _waiting(self, work: UnitOfWork) -> list[Handover]:
        """Give automatic deeds that were held because the registry was stale."""
        accepted = work.handovers.page(after="", limit=_AT_ONCE, state=State.ACCEPTED)
        return [each for each in accepted if each.automatic and self._rounds.may_deed(each, work.now)]

    def _release(self, work: UnitOfWork, handover: Handover) -> None:
        try:
            self._rounds.move(work, handover, Cause(event=Order.COUNTERSIGN))
        except HandoverError:
            return  # it stays ACCEPTED, where an officer sees it


def overdue(handover: Handover, now: int) -> bool:
    """Tell whether a person should look at this round because it has stood too long."""
    limit = LATE.get(handover.state)
    return limit is not None and now - handover.updated_at > limit
