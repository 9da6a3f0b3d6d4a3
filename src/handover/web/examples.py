"""The examples of the API's description: a made-up case between Athens and Hamburg, which tests carry out."""

from typing import Final

from pydantic import JsonValue

Example = dict[str, JsonValue]

MATTER: Final = "019a3c5e-8c00-7a00-8000-0000000000a1"
GROUND: Final = "019a3c5e-8c00-7a00-8000-0000000000b2"
HANDOVER: Final = "019a3c5e-8c00-7a00-8000-0000000000c3"
NOW: Final = 1_790_000_000

NEW_MATTER: Final[Example] = {"kind": "guardianship", "reference": "ATH-2026-0417"}
FIND_MATTERS: Final[Example] = {"reference": "ATH-2026-0417"}
WRITE_RECORD: Final[Example] = {
    "schema": "guardianship/1",
    "sections": {
        "identity": {
            "names": [{"script": "Arab", "order": "given_father_family", "full": "يوسف حداد"}],
            "birth_date": {"date": "2012-03", "precision": "month"},
            "sex": "male",
            "photo": {"absent": "unknown"},
        },
        "status": {"protection_status": "unaccompanied"},
        "best_interests": {
            "kind": "bia",
            "date": "2026-09-01",
            "body": "Child protection unit, Athens",
            "outcome": "handover",
            "reasons": "His aunt lives in Hamburg and wants to look after him.",
            "non_refoulement": {
                "answer": "no_risk_found",
                "date": "2026-09-01",
                "by": "Child protection unit, Athens",
                "reasons": "Nothing speaks against the journey.",
            },
        },
        "child_view": {
            "heard": {"date": "2026-08-30", "by": "E. P.", "language": "ar", "interpreter": "present"},
            "wishes": {"words": "I want to live with my aunt."},
            "assent": "agrees",
        },
    },
}
NEW_GROUND: Final[Example] = {
    "schema": "guardianship/1",
    "basis": "consent",
    "recipients": ["de/hamburg"],
    "purposes": ["child-protection"],
    "fields": ["identity", "status", "best-interests", "child-view"],
    "valid_from": NOW,
    "valid_until": NOW + 30 * 86400,
    "statement": {
        "given_by": "guardian",
        "capacity": "temporary guardian, public prosecutor's order 12/2026",
        "relation": "guardian",
        "explained_by": "caseworker",
        "language": "ar",
        "interpreter": "present",
        "expressed": "in writing",
        "child_assent": "agrees",
        "text": "I agree that the named parts of the file go to the youth office in Hamburg.",
    },
}
NEW_HANDOVER: Final[Example] = {
    "matter": MATTER,
    "to": "de/hamburg",
    "fields": ["identity", "status", "best-interests", "child-view"],
    "ground": GROUND,
    "deadline": NOW + 14 * 86400,
}
RELEASES: Final[Example] = {"handovers": [HANDOVER]}
ACCEPT: Final[Example] = {
    "responsible": {
        "name": "Anna Muster",
        "organisation": "Youth office, Hamburg",
        "contact": "anna.muster@jugendamt.example",
    },
    "plan": "Met at the station by the guardian; the first night at the aunt's.",
    "follow_ups": [7, 30, 90],
}
NEW_FOLLOW_UP: Final[Example] = {
    "due": 7,
    "date": "2026-10-05",
    "state": "well",
    "text": "He lives with his aunt and goes to school.",
}
DECLINE: Final[Example] = {"code": "no-capacity", "text": "No guardian is free before October."}
SAY: Final[Example] = {"text": "Has he been told about the school in Hamburg?"}
ARRIVED: Final[Example] = {"date": "2026-09-28", "text": "He came with the escort, in good health."}
RETRY: Final[Example] = {"peer": "de/hamburg"}
NEW_HOLD: Final[Example] = {
    "ground": "court-order",
    "reason": "Order 12/2026 of the Family Court of Athens, served on 1 September 2026.",
    "until": NOW + 365 * 86400,
    "second_officer": "019a3c5e-8c00-7a00-8000-0000000000d4",
}
NEW_OVERRIDE: Final[Example] = {
    "to": "Emergency department of the city's clinic",
    "fields": ["health"],
    "reason": "medical-emergency",
    "text": "An operation that could not wait; the guardian could not be reached.",
    "second_officer": "019a3c5e-8c00-7a00-8000-0000000000d4",
}
REVIEW: Final[Example] = {"text": "It was right; the clinic has no more than it needs.", "child_told": True}
DECISION: Final = "019a3c5e-8c00-7a00-8000-0000000000e5"
NEW_DECISION: Final[Example] = {
    "kind": "guardianship-order",
    "date": "2026-10-12",
    "authority": "Family court, Hamburg",
    "reference": "F 77/2026",
    "outcome": "The aunt is guardian.",
    "reasons": "The boy asked for it; nothing speaks against it.",
}
TELL_DECISIONS: Final[Example] = {"decisions": [DECISION], "text": "As you have asked on the telephone."}
ASK_DECISIONS: Final[Example] = {"kinds": ["guardianship-order"], "text": "For the plan of the next year."}
ANSWER_DECISIONS: Final[Example] = {"decisions": [], "text": "No court has decided yet."}
REJECT_CANDIDATE: Final[Example] = {"reason": "other-person"}
CONTACT_WORDS: Final[Example] = {
    "text": "What did you call the street where you lived?",
    "fields": ["child_identity.names"],
}
GIVE_VERDICT: Final[Example] = {
    "verdict": "confirmed",
    "why": "details-agree",
    "text": "The child was heard and wants to see its mother.",
}
END_CONTACT: Final[Example] = {"reason": "confirmed", "text": "It goes on in a handover."}
WITHDRAWAL: Final[Example] = {"scope": "ground", "text": "I do not want them to have it any more."}
HOLD: Final[Example] = {
    "reason": "responsible",
    "text": "This office is the guardian and needs the record to act.",
    "until": NOW + 365 * 86400,
}
NEW_PETITION: Final[Example] = {
    "kind": "complaint",
    "language": "uk",
    "text": "Nobody asked me before my file was sent.",
    "contact": "Through the home in the Elm street.",
}
PETITION_ANSWER: Final[Example] = {
    "outcome": "upheld",
    "text": "You should have been asked. We are sorry, and have changed how we work.",
}
CORRECT: Final[Example] = {"text": "The year of birth was wrong; the certificate has come."}
NEW_RESOLUTION: Final[Example] = {"reason": "destroyed"}
TAKE_CORRECTION: Final[Example] = {"fields": ["identity.birth_date"]}
