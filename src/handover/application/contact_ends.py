"""Contacts that nothing permits any more end by themselves: consent to tracing is over, or the record is protected.

What the other side is told is one and the same for both.
"""

from collections.abc import Iterator

from handover.application import indexing, protection
from handover.application.facts import Handover
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.rounds import Cause, Rounds
from handover.application.tracing_permissions import in_force
from handover.domain.courses import LIVE, Course, EndReason
from handover.domain.handover import Order, Role, State

AT_ONCE = 200


class ContactEnds:
    """Called again and again by the worker."""

    def __init__(self, database: Database, vault: Vault, rounds: Rounds) -> None:
        self._database = database
        self._vault = vault
        self._rounds = rounds

    def tick(self) -> int:
        """End contacts of records that may not be traced now; give how many."""
        with self._database.reading() as work:
            over = [each for each in going_on(work) if self._is_over(work, each)]
        for each in over:
            with self._database.begin() as work:
                found = work.handovers.get(each.id)
                if self._is_over(work, found):
                    order = Order.WITHDRAW if found.role is Role.SENDER else Order.FINISH
                    cause = Cause(event=order, void=EndReason.CONSENT_WITHDRAWN)
                    self._rounds.move(work, found, cause)
        return len(over)

    def _is_over(self, work: UnitOfWork, contact: Handover) -> bool:
        if contact.state not in LIVE:
            return False
        permitted = in_force(work, contact.matter) is not None
        if not permitted or indexing.excluded(work, contact.matter, contact.peer):
            return True
        return protection.is_protected(work, self._vault, contact.matter)


def going_on(work: UnitOfWork) -> Iterator[Handover]:
    """Give all contacts that go on, however many have ended before them."""
    for state in (State.CONTACTING, State.IN_CONTACT):
        after = ""
        while found := work.handovers.page(after=after, limit=AT_ONCE, state=state, course=Course.CONTACT):
            yield from found
            after = found[-1].id
