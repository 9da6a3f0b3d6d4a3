"""What time alone brings: deadlines, deeds that waited for a fresh registry, checkpoints, alarms."""

from typing import Final

from handover.application import apart, counting, demands, following
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, changed
from handover.application.letterbox import PetitionClock
from handover.application.ports import Database, UnitOfWork
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.domain.courses import EndReason
from handover.domain.errors import HandoverError
from handover.domain.handover import Order, State

_AT_ONCE: Final = 100
LATE: Final = {
    State.RELIEVING: 15 * 60,
    State.BOUND: 86400,
    State.VOIDING: 86400,
    State.ENDING: 86400,
}
"""Seconds after which a round in this state should be looked at by a person."""
END_OVERDUE: Final = "end-overdue"


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
            apart_ = self._apart(work)
        if not (overdue or waiting or unsigned or late or untold or apart_):
            return 0
        with self._database.begin() as work:
            for handover in overdue:
                self._rounds.move(work, work.handovers.get(handover.id), Cause(event=Order.DEADLINE))
            for handover in waiting:
                self._release(work, work.handovers.get(handover.id))
            demands.raise_overdue(work, late)
            following.raise_overdue(work, untold)
            for handover in apart_:
                self._go_on(work, work.handovers.get(handover.id))
            work.log.checkpoint(work.now)
        return len(overdue) + len(waiting)

    def _apart(self, work: UnitOfWork) -> list[Handover]:
        """Give ends that nobody has confirmed in time, and what was kept under a hold that is over."""
        unconfirmed = work.handovers.standing(State.ENDING, _AT_ONCE, before=work.now - LATE[State.ENDING])
        kept = work.handovers.standing(State.RETAINED, _AT_ONCE, before=work.now)
        return [
            *(each for each in unconfirmed if each.alarm is None),
            *(each for each in kept if not apart.held(work, each.matter)),
        ]

    def _go_on(self, work: UnitOfWork, handover: Handover) -> None:
        if handover.state is State.RETAINED:
            reason = EndReason(handover.reason or EndReason.EXPIRED)
            self._rounds.move(work, handover, Cause(event=Order.ERASE, void=reason))
        else:
            raise_alarm(work, END_OVERDUE, peer=handover.peer, handover=handover)
            alarmed = changed(handover, alarm=END_OVERDUE)
            counting.referred(work, handover, alarmed)
            work.handovers.change(handover, alarmed)

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
    return handover.alarm == END_OVERDUE or (limit is not None and now - handover.updated_at > limit)
