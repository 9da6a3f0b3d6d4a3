"""A restored node carries out again what two of its officers had resolved (docs/spec/restore.md, section 5)."""

from typing import Final

from handover.application.alarms import TWO_RESPONSIBLE, raise_alarm
from handover.application.facts import Handover
from handover.application.ports import UnitOfWork, Vault
from handover.application.rounds import Cause, Rounds
from handover.domain.courses import Course
from handover.domain.handover import OPEN_OFFER, Act, Claim, Order, Role, State, Step, VoidReason
from handover.domain.ids import HandoverId, Pseudonym
from handover.domain.resolution import Resolution, ResolutionOutcome
from handover.protocol import entry as entries
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import By

AUTH: Final = "restored"
"""How the officers stand for a void that is said once more: nobody was asked again."""


def hold_back(work: UnitOfWork, handover: HandoverId) -> None:
    """Let a deed that was resolved not be said again while its matter is in doubt."""
    work.queue.retire(handover, [Act.DEED])


def again(work: UnitOfWork, rounds: Rounds, vault: Vault, handover: Handover) -> bool:
    """Say the void of two officers once more, where the ledger knows of it and the backup does not; tell whether."""
    if handover.course is not Course.HANDOVER or handover.role is not Role.SENDER:
        return False
    if handover.state is State.TRANSFERRED and _confirmed(work, handover) is not None:
        _undone(work, handover)
    if handover.state not in (*OPEN_OFFER, State.RELIEVING):
        _log_again(work, handover)
        return False
    known = _confirmed(work, handover)
    if known is None:
        return False
    matter = work.matters.get(handover.matter)
    here = matter.claim is Claim.RELIEVING and matter.relieving_for == handover.id
    work.log.append(EntryKind.RESOLVED, stream=handover.pair, object_=known.deed, now=work.now)
    by = By(
        prepared=Pseudonym(vault.pseudonym(handover.pair, known.proposed_by)),
        released=Pseudonym(vault.pseudonym(handover.pair, known.decided_by or "")),
        role="none",
        auth=AUTH,
    )
    step = Step(
        state=State.VOIDING,
        says=Act.VOID,
        claim=Claim.HOLDER if here else None,
        reason=VoidReason.RESOLVED,
    )
    rounds.enter(work, handover, step, Cause(event=Order.RESOLVE, by=by, void=VoidReason.RESOLVED))
    return True


def _undone(work: UnitOfWork, handover: Handover) -> None:
    """Tell people that a deed which two of them had resolved was taken up and counts: they may have acted since."""
    kept = work.envelopes.of_handover(handover.id)
    evidence = tuple(each.data for each in kept if each.act in (Act.DEED, Act.TAKE_UP_RECEIPT))
    raise_alarm(work, TWO_RESPONSIBLE, peer=handover.peer, handover=handover, evidence=evidence)


def _log_again(work: UnitOfWork, handover: Handover) -> None:
    """Enter once more that a deed was resolved, where the peer has given the void back and this log does not say so."""
    deed = handover.deed
    if handover.reason != VoidReason.RESOLVED or deed is None:
        return
    logged = (entries.decode(document) for _, document in work.log.entries(handover.pair))
    if all(each.kind is not EntryKind.RESOLVED or each.object != deed for each in logged):
        work.log.append(EntryKind.RESOLVED, stream=handover.pair, object_=deed, now=work.now)


def _confirmed(work: UnitOfWork, handover: Handover) -> Resolution | None:
    """Give what was resolved of a round: by its own identifier, or by its deed where it was begun anew."""
    deeds = [] if handover.deed is None else [handover.deed]
    found = (*work.resolutions.of_round(handover.id), *work.resolutions.confirmed(deeds))
    return next((each for each in found if each.outcome is ResolutionOutcome.CONFIRMED), None)
