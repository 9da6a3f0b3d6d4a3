"""States, steps and reasons in plain words: one table for each, so that every page says the same.

Texts are messages in English; they are translated where they are shown.
"""

from collections.abc import Mapping
from typing import Final

from handover.application.access import Change
from handover.application.facts import Delivery, OfficerRole
from handover.application.verifier_report import Verdict
from handover.application.worklist import Row, Waits
from handover.domain.consent import Basis, Onward, Purpose
from handover.domain.handover import Act, Claim, DeclineReason, Role, State, VoidReason
from handover.domain.record import MatterKind
from handover.pages import alarm_words, apart_words, entry_words, later_words
from handover.pages.navigation import N_
from handover.protocol.evidence import Word
from handover.protocol.node_entry import Mandate
from handover.protocol.node_key import KeyUse

STATES: Final[Mapping[State, str]] = {
    State.PREPARED: N_("Prepared"),
    State.DISCARDED: N_("Discarded"),
    State.OFFERED: N_("Offered"),
    State.ACCEPTED: N_("Accepted"),
    State.RELIEVING: N_("Deed given"),
    State.VOIDING: N_("Being withdrawn"),
    State.TRANSFERRED: N_("Handed over"),
    State.VOIDED: N_("Void"),
    State.PENDING: N_("To be decided"),
    State.BOUND: N_("Accepted by us"),
    State.DECLINED: N_("Declined by us"),
    State.HOLDING: N_("Taken over"),
    State.CLOSED: N_("Closed"),
    State.UNKNOWN: N_("Unknown"),
    **apart_words.STATES,
}
COLOURS: Final[Mapping[State, str]] = {
    State.PREPARED: "yellow",
    State.OFFERED: "blue",
    State.PENDING: "yellow",
    State.ACCEPTED: "yellow",
    State.BOUND: "blue",
    State.RELIEVING: "orange",
    State.VOIDING: "orange",
    State.TRANSFERRED: "green",
    State.HOLDING: "green",
    **apart_words.COLOURS,
}
"""Colours of GOV.UK's tags; states that are not named are grey."""

