"""Legal holds that this office has stated to others: what it said that a law makes it keep, it does keep."""

from collections.abc import Mapping, Sequence
from typing import Final

from handover.application.ports import UnitOfWork
from handover.domain.continuity import HoldReason
from handover.domain.handover import Act
from handover.domain.ids import Digest, MatterId
from handover.domain.retention import Hold, HoldGround, LegalHoldError
from handover.protocol import envelope as envelopes

_GROUNDS: Final[Mapping[str, HoldGround]] = {
    HoldReason.COURT_ORDER.value: HoldGround.COURT_ORDER,
    HoldReason.STATUTORY_DUTY.value: HoldGround.STATUTORY_DUTY,
    HoldReason.LEGAL_CLAIMS.value: HoldGround.LEGAL_CLAIMS,
    HoldReason.BEST_INTERESTS.value: HoldGround.CHILD_BEST_INTERESTS,
}
"""`responsible` is not among them: it ends by itself when responsibility passes."""


def require_none(work: UnitOfWork, matter: MatterId, *, but: Digest | None = None) -> None:
    """Do nothing if no hold of this office stops an erasure in *matter* now, placed or stated, *but* for one demand.

    Raises:
        LegalHoldError: a hold is in force.
    """
    holds = [*(each.hold for each in work.retention.of_matter(matter)), *of_matter(work, matter, but=but)]
    if any(each.in_force(work.now) for each in holds):
        raise LegalHoldError


def of_matter(work: UnitOfWork, matter: MatterId, *, but: Digest | None = None) -> Sequence[Hold]:
    """Give what this office has answered with a hold in *matter*, *but* one demand, as holds that stop an erasure.

    One officer states it, and it needs no second one here: it keeps for as long as the answer says, and the same
    officers end it by answering anew.
    """
    found = []
    for demand in work.demands.of_matter(matter):
        held = demand.incoming and demand.answered is Act.LEGAL_HOLD and demand.envelope != but
        if not held or demand.answer is None or demand.answered_at is None:
            continue
        said = envelopes.read(work.envelopes.get(demand.answer).data).claimed
        ground = _GROUNDS.get(said.reason or "")
        if ground is not None and said.by is not None:
            hold = Hold(
                ground=ground,
                placed_by=said.by.prepared,
                second_officer=said.by.released,
                placed_at=demand.answered_at,
                until=demand.due,
            )
            found.append(hold)
    return found
