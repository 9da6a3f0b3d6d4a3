"""Words for tracing: bands and states in plain words, never numbers; each is a text that the catalogues translate."""

from collections.abc import Mapping
from typing import Final

from handover.application.hits import Rejection
from handover.domain.continuity import Verdict
from handover.domain.handover import EndReason
from handover.domain.searching import (
    AskingState,
    CandidateState,
    ClosingReason,
    QuestionState,
    StopReason,
)
from handover.domain.traceable import ProtectionReason, TracingBasis
from handover.pages.navigation import N_

BASES: Final[Mapping[TracingBasis, str]] = {
    TracingBasis.CONSENT: N_("The person agrees to be looked for, and to be found"),
    TracingBasis.BEST_INTERESTS: N_("A decision in the person's best interests"),
}
GIVERS: Final[Mapping[str, str]] = {
    "child": N_("The child"),
    "caregiver": N_("A caregiver"),
    "guardian": N_("The guardian"),
    "inquirer": N_("The person who looks for somebody"),
}
PROTECTIONS: Final[Mapping[ProtectionReason, str]] = {
    ProtectionReason.FAMILY_THREAT: N_("A threat inside the family"),
    ProtectionReason.WITNESS: N_("A witness who must not be found"),
    ProtectionReason.TRAFFICKING: N_("Trafficking"),
    ProtectionReason.ASYLUM_CLAIM: N_("A claim for asylum against a state that may ask"),
    ProtectionReason.NOT_TO_BE_TOLD: N_("The record names persons who must not be told"),
    ProtectionReason.OTHER: N_("Another danger"),
}
ROUTE: Final[Mapping[StopReason, str]] = {
    StopReason.LAST_KNOWN: N_("Country of the last news"),
    StopReason.SEPARATION: N_("Country of the separation"),
    StopReason.NATIONALITY: N_("Country of nationality"),
    StopReason.CORRIDOR: N_("This office has handed cases over to it, or taken them over"),
    StopReason.NEIGHBOUR: N_("Country where relatives live"),
}
ASKINGS: Final[Mapping[AskingState, str]] = {
    AskingState.PROPOSED: N_("Waits for a second officer"),
    AskingState.OPEN: N_("Asked"),
    AskingState.CLOSED: N_("Ended"),
}
QUESTIONS: Final[Mapping[QuestionState, str]] = {
    QuestionState.WAITING: N_("Being prepared"),
    QuestionState.SEALED: N_("Sealed, on its way"),
    QuestionState.RECEIVED: N_("Received there"),
    QuestionState.REFUSED: N_("Refused there"),
    QuestionState.WITHDRAWING: N_("Being taken back"),
    QuestionState.ERASED: N_("Taken back, erased there"),
    QuestionState.DROPPED: N_("Never sent"),
}
CANDIDATES: Final[Mapping[CandidateState, str]] = {
    CandidateState.WAITING: N_("To be decided"),
    CandidateState.RELEASED: N_("The asking office knows"),
    CandidateState.REJECTED: N_("Not this person"),
    CandidateState.CONFIRMED: N_("Verified"),
    CandidateState.CLOSED: N_("Ended"),
}
CLOSINGS: Final[Mapping[ClosingReason, str]] = {
    ClosingReason.FOUND: N_("The person was found"),
    ClosingReason.GIVEN_UP: N_("Nobody looks for the person any more"),
    ClosingReason.CONSENT_WITHDRAWN: N_("The permission was withdrawn"),
    ClosingReason.PROTECTED: N_("The person is protected now"),
    ClosingReason.ERASED: N_("The record was erased"),
    ClosingReason.EXPIRED: N_("The time of the question is over"),
    ClosingReason.ASKED_ANEW: N_("It was asked anew"),
}
ENDS: Final = (ClosingReason.FOUND, ClosingReason.GIVEN_UP)
"""What an officer may say; the node says the others by itself."""
COLOURS: Final[Mapping[str, str]] = {
    "proposed": "yellow",
    "open": "blue",
    "waiting": "yellow",
    "sealed": "blue",
    "received": "green",
    "refused": "red",
    "withdrawing": "orange",
    "released": "blue",
    "confirmed": "green",
}
BANDS: Final[Mapping[str, str]] = {
    "strong": N_("Strong: nearly always the same person"),
    "likely": N_("Likely: more often than not the same person"),
    "possible": N_("Possible: it may well be somebody else with a like name"),
}
SHORT: Final[Mapping[str, str]] = {
    "strong": N_("Strong"),
    "likely": N_("Likely"),
    "possible": N_("Possible"),
}
SHORT_RELATIVE: Final = N_("Possible relative")
RELATIVE: Final = N_("Possible relative: perhaps a brother or a sister of the person who is sought")
MEANS: Final[Mapping[str, str]] = {
    "strong": N_("Look at it today. It is still no proof: twins and namesakes look like this, too."),
    "likely": N_("Check your own record first: is each name, date and place as it was told?"),
    "possible": N_("Decide together with somebody who knows the child."),
}
MEANS_RELATIVE: Final = N_("Parents and home agree, the given name does not. It is a lead for the family.")
BAND_COLOURS: Final[Mapping[str, str]] = {"strong": "green", "likely": "turquoise", "possible": "grey"}
AGREES: Final[Mapping[str, str]] = {
    "given": N_("The given name"),
    "paternal": N_("The family name, or a name of the father's side"),
    "mother": N_("The mother's name"),
    "year": N_("The year of birth"),
    "day": N_("The day or the month of birth"),
    "sex": N_("The sex"),
    "nationality": N_("The nationality"),
    "place": N_("A home or a place of birth"),
    "other place": N_("Another place"),
    "language": N_("A language"),
    "parted": N_("The time of the separation"),
}
REJECTIONS: Final[Mapping[Rejection, str]] = {
    Rejection.OTHER_PERSON: N_("It is somebody else"),
    Rejection.FAMILY_KNOWN: N_("The family of this child is known, and is another"),
    Rejection.DANGER: N_("Contact could be a danger for the child"),
    Rejection.AGAINST_WISHES: N_("The child does not want it"),
    Rejection.RECORD_WRONG: N_("The own record was wrong"),
}
VERDICT_COLOURS: Final[Mapping[Verdict, str]] = {
    Verdict.CONFIRMED: "green",
    Verdict.REJECTED: "red",
    Verdict.UNSURE: "grey",
}
ENDINGS: Final = (EndReason.CONFIRMED, EndReason.REJECTED, EndReason.UNDECIDED)
"""Why an officer may end a contact; the node says the other reasons by itself."""


def ranked(band: str) -> int:
    """Give the place of a band in a list that begins with the strongest."""
    return list(BANDS).index(band) if band in BANDS else len(BANDS)
