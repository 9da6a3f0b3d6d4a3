"""The lifecycle of a round as data: its words, and both state tables of a handover (docs/spec/lifecycle.md).

The tables of the rounds that move nothing are in courses.py.

Nothing here decides: `handover.step` looks the outcome up. The chapter's tables and drawing are made from it.
"""

from enum import Enum, StrEnum
from typing import Final


class Role(StrEnum):
    """Which side of a round this node is."""

    SENDER = "sender"
    RECEIVER = "receiver"


class Act(StrEnum):
    """What an envelope says."""

    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    DEED = "deed"
    VOID = "void"
    TAKE_UP_RECEIPT = "take-up-receipt"
    VOID_RECEIPT = "void-receipt"
    OPENED = "opened"
    QUESTION = "question"
    ANSWER = "answer"
    ARRIVAL = "arrival"
    NON_ARRIVAL = "non-arrival"
    FOLLOW_UP = "follow-up"
    CORRECTION = "correction"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    ERASED = "erased"
    LEGAL_HOLD = "legal-hold"
    DECISIONS_WANTED = "decisions-wanted"
    DECISION = "decision"
    ACCESS_WANTED = "access-wanted"
    ACCESS_ANSWER = "access-answer"
    COMPLAINT = "complaint"
    COMPLAINT_ANSWER = "complaint-answer"
    OVERRIDE = "override"
    REFERRAL = "referral"
    HIT = "hit"
    VERDICT = "verdict"
    END = "end"
    END_RECEIPT = "end-receipt"


class Order(Enum):
    """What a node's own officers and clock do.

    Not a StrEnum: the officer's decline must never equal, as a key of the tables, a peer's message `decline`.
    """

    RELEASE = "release"
    WITHDRAW = "withdraw"
    DEADLINE = "deadline"
    COUNTERSIGN = "countersign"
    ACCEPT = "accept"
    DECLINE = "decline"
    FINISH = "finish"
    ERASE = "erase"
    RESOLVE = "resolve"


class State(StrEnum):
    """Where a round stands at one side. PREPARED and DISCARDED are local: the other side knows nothing."""

    PREPARED = "PREPARED"
    DISCARDED = "DISCARDED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    RELIEVING = "RELIEVING"
    VOIDING = "VOIDING"
    TRANSFERRED = "TRANSFERRED"
    VOIDED = "VOIDED"
    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    BOUND = "BOUND"
    DECLINED = "DECLINED"
    HOLDING = "HOLDING"
    CLOSED = "CLOSED"
    REFERRED = "REFERRED"
    SERVING = "SERVING"
    RETAINED = "RETAINED"
    CONTACTING = "CONTACTING"
    IN_CONTACT = "IN-CONTACT"
    ENDING = "ENDING"
    ENDED = "ENDED"
    OVER = "OVER"


LOCAL: Final = frozenset({State.PREPARED, State.DISCARDED})
"""The states of rounds that no other node knows."""


class Claim(StrEnum):
    """What a node says of its own responsibility for a matter."""

    HOLDER = "HOLDER"
    RELIEVING = "RELIEVING"
    NONE = "NONE"
    IN_DOUBT = "IN-DOUBT"


class Guarded(Enum):
    """The columns of the tables that no event names by itself: an event whose guard decided."""

    LATE_ACCEPTANCE = "late-acceptance"
    STRAY_DEED = "stray-deed"
    AUTOMATIC = "automatic"
    UNGROUNDED = "ungrounded"
    LATE_REFERRAL = "late-referral"
    HELD = "held"
    LATE_TAKE_UP = "late-take-up"
    RESOLVING = "resolving"
    LATE_DEED = "late-deed"


class Refusal(Enum):
    """Outcomes that leave everything as it is and are answered with an error."""

    EQUIVOCATION = "equivocation"
    STRAY = "stray"
    GONE = "gone"
    DEED_STANDS = "deed stands"
    RESOLVED = "resolved"


