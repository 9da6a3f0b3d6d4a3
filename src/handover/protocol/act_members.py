"""Which act has which member of the envelope, and which words its reason may be (docs/spec/envelope.md, section 3)."""

from typing import Final

from handover.domain.continuity import ComplaintOutcome, HoldReason, OverrideReason, Verdict
from handover.domain.handover import Act, DeclineReason, EndReason, VoidReason

_OFFER: Final = frozenset({"record", "fields", "consent", "deadline", "payload", "by"})
_SAID: Final = frozenset({"re", "payload", "by"})
_ANSWER: Final = frozenset({"re"})
# What an act must have; whatever of OPTIONAL is not named here must be null.
REQUIRED: Final[dict[Act, frozenset[str]]] = {
    Act.OFFER: _OFFER,
    Act.ACCEPTANCE: _SAID,
    Act.DECLINE: _SAID | {"reason"},
    Act.DEED: (_OFFER | {"re"}) - {"deadline", "by"},
    Act.VOID: frozenset({"re", "reason"}),
    Act.TAKE_UP_RECEIPT: _ANSWER,
    Act.VOID_RECEIPT: _ANSWER,
    Act.OPENED: _ANSWER | {"by"},
    Act.QUESTION: _SAID,
    Act.ANSWER: _SAID,
    Act.ARRIVAL: _SAID,
    Act.NON_ARRIVAL: _SAID,
    Act.FOLLOW_UP: _SAID - {"by"},
    Act.CORRECTION: _SAID | {"record", "fields", "consent"},
    Act.CONSENT_WITHDRAWN: (_SAID | {"consent"}) - {"by"},
    Act.ERASED: _ANSWER,
    Act.LEGAL_HOLD: _SAID | {"reason", "deadline"},
    Act.DECISIONS_WANTED: _SAID,
    Act.DECISION: _SAID - {"by"},
    Act.ACCESS_WANTED: _SAID - {"by"},
    Act.ACCESS_ANSWER: _SAID - {"by"},
    Act.COMPLAINT: _SAID - {"by"},
    Act.COMPLAINT_ANSWER: (_SAID | {"reason"}) - {"by"},
    Act.OVERRIDE: _SAID | {"fields", "reason"},
    Act.REFERRAL: _OFFER,
    Act.HIT: frozenset({"payload"}),
    Act.VERDICT: _SAID | {"reason"},
    Act.END: _ANSWER | {"reason"},
    Act.END_RECEIPT: _ANSWER,
}
OPTIONAL: Final = _OFFER | _SAID | {"reason"}
MAY: Final[dict[Act, frozenset[str]]] = {
    Act.DEED: frozenset({"by"}),
    Act.VOID: frozenset({"by"}),
    Act.QUESTION: frozenset({"fields", "consent"}),  # where a round moves nothing, under a ground of its own
    Act.ANSWER: frozenset({"fields", "consent"}),  # and the offerer's answer, under the ground of the offer
    Act.FOLLOW_UP: frozenset({"fields", "consent", "by"}),  # that a case was handed on shows nothing of it
    Act.CONSENT_WITHDRAWN: frozenset({"by"}),  # a node passes a withdrawal on by itself
    Act.ERASED: frozenset({"record", "by"}),
    Act.DECISION: frozenset({"fields", "consent", "by"}),  # an answer with nothing in it discloses nothing
    Act.ACCESS_WANTED: frozenset({"by"}),
    Act.ACCESS_ANSWER: frozenset({"by"}),
    Act.COMPLAINT: frozenset({"by"}),
    Act.COMPLAINT_ANSWER: frozenset({"by"}),  # a node passes the answer of another on by itself
    Act.HIT: frozenset({"by"}),  # a node may release what is sure by itself
    Act.END: frozenset({"payload", "by"}),  # a clock ends a round, too
}
FOUR_EYES: Final = frozenset({Act.OFFER, Act.DEED, Act.REFERRAL})
"""What two officers do, where officers do it."""
REASONS: Final[dict[Act, frozenset[str]]] = {
    Act.VOID: frozenset(VoidReason),
    Act.DECLINE: frozenset(DeclineReason),
    Act.LEGAL_HOLD: frozenset(HoldReason),
    Act.COMPLAINT_ANSWER: frozenset(ComplaintOutcome),
    Act.OVERRIDE: frozenset(OverrideReason),
    Act.VERDICT: frozenset(Verdict),
    Act.END: frozenset(EndReason),
}
