"""What follows from what is said in a contact: a rejected pair is remembered, a match that was decided is counted."""

from handover.application import counting, pairs
from handover.application.facts import Handover
from handover.application.intake import Received
from handover.application.ports import UnitOfWork
from handover.domain.continuity import Verdict
from handover.domain.handover import EndReason
from handover.domain.searching import CandidateState

_BECAME = {
    EndReason.REJECTED.value: CandidateState.REJECTED,
    EndReason.CONFIRMED.value: CandidateState.CONFIRMED,
}


def heard(work: UnitOfWork, contact: Handover, received: Received) -> None:
    """Note what a verdict of the other side means here: a rejected pair is never shown again."""
    if received.envelope.reason == Verdict.REJECTED.value:
        pairs.settle(work, contact, CandidateState.REJECTED)


def ended(work: UnitOfWork, contact: Handover) -> None:
    """Note at the end of a contact what became of its pair, and count it where the record is held."""
    remember(work, contact)
    counting.met(work, contact)


def remember(work: UnitOfWork, contact: Handover) -> None:
    """Note what became of the pair of a contact that has ended; a rejection counts, whichever side ended first."""
    pairs.settle(work, contact, _BECAME.get(contact.reason or "", CandidateState.CLOSED))