Column = Act | Order | Guarded
Outcome = State | tuple[State, Act] | Refusal

# A tuple is a repeat: the state stays, the message is said again. A row's own state changes nothing.
SENDER: Final[dict[State, dict[Column, Outcome]]] = {
    State.PREPARED: {
        Order.RELEASE: State.OFFERED,
        Order.WITHDRAW: State.DISCARDED,
    },
    State.OFFERED: {
        Order.WITHDRAW: State.VOIDING,
        Order.DEADLINE: State.VOIDING,
        Act.ACCEPTANCE: State.ACCEPTED,
        Guarded.AUTOMATIC: State.RELIEVING,
        Guarded.LATE_ACCEPTANCE: State.VOIDING,
        Act.DECLINE: State.VOIDING,
        Act.TAKE_UP_RECEIPT: Refusal.EQUIVOCATION,
        Act.VOID_RECEIPT: Refusal.EQUIVOCATION,
    },
    State.ACCEPTED: {
        Order.WITHDRAW: State.VOIDING,
        Order.DEADLINE: State.VOIDING,
        Order.COUNTERSIGN: State.RELIEVING,
        Guarded.UNGROUNDED: State.VOIDING,
        Act.ACCEPTANCE: State.ACCEPTED,
        Guarded.LATE_ACCEPTANCE: State.ACCEPTED,
        Guarded.AUTOMATIC: State.ACCEPTED,
        Act.DECLINE: State.VOIDING,
        Act.TAKE_UP_RECEIPT: Refusal.EQUIVOCATION,
        Act.VOID_RECEIPT: Refusal.EQUIVOCATION,
    },
    State.RELIEVING: {
        Order.WITHDRAW: Refusal.DEED_STANDS,
        Order.DEADLINE: State.RELIEVING,
        Act.ACCEPTANCE: (State.RELIEVING, Act.DEED),
        Guarded.LATE_ACCEPTANCE: (State.RELIEVING, Act.DEED),
        Guarded.AUTOMATIC: (State.RELIEVING, Act.DEED),
        Act.DECLINE: (State.RELIEVING, Act.DEED),
        Act.TAKE_UP_RECEIPT: State.TRANSFERRED,
        Act.VOID_RECEIPT: Refusal.EQUIVOCATION,
        Order.RESOLVE: State.VOIDING,
    },
    State.VOIDING: {
        Order.WITHDRAW: State.VOIDING,
        Order.DEADLINE: State.VOIDING,
        Act.ACCEPTANCE: (State.VOIDING, Act.VOID),
        Guarded.LATE_ACCEPTANCE: (State.VOIDING, Act.VOID),
        Guarded.AUTOMATIC: (State.VOIDING, Act.VOID),
        Act.DECLINE: (State.VOIDING, Act.VOID),
        Act.TAKE_UP_RECEIPT: Refusal.EQUIVOCATION,
        Guarded.LATE_TAKE_UP: Refusal.RESOLVED,
        Act.VOID_RECEIPT: State.VOIDED,
    },
    State.TRANSFERRED: {
        Order.WITHDRAW: Refusal.DEED_STANDS,
        Order.DEADLINE: State.TRANSFERRED,
        Act.ACCEPTANCE: (State.TRANSFERRED, Act.DEED),
        Guarded.LATE_ACCEPTANCE: (State.TRANSFERRED, Act.DEED),
        Guarded.AUTOMATIC: (State.TRANSFERRED, Act.DEED),
        Act.DECLINE: (State.TRANSFERRED, Act.DEED),
        Act.TAKE_UP_RECEIPT: State.TRANSFERRED,
        Act.VOID_RECEIPT: Refusal.EQUIVOCATION,
    },
    State.VOIDED: {
        Order.WITHDRAW: State.VOIDED,
        Order.DEADLINE: State.VOIDED,
        Act.ACCEPTANCE: (State.VOIDED, Act.VOID),
        Guarded.LATE_ACCEPTANCE: (State.VOIDED, Act.VOID),
        Guarded.AUTOMATIC: (State.VOIDED, Act.VOID),
        Act.DECLINE: (State.VOIDED, Act.VOID),
        Act.TAKE_UP_RECEIPT: Refusal.EQUIVOCATION,
        Guarded.LATE_TAKE_UP: Refusal.EQUIVOCATION,
        Act.VOID_RECEIPT: State.VOIDED,
    },
}

