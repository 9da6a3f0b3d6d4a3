"""Contacts that nothing permits any more end by themselves: consent to tracing is over, or the record is protected.

What the other side is told is one and the same for both.
"""

from handover.application import protection
from handover.application.facts import Handover
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.rounds import Cause, Rounds
from handover.application.tracing_permissions import in_force
from handover.domain.courses import LIVE, Course, EndReason
from handover.domain.handover import Order, Role

_AT_ONCE = 200


class ContactEnds:
    """Called again and again by the worker."""

    def __init__(self, database: Database, vault: Vault, rounds: Rounds) -> None:
        self._database = database
        self._vault = vault
        self._rounds = rounds

    def tick(self) -> int:
        """End contacts of records that may not be traced now; give how many."""
        with self._database.reading() as work:
            contacts = work.handovers.page(after="", limit=_AT_ONCE, course=Course.CONTACT)
            over = [each for each in contacts if self._is_over(work, each)]
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
        return not permitted or protection.is_protected(work, self._vault, contact.matter)
