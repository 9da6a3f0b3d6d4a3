"""The examples of the API's description for referrals."""

from typing import Final

from handover.web.examples import GROUND, NOW, Example

REFER: Final[Example] = {
    "to": "de/hamburg",
    "task": "health",
    "text": "Which clinic near the family takes a child with asthma?",
    "fields": ["identity.names", "health.urgent_needs"],
    "ground": GROUND,
    "deadline": NOW + 14 * 86400,
}
AGAIN: Final[Example] = {"deadline": NOW + 30 * 86400}
END: Final[Example] = {"text": "The family has found a clinic."}
FINISH: Final[Example] = {"reason": "done", "text": "The clinic at the harbour sees the child on Monday."}
TELL: Final[Example] = {"text": "The clinic at the harbour has a place.", "fields": []}
