"""Words for rounds that move nothing, referral and contact; each is a text that the catalogues translate."""

from collections.abc import Mapping
from typing import Final

from handover.domain.continuity import ReferralTask, Verdict, VerdictReason
from handover.domain.handover import Act, EndReason, State
from handover.pages.navigation import N_

STATES: Final[Mapping[State, str]] = {
    State.REFERRED: N_("Referred"),
    State.SERVING: N_("Referred to us"),
    State.RETAINED: N_("Over, kept under a hold"),
    State.CONTACTING: N_("Match told"),
    State.IN_CONTACT: N_("In contact"),
    State.ENDING: N_("Being ended"),
    State.ENDED: N_("Ended"),
    State.OVER: N_("Over"),
}
COLOURS: Final[Mapping[State, str]] = {
    State.REFERRED: "blue",
    State.SERVING: "yellow",
    State.RETAINED: "orange",
    State.CONTACTING: "blue",
    State.IN_CONTACT: "yellow",
    State.ENDING: "orange",
}
NEXT: Final[Mapping[State, str]] = {
    State.REFERRED: N_(
        "This office stays responsible. The other authority works with what it was shown until the deadline."
    ),
    State.SERVING: N_(
        "The other authority stays responsible. Read what it asks for, answer, and say when it is done."
    ),
    State.RETAINED: N_(
        "The referral is over. What was shown is kept under a legal hold, and nobody works with it."
    ),
    State.CONTACTING: N_("Both offices ask and answer, and each says whether it is the same person."),
    State.IN_CONTACT: N_("Both offices ask and answer, and each says whether it is the same person."),
    State.ENDING: N_("The end was told. The other authority has yet to confirm it."),
    State.ENDED: N_("Both authorities know that it is over. What was shown is erased."),
    State.OVER: N_("Both authorities know that it is over. What was shown is erased."),
}
ACTS: Final[Mapping[Act, str]] = {
    Act.REFERRAL: N_("Referral"),
    Act.HIT: N_("Possible match"),
    Act.VERDICT: N_("Verdict on the match"),
    Act.END: N_("End"),
    Act.END_RECEIPT: N_("End confirmed"),
}
ENDS: Final[Mapping[EndReason, str]] = {
    EndReason.DONE: N_("What was asked for is done"),
    EndReason.NOT_TAKEN: N_("It was not taken on"),
    EndReason.EXPIRED: N_("The deadline passed"),
    EndReason.RECALLED: N_("It was ended early"),
    EndReason.CONSENT_WITHDRAWN: N_("The consent was withdrawn"),
    EndReason.RESPONSIBILITY_PASSED: N_("Another authority became responsible"),
    EndReason.CONFIRMED: N_("It is the same person"),
    EndReason.REJECTED: N_("It is not the same person"),
    EndReason.UNDECIDED: N_("It could not be decided"),
}
FINISHES: Final[Mapping[EndReason, str]] = {
    EndReason.DONE: N_("It is done"),
    EndReason.NOT_TAKEN: N_("This office does not take it on"),
}
"""What the officers of the receiver choose from."""
VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.CONFIRMED: N_("It is the same person"),
    Verdict.REJECTED: N_("It is not the same person"),
    Verdict.UNSURE: N_("Not sure yet"),
}
WHY: Final[Mapping[VerdictReason, str]] = {
    VerdictReason.RECOGNISED: N_("They have recognised one another"),
    VerdictReason.DOCUMENTS: N_("Documents show it"),
    VerdictReason.DETAILS_AGREE: N_("Details agree that only they can know"),
    VerdictReason.DETAILS_DIFFER: N_("Details differ"),
    VerdictReason.OTHER_PERSON: N_("It is known to be another person"),
    VerdictReason.NOT_WANTED: N_("The person does not want to be found"),
    VerdictReason.UNSAFE: N_("Contact would harm the child"),
    VerdictReason.TOO_LITTLE: N_("Too little is known"),
}
TASKS: Final[Mapping[ReferralTask, str]] = {
    ReferralTask.ADVICE: N_("Advice"),
    ReferralTask.ASSESSMENT: N_("Assessment"),
    ReferralTask.HEALTH: N_("Health care"),
    ReferralTask.SUPPORT: N_("Psychosocial support"),
    ReferralTask.EDUCATION: N_("Education"),
    ReferralTask.LEGAL: N_("Legal assistance"),
    ReferralTask.INTERPRETATION: N_("Interpretation"),
    ReferralTask.ACCOMMODATION: N_("Accommodation"),
    ReferralTask.TRACING: N_("Tracing of the family"),
    ReferralTask.OTHER: N_("Another task"),
}
REASONS: Final[Mapping[str, str]] = {
    **{each.value: text for each, text in ENDS.items()},
    **{each.value: text for each, text in VERDICTS.items()},
}
"""What stands as the reason of an act, in words."""
CODED: Final[Mapping[tuple[Act, str], Mapping[str, str]]] = {
    (Act.VERDICT, "why"): {each.value: text for each, text in WHY.items()},
}
"""What stands as a word in what was said."""
