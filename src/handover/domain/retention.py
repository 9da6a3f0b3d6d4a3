"""How long a node keeps what it keeps, when it is erased, and what stops that. Times are seconds since 1970."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from handover.domain.consent import PURPOSE_OF, Purpose
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.handover import SETTLED, Claim, Role, State
from handover.domain.schema import MatterKind

DAY: Final = 86400
LONGEST_HOLD: Final = 2 * 366 * DAY
"""Seconds; a hold that is needed for longer is placed anew."""
WARNING: Final = 30 * DAY
"""Seconds before something is erased in which officers are told of it."""
_LONGEST: Final = 36600  # days that a setting may name


class RetentionRuleError(RefusedError):
    """A setting of retention is not one that may be made; the detail names it."""

    name = "retention-rule"
    title = "A retention rule cannot be changed in this way."
    advice = "A rule may be made shorter; a longer one names the law that demands it."


class StillResponsibleError(OutOfOrderError):
    """What belongs to a matter is not erased while this node is answerable for it."""

    name = "still-responsible"
    title = "This office is responsible for the matter: its values are needed and are not erased."
    advice = "They can be erased once another authority has taken over."


class RoundOpenError(OutOfOrderError):
    """A round that is not at its end still needs what was said in it."""

    name = "round-open"
    title = "A handover of this matter is not at its end."
    advice = "Wait until it is; what was offered and is not taken is erased by itself."


class LegalHoldError(OutOfOrderError):
    """A legal hold stops the erasure."""

    name = "legal-hold"
    title = "A legal hold stops the erasure."
    advice = "Look at the hold: who has placed it and until when. It can be lifted."


class HoldError(RefusedError):
    """A hold is not complete in itself."""

    name = "hold-incomplete"
    title = "A legal hold needs a second officer and an end within two years."
    advice = (
        "Name another officer who has agreed, and a day at most two years ahead; a hold can be placed anew."
    )


class Keeping(StrEnum):
    """What is kept, and why: each has a rule of its own for each kind of record."""

    OFFER = "offer"
    RESPONSIBLE = "responsible"
    FORMER = "former"
    NOT_TAKEN = "not-taken"
    VOID_TALK = "void-talk"


MEANING: Final[Mapping[Keeping, str]] = {
    Keeping.OFFER: "what an offer holds, until its round is settled",
    Keeping.RESPONSIBLE: "everything of a matter, while this node is responsible for it",
    Keeping.FORMER: "everything of a matter that this node has handed over, after the last act of its rounds",
    Keeping.NOT_TAKEN: "what is left of a matter that was offered to this node and never taken over, after the last "
    "act of its rounds: why officers opened the offer",
    Keeping.VOID_TALK: "what was said in a round of this node that ended without take-up, after its last act",
}
_FIXED: Final = frozenset({Keeping.OFFER, Keeping.RESPONSIBLE})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How many days something is kept (None: as long as it lasts); `law` is what demands more than the default."""

    schema: str
    purpose: Purpose
    keeping: Keeping
    days: int | None
    law: str = ""

    def due(self, since: int) -> int | None:
        """Give when what has been at its end since *since* is erased; None: not at all."""
        return None if self.days is None else since + self.days * DAY


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an operator sets in place of a default."""

    schema: str
    keeping: str
    days: int
    law: str = ""


Rules = Mapping[tuple[MatterKind, Keeping], Rule]
_DAYS: Final[Mapping[MatterKind, Mapping[Keeping, int | None]]] = {
    MatterKind.GUARDIANSHIP: {
        Keeping.OFFER: 0,
        Keeping.RESPONSIBLE: None,
        Keeping.FORMER: 180,  # the way back and the follow-ups after 7, 30 and 90 days are over by then
        Keeping.NOT_TAKEN: 90,
        Keeping.VOID_TALK: 180,
    },
    MatterKind.TRACING: {
        Keeping.OFFER: 0,
        Keeping.RESPONSIBLE: None,
        Keeping.FORMER: 90,
        Keeping.NOT_TAKEN: 30,
        Keeping.VOID_TALK: 90,
    },
}
DEFAULTS: Final[Rules] = {
    (kind, keeping): Rule(schema=f"{kind}/1", purpose=PURPOSE_OF[kind], keeping=keeping, days=days)
    for kind, by_keeping in _DAYS.items()
    for keeping, days in by_keeping.items()
}


def rules(changes: Iterable[Change]) -> Rules:
    """Give the rules of a node: the defaults, but for *changes*.

    Raises:
        RetentionRuleError: a rule that is none or cannot be set, or a longer one without a law.
    """
    found = dict(DEFAULTS)
    known = {(rule.schema, rule.keeping.value): place for place, rule in DEFAULTS.items()}
    for change in changes:
        place = known.get((change.schema, change.keeping))
        if place is None or place[1] in _FIXED:
            raise RetentionRuleError(f"{change.schema}, {change.keeping}: there is no such rule to be set")
        default = DEFAULTS[place].days or 0
        if not 0 <= change.days <= _LONGEST or (change.days > default and not change.law.strip()):
            raise RetentionRuleError(
                f"{change.schema}, {change.keeping}: more than {default} days needs a law"
            )
        found[place] = replace(DEFAULTS[place], days=change.days, law=change.law.strip())
    return found


class HoldGround(StrEnum):
    """Why something must not be erased."""

    COURT_ORDER = "court-order"
    STATUTORY_DUTY = "statutory-duty"
    LEGAL_CLAIMS = "legal-claims"
    CHILD_BEST_INTERESTS = "child-best-interests"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """What stops the erasure of a matter, from `placed_at` until `until` or until it is lifted."""

    ground: HoldGround
    placed_by: str
    second_officer: str
    placed_at: int
    until: int
    lifted_by: str | None = None
    lifted_at: int | None = None

    def in_force(self, now: int) -> bool:
        """Tell whether the hold stops an erasure at *now*."""
        return self.lifted_at is None and self.placed_at <= now < self.until

    def check(self) -> None:
        """Do nothing if the hold is complete in itself.

        Raises:
            HoldError: no second officer, no end ahead, or one too far ahead.
        """
        if self.second_officer == self.placed_by:
            raise HoldError("the second officer is another than the one who places the hold")
        if not 0 < self.until - self.placed_at <= LONGEST_HOLD:
            raise HoldError("a hold ends at most two years ahead")


def require_erasable(claim: Claim, states: Iterable[State], holds: Iterable[Hold], now: int) -> None:
    """Do nothing if everything of a matter may be erased at *now*; *states* are those of its rounds.

    Raises:
        StillResponsibleError: this node is answerable for it, or not certain that it is not.
        RoundOpenError: a round is not settled.
        LegalHoldError: a hold is in force.
    """
    if claim is not Claim.NONE:
        raise StillResponsibleError
    if any(state not in SETTLED for state in states):
        raise RoundOpenError
    _require_free(holds, now)


def require_round_erasable(claim: Claim, role: Role, state: State, holds: Iterable[Hold], now: int) -> None:
    """Do nothing if what was said in one round may be erased at *now*.

    Raises:
        RoundOpenError: the round is not settled.
        StillResponsibleError: this node holds the matter by this round.
        LegalHoldError: a hold is in force.
    """
    if state not in SETTLED:
        raise RoundOpenError
    if claim is not Claim.NONE and role is Role.RECEIVER and state is State.HOLDING:
        raise StillResponsibleError
    _require_free(holds, now)


def _require_free(holds: Iterable[Hold], now: int) -> None:
    if any(hold.in_force(now) for hold in holds):
        raise LegalHoldError
