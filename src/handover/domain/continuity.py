"""What goes on after a handover: what one authority may demand of another, within which time, and the words used.

Tables and dates alone (docs/spec/continuity.md). Times are seconds since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.lifecycle import Act

DAY: Final = 86400
LONGEST_HOLD: Final = 732 * DAY
"""Seconds for which a holder may keep what should be erased before it has to say so again."""
FOLLOW_UP_DAYS: Final = (7, 30, 90)
"""Days after the take-up on which the sender hears how the child is, unless the acceptance states others."""
MOST_FOLLOW_UPS: Final = 12
LAST_FOLLOW_UP: Final = 3660


class ReferralTask(StrEnum):
    """For what a matter is referred; the sealed text says more."""

    ADVICE = "advice"
    ASSESSMENT = "assessment"
    HEALTH = "health"
    SUPPORT = "psychosocial-support"
    EDUCATION = "education"
    LEGAL = "legal-assistance"
    INTERPRETATION = "interpretation"
    ACCOMMODATION = "accommodation"
    TRACING = "family-tracing"
    OTHER = "other"


class Verdict(StrEnum):
    """What one side of a contact holds of the match."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNSURE = "unsure"


class VerdictReason(StrEnum):
    """Why; the sealed words on the best interests of one's own person say more."""

    RECOGNISED = "recognised"
    DOCUMENTS = "documents"
    DETAILS_AGREE = "details-agree"
    DETAILS_DIFFER = "details-differ"
    OTHER_PERSON = "other-person"
    NOT_WANTED = "not-wanted"
    UNSAFE = "unsafe"
    TOO_LITTLE = "too-little-known"


class HoldReason(StrEnum):
    """Why a holder keeps what a person has asked it to erase."""

    RESPONSIBLE = "responsible"
    COURT_ORDER = "court-order"
    STATUTORY_DUTY = "statutory-duty"
    LEGAL_CLAIMS = "legal-claims"
    BEST_INTERESTS = "best-interests"


class WithdrawalScope(StrEnum):
    """How far a withdrawal goes: what rests on one ground and was passed on from it, or all there is."""

    GROUND = "ground"
    MATTER = "matter"


class OverrideReason(StrEnum):
    """Why somebody was told what no consent covers: a life was at stake."""

    MEDICAL_EMERGENCY = "medical-emergency"
    IMMINENT_HARM = "imminent-harm"
    ABDUCTION = "abduction"
    SUICIDE_RISK = "suicide-risk"
    DISASTER = "disaster"


class FollowUpState(StrEnum):
    """How the child is, in one word; the sealed text says more. `HANDED_ON` a node says by itself, and nothing more."""

    WELL = "well"
    CONCERNS = "concerns"
    URGENT = "urgent"
    MOVED = "moved"
    MISSING = "missing"
    CLOSED = "closed"
    HANDED_ON = "handed-on"


class DecisionKind(StrEnum):
    """What was decided, or is recommended, for a child."""

    BEST_INTERESTS = "best-interests-determination"
    GUARDIANSHIP = "guardianship-order"
    PLACEMENT = "placement"
    LEGAL_OUTCOME = "legal-outcome"
    RECOMMENDATION = "recommendation"


class PetitionKind(StrEnum):
    """What a person asks: that a wrong is looked at, or who received what about them."""

    ACCESS = "access"
    COMPLAINT = "complaint"


class ComplaintOutcome(StrEnum):
    """What became of a complaint."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    NOT_UPHELD = "not-upheld"
    PASSED_ON = "passed-on"


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What answers a demand, and how many seconds the other authority has for it."""

    answers: frozenset[Act]
    term: int


DEMANDS: Final[dict[Act, Demand]] = {
    Act.CONSENT_WITHDRAWN: Demand(answers=frozenset({Act.ERASED, Act.LEGAL_HOLD}), term=30 * DAY),
    Act.DECISIONS_WANTED: Demand(answers=frozenset({Act.DECISION}), term=14 * DAY),
    Act.ACCESS_WANTED: Demand(answers=frozenset({Act.ACCESS_ANSWER}), term=30 * DAY),
    Act.COMPLAINT: Demand(answers=frozenset({Act.COMPLAINT_ANSWER}), term=30 * DAY),
}
"""Each is answered by one of its answers, or is overdue: at both sides, where everybody sees it."""
ANSWERING: Final = frozenset(act for demand in DEMANDS.values() for act in demand.answers)
TOLD_BY_OFFICERS: Final = tuple(state for state in FollowUpState if state is not FollowUpState.HANDED_ON)
ENDS_FOLLOW_UPS: Final = frozenset({FollowUpState.CLOSED, FollowUpState.HANDED_ON})
"""After these nothing more is owed in a round."""
FOLLOW_UP_FIELDS: Final = ("plan.follow_ups",)
DECISION_FIELDS: Final[dict[DecisionKind, tuple[str, ...]]] = {
    DecisionKind.BEST_INTERESTS: ("best_interests.outcome", "best_interests.reasons"),
    DecisionKind.GUARDIANSHIP: ("guardianship.appointing_order",),
    DecisionKind.PLACEMENT: ("care.arrangement",),
    DecisionKind.LEGAL_OUTCOME: ("legal.proceedings",),
    DecisionKind.RECOMMENDATION: ("plan.recommendations",),
}
"""The fields of guardianship/1 whose ground covers telling of such a thing: people consent to fields."""


def shown_by(act: Act, body: Mapping[str, object]) -> tuple[str, ...]:
    """Give the fields whose ground an act with this *body* needs, beside those of a record; the body was checked."""
    if act is Act.FOLLOW_UP:
        return () if body["state"] == FollowUpState.HANDED_ON else FOLLOW_UP_FIELDS
    decisions = body.get("decisions", ())
    kinds = [DecisionKind(each["kind"]) for each in decisions] if isinstance(decisions, list) else []
    return tuple(sorted({field for kind in kinds for field in DECISION_FIELDS[kind]}))
