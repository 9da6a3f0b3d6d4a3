"""What is done with what a peer says outside the two tables: nothing of it changes who is responsible."""

from handover.application import corrections, demands, erasing, fit, following, meeting
from handover.application.facts import Handover
from handover.application.intake import Received
from handover.application.petitioning import ANSWERED, ASKED, Petitioning
from handover.application.ports import UnitOfWork
from handover.application.telling import Telling
from handover.application.withdrawals import Withdrawals
from handover.domain.continuity import WithdrawalScope
from handover.domain.handover import Act


class Hearing:
    """Takes what was checked, in the transaction that stores it."""

    def __init__(self, withdrawals: Withdrawals, telling: Telling, petitioning: Petitioning) -> None:
        self._withdrawals = withdrawals
        self._telling = telling
        self._petitioning = petitioning

    def require(self, work: UnitOfWork, handover: Handover, received: Received) -> None:
        """Do nothing if what is said fits what is known beyond its round; raises MismatchError."""
        if received.envelope.act in ASKED or received.envelope.act in ANSWERED:
            self._petitioning.require(work, handover, received)

    def take(self, work: UnitOfWork, handover: Handover, received: Received) -> None:
        """Write down what was said, and do what follows from it by itself."""
        envelope, digest = received.envelope, received.digest
        if not fit.note(work, handover, envelope, digest):
            return
        demands.note(work, handover, envelope, digest, received.content)
        following.note(work, envelope.act, handover, digest)
        self._telling.heard(work, handover, received)
        if envelope.act is Act.VERDICT:
            meeting.heard(work, handover, received)
        if envelope.act is Act.CORRECTION:
            corrections.heard(work, handover, digest)
        if envelope.act is Act.CONSENT_WITHDRAWN and received.content is not None:
            scope = WithdrawalScope(str(received.content.body["scope"]))
            self._withdrawals.heard(work, work.demands.get(digest), scope)
        if envelope.act in ASKED:
            self._petitioning.asked(work, handover, received)
        if envelope.act in ANSWERED:
            self._petitioning.answered(work, handover, received)
        if envelope.act is Act.ERASED and envelope.re is not None:
            self._withdrawals.answered(work, handover, envelope.re)
        if (
            envelope.act in ANSWERED | {Act.ERASED, Act.LEGAL_HOLD}
            and work.retention.erased(handover.matter) is not None
        ):
            for demand in work.demands.of_matter(handover.matter):
                erasing.words(work, demand)  # they were kept to be delivered
