"""Why a round ends without a take-up, and why an offer is declined (docs/spec/lifecycle.md)."""

from enum import StrEnum


class VoidReason(StrEnum):
    """Why a round ended without take-up."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    RESTORED = "restored"
    RESOLVED = "resolved"


class DeclineReason(StrEnum):
    """Why an offer is declined. What else there is to say is said in the sealed text."""

    NO_CAPACITY = "no-capacity"
    NO_JURISDICTION = "no-jurisdiction"
    NOT_IN_BEST_INTERESTS = "not-in-best-interests"
    INCOMPLETE = "incomplete"
    WRONG_RECIPIENT = "wrong-recipient"
    OTHER = "other"
