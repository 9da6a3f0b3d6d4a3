"""Who says which act in a round, what each act answers, and which of them disclose (docs/spec/messages.md).

Data alone: a node asks it of what it hears, and the verifier of what a bundle shows.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from handover.domain.courses import Course
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


HANDS_OVER: Final = frozenset(
    {Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT}
)
"""The acts of the two tables of a handover."""
MOVES: Final = HANDS_OVER | {Act.REFERRAL, Act.HIT, Act.END, Act.END_RECEIPT}
"""The acts of all tables."""
BY_SENDER: Final = frozenset({Act.OFFER, Act.DEED, Act.VOID, Act.REFERRAL, Act.HIT})
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
TALK: Final = frozenset({Act.QUESTION, Act.ANSWER})
"""What is asked and told in any round."""
AFTER_DEED: Final = frozenset(Act) - MOVES - TALK - {Act.OPENED, Act.VERDICT}
"""What is said, in a handover, once responsibility has passed, or is passing."""
PETITIONS: Final = frozenset({Act.ACCESS_WANTED, Act.ACCESS_ANSWER, Act.COMPLAINT, Act.COMPLAINT_ANSWER})
"""A person's request, and the answers to it: they go to everyone who holds something of the matter."""
_GROUND_ENDS: Final = frozenset({Act.CONSENT_WITHDRAWN, Act.ERASED, Act.LEGAL_HOLD})
_BESIDE: Final = frozenset({Act.END, Act.END_RECEIPT, Act.OPENED}) | TALK | _GROUND_ENDS
SPOKEN: Final[dict[Course, frozenset[Act]]] = {
    Course.HANDOVER: frozenset(Act) - {Act.REFERRAL, Act.HIT, Act.VERDICT, Act.END, Act.END_RECEIPT},
    Course.REFERRAL: _BESIDE | PETITIONS | {Act.REFERRAL},
    Course.CONTACT: _BESIDE | {Act.HIT, Act.VERDICT},
}
"""The acts of each course."""
TAKEN: Final = frozenset({State.RELIEVING, State.TRANSFERRED, State.HOLDING})
"""The states in which it has, or is."""
SHOWS: Final = frozenset({Act.FOLLOW_UP, Act.CORRECTION, Act.DECISION})
"""What discloses after the deed: each time under a ground of its own, whose token travels with it."""
RECORDS: Final = frozenset({Act.OFFER, Act.CORRECTION, Act.REFERRAL})
"""What shows a record, and so may pass on what came from another."""
SHOWS_NOTHING: Final = (AFTER_DEED - SHOWS) | {Act.END}
"""What shows nothing of a record after the deed or at an end: it is said however long its recipient has been down."""
DISCLOSES: Final = SHOWS | {Act.OFFER, Act.REFERRAL}
"""What brings the token of its ground with it."""
ARRIVES: Final = frozenset({Act.CONSENT_WITHDRAWN, Act.COMPLAINT, Act.ACCESS_WANTED, Act.VERDICT, Act.END})
"""What has to arrive, whatever is erased meanwhile at the one who says it."""
_OPENING: Final = frozenset({Act.OFFER, Act.REFERRAL, Act.HIT})
_MATTER: Final = Reply(to=frozenset({Act.DEED}), by=Speaker.EITHER)
_REQUEST: Final = Reply(to=frozenset({Act.DEED, Act.REFERRAL}), by=Speaker.EITHER)
_WITHDRAWAL: Final = Reply(to=frozenset({Act.CONSENT_WITHDRAWN}))
REPLIES: Final[dict[Act, Reply]] = {
    Act.ACCEPTANCE: Reply(to=frozenset({Act.OFFER})),
    Act.DECLINE: Reply(to=frozenset({Act.OFFER})),
    Act.DEED: Reply(to=frozenset({Act.ACCEPTANCE})),
    Act.VOID: Reply(to=frozenset({Act.OFFER}), by=Speaker.SAME),
    Act.TAKE_UP_RECEIPT: Reply(to=frozenset({Act.DEED})),
    Act.VOID_RECEIPT: Reply(to=frozenset({Act.VOID})),
    Act.OPENED: Reply(to=_OPENING),
    Act.QUESTION: Reply(to=_OPENING, by=Speaker.EITHER),
    Act.ANSWER: Reply(to=frozenset({Act.QUESTION, Act.REFERRAL})),
    Act.ARRIVAL: Reply(to=frozenset({Act.DEED})),
    Act.NON_ARRIVAL: Reply(to=frozenset({Act.DEED})),
    Act.FOLLOW_UP: Reply(to=frozenset({Act.DEED})),
    Act.CORRECTION: Reply(to=frozenset({Act.OFFER, Act.CORRECTION}), by=Speaker.EITHER),
    Act.CONSENT_WITHDRAWN: Reply(to=DISCLOSES | TALK, by=Speaker.EITHER),
    Act.ERASED: _WITHDRAWAL,
    Act.LEGAL_HOLD: Reply(to=frozenset({Act.CONSENT_WITHDRAWN, Act.REFERRAL, Act.END})),
    Act.DECISIONS_WANTED: _MATTER,
    Act.DECISION: Reply(to=frozenset({Act.DEED, Act.DECISIONS_WANTED}), by=Speaker.EITHER),
    Act.ACCESS_WANTED: _REQUEST,
    Act.ACCESS_ANSWER: Reply(to=frozenset({Act.ACCESS_WANTED})),
    Act.COMPLAINT: _REQUEST,
    Act.COMPLAINT_ANSWER: Reply(to=frozenset({Act.COMPLAINT})),
    Act.OVERRIDE: Reply(to=frozenset({Act.OFFER, Act.CORRECTION})),
    Act.VERDICT: Reply(to=frozenset({Act.HIT}), by=Speaker.EITHER),
    Act.END: Reply(to=frozenset({Act.REFERRAL, Act.HIT}), by=Speaker.EITHER),
    Act.END_RECEIPT: Reply(to=frozenset({Act.END})),
}
"""What each act answers; what opens a round answers nothing."""


def may_say(course: Course, role: Role, act: Act) -> bool:
    """Tell whether the side with *role* says *act* at all in a round of that *course*."""
    return act in SPOKEN[course] and act not in (BY_RECEIVER if role is Role.SENDER else BY_SENDER)


def discloses_anew(course: Course, act: Act) -> bool:
    """Tell whether *act* may show something under a ground of its own, beside what opened the round."""
    return act in SHOWS or (act in TALK and course is not Course.HANDOVER)


def answered(course: Course, act: Act) -> frozenset[Act]:
    """Give the acts that *act* may answer in a round of that *course*."""
    found = REPLIES[act].to & SPOKEN[course]
    if act is Act.CONSENT_WITHDRAWN and course is Course.HANDOVER:
        return found - TALK  # it discloses under the ground of the offer, which is what is withdrawn
    return found


def may_answer(course: Course, act: Act, to: Act, *, same: bool) -> bool:
    """Tell whether *act* may answer an envelope of the act *to*; `same` says that one side has said both."""
    by = REPLIES[act].by
    return to in answered(course, act) and (by is Speaker.EITHER or same is (by is Speaker.SAME))
