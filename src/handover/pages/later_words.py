"""Words for what goes on after a handover; each is a text that the catalogues translate."""

from collections.abc import Mapping
from typing import Final

from handover.domain.continuity import (
    ComplaintOutcome,
    DecisionKind,
    FollowUpState,
    HoldReason,
    OverrideReason,
    WithdrawalScope,
)
from handover.domain.handover import Act
from handover.pages.navigation import N_

ACTS: Final[Mapping[Act, str]] = {
    Act.FOLLOW_UP: N_("Follow-up"),
    Act.CORRECTION: N_("Correction of the record"),
    Act.CONSENT_WITHDRAWN: N_("Withdrawal of the consent"),
    Act.ERASED: N_("Erased"),
    Act.LEGAL_HOLD: N_("Kept under the law"),
    Act.DECISIONS_WANTED: N_("Question about decisions"),
    Act.DECISION: N_("Decisions taken or recommended"),
    Act.ACCESS_WANTED: N_("Question: who received what?"),
    Act.ACCESS_ANSWER: N_("Answer: who received what"),
    Act.COMPLAINT: N_("Complaint"),
    Act.COMPLAINT_ANSWER: N_("Answer to the complaint"),
    Act.OVERRIDE: N_("Told without consent, for a life was at stake"),
}
HOLDS: Final[Mapping[HoldReason, str]] = {
    HoldReason.RESPONSIBLE: N_("This authority is responsible for the child"),
    HoldReason.COURT_ORDER: N_("A court has ordered it"),
    HoldReason.STATUTORY_DUTY: N_("A law demands that it is kept"),
    HoldReason.LEGAL_CLAIMS: N_("It is needed to make or to meet a legal claim"),
    HoldReason.BEST_INTERESTS: N_("Erasing it would harm the child"),
}
FOLLOW_UPS: Final[Mapping[FollowUpState, str]] = {
    FollowUpState.WELL: N_("The child is well"),
    FollowUpState.CONCERNS: N_("There are concerns"),
    FollowUpState.URGENT: N_("Something must be done at once"),
    FollowUpState.MOVED: N_("The child lives elsewhere now"),
    FollowUpState.MISSING: N_("The child is missing"),
    FollowUpState.CLOSED: N_("The case is closed"),
    FollowUpState.HANDED_ON: N_("The other authority has handed the case on and is not responsible any more"),
}
DECISIONS: Final[Mapping[DecisionKind, str]] = {
    DecisionKind.BEST_INTERESTS: N_("Best interests determination"),
    DecisionKind.GUARDIANSHIP: N_("Guardianship order"),
    DecisionKind.PLACEMENT: N_("Placement"),
    DecisionKind.LEGAL_OUTCOME: N_("Outcome of a proceeding"),
    DecisionKind.RECOMMENDATION: N_("Recommendation for the future"),
}
OUTCOMES: Final[Mapping[ComplaintOutcome, str]] = {
    ComplaintOutcome.UPHELD: N_("The complaint is justified"),
    ComplaintOutcome.PARTLY_UPHELD: N_("The complaint is justified in part"),
    ComplaintOutcome.NOT_UPHELD: N_("The complaint is not justified"),
    ComplaintOutcome.PASSED_ON: N_("Passed on to another authority"),
}
OVERRIDES: Final[Mapping[OverrideReason, str]] = {
    OverrideReason.MEDICAL_EMERGENCY: N_("Medical emergency"),
    OverrideReason.IMMINENT_HARM: N_("Imminent harm"),
    OverrideReason.ABDUCTION: N_("Abduction"),
    OverrideReason.SUICIDE_RISK: N_("Risk of suicide"),
    OverrideReason.DISASTER: N_("Disaster"),
}
SCOPES: Final[Mapping[WithdrawalScope, str]] = {
    WithdrawalScope.GROUND: N_("What rests on this consent, and what was passed on from it"),
    WithdrawalScope.MATTER: N_("Everything that any authority knows through this case"),
}
REASONS: Final[Mapping[str, str]] = {
    **{each.value: text for each, text in HOLDS.items()},
    **{each.value: text for each, text in OUTCOMES.items()},
    **{each.value: text for each, text in OVERRIDES.items()},
}
CODED: Final[Mapping[tuple[Act, str], Mapping[str, str]]] = {
    (Act.CONSENT_WITHDRAWN, "scope"): {each.value: text for each, text in SCOPES.items()},
    (Act.FOLLOW_UP, "state"): {each.value: text for each, text in FOLLOW_UPS.items()},
}
"""Members of what was said that are words of the protocol, with what they mean."""
