"""The child of these histories: a record that may be offered, marked wherever a personal value stands."""

from typing import Final

from handover.domain.record import Value
from handover.protocol.strict import Json

MARK: Final = "Zzyzx"
"""Must be found nowhere: not in a database file, a bundle, a message on the wire or an error."""
RECORD: Final[dict[str, Value]] = {
    "identity.names": [{"script": "Latn", "order": "given_family", "full": f"Noor {MARK}"}],
    "identity.birth_date": {"date": "2012-03", "precision": "month"},
    "identity.sex": "female",
    "status.protection_status": "unaccompanied",
    "best_interests.kind": "bia",
    "best_interests.date": "2026-10-01",
    "best_interests.body": "Child protection",
    "best_interests.outcome": "handover",
    "best_interests.reasons": f"An aunt, {MARK}, lives there.",
    "best_interests.non_refoulement": {
        "answer": "no_risk_found",
        "date": "2026-10-01",
        "by": "Child protection",
        "reasons": "None found.",
    },
    "child_view.heard": {"date": "2026-09-30", "by": "E. P.", "language": "ar", "interpreter": "present"},
    "child_view.wishes": {"words": f"I want to live with my aunt {MARK}."},
    "child_view.assent": "agrees",
}
STATEMENT: Final[dict[str, Json]] = {
    "given_by": "child",
    "capacity": "able to understand",
    "relation": "self",
    "explained_by": "caseworker",
    "language": "ar",
    "interpreter": "present",
    "expressed": "spoken",
    "child_assent": "agrees",
    "text": f"I, {MARK}, agree.",
}
RESPONSIBLE: Final[dict[str, Json]] = {
    "name": f"Anna {MARK}",
    "organisation": "Youth office",
    "contact": "",
}