NEXT: Final[Mapping[State, str]] = {
    State.PREPARED: N_(
        "Nothing has left this office. A second officer looks at what leaves, and releases it."
    ),
    State.DISCARDED: N_("It was discarded before anything left this office."),
    State.OFFERED: N_(
        "This office is responsible. The other authority reads the offer and decides before the deadline."
    ),
    State.ACCEPTED: N_(
        "This office is responsible. A second officer gives the deed, or the offer is withdrawn."
    ),
    State.RELIEVING: N_(
        "The deed is given and cannot be taken back. This office acts for the child until the other has taken up."
    ),
    State.VOIDING: N_("This office is responsible. The other authority erases what it had, and says so."),
    State.TRANSFERRED: N_("The other authority has taken over. Nothing is left to do in this round."),
    State.VOIDED: N_("The round ended without take-up. The other authority has erased what it had."),
    State.PENDING: N_(
        "The other authority is responsible. Read the offer, then accept or decline it before the deadline."
    ),
    State.BOUND: N_(
        "The other authority is responsible until its deed comes. This office is bound to take over."
    ),
    State.DECLINED: N_(
        "The other authority is responsible. What was offered is erased here when it confirms."
    ),
    State.HOLDING: N_("This office has taken over."),
    State.CLOSED: N_("The round ended without take-up. What was offered is erased here."),
    State.UNKNOWN: "",
    **apart_words.NEXT,
}
ARRIVAL_NEXT: Final = N_(
    "This office has taken over. Confirm that the child has arrived, or report that it has not come."
)
_NOT_ARRIVED_NEXT: Final = N_(
    "The other authority has taken over, and reports that the child has not arrived. Telephone it now."
)
_REPORTED_NEXT: Final = N_(
    "This office has taken over, and has reported that the child has not come. Confirm the arrival when it is there."
)
WAITS: Final[Mapping[Waits, str]] = {
    Waits.SECOND_OFFICER: N_("a second officer here"),
    Waits.THIS_OFFICE: N_("this office"),
    Waits.OTHER_OFFICE: N_("the other office"),
    Waits.OTHER_NODE: N_("an answer of the other node"),
    Waits.REGISTRY: N_("a fresh registry"),
    Waits.NOBODY: N_("nobody"),
}
ROLES: Final[Mapping[Role, str]] = {Role.SENDER: N_("We hand over"), Role.RECEIVER: N_("We take over")}
CLAIMS: Final[Mapping[Claim, str]] = {
    Claim.HOLDER: N_("This office is responsible"),
    Claim.RELIEVING: N_("This office acts until the other has taken up"),
    Claim.NONE: N_("Another authority is responsible"),
    Claim.IN_DOUBT: N_("Not certain after a restore; until it is, whoever was responsible then acts"),
}
ACTS: Final[Mapping[Act, str]] = {
    Act.OFFER: N_("Offer"),
    Act.ACCEPTANCE: N_("Acceptance"),
    Act.DECLINE: N_("Decline of the offer"),
    Act.DEED: N_("Deed"),
    Act.VOID: N_("Void"),
    Act.TAKE_UP_RECEIPT: N_("Take-up"),
    Act.VOID_RECEIPT: N_("Erasure after the void"),
    Act.OPENED: N_("Read by an officer"),
    Act.QUESTION: N_("Question"),
    Act.ANSWER: N_("Answer"),
    Act.ARRIVAL: N_("The child has arrived"),
    Act.NON_ARRIVAL: N_("The child has not come"),
    **later_words.ACTS,
    **apart_words.ACTS,
}
DECLINES: Final[Mapping[DeclineReason, str]] = {
    DeclineReason.NO_CAPACITY: N_("No place or no staff for the child"),
    DeclineReason.NO_JURISDICTION: N_("This authority may not take the case by law"),
    DeclineReason.NOT_IN_BEST_INTERESTS: N_("Moving is not in the best interests of the child"),
    DeclineReason.INCOMPLETE: N_("What was offered is not enough to decide"),
    DeclineReason.WRONG_RECIPIENT: N_("Another authority is competent"),
    DeclineReason.OTHER: N_("Another reason"),
}
VOIDS: Final[Mapping[VoidReason, str]] = {
    VoidReason.WITHDRAWN: N_("The offer was withdrawn"),
    VoidReason.EXPIRED: N_("The deadline passed"),
    VoidReason.DECLINED: N_("The offer was declined"),
    VoidReason.SUPERSEDED: N_("Another offer took its place"),
    VoidReason.CONSENT_WITHDRAWN: N_("The consent was withdrawn"),
    VoidReason.RESTORED: N_("The other node was restored from a backup"),
    VoidReason.RESOLVED: N_("Two officers resolved it without the other authority"),
}
ALARMS: Final = alarm_words.ALARMS
KEY_USES: Final[Mapping[str, str]] = {
    KeyUse.SIG: N_("Signing"),
    KeyUse.SEAL: N_("Sealing what others send here"),
    KeyUse.LOG: N_("Log"),
    KeyUse.LOG_PQ: N_("Log, against quantum computers"),
    KeyUse.TLS: N_("Connections (TLS)"),
}
CLAIMED: Final[Mapping[str, str]] = {
    "yes": N_("yes"),
    "no": N_("no"),
    "individual": N_("the person"),
    "caregiver": N_("the caregiver"),
    "child": N_("the child"),
    "other": N_("somebody else"),
    "family": N_("the family"),
    "authorities": N_("authorities"),
    "unhcr": N_("UNHCR"),
    "other_organizations": N_("other organisations"),
    "others": N_("others"),
    "fear": N_("fear of harm to oneself or others"),
    "communicate_information": N_("wants to tell it in person"),
    "consent": N_("consent"),
    "contract": N_("a contract"),
    "vital_interests": N_("vital interests"),
    "beneficiary_interests": N_("interests of the person"),
    "legal_obligation": N_("a duty by law"),
}
"""What a document of Primero answers about consent, in words."""
DELIVERY: Final[Mapping[Delivery, str]] = {
    Delivery.QUEUED: N_("waiting to be delivered"),
    Delivery.RECEIPTED: N_("stored by the other authority, with proof"),
    Delivery.REFUSED: N_("refused by the other authority"),
}
KINDS: Final[Mapping[MatterKind, str]] = {
    MatterKind.GUARDIANSHIP: N_("Guardianship of a child"),
    MatterKind.TRACING: N_("Search for a person"),
}
PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.CHILD_PROTECTION: N_("Protection of the child"),
    Purpose.FAMILY_TRACING: N_("Search for the family"),
}
GIVERS: Final[Mapping[str, str]] = {
    "child": N_("The child"),
    "caregiver": N_("The caregiver"),
    "guardian": N_("The guardian"),
    "authority": N_("An authority, for the child"),
}
MANDATES: Final[Mapping[Mandate, str]] = {
    Mandate.CHILD_PROTECTION: N_("Protection of children"),
    Mandate.FAMILY_TRACING: N_("Family tracing"),
    Mandate.AUDIT: N_("Audit"),
}
BASES: Final[Mapping[Basis, str]] = {
    Basis.CONSENT: N_("Consent"),
    Basis.BEST_INTERESTS: N_("Best interests of the child"),
    Basis.VITAL_INTERESTS: N_("Vital interests"),
    Basis.COURT_ORDER: N_("Order of a court"),
    Basis.STATUTORY_DUTY: N_("Duty by law"),
}
ONWARD: Final[Mapping[Onward, str]] = {
    Onward.NONE: N_("Must not be passed on"),
    Onward.NEW_GROUND: N_("May be passed on under a new consent or legal basis"),
}
OFFICER_ROLES: Final[Mapping[OfficerRole, str]] = {
    OfficerRole.CASEWORKER: N_("Caseworker"),
    OfficerRole.LIAISON: N_("Liaison officer"),
    OfficerRole.SUPERVISOR: N_("Supervisor"),
    OfficerRole.TRACING: N_("Tracing officer"),
    OfficerRole.AUDITOR: N_("Auditor"),
    OfficerRole.OPERATOR: N_("Operator"),
}
ENTRIES: Final = entry_words.ENTRIES
PARTS: Final[Mapping[Word, str]] = {
    Word.ROOT: N_("Root page of the registry"),
    Word.TIMESTAMP: N_("Timestamp of the registry"),
    Word.PAGE: N_("Page of the registry"),
    Word.NODE: N_("Node entry"),
    Word.CHECKPOINT: N_("Checkpoint of a log"),
    Word.ENTRY: N_("Entry of the log"),
    Word.CONSISTENCY: N_("Proof of the log's growth"),
    Word.ENVELOPE: N_("Envelope"),
    Word.REFUSED: N_("Refused envelope"),
    Word.DEED: N_("Earlier deed"),
    Word.RECORD: N_("Skeleton of the record"),
    Word.CONSENT: N_("Token of the consent or legal basis"),
    Word.RECEIPT: N_("Receipt"),
    Word.ATTESTATION: N_("Attestation of a passkey"),
    Word.ASSERTION: N_("Signature of a passkey"),
}
"""What a line of a bundle of evidence is."""
CHANGES: Final[Mapping[Change, str]] = {
    Change.INVITED: N_("One-time link given"),
    Change.CAME_BY_LINK: N_("Came by the one-time link"),
    Change.CAME_BY_PROVIDER: N_("Came by the authority's own account"),
    Change.PASSKEY_ADDED: N_("Passkey added"),
    Change.PASSKEY_REMOVED: N_("Passkey removed"),
    Change.PASSWORD_SET: N_("Password set"),
    Change.CODES_SET: N_("Codes set"),
    Change.ROLES_CHANGED: N_("Roles changed"),
    Change.DISABLED: N_("Access ended"),
    Change.SESSIONS_ENDED: N_("Sessions ended"),
    Change.KEY_ISSUED: N_("Key for programs made"),
    Change.KEY_REVOKED: N_("Key for programs revoked"),
}
VERDICTS: Final[Mapping[Verdict, tuple[str, str, str]]] = {
    Verdict.VALID: (
        N_("Valid"),
        N_("Everything in this evidence holds, and nothing that belongs to it is missing."),
        "green",
    ),
    Verdict.INCOMPLETE: (
        N_("Incomplete"),
        N_("Nothing in this evidence is false, but something that belongs to it is missing."),
        "yellow",
    ),
    Verdict.INVALID: (
        N_("Invalid"),
        N_("Something in this evidence is false, contradicts something else, or was not allowed."),
        "red",
    ),
}
"""Word, meaning and colour of a tag."""
WITH_DEADLINE: Final = frozenset({State.PREPARED, State.OFFERED, State.ACCEPTED, State.PENDING})
"""States in which the deadline of the offer still counts for somebody."""


def following(row: Row) -> str:
    """Give what happens next in a round, in plain words."""
    found = row.seen.handover
    if row.not_arrived:
        return _NOT_ARRIVED_NEXT
    if found.state is State.HOLDING and found.kind is MatterKind.GUARDIANSHIP and found.arrived_at is None:
        return _REPORTED_NEXT if found.alarm == Act.NON_ARRIVAL else ARRIVAL_NEXT
    return NEXT[found.state]


SELECTED: Final[Mapping[str, str]] = {
    "covered by the ground": N_("The consent or legal basis covers it"),
    "not chosen": N_("Covered, but not chosen"),
    "not covered by the ground": N_("The consent or legal basis does not cover it"),
}
CODED: Final = {**later_words.CODED, **apart_words.CODED}
TASKS: Final = apart_words.TASKS
REASONS: Final[Mapping[str, str]] = {
    **{each.value: text for each, text in DECLINES.items()},
    **{each.value: text for each, text in VOIDS.items()},
    **later_words.REASONS,
    **apart_words.REASONS,
}
"""What stands as the reason of an act, in words."""
