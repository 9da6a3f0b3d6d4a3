"""Who says which act in a round, what each act answers, and which of them disclose (docs/spec/messages.md).

Data alone: a node asks it of what it hears, and the verifier of what a bundle shows.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from handover.domain.lifecycle import Act, Role, State


class Speaker(Enum):
    """Who has said what an act answers, seen from the one who says the act."""

    OTHER = "other"
    SAME = "same"
    EITHER = "either"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The acts that one act may answer, and who has said them."""

    to: frozenset[Act]
    by: Speaker = Speaker.OTHER


MOVES: Final = frozenset(
    {Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT}
)
"""The acts of the two tables."""
BY_SENDER: Final = frozenset({Act.OFFER, Act.DEED, Act.VOID})
"""What only the sender of a round says."""
BY_RECEIVER: Final = frozenset(
    {
        Act.ACCEPTANCE,
        Act.DECLINE,
        Act.TAKE_UP_RECEIPT,
        Act.VOID_RECEIPT,
        Act.OPENED,
        Act.ARRIVAL,
        Act.NON_ARRIVAL,
        Act.FOLLOW_UP,
    }
)
"""What only the receiver of a round says; all other acts are said by either side."""
AFTER_DEED: Final = frozenset(Act) - MOVES - {Act.OPENED, Act.QUESTION, Act.ANSWER}
"""What is said once responsibility has passed, or is passing."""
TAKEN: Final = frozenset({State.RELIEVING, State.TRANSFERRED, State.HOLDING})
"""The states in which it has, or is."""
SHOWS: Final = frozenset({Act.FOLLOW_UP, Act.CORRECTION, Act.DECISION})
"""What discloses after the deed: each time under a ground of its own, whose token travels with it."""
RECORDS: Final = frozenset({Act.OFFER, Act.CORRECTION})
"""What shows a record, and so may pass on what came from another."""
SHOWS_NOTHING: Final = AFTER_DEED - SHOWS
"""What shows nothing of a record after the deed: it is said however long its recipient has been down."""
DISCLOSES: Final = SHOWS | {Act.OFFER}
"""What brings the token of its ground with it."""
ARRIVES: Final = frozenset({Act.CONSENT_WITHDRAWN, Act.COMPLAINT, Act.ACCESS_WANTED})
"""What has to arrive, whatever is erased meanwhile at the one who says it."""
_MATTER: Final = Reply(to=frozenset({Act.DEED}), by=Speaker.EITHER)
_WITHDRAWAL: Final = Reply(to=frozenset({Act.CONSENT_WITHDRAWN}))
REPLIES: Final[dict[Act, Reply]] = {
    Act.ACCEPTANCE: Reply(to=frozenset({Act.OFFER})),
    Act.DECLINE: Reply(to=frozenset({Act.OFFER})),
    Act.DEED: Reply(to=frozenset({Act.ACCEPTANCE})),
    Act.VOID: Reply(to=frozenset({Act.OFFER}), by=Speaker.SAME),
    Act.TAKE_UP_RECEIPT: Reply(to=frozenset({Act.DEED})),
    Act.VOID_RECEIPT: Reply(to=frozenset({Act.VOID})),
    Act.OPENED: Reply(to=frozenset({Act.OFFER})),
    Act.QUESTION: Reply(to=frozenset({Act.OFFER}), by=Speaker.EITHER),
    Act.ANSWER: Reply(to=frozenset({Act.QUESTION})),
    Act.ARRIVAL: Reply(to=frozenset({Act.DEED})),
    Act.NON_ARRIVAL: Reply(to=frozenset({Act.DEED})),
    Act.FOLLOW_UP: Reply(to=frozenset({Act.DEED})),
    Act.CORRECTION: Reply(to=frozenset({Act.OFFER, Act.CORRECTION}), by=Speaker.EITHER),
    Act.CONSENT_WITHDRAWN: Reply(to=DISCLOSES, by=Speaker.EITHER),
    Act.ERASED: _WITHDRAWAL,
    Act.LEGAL_HOLD: _WITHDRAWAL,
    Act.DECISIONS_WANTED: _MATTER,
    Act.DECISION: Reply(to=frozenset({Act.DEED, Act.DECISIONS_WANTED}), by=Speaker.EITHER),
    Act.ACCESS_WANTED: _MATTER,
    Act.ACCESS_ANSWER: Reply(to=frozenset({Act.ACCESS_WANTED})),
    Act.COMPLAINT: _MATTER,
    Act.COMPLAINT_ANSWER: Reply(to=frozenset({Act.COMPLAINT})),
    Act.OVERRIDE: Reply(to=frozenset({Act.OFFER, Act.CORRECTION})),
}
"""What each act answers; an offer answers nothing."""


def may_say(role: Role, act: Act) -> bool:
    """Tell whether the side of a round with *role* says *act* at all."""
    return act not in (BY_RECEIVER if role is Role.SENDER else BY_SENDER)
