"""When two officers may resolve a deed whose receiver is gone for good, and what they say of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.ids import UUID7, Digest, HandoverId

TAKE_UP_TERM: Final = 30 * 86400
"""Seconds after which nobody has to wait any longer for the take-up of a deed."""


class ResolutionReason(StrEnum):
    """Why the deed cannot be taken up any more, as the officers have found out themselves."""

    CEASED = "ceased"
    DESTROYED = "destroyed"
    COMPROMISED = "compromised"
    UNREACHABLE = "unreachable"
    NOT_TAKEN_UP = "not-taken-up"


class ResolutionOutcome(StrEnum):
    """What became of a proposal."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RoundResolvedError(OutOfOrderError):
    """Two officers of the sender have resolved the round without the receiver: its deed counts no more."""

    name = "round-resolved"
    title = "The sender's officers have resolved this round without the receiver: its deed counts no more."
    advice = "Telephone the other authority at once: both may hold themselves responsible for the child."


class DeedNotOverdueError(RefusedError):
    """A deed is resolved only when its receiver cannot be waited for any longer."""

    name = "deed-not-overdue"
    title = "The take-up of this deed can still come: the other authority is neither suspended nor overdue."
    advice = "Telephone it. If it is gone for good, ask the registry's operators to suspend it."


class ResolutionProposedError(OutOfOrderError):
    """One proposal of a round is decided on before another is made."""

    name = "resolution-proposed"
    title = "Resolving this round has been proposed already."
    advice = (
        "A second officer confirms or refuses what was proposed; whoever has proposed it may withdraw it."
    )


class NotProposedError(OutOfOrderError):
    """A second officer confirms what a first one has proposed."""

    name = "resolution-not-proposed"
    title = "Nobody has proposed to resolve this round, or it was decided on."
    advice = "Look at the round as it is now."


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """One officer's proposal to resolve a deed, and what another one made of it; times are seconds since 1970."""

    id: UUID7
    handover: HandoverId
    deed: Digest
    reason: ResolutionReason
    proposed_by: str
    proposed_at: int
    outcome: ResolutionOutcome | None = None
    decided_by: str | None = None
    decided_at: int | None = None


def overdue(given_at: int, now: int) -> bool:
    """Tell whether a deed of *given_at* has waited for its take-up as long as it has to."""
    return now - given_at >= TAKE_UP_TERM
