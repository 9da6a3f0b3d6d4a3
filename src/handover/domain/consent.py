"""Grounds: a consent in force, or another recorded legal basis. Nothing leaves without one that covers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.errors import RefusedError
from handover.domain.ids import NodeId
from handover.domain.schema import MatterKind
from handover.domain.sentences import Names


class Purpose(StrEnum):
    """What a disclosure is for. Enforcement cannot be expressed."""

    CHILD_PROTECTION = "child-protection"
    FAMILY_TRACING = "family-tracing"


PURPOSE_OF: Final[Mapping[MatterKind, Purpose]] = {
    MatterKind.GUARDIANSHIP: Purpose.CHILD_PROTECTION,
    MatterKind.TRACING: Purpose.FAMILY_TRACING,
}
"""The one purpose for which records of each kind are disclosed in a handover."""


class Basis(StrEnum):
    """What a ground rests on."""

    CONSENT = "consent"
    BEST_INTERESTS = "best-interests"
    VITAL_INTERESTS = "vital-interests"
    COURT_ORDER = "court-order"
    STATUTORY_DUTY = "statutory-duty"


class Onward(StrEnum):
    """Whether the recipient may disclose further."""

    NONE = "none"
    NEW_GROUND = "new-ground"


LONGEST_GROUND: Final = 2 * 366 * 86400  # seconds; a ground that outlives this must be asked for anew


LONGEST_VITAL: Final = 3 * 86400  # seconds: a life at stake is no reason for long


class GroundError(RefusedError):
    """No ground covers the disclosure."""

    name = "ground-missing"
    title = "No consent or other legal basis covers this disclosure."
    advice = "Ask for consent, or record another legal basis with a second officer."


class GroundWithdrawnError(GroundError):
    """The consent was withdrawn; that is final."""

    name = "ground-withdrawn"
    title = "The consent has been withdrawn."
    advice = "Do not disclose. A new consent is needed for any new disclosure."


class GroundExpiredError(GroundError):
    """The ground does not count at this time."""

    name = "ground-expired"
    title = "The consent or legal basis is not in force at this time."
    advice = "Ask for consent again, or record a review of the legal basis."


class WrongRecipientError(GroundError):
    """The ground names other recipients."""

    name = "ground-recipient"
    title = "The consent or legal basis does not name this recipient."
    advice = "Choose a recipient that the ground names, or ask for consent to this one."


class WrongPurposeError(GroundError):
    """The ground names other purposes."""

    name = "ground-purpose"
    title = "The consent or legal basis does not cover this purpose."
    advice = "Ask for consent to this purpose."


class FieldsNotCoveredError(GroundError):
    """Some fields are outside the ground; the detail names the fields, never their values."""

    name = "ground-fields"
    title = "The consent or legal basis does not cover all the fields."
    advice = "Leave the named fields out, or ask for consent to them."


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What may be disclosed, by whom, to whom, for what and until when. Times are seconds since 1970.

    `fields` are names of one schema in the schema's order, resolved when the ground was recorded.
    `second_officer` and `review_at` belong to every basis that is not consent.
    """

    basis: Basis
    issuer: NodeId
    recipients: tuple[NodeId, ...]
    purposes: tuple[Purpose, ...]
    schema: str
    fields: tuple[str, ...]
    onward: Onward
    valid_from: int
    valid_until: int
    review_at: int | None = None
    second_officer: str | None = None
    withdrawn_at: int | None = None

    def in_force(self, now: int) -> bool:
        """Tell whether the ground counts at *now*."""
        return self.withdrawn_at is None and self.valid_from <= now < self.valid_until

    def require(self, *, recipient: NodeId, purpose: Purpose, fields: tuple[str, ...], now: int) -> None:
        """Do nothing if the ground covers the whole disclosure now.

        Raises:
            GroundError: one of its kinds, saying which part is not covered.
        """
        if self.withdrawn_at is not None:
            raise GroundWithdrawnError
        if not self.in_force(now):
            raise GroundExpiredError
        if recipient not in self.recipients:
            raise WrongRecipientError
        if purpose not in self.purposes:
            raise WrongPurposeError
        outside = sorted(set(fields) - set(self.fields))
        if outside:
            raise FieldsNotCoveredError("not covered: %(fields)s", fields=Names(tuple(outside)))

    def check(self) -> None:
        """Do nothing if the ground is complete in itself.

        Raises:
            GroundError: a basis without second officer or review date, no recipient, no end, an endless term.
        """
        if not (self.recipients and self.purposes and self.fields):
            raise GroundError("a ground names at least one recipient, one purpose and one field")
        if not 0 < self.valid_until - self.valid_from <= LONGEST_GROUND:
            raise GroundError("a ground has an end after its beginning, at most two years later")
        if self.basis is Basis.VITAL_INTERESTS and self.valid_until - self.valid_from > LONGEST_VITAL:
            raise GroundError("a ground on vital interests ends within 72 hours")
        if self.basis is not Basis.CONSENT and not (self.second_officer and self.review_at):
            raise GroundError("a legal basis other than consent needs a second officer and a review date")
