"""What is kept of notices: that something waits for an officer, and the mail that says so. Nothing of a person.

Times are seconds since 1970.
"""

from dataclasses import dataclass
from enum import StrEnum

from handover.domain.ids import UUID7, HandoverId


class NoticeKind(StrEnum):
    """What waits."""

    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    VOID = "void"
    TAKEN_UP = "taken-up"
    DEED = "deed"
    QUESTION = "question"
    ANSWER = "answer"
    DEMAND = "demand"
    NEWS = "news"
    FOLLOW_UP = "follow-up"
    DEADLINE = "deadline"
    ALARM = "alarm"
    KEYS = "keys"
    ERASURE = "erasure"
    CANDIDATE = "candidate"
    WEEKLY = "weekly"
    REFERRAL = "referral"
    MATCH = "match"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing that waits for one officer. `about` tells things of one kind apart, so that each is told once.

    `mail` names the mail with which it goes, once that is made up: it is the first of its notices. `due` is when that
    is tried next: never again, if it is None. `problem` is the last answer of the mail server, or a name of ours.
    """

    id: UUID7
    officer: UUID7
    kind: NoticeKind
    about: str
    handover: HandoverId | None
    reference: str
    created_at: int
    mail: UUID7 | None
    due: int | None
    attempts: int = 0
    sent_at: int | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail to one officer, the same at every attempt."""

    id: UUID7
    to: str
    language: str
    subject: str
    text: str
    at: int
