"""The examples of the API's description for tracing."""

from typing import Final

from handover.web.examples import NOW, Example

_SECOND: Final = "019a3c5e-8c00-7a00-8000-0000000000d4"
STATEMENT: Final[Example] = {
    "given_by": "child",
    "capacity": "able to understand",
    "relation": "self",
    "explained_by": "caseworker",
    "language": "ar",
    "interpreter": "present",
    "expressed": "spoken",
    "child_assent": "agrees",
    "text": "Please look for my mother.",
}
CONSENT: Final[Example] = {"until": NOW + 300 * 86400, "statement": STATEMENT}
DECISION: Final[Example] = {
    "until": NOW + 90 * 86400,
    "reason": "The child is two years old and cannot be asked; nothing speaks against the search.",
    "second_officer": _SECOND,
}
PROTECTION: Final[Example] = {"reason": "family-threat", "text": "An uncle has threatened the child."}
LIFT: Final[Example] = {"text": "The uncle has died; the court says so.", "second_officer": _SECOND}
EXCLUDE: Final[Example] = {"excluded": ["de/hamburg", "tr"]}
ASK: Final[Example] = {"person": 0, "nodes": ["gr/athens"], "broadcast": False}
CLOSE: Final[Example] = {"reason": "given-up"}
