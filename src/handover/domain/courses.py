"""The three courses of a round, and the tables of the two that move nothing: referral and contact.

Nothing here touches responsibility: no state of these tables has a claim (docs/spec/referral.md).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from handover.domain.lifecycle import (
    OPEN_OFFER,
    RECEIVER,
    SENDER,
    Act,
    Column,
    Guarded,
    Order,
    Outcome,
    Refusal,
    Role,
    State,
)

Table = Mapping[State, Mapping[Column, Outcome]]


class Course(StrEnum):
    """What a round is about: its opening act says which."""

    HANDOVER = "handover"
    REFERRAL = "referral"
    CONTACT = "contact"


class EndReason(StrEnum):
    """Why a round that moves nothing has ended. What else there is to say is said in the sealed text."""

    DONE = "done"
    NOT_TAKEN = "not-taken"
    EXPIRED = "expired"
    RECALLED = "recalled"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    RESPONSIBILITY_PASSED = "responsibility-passed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


OPENS: Final[dict[Act, Course]] = {
    Act.OFFER: Course.HANDOVER,
    Act.REFERRAL: Course.REFERRAL,
    Act.HIT: Course.CONTACT,
}
"""The opening acts."""
BEGINS: Final[dict[Act, Course]] = OPENS | {
    Act.DEED: Course.HANDOVER,
    Act.VOID: Course.HANDOVER,
    Act.END: Course.REFERRAL,
}
"""The acts that begin a round where it was never heard of; an end alone leaves the same trace in both courses."""

LONGEST: Final[dict[Act, int]] = {Act.OFFER: 90 * 86400, Act.REFERRAL: 180 * 86400}
"""Seconds from the signing of an opening act to its deadline, at most: a member cannot hold a round open for ever."""

_TOO_LATE: Final[dict[Column, Outcome]] = {
    Act.REFERRAL: Refusal.GONE,
    Guarded.LATE_REFERRAL: Refusal.GONE,
    Act.HIT: Refusal.GONE,
}
_UNSAID: Final[dict[Column, Outcome]] = {Act.END_RECEIPT: Refusal.EQUIVOCATION}
_ENDS: Final[dict[State, dict[Column, Outcome]]] = {
    State.ENDING: {
        Act.END: State.OVER,
        Act.END_RECEIPT: State.ENDED,
    },
    State.ENDED: {
        Act.END: State.ENDED,
        Act.END_RECEIPT: State.ENDED,
    },
    State.OVER: {
        Act.END: (State.OVER, Act.END_RECEIPT),
        Act.END_RECEIPT: State.OVER,
    },
}
_SENDERS_ENDS: Final[dict[State, dict[Column, Outcome]]] = {
    state: {Order.WITHDRAW: state} | row for state, row in _ENDS.items()
}
_RECEIVERS_ENDS: Final[dict[State, dict[Column, Outcome]]] = {
    state: _TOO_LATE | row for state, row in _ENDS.items()
}
_TIMED: Final[dict[State, dict[Column, Outcome]]] = {state: {Order.DEADLINE: state} for state in _ENDS}


REFERRER: Final[dict[State, dict[Column, Outcome]]] = {
    State.PREPARED: {
        Order.RELEASE: State.REFERRED,
        Order.WITHDRAW: State.DISCARDED,
    },
    State.REFERRED: {
        Order.WITHDRAW: State.ENDING,
        Order.DEADLINE: State.ENDING,
        Act.END: State.OVER,
        **_UNSAID,
    },
    **{state: row | _TIMED[state] for state, row in _SENDERS_ENDS.items()},
}
"""The side that refers."""
SERVER: Final[dict[State, dict[Column, Outcome]]] = {
    State.UNKNOWN: {
        Act.REFERRAL: State.SERVING,
        Guarded.LATE_REFERRAL: Refusal.GONE,
        Act.END: State.OVER,
    },
    State.SERVING: {
        Act.REFERRAL: State.SERVING,
        Guarded.LATE_REFERRAL: Refusal.GONE,
        Order.FINISH: State.ENDING,
        Order.DEADLINE: State.ENDING,
        Act.END: State.OVER,
        Guarded.HELD: State.RETAINED,
        **_UNSAID,
    },
    State.RETAINED: {
        **_TOO_LATE,
        Order.DEADLINE: State.RETAINED,
        Order.ERASE: State.ENDING,
        Act.END: State.RETAINED,
        **_UNSAID,
    },
    **{state: row | _TIMED[state] for state, row in _RECEIVERS_ENDS.items()},
}
"""The side that a matter is referred to."""
CONTACTER: Final[dict[State, dict[Column, Outcome]]] = {
    State.PREPARED: {
        Order.RELEASE: State.CONTACTING,
        Order.WITHDRAW: State.DISCARDED,
    },
    State.CONTACTING: {
        Order.WITHDRAW: State.ENDING,
        Act.END: State.OVER,
        **_UNSAID,
    },
    **_SENDERS_ENDS,
}
"""The side that holds a match and says so."""
CONTACTED: Final[dict[State, dict[Column, Outcome]]] = {
    State.UNKNOWN: {
        Act.HIT: State.IN_CONTACT,
        Act.END: State.OVER,
    },
    State.IN_CONTACT: {
        Act.HIT: State.IN_CONTACT,
        Order.FINISH: State.ENDING,
        Act.END: State.OVER,
        **_UNSAID,
    },
    **_RECEIVERS_ENDS,
}
"""The side that had asked."""

TABLES: Final[dict[tuple[Course, Role], Table]] = {
    (Course.HANDOVER, Role.SENDER): SENDER,
    (Course.HANDOVER, Role.RECEIVER): RECEIVER,
    (Course.REFERRAL, Role.SENDER): REFERRER,
    (Course.REFERRAL, Role.RECEIVER): SERVER,
    (Course.CONTACT, Role.SENDER): CONTACTER,
    (Course.CONTACT, Role.RECEIVER): CONTACTED,
}
LIVE: Final = frozenset({State.REFERRED, State.SERVING, State.CONTACTING, State.IN_CONTACT})
"""The states in which a round that moves nothing goes on: there is something to ask, to answer and to end."""
TIMED: Final = (*sorted(OPEN_OFFER), State.REFERRED, State.SERVING)
"""The states that a deadline ends, in any course."""
FINISHED: Final = frozenset({State.ENDING, State.ENDED, State.OVER, State.RETAINED})
"""The states after its end."""
_ENDED: Final = frozenset({State.ENDING, State.OVER})
ERASES: Final[dict[tuple[Course, Role], frozenset[State]]] = {
    (Course.HANDOVER, Role.SENDER): frozenset(),
    (Course.HANDOVER, Role.RECEIVER): frozenset({State.CLOSED}),
    (Course.REFERRAL, Role.SENDER): frozenset(),
    (Course.REFERRAL, Role.RECEIVER): _ENDED,
    (Course.CONTACT, Role.SENDER): _ENDED,
    (Course.CONTACT, Role.RECEIVER): _ENDED,
}
"""The states on whose entry a side destroys what it was shown in the round; once, on the first of them."""


def course_of(acts: Iterable[Act]) -> Course:
    """Give the course of a round in which *acts* are said: that of its opening act, or else of what began it."""
    said = set(acts)
    found = [course for act, course in (*OPENS.items(), *BEGINS.items()) if act in said]
    return found[0] if found else Course.HANDOVER
