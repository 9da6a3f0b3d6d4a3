"""Vital interests: somebody is told what no consent covers, for a life is at stake. Rules alone; times in seconds."""

from dataclasses import dataclass
from typing import Final

from handover.domain.continuity import DAY, OverrideReason
from handover.domain.errors import OutOfOrderError, RefusedError

REVIEW_WITHIN: Final = 7 * DAY
"""Seconds within which another officer looks at what was done."""


class OverrideError(RefusedError):
    """Telling without consent has its reason, words and a second officer; the detail names what lacks."""

    name = "override-incomplete"
    title = "Telling somebody without consent needs a reason from the list, words and a second officer."
    advice = (
        "Correct what the detail names. If no life is at stake, ask for consent or use another legal basis."
    )


class ReviewedError(OutOfOrderError):
    """The review was made."""

    name = "override-reviewed"
    title = "This was reviewed already."
    advice = "Look at the review that was made."


@dataclass(frozen=True, kw_only=True)
class Override:
    """What was told without consent, and what became of its review. `child_told`: whether the child knows of it."""

    reason: OverrideReason
    schema: str
    fields: tuple[str, ...]
    recorded_by: str
    second_officer: str
    at: int
    reviewed_by: str | None = None
    reviewed_at: int | None = None
    child_told: bool | None = None

    @property
    def review_at(self) -> int:
        """When the review is due."""
        return self.at + REVIEW_WITHIN

    def overdue(self, now: int) -> bool:
        """Tell whether the review should have been made."""
        return self.reviewed_at is None and self.review_at < now

    def require_reviewable(self, officer: str) -> None:
        """Do nothing if *officer* may review it: it was not, and that is neither of the two who did it.

        Raises:
            ReviewedError: it was reviewed.
            OverrideError: who did it does not review it.
        """
        if self.reviewed_at is not None:
            raise ReviewedError
        if officer in (self.recorded_by, self.second_officer):
            raise OverrideError("a third officer reviews it")