RECEIVER: Final[dict[State, dict[Column, Outcome]]] = {
    State.UNKNOWN: {
        Act.OFFER: State.PENDING,
        Act.DEED: State.HOLDING,
        Guarded.STRAY_DEED: Refusal.STRAY,
        Act.VOID: State.CLOSED,
        Guarded.RESOLVING: State.CLOSED,
    },
    State.PENDING: {
        Act.OFFER: State.PENDING,
        Order.ACCEPT: State.BOUND,
        Order.DECLINE: State.DECLINED,
        Act.DEED: State.HOLDING,
        Guarded.STRAY_DEED: Refusal.STRAY,
        Act.VOID: State.CLOSED,
        Guarded.RESOLVING: State.CLOSED,
    },
    State.BOUND: {
        Act.OFFER: State.BOUND,
        Order.ACCEPT: State.BOUND,
        Order.DECLINE: State.DECLINED,
        Act.DEED: State.HOLDING,
        Act.VOID: State.CLOSED,
        Guarded.RESOLVING: State.CLOSED,
    },
    State.DECLINED: {
        Act.OFFER: State.DECLINED,
        Order.DECLINE: State.DECLINED,
        Act.DEED: State.HOLDING,
        Guarded.STRAY_DEED: Refusal.STRAY,
        Act.VOID: State.CLOSED,
        Guarded.RESOLVING: State.CLOSED,
    },
    State.HOLDING: {
        Act.OFFER: State.HOLDING,
        Act.DEED: (State.HOLDING, Act.TAKE_UP_RECEIPT),
        Act.VOID: Refusal.EQUIVOCATION,
        Guarded.RESOLVING: Refusal.RESOLVED,
    },
    State.CLOSED: {
        Act.OFFER: Refusal.GONE,
        Act.DEED: Refusal.EQUIVOCATION,
        Guarded.STRAY_DEED: Refusal.EQUIVOCATION,
        Guarded.LATE_DEED: Refusal.RESOLVED,
        Act.VOID: (State.CLOSED, Act.VOID_RECEIPT),
        Guarded.RESOLVING: (State.CLOSED, Act.VOID_RECEIPT),
    },
}

SAYS: Final[dict[State, Act]] = {  # said again until it is answered
    State.OFFERED: Act.OFFER,
    State.RELIEVING: Act.DEED,
    State.VOIDING: Act.VOID,
    State.BOUND: Act.ACCEPTANCE,
    State.DECLINED: Act.DECLINE,
    State.REFERRED: Act.REFERRAL,
    State.CONTACTING: Act.HIT,
    State.ENDING: Act.END,
}
ANSWERS: Final[dict[State, Act]] = {
    State.HOLDING: Act.TAKE_UP_RECEIPT,
    State.CLOSED: Act.VOID_RECEIPT,
    State.OVER: Act.END_RECEIPT,
}
CLAIMS: Final[dict[State, Claim]] = {
    State.RELIEVING: Claim.RELIEVING,
    State.TRANSFERRED: Claim.NONE,
    State.HOLDING: Claim.HOLDER,
}
OPEN_OFFER: Final = frozenset({State.OFFERED, State.ACCEPTED})
SETTLED: Final = frozenset(
    {
        State.TRANSFERRED,
        State.VOIDED,
        State.HOLDING,
        State.CLOSED,
        State.DISCARDED,
        State.ENDED,
        State.OVER,
    }
)
